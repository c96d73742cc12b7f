-- What a client is beyond what the management API knows: one document.
ALTER TABLE clients ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';

-- For what the tokens of a family are good, and the login that they came of, where the client asked for one.
ALTER TABLE families ADD COLUMN audience TEXT NOT NULL DEFAULT 'management';
ALTER TABLE families ADD COLUMN login TEXT;

-- Assertions of clients that were used: by a digest of client and id, until they expire.
CREATE TABLE assertions (
    digest BYTEA PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX assertions_by_expiry ON assertions (expires_at);
