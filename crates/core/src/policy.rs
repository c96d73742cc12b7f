//! What the operator may choose, with the defaults that need no configuration.

use serde::Deserialize;

use crate::types::Lifetime;

/// Shortest `accessTokenValiditySeconds` of a client.
pub const SHORTEST_TOKEN: Lifetime = Lifetime::from_seconds(300);
/// Longest `accessTokenValiditySeconds` of a client.
pub const LONGEST_TOKEN: Lifetime = Lifetime::from_days(2);
/// `accessTokenValiditySeconds` of a client that asked for none.
pub const DEFAULT_TOKEN: Lifetime = Lifetime::from_days(1);
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
            max_clients: 10_000,
            max_roles: 1000,
            max_divisions: 1000,
            max_role_assignments: 1000,
            rate_limits: RateLimits::Off,
            max_failed_authentications: 100,
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
