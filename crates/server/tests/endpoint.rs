//! Every endpoint of the real router, in process: the memory store, a clock that is set, randomness from a seed, so
//! that an answer is the same to the byte whenever it is asked for. One binary, since each one more is linked anew.

#![expect(clippy::expect_used, reason = "all of this is test code")]

mod world;

#[path = "endpoint/account.rs"]
mod account;
#[path = "endpoint/account_login.rs"]
mod account_login;
#[path = "endpoint/administrators.rs"]
mod administrators;
#[path = "endpoint/audit.rs"]
mod audit;
#[path = "endpoint/audit_listing.rs"]
mod audit_listing;
#[path = "endpoint/authorizations.rs"]
mod authorizations;
#[path = "endpoint/authorize.rs"]
mod authorize;
#[path = "endpoint/busy.rs"]
mod busy;
#[path = "endpoint/cache.rs"]
mod cache;
#[path = "endpoint/client_secrets.rs"]
mod client_secrets;
#[path = "endpoint/clients_body.rs"]
mod clients_body;
#[path = "endpoint/clients_create.rs"]
mod clients_create;
#[path = "endpoint/clients_delete.rs"]
mod clients_delete;
#[path = "endpoint/clients_guard.rs"]
mod clients_guard;
#[path = "endpoint/clients_read.rs"]
mod clients_read;
#[path = "endpoint/clients_secret.rs"]
mod clients_secret;
#[path = "endpoint/clients_update.rs"]
mod clients_update;
#[path = "endpoint/consent.rs"]
mod consent;
#[path = "endpoint/cors.rs"]
mod cors;
#[path = "endpoint/discovery.rs"]
mod discovery;
#[path = "endpoint/divisions.rs"]
mod divisions;
#[path = "endpoint/divisions_cursor.rs"]
mod divisions_cursor;
#[path = "endpoint/divisions_write.rs"]
mod divisions_write;
#[path = "endpoint/docs.rs"]
mod docs;
#[path = "endpoint/envelope.rs"]
mod envelope;
#[path = "endpoint/grants.rs"]
mod grants;
#[path = "endpoint/grants_guard.rs"]
mod grants_guard;
#[path = "endpoint/hosts.rs"]
mod hosts;
#[path = "endpoint/idle.rs"]
mod idle;
#[path = "endpoint/ip_allowlist.rs"]
mod ip_allowlist;
#[path = "endpoint/jwks.rs"]
mod jwks;
#[path = "endpoint/keys.rs"]
mod keys;
#[path = "endpoint/kills.rs"]
mod kills;
#[path = "endpoint/limits.rs"]
mod limits;
#[path = "endpoint/login.rs"]
mod login;
#[path = "endpoint/logout.rs"]
mod logout;
#[path = "endpoint/openapi.rs"]
mod openapi;
#[path = "endpoint/organization_settings.rs"]
mod organization_settings;
#[path = "endpoint/organizations.rs"]
mod organizations;
#[path = "endpoint/pages.rs"]
mod pages;
#[path = "endpoint/passwords.rs"]
mod passwords;
#[path = "endpoint/permissions.rs"]
mod permissions;
#[path = "endpoint/permitted.rs"]
mod permitted;
#[path = "endpoint/reference.rs"]
mod reference;
#[path = "endpoint/role_members.rs"]
mod role_members;
#[path = "endpoint/roles.rs"]
mod roles;
#[path = "endpoint/roles_default.rs"]
mod roles_default;
#[path = "endpoint/roles_guard.rs"]
mod roles_guard;
#[path = "endpoint/roles_write.rs"]
mod roles_write;
#[path = "endpoint/scopes.rs"]
mod scopes;
#[path = "endpoint/scopes_enforced.rs"]
mod scopes_enforced;
#[path = "endpoint/sessions.rs"]
mod sessions;
#[path = "endpoint/subjects.rs"]
mod subjects;
#[path = "endpoint/token.rs"]
mod token;
#[path = "endpoint/token_code.rs"]
mod token_code;
#[path = "endpoint/token_limits.rs"]
mod token_limits;
#[path = "endpoint/tokens_me.rs"]
mod tokens_me;
#[path = "endpoint/usage.rs"]
mod usage;
#[path = "endpoint/users.rs"]
mod users;
#[path = "endpoint/users_guard.rs"]
mod users_guard;
#[path = "endpoint/users_me.rs"]
mod users_me;
#[path = "endpoint/users_roles.rs"]
mod users_roles;
#[path = "endpoint/users_write.rs"]
mod users_write;
