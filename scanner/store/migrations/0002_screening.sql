-- Which layers hold values that could be guessed of which none shows in what else a scan of scope reports on: the images and
-- names of one target.
CREATE TABLE layer_screening (
    digest      TEXT NOT NULL,
    examination TEXT NOT NULL,
    scope       TEXT NOT NULL,
    PRIMARY KEY (digest, examination, scope)
);
