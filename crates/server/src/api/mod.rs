//! The management API, one resource a file. Each begins with the table of its operations.

pub mod audit;
pub mod authorizations;
pub mod call;
pub mod client_secrets;
pub mod clients;
pub mod divisions;
pub mod grants;
pub mod keys;
pub mod operation;
pub mod organizations;
pub mod paging;
pub mod passwords;
pub mod permissions;
pub mod role_members;
pub mod roles;
pub mod scopes;
pub mod sessions;
pub mod settings;
pub mod subjects;
pub mod token_timeout;
pub mod tokens;
pub mod usage;
pub mod user_claims;
pub mod user_roles;
pub mod user_view;
pub mod users;
pub mod users_me;

use axum::response::Response;
use chancery_api::{DateTime, DomainEntityRef};
use chancery_core::client::Actor;
use chancery_core::types::Timestamp;

pub use call::Call;
pub use operation::{Kind, Operation, Param};

use crate::failure::Failure;

/// What an operation answers.
pub type Answer = Result<Response, Failure>;

/// All operations, by what they are about.
pub const ALL: &[(&str, &[Operation])] = &[
    ("OAuth clients", clients::OPERATIONS),
    ("OAuth clients", client_secrets::OPERATIONS),
    ("Usage", usage::OPERATIONS),
    ("Scopes", scopes::OPERATIONS),
    ("Authorizations", authorizations::OPERATIONS),
    ("Tokens", tokens::OPERATIONS),
    ("Tokens", token_timeout::OPERATIONS),
    ("Users", users::OPERATIONS),
    ("Users", users_me::OPERATIONS),
    ("Users", passwords::OPERATIONS),
    ("Users", user_roles::OPERATIONS),
    ("Users", user_claims::OPERATIONS),
    ("Users", sessions::OPERATIONS),
    ("Organization", organizations::OPERATIONS),
    ("Organization", settings::OPERATIONS),
    ("Roles", roles::OPERATIONS),
    ("Roles", role_members::OPERATIONS),
    ("Divisions", divisions::OPERATIONS),
    ("Grants", grants::OPERATIONS),
    ("Grants", subjects::OPERATIONS),
    ("Permissions", permissions::OPERATIONS),
    ("Audit", audit::OPERATIONS),
    ("Keys", keys::OPERATIONS),
];

/// Stands for every path of the API that does not exist; only whoever could use it is told.
pub const UNKNOWN: &Operation =
    &Operation::get("", "", "", |_| Box::pin(std::future::ready(Err(Failure::NotFound))));

/// Reads and writes of a scope, and reads alone.
macro_rules! scopes {
    ($($writes:ident $reads:ident $name:literal;)+) => {$(
        #[doc = concat!("What a write needs of `", $name, "`.")]
        pub const $writes: &[&str] = &[$name];
        #[doc = concat!("What a read needs of `", $name, "`.")]
        pub const $reads: &[&str] = &[$name, concat!($name, ":readonly")];
    )+};
}

scopes! {
    OAUTH OAUTH_READ "oauth";
    USERS USERS_READ "users";
    ORGANIZATION ORGANIZATION_READ "organization";
    AUTHORIZATION AUTHORIZATION_READ "authorization";
}

/// What everybody who logs in allows.
pub const USER_BASIC_INFO: &[&str] = &["user-basic-info"];

fn date(at: Timestamp) -> DateTime {
    DateTime(at.to_rfc3339())
}

fn actor(actor: Actor) -> DomainEntityRef {
    let (id, self_uri) = match actor {
        Actor::User(id) => (id.to_string(), format!("/api/v2/users/{id}")),
        Actor::Client(id) => (id.to_string(), format!("/api/v2/oauth/clients/{id}")),
    };
    DomainEntityRef { id, name: None, self_uri: Some(self_uri) }
}
