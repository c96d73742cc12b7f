-- Whoever adds a client meanwhile is waited for, and counts: nobody is missed.
LOCK TABLE clients IN SHARE MODE;

-- How many clients an organization has, so that nobody counts a million of them to add one more.
CREATE TABLE client_counts (
    organization_id TEXT PRIMARY KEY,
    clients BIGINT NOT NULL
);
INSERT INTO client_counts (organization_id, clients)
    SELECT id, (SELECT COUNT(*) FROM clients WHERE clients.organization_id = organizations.id) FROM organizations;

-- Older binaries do not count.
UPDATE schema_served SET since = 6;
