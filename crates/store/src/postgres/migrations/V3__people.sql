-- People: what is kept of them, their sessions, what they allowed, and what was done.

ALTER TABLE users ADD COLUMN profile TEXT NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN password_changed_at BIGINT;
ALTER TABLE users ADD COLUMN former_passwords TEXT NOT NULL DEFAULT '[]';
ALTER TABLE users ADD COLUMN last_login_at BIGINT;

-- A deleted user leaves its address to others.
DROP INDEX users_by_email;
CREATE UNIQUE INDEX users_by_email ON users (organization_id, email) WHERE state <> 'deleted';

-- All that a listing reads: with the state first it finds those of one state, and those of all.
CREATE INDEX users_by_organization ON users (organization_id, state, name, id);

ALTER TABLE families ADD COLUMN consent_epoch BIGINT;
ALTER TABLE families ADD COLUMN dialect TEXT NOT NULL DEFAULT 'genesys';
ALTER TABLE families ADD COLUMN last_used_at BIGINT;

CREATE TABLE sessions (
    key BIGINT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    user_epoch BIGINT NOT NULL,
    digest_key BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    address TEXT,
    agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE consents (
    user_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    asked BIGINT NOT NULL,
    state TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    modified_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, client_id)
);
CREATE INDEX consents_by_client ON consents (client_id);

CREATE TABLE audit (
    key BIGINT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT,
    client_id TEXT,
    entity_kind TEXT,
    entity_id TEXT,
    address TEXT,
    correlation_id TEXT,
    count BIGINT NOT NULL,
    detail TEXT
);
CREATE INDEX audit_by_organization ON audit (organization_id, at, key);
CREATE INDEX audit_by_time ON audit (at);
