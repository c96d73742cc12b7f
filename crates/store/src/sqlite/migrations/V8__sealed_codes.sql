-- A code says itself what it stands for; what came of it keeps its id, so that nothing else does.
ALTER TABLE families ADD COLUMN code TEXT;
CREATE UNIQUE INDEX families_by_code ON families (code) WHERE code IS NOT NULL;
-- No other ticket needs these.
ALTER TABLE tickets DROP COLUMN family_key;
ALTER TABLE tickets DROP COLUMN client_id;
ALTER TABLE tickets DROP COLUMN user_id;
ALTER TABLE tickets DROP COLUMN session_id;
ALTER TABLE tickets DROP COLUMN version;

-- Older binaries keep codes as tickets.
UPDATE schema_served SET since = 8;
