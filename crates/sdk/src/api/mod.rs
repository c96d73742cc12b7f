//! The operations, under the names that the vendor gave them.

#[macro_use]
mod operations;
#[macro_use]
mod query;

mod authorization;
mod chancery;
mod oauth;
mod organization;
mod tokens;
mod users;

pub use authorization::{
    AuthorizationApi, GetDivisions, GetDivisionsPermitted, GetDivisionsQuery, GetPermissions, GetRoles, Page,
};
pub use chancery::{ChanceryApi, GetAudit};
pub use oauth::OAuthApi;
pub use organization::OrganizationApi;
pub use tokens::TokensApi;
pub use users::{GetUsers, GetUsersMe, UsersApi};

/// The same operations, waited for.
#[cfg(feature = "blocking")]
pub(crate) mod waiting {
    pub use super::authorization::waiting::AuthorizationApi;
    pub use super::chancery::waiting::ChanceryApi;
    pub use super::oauth::waiting::OAuthApi;
    pub use super::organization::waiting::OrganizationApi;
    pub use super::tokens::waiting::TokensApi;
    pub use super::users::waiting::UsersApi;
}
