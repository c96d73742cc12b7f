-- Divisions, roles and organizations that change, and how often clients call the API.

ALTER TABLE organizations ADD COLUMN authority BIGINT NOT NULL DEFAULT 1;
ALTER TABLE organizations ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

ALTER TABLE roles ADD COLUMN needs_update BIGINT NOT NULL DEFAULT 0;

ALTER TABLE users ADD COLUMN last_token_at BIGINT;
CREATE INDEX users_by_division ON users (organization_id, division_id);

-- A deleted division leaves its name to others.
ALTER TABLE divisions ADD COLUMN deleted_at BIGINT;
DROP INDEX divisions_by_name;
CREATE UNIQUE INDEX divisions_by_name ON divisions (organization_id, name) WHERE deleted_at IS NULL;
CREATE INDEX divisions_deleted ON divisions (organization_id) WHERE deleted_at IS NOT NULL;

-- The organization stands second: first, it would draw the look-ups of one subject away from the primary key.
CREATE INDEX role_grants_by_role ON role_grants (role_id, organization_id, division);
CREATE INDEX role_grants_by_division ON role_grants (division, organization_id);

-- Days are counted from 1970-01-01.
CREATE TABLE usage_counts (
    client_id TEXT NOT NULL,
    day BIGINT NOT NULL,
    template TEXT NOT NULL,
    method TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    status200 BIGINT NOT NULL,
    status300 BIGINT NOT NULL,
    status400 BIGINT NOT NULL,
    status500 BIGINT NOT NULL,
    status429 BIGINT NOT NULL,
    PRIMARY KEY (client_id, day, template, method)
);
CREATE INDEX usage_counts_by_day ON usage_counts (day);
