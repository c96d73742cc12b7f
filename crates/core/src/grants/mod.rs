//! Grant types: what a client may be registered for, and the handlers of those that the server has.

pub mod authorization_code;
pub mod client_credentials;
pub mod exchange;
pub mod password;
pub mod refresh_token;
pub mod spend;

use serde::{Deserialize, Serialize};

use crate::client_auth::Proven;
use crate::decision::Undecided;
use crate::dialect::Dialect;
use crate::env::Env;
use crate::error::OAuthError;
use crate::facts::Facts;
use crate::family::Family;
use crate::form::Form;
use crate::grants::authorization_code::Code;
use crate::openid::Login;
use crate::policy::Policy;
use crate::tokens::Audience;
use crate::types::{Scope, UserId};
use crate::write::Write;

/// A grant type that a client can be registered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GrantType {
    /// RFC 6749 section 4.1.
    AuthorizationCode,
    /// RFC 6749 section 6.
    RefreshToken,
    /// RFC 6749 section 4.2; has no part at the token endpoint.
    Implicit,
    /// RFC 6749 section 4.4.
    ClientCredentials,
    /// RFC 7522 section 2.1.
    Saml2Bearer,
    /// RFC 6749 section 4.3.
    Password,
}

impl GrantType {
    /// All of them with the `grant_type` value or, for the implicit grant, the name of RFC 7591 section 2.
    pub const ALL: &[(Self, &str)] = &[
        (Self::AuthorizationCode, "authorization_code"),
        (Self::RefreshToken, "refresh_token"),
        (Self::Implicit, "implicit"),
        (Self::ClientCredentials, "client_credentials"),
        (Self::Saml2Bearer, "urn:ietf:params:oauth:grant-type:saml2-bearer"),
        (Self::Password, "password"),
    ];

    /// The `grant_type` value.
    pub fn as_str(self) -> &'static str {
        crate::types::wire_name(Self::ALL, self)
    }
}

/// What the management API calls each grant type, in the order in which a set is shown by one of them.
const AUTHORIZED: &[(GrantType, &str)] = &[
    (GrantType::AuthorizationCode, "CODE"),
    (GrantType::Implicit, "TOKEN"),
    (GrantType::ClientCredentials, "CLIENT-CREDENTIALS"),
    (GrantType::Saml2Bearer, "SAML2-BEARER"),
    (GrantType::Password, "PASSWORD"),
];

/// The grant types of a client, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GrantTypes(u8);

impl GrantTypes {
    /// With `grant_type` added.
    pub const fn with(self, grant_type: GrantType) -> Self {
        Self(self.0 | 1 << grant_type as u8)
    }

    /// Whether it is in the set.
    pub const fn contains(self, grant_type: GrantType) -> bool {
        self.0 & 1 << grant_type as u8 != 0
    }

    /// The set behind an `authorizedGrantType`, in any spelling that a client of the API ever used.
    pub fn from_authorized_grant_type(text: &str) -> Option<Self> {
        let text = text.replace('_', "-");
        let is_spelling =
            |name: &str| text.eq_ignore_ascii_case(name) || text.eq_ignore_ascii_case(&name.replace('-', ""));
        let (grant_type, _) = AUTHORIZED.iter().find(|(_, name)| is_spelling(name))?;
        let set = Self::default().with(*grant_type);
        Some(if *grant_type == GrantType::AuthorizationCode {
            set.with(GrantType::RefreshToken)
        } else {
            set
        })
    }

    /// The `authorizedGrantType` that stands for the set.
    pub fn authorized_grant_type(self) -> &'static str {
        AUTHORIZED.iter().find(|(grant_type, _)| self.contains(*grant_type)).map_or("", |(_, name)| name)
    }

    /// Whether the client acts for users, so that its scope says how far.
    pub fn need_scope(self) -> bool {
        self.authorized_grant_type() != "CLIENT-CREDENTIALS"
    }

    /// Whether the client acts for itself, so that its roles say how far.
    pub const fn need_roles(self) -> bool {
        self.contains(GrantType::ClientCredentials)
    }
}

impl std::fmt::Display for GrantTypes {
    /// The `grant_type` values, separated by spaces.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> =
            GrantType::ALL.iter().filter(|(one, _)| self.contains(*one)).map(|(_, name)| *name).collect();
        f.write_str(&names.join(" "))
    }
}

impl std::str::FromStr for GrantTypes {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.split(' ').filter(|name| !name.is_empty()).try_fold(Self::default(), |set, name| {
            crate::types::from_wire(GrantType::ALL, name).map(|one| set.with(one)).ok_or(())
        })
    }
}

/// What a grant yields: for whom, and how much of the client's scope was allowed.
#[derive(Clone, Debug, PartialEq)]
pub struct Authorization {
    /// The user; `None`: the client itself.
    pub user: Option<Behalf>,
    /// The most that can be asked for.
    pub scope: Scope,
    /// For what the token is good, if that was settled before.
    pub audience: Option<Audience>,
    /// The login, where the client asked for one (OpenID Connect).
    pub login: Option<Login>,
    /// What the grant is beside a token, a login for example.
    pub writes: Vec<Write>,
}

impl Authorization {
    /// On behalf of a person.
    pub fn of(user: Behalf, scope: Scope) -> Self {
        Self { user: Some(user), ..Self::alone(scope) }
    }

    /// For the client itself.
    pub const fn alone(scope: Scope) -> Self {
        Self { user: None, scope, audience: None, login: None, writes: Vec::new() }
    }
}

/// For whom a token is issued, and the epochs that it stands on: those of the moment when the person agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behalf {
    /// The user.
    pub user: UserId,
    /// The user's epoch.
    pub user_epoch: u32,
    /// The client's epoch.
    pub client_epoch: u32,
    /// The consent's epoch; `None`: it stands on no consent.
    pub consent_epoch: Option<u32>,
}

/// What a grant's requests carry that this server gave out before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handles {
    /// Nothing.
    None,
    /// A code, in this member.
    Code(&'static str),
    /// A refresh token, in this member.
    Refresh(&'static str),
}

/// What a request presented, once it is known to be one of this server's, of the right kind, and this client's.
#[derive(Clone, Debug)]
pub enum Presented {
    /// Nothing.
    Nothing,
    /// This code.
    Code(Box<Code>),
    /// A token of this family, of this generation.
    Refresh(Box<Family>, u32),
}

/// A request that got as far as its grant.
pub struct Ask<'a> {
    /// The client, and how it proved who it is.
    pub proven: &'a Proven<'a>,
    /// The body.
    pub form: &'a Form<'a>,
    /// What was presented.
    pub presented: &'a Presented,
    /// What is known.
    pub facts: &'a Facts,
    /// The surroundings.
    pub env: &'a Env<'a>,
}

/// The handler of one grant type. It judges what is particular to it; everything else is the pipeline's.
pub trait Grant: Sync {
    /// Which.
    fn grant_type(&self) -> GrantType;

    /// Whether the token endpoint of this dialect has it.
    fn is_offered(&self, _: Dialect, _: &Policy) -> bool {
        true
    }

    /// What its requests carry.
    fn handles(&self) -> Handles {
        Handles::None
    }

    /// Whether a refresh token comes with the token, if the client may use one.
    fn is_refreshable(&self) -> bool {
        false
    }

    /// Whether the client must have proved who it is.
    fn needs_proof(&self, _: &Presented) -> bool {
        true
    }

    /// Judges what was presented, for a client that may use the grant.
    fn authorize(&self, ask: &Ask) -> Result<Authorization, Undecided<OAuthError>>;
}

/// The grants that the token endpoint has.
pub const ALL: &[&dyn Grant] = &[
    &authorization_code::AuthorizationCode,
    &client_credentials::ClientCredentials,
    &password::PasswordGrant,
    &refresh_token::RefreshTokenGrant,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_grant_type_is_understood_and_one_is_answered() {
        for (text, answer) in [
            ("CODE", "CODE"),
            ("code", "CODE"),
            ("TOKEN", "TOKEN"),
            ("CLIENT_CREDENTIALS", "CLIENT-CREDENTIALS"),
            ("client-credentials", "CLIENT-CREDENTIALS"),
            ("SAML2BEARER", "SAML2-BEARER"),
            ("SAML2_BEARER", "SAML2-BEARER"),
            ("SAML2-BEARER", "SAML2-BEARER"),
            ("PASSWORD", "PASSWORD"),
        ] {
            let set = GrantTypes::from_authorized_grant_type(text).expect(text);
            assert_eq!(set.authorized_grant_type(), answer);
            assert_eq!(set.to_string().parse(), Ok(set));
        }
        for wrong in ["CODE_PKCE", "-c-o-d-e-", "CO-DE", ""] {
            assert_eq!(GrantTypes::from_authorized_grant_type(wrong), None, "{wrong}");
        }
        assert_eq!("nonsense".parse::<GrantTypes>(), Err(()));
    }
}
