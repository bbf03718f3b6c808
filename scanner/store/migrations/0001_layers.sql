-- What the store says of itself. name 'salt' holds the base64 of its salt.
CREATE TABLE about (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- What reading a layer gave, as the scanner packs it. examination names all that the result depends on beside the bytes:
-- the rules, the limits, the program.
CREATE TABLE layer_result (
    digest      TEXT   NOT NULL,
    examination TEXT   NOT NULL,
    size        BIGINT NOT NULL,
    result      BYTEA  NOT NULL,
    PRIMARY KEY (digest, examination)
);

CREATE INDEX layer_result_size ON layer_result (examination, size);

-- What reports told, for questions. An image is named by the digest of its manifest, else by its ID.
CREATE TABLE image (
    digest   TEXT PRIMARY KEY,
    id       TEXT NOT NULL,
    platform TEXT NOT NULL,
    created  TEXT NOT NULL,
    seen     TEXT NOT NULL
);

CREATE TABLE image_name (
    image TEXT NOT NULL,
    name  TEXT NOT NULL,
    PRIMARY KEY (image, name)
);

CREATE TABLE image_layer (
    image    TEXT   NOT NULL,
    position BIGINT NOT NULL,
    digest   TEXT   NOT NULL,
    diff_id  TEXT   NOT NULL,
    size     BIGINT NOT NULL,
    PRIMARY KEY (image, position)
);

CREATE INDEX image_layer_digest ON image_layer (digest);

-- Where a secret was. Values are told by their fingerprint under the store's salt; no column holds one.
CREATE TABLE finding (
    image       TEXT   NOT NULL,
    layer       TEXT   NOT NULL,
    place       TEXT   NOT NULL,
    path        TEXT   NOT NULL,
    line        BIGINT NOT NULL,
    fingerprint TEXT   NOT NULL,
    rule        TEXT   NOT NULL,
    severity    TEXT   NOT NULL,
    redacted    TEXT   NOT NULL,
    visibility  TEXT   NOT NULL,
    PRIMARY KEY (image, layer, place, path, line, fingerprint, rule)
);

CREATE INDEX finding_fingerprint ON finding (fingerprint);
