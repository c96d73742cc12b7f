//! The `[genesys]` section: the core's policy as it stands in a file. The core knows no files, so its types are
//! mirrored; a member that one side lacks does not compile.

use chancery_core::jose::Alg;
use chancery_core::policy::{Audit, ClientErrorStatus, Login, Policy, RateLimits, Registration};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

/// Behaviour in which installations of the vendor's service differ.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(remote = "Policy", default, deny_unknown_fields)]
#[schemars(rename = "Genesys")]
pub struct Section {
    /// `DELETE` of a client that is not `inactive` answers `cannot.delete.client`.
    delete_requires_inactive: bool,
    /// Status of `invalid_client` at `/oauth/token`.
    #[serde(serialize_with = "as_number")]
    #[schemars(with = "u16", extend("enum" = [400, 401]))]
    invalid_client_status: ClientErrorStatus,
    /// A person's token is held to its scopes at the management API: `app.not.authorized.for.scope`.
    enforce_scopes: bool,
    /// New clients can be registered for the grant type `TOKEN` (implicit).
    implicit_for_new_clients: bool,
    /// Clients can register plain http redirect URIs to anywhere: for test networks.
    http_redirect_uris: bool,
    /// `/oauth/token` takes the password of a person (`grant_type=password`).
    password_grant: bool,
    /// A person is asked before a client of their own organization acts for them.
    require_consent: bool,
    /// Clients of an organization; one more is `auth.too.many.clients`.
    max_clients: u32,
    /// Roles of an organization.
    max_roles: u32,
    /// Divisions of an organization.
    max_divisions: u32,
    /// Roles, each in a division, that a user or client may hold.
    max_role_assignments: u32,
    /// Whether callers are held to the rates of the vendor's service.
    #[serde(with = "Rates")]
    rate_limits: RateLimits,
    /// Failed authentications of a client from one address that are answered in a minute; 0: any number.
    max_failed_authentications: u32,
    /// In a section of its own.
    #[serde(skip)]
    registration: Registration,
    /// In the same.
    #[serde(skip)]
    access_token_alg: Alg,
    /// A section of its own.
    #[serde(skip)]
    login: Login,
    /// A section of its own.
    #[serde(skip)]
    audit: Audit,
}

impl Default for Section {
    fn default() -> Self {
        let Policy {
            delete_requires_inactive,
            invalid_client_status,
            enforce_scopes,
            implicit_for_new_clients,
            http_redirect_uris,
            password_grant,
            require_consent,
            max_clients,
            max_roles,
            max_divisions,
            max_role_assignments,
            rate_limits,
            max_failed_authentications,
            registration,
            access_token_alg,
            login,
            audit,
        } = Policy::default();
        Self {
            delete_requires_inactive,
            invalid_client_status,
            enforce_scopes,
            implicit_for_new_clients,
            http_redirect_uris,
            password_grant,
            require_consent,
            max_clients,
            max_roles,
            max_divisions,
            max_role_assignments,
            rate_limits,
            max_failed_authentications,
            registration,
            access_token_alg,
            login,
            audit,
        }
    }
}

/// How many requests a caller may make.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(remote = "RateLimits", rename_all = "lowercase")]
#[schemars(rename = "RateLimits")]
enum Rates {
    /// As many as it likes.
    Off,
    /// As many as the vendor's service allows, with its headers and refusals.
    Vendor,
}

fn as_number<S: Serializer>(status: &ClientErrorStatus, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16((*status).into())
}
