-- What nodes that serve one database agree on.

-- Who does a job, and until when nobody else does.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL
);

-- How often somebody tried to log in, by a digest of account and address.
CREATE TABLE attempts (
    key BLOB PRIMARY KEY,
    count BIGINT NOT NULL,
    last_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX attempts_by_time ON attempts (last_at);

-- One row: binaries that know this version of the schema, or a later one, can serve it as it is.
CREATE TABLE schema_served (
    since BIGINT NOT NULL
);
INSERT INTO schema_served (since) VALUES (5);
