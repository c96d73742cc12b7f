//! The wire types of `/api/v2`, the management API that is compatible with the Genesys Cloud API.
//!
//! Types only: nothing here judges a value, reaches a network or knows a store. Server and SDK share them, so
//! what one writes the other reads; their schemas say what is accepted and answered. Three rules hold:
//!
//! * a member without a value is absent, never `null`;
//! * members that are not named here are ignored when read;
//! * enumerations are plain strings, so that values unknown to this version survive a round trip.

mod as_answered;
mod audit;
mod client_secret;
mod client_secrets;
mod condition;
mod datetime;
mod division;
mod division_listing;
mod error;
mod grant;
mod idle_timeout;
mod listing;
mod oauth_authorization;
mod oauth_client;
mod object;
mod organization;
mod password;
mod product;
mod reference;
mod role;
mod role_request;
mod schema;
mod scope;
mod server_key;
mod session;
mod settings;
mod subject;
mod token;
mod usage;
mod user;
mod user_authorization;
mod user_claims;
mod user_me;
mod user_request;

pub use as_answered::AsAnswered;
pub use audit::{AuditEntity, AuditEntry, AuditListing};
pub use client_secret::ClientSecret;
pub use client_secrets::{
    OAuthClientSecret, OAuthClientSecretListing, OAuthClientSecretPatch, OAuthClientSecretRequest,
};
pub use condition::{ResourceConditionNode, ResourceConditionValue};
pub use datetime::DateTime;
pub use division::{AuthzDivision, AuthzDivisionRequest};
pub use division_listing::{AuthzDivisionCursorListing, DivsPermittedEntityListing};
pub use error::{Detail, ErrorBody, Limit};
pub use grant::{RoleDivisionGrants, SubjectDivisionGrants, SubjectDivisions};
pub use idle_timeout::{IdleTokenTimeout, InactivityTimeoutGroupBundle};
pub use listing::Listing;
pub use oauth_authorization::{OAuthAuthorization, OAuthAuthorizationListing};
pub use oauth_client::{OAuthClient, OAuthClientEntityListing, OAuthClientRequest, RoleDivision};
pub use organization::Organization;
pub use password::{ChangeMyPasswordRequest, ChangePasswordRequest, Password};
pub use product::AuthorizationProduct;
pub use reference::{DomainEntityRef, Entity, NamedEntity, UserReference};
pub use role::{DomainOrganizationRole, DomainPermission, DomainPermissionPolicy, PermissionCollection};
pub use role_request::{
    DefaultRole, DefaultRoles, DomainOrganizationRoleCreate, DomainOrganizationRolePatch,
    DomainOrganizationRoleUpdate,
};
pub use scope::{OAuthScope, OAuthScopeListing};
pub use server_key::{ServerKey, ServerKeyListing, ServerKeyRotation};
pub use session::{UserSession, UserSessionListing};
pub use settings::{OrgAuthSettings, PasswordRequirements};
pub use subject::{AuthzGrant, AuthzGrantPolicy, AuthzGrantRole, AuthzSubject, RoleCounts};
pub use token::{OAuthLastTokenIssued, OrgOAuthClient, TokenInfo, TokenInfoClonedUser};
pub use usage::{ApiUsageClientQuery, ApiUsageQueryResult, ApiUsageRow, Cursors, UsageExecutionResult};
pub use user::{Contact, User};
pub use user_authorization::{ResourcePermissionPolicy, UserAuthorization};
pub use user_claims::{ClaimedAddress, UserClaims};
pub use user_me::UserMe;
pub use user_request::{CreateUser, UpdateUser};
