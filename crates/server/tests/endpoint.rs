//! Every endpoint of the real router, in process: the memory store, a clock that is set, randomness from a seed, so
//! that an answer is the same to the byte whenever it is asked for. One binary, since each one more is linked anew.

#![expect(clippy::expect_used, reason = "all of this is test code")]

mod world;

#[path = "endpoint/cache.rs"]
mod cache;
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
#[path = "endpoint/divisions.rs"]
mod divisions;
#[path = "endpoint/envelope.rs"]
mod envelope;
#[path = "endpoint/jwks.rs"]
mod jwks;
#[path = "endpoint/organizations.rs"]
mod organizations;
#[path = "endpoint/permissions.rs"]
mod permissions;
#[path = "endpoint/reference.rs"]
mod reference;
#[path = "endpoint/roles.rs"]
mod roles;
#[path = "endpoint/scopes.rs"]
mod scopes;
#[path = "endpoint/subjects.rs"]
mod subjects;
#[path = "endpoint/token.rs"]
mod token;
#[path = "endpoint/tokens_me.rs"]
mod tokens_me;
#[path = "endpoint/users_me.rs"]
mod users_me;
