//! The wire types of `/api/v2`, the management API that is compatible with the Genesys Cloud API.
//!
//! Types only: nothing here judges a value, reaches a network or knows a store. Server and SDK share them, so
//! what one writes the other reads. Three rules hold throughout:
//!
//! * a member without a value is absent, never `null`;
//! * members that are not named here are ignored when read;
//! * enumerations are plain strings, so that values unknown to this version survive a round trip.

mod client_secret;
mod condition;
mod datetime;
mod division;
mod error;
mod listing;
mod oauth_client;
mod organization;
mod reference;
mod role;
mod scope;
mod subject;
mod token;
mod user;

pub use client_secret::ClientSecret;
pub use condition::{ResourceConditionNode, ResourceConditionValue};
pub use datetime::DateTime;
pub use division::AuthzDivision;
pub use error::{Detail, ErrorBody, Limit};
pub use listing::Listing;
pub use oauth_client::{OAuthClient, OAuthClientEntityListing, OAuthClientRequest, RoleDivision};
pub use organization::Organization;
pub use reference::{DomainEntityRef, Entity, NamedEntity};
pub use role::{DomainOrganizationRole, DomainPermission, DomainPermissionPolicy, PermissionCollection};
pub use scope::{OAuthScope, OAuthScopeListing};
pub use subject::{AuthzGrant, AuthzGrantPolicy, AuthzGrantRole, AuthzSubject};
pub use token::{OAuthLastTokenIssued, OrgOAuthClient, TokenInfo, TokenInfoClonedUser};
pub use user::{Contact, ResourcePermissionPolicy, UserAuthorization, UserMe};
