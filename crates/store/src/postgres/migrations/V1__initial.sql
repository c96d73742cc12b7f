-- Times are milliseconds since 1970, ids are UUIDs in text. Every row of a tenant names its organization.
-- Keys are made by the nodes, at random: no sequence that all of them would wait for, and none is made twice.

CREATE TABLE organizations (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    short_name TEXT NOT NULL UNIQUE,
    default_language TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE divisions (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    home BIGINT NOT NULL
);
CREATE UNIQUE INDEX divisions_by_name ON divisions (organization_id, name);

CREATE TABLE roles (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    template TEXT,
    permissions TEXT NOT NULL,
    policies TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX roles_by_name ON roles (organization_id, name);

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    division_id TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    state TEXT NOT NULL,
    password TEXT,
    epoch BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_by_email ON users (organization_id, email);

CREATE TABLE clients (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT,
    name TEXT NOT NULL,
    description TEXT,
    token_lifetime BIGINT NOT NULL,
    redirect_uris TEXT NOT NULL,
    grant_types TEXT NOT NULL,
    scope TEXT NOT NULL,
    state TEXT NOT NULL,
    date_to_delete BIGINT,
    epoch BIGINT NOT NULL,
    modified_at BIGINT NOT NULL,
    modified_by TEXT
);
CREATE INDEX clients_by_organization ON clients (organization_id, name, id);
CREATE INDEX clients_by_date_to_delete ON clients (date_to_delete) WHERE date_to_delete IS NOT NULL;

CREATE TABLE client_secrets (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    digest_key BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT
);
CREATE INDEX client_secrets_by_client ON client_secrets (client_id);

CREATE TABLE role_grants (
    organization_id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    role_id TEXT NOT NULL,
    division TEXT NOT NULL,
    position BIGINT NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (subject_id, role_id, division)
);

-- The keys belong to the server, not to an organization.
CREATE TABLE keys (
    id BIGINT PRIMARY KEY,
    purpose TEXT NOT NULL,
    wrapped BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    active_from BIGINT NOT NULL
);

CREATE TABLE tickets (
    key BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    digest_key BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    version BIGINT NOT NULL,
    organization_id TEXT NOT NULL,
    client_id TEXT,
    user_id TEXT,
    session_id TEXT,
    family_key BIGINT,
    expires_at BIGINT NOT NULL,
    spent_at BIGINT,
    payload TEXT NOT NULL
);
CREATE INDEX tickets_by_expiry ON tickets (expires_at);

CREATE TABLE families (
    key BIGINT PRIMARY KEY,
    version BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    organization_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    client_epoch BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    user_epoch BIGINT NOT NULL,
    scope TEXT NOT NULL,
    mac_key BIGINT NOT NULL,
    client_authenticated BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    rotated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX families_by_expiry ON families (expires_at);

CREATE TABLE revoked (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX revoked_by_expiry ON revoked (expires_at);

-- What other processes must fetch again; no data of a tenant.
CREATE TABLE change_log (
    key BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    node TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL
);
CREATE INDEX change_log_by_time ON change_log (at);
