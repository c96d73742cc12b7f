//! What the operator may choose, with the defaults that need no configuration.

use crate::jose::Alg;
use serde::Deserialize;

use crate::types::Lifetime;

/// Shortest `accessTokenValiditySeconds` of a client.
pub const SHORTEST_TOKEN: Lifetime = Lifetime::from_seconds(300);
/// Longest `accessTokenValiditySeconds` of a client.
pub const LONGEST_TOKEN: Lifetime = Lifetime::from_days(2);
/// `accessTokenValiditySeconds` of a client that asked for none.
pub const DEFAULT_TOKEN: Lifetime = Lifetime::from_days(1);
/// An authorization code is good for so long (RFC 6749 section 4.1.2: ten minutes at most).
pub const CODE: Lifetime = Lifetime::from_seconds(60);
/// A code that is presented again within this time is an honest retry, and only refused.
pub const CODE_RETRY: Lifetime = Lifetime::from_seconds(10);
/// Lifetime of an access token for anything but the management API, unless the client's is shorter.
pub const RESOURCE_TOKEN: Lifetime = Lifetime::from_seconds(3600);

/// The `[genesys]` section: where installations differ in how the vendor's service behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// `DELETE` of a client that is not `inactive` is refused, as the vendor's service does today.
    /// Off by default: a client is deleted at once.
    pub delete_requires_inactive: bool,
    /// HTTP status of `invalid_client` at `/oauth/token`, 400 or 401.
    pub invalid_client_status: ClientErrorStatus,
    /// A user's token is held to its scopes at the management API.
    pub enforce_scopes: bool,
    /// New clients can be registered for the implicit grant.
    pub implicit_for_new_clients: bool,
    /// Clients can register plain http redirect URIs to anywhere, not to the loopback interface only.
    pub http_redirect_uris: bool,
    /// The token endpoint takes the password of a person.
    pub password_grant: bool,
    /// A person is asked before a client of the own organization acts for them.
    pub require_consent: bool,
    /// How many clients an organization may have.
    pub max_clients: u32,
    /// How many roles an organization may have.
    pub max_roles: u32,
    /// How many divisions an organization may have.
    pub max_divisions: u32,
    /// How many roles, each in a division, a user or client may hold.
    pub max_role_assignments: u32,
    /// Whether callers are held to the rates of the vendor's service.
    pub rate_limits: RateLimits,
    /// How many failed authentications of a client from one address are answered in a minute; 0: any number.
    pub max_failed_authentications: u32,
    /// Who may register clients at the standard side.
    pub registration: Registration,
    /// What access tokens of the standard side are signed with.
    pub access_token_alg: Alg,
    /// The `[login]` section.
    pub login: Login,
    /// The `[audit]` section.
    pub audit: Audit,
}

/// The `[login]` section: how long a login lasts, here and in applications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// A browser's session ends when it is not used for so long.
    pub session_idle: Lifetime,
    /// A browser's session ends after so long in any case.
    pub session_lifetime: Lifetime,
    /// Refresh tokens end so long after the login.
    pub refresh_lifetime: Lifetime,
    /// A refresh token that is presented again within this time gets the same answer; later, all that came of the login
    /// is revoked.
    pub refresh_reuse: Lifetime,
    /// A new password kills the tokens and sessions that came of the old one.
    pub revoke_on_password_change: bool,
}

impl Default for Login {
    fn default() -> Self {
        Self {
            session_idle: Lifetime::from_seconds(8 * 3600),
            session_lifetime: Lifetime::from_days(14),
            refresh_lifetime: Lifetime::from_days(30),
            refresh_reuse: Lifetime::from_seconds(30),
            revoke_on_password_change: true,
        }
    }
}

/// The `[audit]` section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Entries are kept for so long.
    pub retention: Lifetime,
    /// Whether tokens that were issued are entries.
    pub tokens: bool,
}

impl Default for Audit {
    fn default() -> Self {
        Self { retention: Lifetime::from_days(365), tokens: true }
    }
}

/// Who may register clients (RFC 7591 section 1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Registration {
    /// Whoever has an initial access token.
    #[default]
    Token,
    /// Everybody.
    Open,
    /// Nobody.
    Off,
}

/// How many requests a caller may make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RateLimits {
    /// As many as it likes.
    #[default]
    Off,
    /// As many as the vendor's service allows, with its headers and refusals.
    Vendor,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            delete_requires_inactive: false,
            invalid_client_status: ClientErrorStatus::BadRequest,
            enforce_scopes: false,
            implicit_for_new_clients: true,
            http_redirect_uris: false,
            password_grant: false,
            require_consent: false,
            max_clients: 10_000,
            max_roles: 1000,
            max_divisions: 1000,
            max_role_assignments: 1000,
            rate_limits: RateLimits::Off,
            max_failed_authentications: 100,
            registration: Registration::default(),
            access_token_alg: Alg::Es256,
            login: Login::default(),
            audit: Audit::default(),
        }
    }
}

/// The two statuses that servers of this dialect have used for a client that is not who it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u16")]
pub enum ClientErrorStatus {
    /// 400, what the vendor's service answers.
    BadRequest,
    /// 401, as RFC 6749 section 5.2 has it.
    Unauthorized,
}

impl TryFrom<u16> for ClientErrorStatus {
    type Error = &'static str;

    fn try_from(status: u16) -> Result<Self, Self::Error> {
        match status {
            400 => Ok(Self::BadRequest),
            401 => Ok(Self::Unauthorized),
            _ => Err("invalid_client_status is 400 or 401"),
        }
    }
}

impl From<ClientErrorStatus> for u16 {
    fn from(status: ClientErrorStatus) -> Self {
        match status {
            ClientErrorStatus::BadRequest => 400,
            ClientErrorStatus::Unauthorized => 401,
        }
    }
}
