//! The OAuth client: what is registered, and the rules for changing it.

pub mod draft;
pub mod metadata;
pub mod registration;
pub mod registry;
pub mod secrets;

use crate::decision::Undecided;
use crate::env::Random;
use crate::facts::Facts;
use crate::grants::GrantTypes;
use crate::types::{
    ClientId, Lifetime, OrganizationId, RedirectUri, Scope, Secret, SubjectId, Timestamp, UserId,
};

pub use draft::Draft;
pub use metadata::Metadata;

/// Whether a client can get tokens, and whether those it has are good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientState {
    /// Everything works.
    Active,
    /// Blocked by an administrator: no new tokens, and the live ones are dead for good.
    Disabled,
    /// About to be deleted: no new tokens, the live ones live on.
    Inactive,
}

impl ClientState {
    /// All of them with their wire names.
    pub const ALL: &[(Self, &str)] =
        &[(Self::Active, "active"), (Self::Disabled, "disabled"), (Self::Inactive, "inactive")];

    /// The wire name.
    pub fn as_str(self) -> &'static str {
        crate::types::wire_name(Self::ALL, self)
    }
}

/// Where the epoch of a new client begins: anywhere, so that tokens of a deleted client are not those of a later one
/// that was given the same id.
pub fn first_epoch(random: &dyn Random) -> u32 {
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    // Half of the range is left to count up in.
    u32::from_le_bytes(bytes) / 2
}

/// Who made or changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person.
    User(UserId),
    /// A client on its own behalf.
    Client(ClientId),
}

impl Actor {
    /// As whoever can hold roles.
    pub fn subject(self) -> SubjectId {
        match self {
            Self::User(id) => id.into(),
            Self::Client(id) => id.into(),
        }
    }
}

/// A registered client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The `client_id`.
    pub id: ClientId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// Its name for people; names may repeat.
    pub name: String,
    /// What it is for; an empty text is not the same as none.
    pub description: Option<String>,
    /// Lifetime of its access tokens for the management API.
    pub token_lifetime: Lifetime,
    /// Where users are sent back to, in the order of registration.
    pub redirect_uris: Vec<RedirectUri>,
    /// What it may use.
    pub grant_types: GrantTypes,
    /// The most that it may ask of a user.
    pub scope: Scope,
    /// Whether it can act.
    pub state: ClientState,
    /// When it will be deleted, if it is inactive by then.
    pub date_to_delete: Option<Timestamp>,
    /// What it is beyond what the management API knows.
    pub metadata: Metadata,
    /// Any of them proves that it is itself.
    pub secrets: Vec<Secret>,
    /// Tokens carry it; counting it up kills them all.
    pub epoch: u32,
    /// Counted up by every change.
    pub version: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it; `None`: the server itself.
    pub created_by: Option<Actor>,
    /// When it was changed last.
    pub modified_at: Timestamp,
    /// Who changed it last; `None`: the server itself.
    pub modified_by: Option<Actor>,
}

impl Client {
    /// As a holder of roles.
    pub fn subject(&self) -> SubjectId {
        self.id.into()
    }

    /// The most that it can ever ask of a person: what it is registered for and, unless it chose by itself, the scopes of OpenID
    /// Connect.
    pub fn reach(&self) -> Scope {
        if self.metadata.self_registered { self.scope.clone() } else { self.scope.union(&Scope::openid()) }
    }

    /// Whether an administrator let it act for people at the management API.
    pub fn may_manage(&self) -> bool {
        let openid = Scope::openid();
        !self.metadata.self_registered && self.scope.names().any(|name| !openid.has_named(name))
    }

    /// Whether it gets tokens that stand for itself.
    pub fn can_act_alone(&self) -> bool {
        self.state == ClientState::Active && self.grant_types.need_roles()
    }

    /// The one grant type that the management API shows of the set.
    pub fn authorized_grant_type(&self) -> &'static str {
        self.grant_types.authorized_grant_type()
    }

    /// The client of that id in that organization; another organization's does not exist.
    pub fn find_in<E>(
        facts: &Facts,
        organization: OrganizationId,
        id: ClientId,
    ) -> Result<Option<&std::sync::Arc<Self>>, Undecided<E>> {
        Ok(facts.client(id)?.as_ref().filter(|client| client.organization == organization))
    }
}
