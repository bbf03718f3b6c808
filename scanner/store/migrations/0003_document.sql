-- What was told last of a registry: its report and its inventory, as JSON packed by zstd, cleared of all values.
CREATE TABLE document (
    kind  TEXT  NOT NULL,
    name  TEXT  NOT NULL,
    taken TEXT  NOT NULL,
    body  BYTEA NOT NULL,
    PRIMARY KEY (kind, name)
);
