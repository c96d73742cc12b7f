-- What a client is beyond what the management API knows: one document.
ALTER TABLE clients ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';

-- For what the tokens of a family are good, and the login that they came of, where the client asked for one.
ALTER TABLE families ADD COLUMN audience TEXT NOT NULL DEFAULT 'management';
ALTER TABLE families ADD COLUMN login TEXT;
