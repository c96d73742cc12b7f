//! What a decision can change, and what others must be told of it.

use std::fmt;

use crate::audit::Entry;
use crate::client::Client;
use crate::consent::Consent;
use crate::family::NewFamily;
use crate::keyring::KeyRow;
use crate::organization::{Division, Organization};
use crate::rbac::{Role, RoleGrant};
use crate::session::NewSession;
use crate::session::attempts::Tries;
use crate::ticket::NewTicket;
use crate::types::{
    AssertionKey, AttemptKey, ClientId, DivisionId, FamilyKey, KeyId, OrganizationId, RoleId, Secret,
    SecretId, SessionKey, SubjectId, TicketKey, Timestamp, TokenId, UserId,
};
use crate::usage::UsageCount;
use crate::user::User;

/// One change. A commit does all of its changes or, when one finds the world changed, none.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Nothing changes, but the commit fails unless this holds.
    Require(Require),
    /// A new organization; conflicts with one of the same id or short name.
    CreateOrganization(Organization),
    /// Replaces name, language and settings of an organization whose stored version is the one given here, and counts
    /// it up.
    ReplaceOrganization(Box<Organization>),
    /// Counts the organization's `authority` up; conflicts unless it is still this.
    AdvanceAuthority(OrganizationId, u32),
    /// A new division; conflicts with one of the same name that is not deleted.
    CreateDivision(Division),
    /// Replaces name and description of a division; conflicts if it is gone, or another has the name.
    ReplaceDivision(Division),
    /// Deletes a division, with the grants that hold in it alone; its users move to `home`. Conflicts if it is gone.
    DeleteDivision {
        /// Whose it is.
        organization: OrganizationId,
        /// Which.
        id: DivisionId,
        /// Where its users go.
        home: DivisionId,
        /// When.
        at: Timestamp,
    },
    /// Brings a deleted division back, empty; conflicts if it is not deleted, or another has its name.
    RestoreDivision(OrganizationId, DivisionId),
    /// A new role; conflicts with one of the same name.
    CreateRole(Role),
    /// Replaces the members of a role whose stored version is the one given here, and counts it up. What never changes
    /// (id, organization, template) stays.
    ReplaceRole(Role),
    /// Removes a role with all grants of it; conflicts if it is gone.
    DeleteRole(OrganizationId, RoleId),
    /// A new user; conflicts with one of the same address in the organization.
    CreateUser(User),
    /// Replaces the members of a user whose stored version is the one given here, and counts it up; conflicts if it is
    /// deleted, or another of the organization has the address. What never changes (id, organization, creation) and what
    /// is recorded by itself (last login, last token) stay.
    ReplaceUser(Box<User>),
    /// Deletes a user whose stored version is this: without passwords and with the next epoch, what it did still names
    /// it, and its address is free for others. Its grants, consents and sessions go.
    DeleteUser(OrganizationId, UserId, u32),
    /// A new client with its secrets.
    CreateClient(Box<Client>),
    /// Replaces the members of a client whose stored version is the one given here, and counts it up. What never
    /// changes (id, organization, creation) and its secrets stay.
    ReplaceClient(Box<Client>),
    /// Replaces all secrets of a client.
    ReplaceSecrets(ClientId, Vec<Secret>),
    /// Removes a client with its secrets, grants and consents; conflicts if it is gone.
    DeleteClient(OrganizationId, ClientId),
    /// Replaces all direct grants of a subject; conflicts if a role stands twice in one division.
    ReplaceRoleGrants(OrganizationId, SubjectId, Vec<RoleGrant>),
    /// A new key; conflicts with one of the same id.
    CreateKey(KeyRow),
    /// Removes a key; one that is gone already is no conflict.
    DeleteKey(KeyId),
    /// A new ticket, under a key that the store makes.
    CreateTicket(NewTicket),
    /// Marks a ticket spent; conflicts if it was spent, has expired or is gone.
    Spend(TicketKey, Timestamp),
    /// A new family, under a key that the store makes; conflicts with one that came of the same code.
    CreateFamily(NewFamily),
    /// Counts a family's generation up; conflicts unless it stands at `generation`, is live, and began at that moment: in a
    /// store that was put back to an older state, its key may be another's.
    Advance {
        /// Which.
        key: FamilyKey,
        /// When it began.
        began: Timestamp,
        /// Where it stands.
        generation: u32,
        /// When it is advanced.
        at: Timestamp,
    },
    /// Revokes a family for good; one that is revoked already is no conflict.
    RevokeFamily(FamilyKey, Timestamp),
    /// A new session, under a key that the store makes.
    CreateSession(NewSession),
    /// Ends a session; one that has ended already is no conflict.
    EndSession(SessionKey),
    /// Ends all sessions of a user but this one.
    EndSessions(UserId, Option<SessionKey>),
    /// A new consent; conflicts with one of the same user and client.
    CreateConsent(Consent),
    /// Replaces the members of a consent whose stored version is the one given here, and counts it up. What never
    /// changes (user, client, organization, creation) stays.
    ReplaceConsent(Consent),
    /// People who allowed a client something are asked again when it asks next. What they allowed still holds.
    AskAgain(ClientId),
    /// Adds to the audit log.
    Audit(Box<Entry>),
    /// Replaces what was counted under a key; conflicts if that is not what is `known`.
    CountAttempts {
        /// Under which.
        key: AttemptKey,
        /// What it was.
        known: Option<Tries>,
        /// What it is.
        next: Option<Tries>,
    },
    /// Remembers that a client's assertion was used, until it expires; conflicts if it was used before.
    UseAssertion(AssertionKey, Timestamp),
    /// Remembers that a token or family is revoked, until the last token it covers has expired.
    Revoke(Revoked),
    /// Remembers when a secret last authenticated its client. Tells nobody.
    RecordUse(SecretId, Timestamp),
    /// Remembers when a token was last issued for a user. Tells nobody.
    RecordToken(UserId, Timestamp),
    /// Remembers when a user last logged in. Tells nobody.
    RecordLogin(UserId, Timestamp),
    /// Remembers when a session was last used. Tells nobody.
    RecordSession(SessionKey, Timestamp),
    /// Remembers when a token of a family was last used. Tells nobody.
    RecordFamily(FamilyKey, Timestamp),
    /// Adds to the usage counts of clients that still exist. Tells nobody.
    CountUsage(Vec<UsageCount>),
}

/// A fact whose change would make the decision unsafe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Require {
    /// The client still has this version.
    Client(ClientId, u32),
    /// The user still has this version.
    User(UserId, u32),
    /// The family still has this version.
    Family(FamilyKey, u32),
    /// The session has not ended.
    Session(SessionKey),
    /// The consent still has this version.
    Consent(UserId, ClientId, u32),
    /// No role, no division and nothing that anybody holds has changed since the organization's `authority` was this.
    Authority(OrganizationId, u32),
    /// The organization has fewer clients than this.
    ClientsBelow(OrganizationId, u32),
    /// The store is empty.
    NoOrganization,
}

/// What can be revoked by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RevokedId {
    /// One access token.
    Token(TokenId),
    /// All tokens of a family.
    Family(FamilyKey),
}

impl RevokedId {
    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("token", id) => TokenId::parse(id).map(Self::Token),
            ("family", key) => key.parse().ok().map(|key| Self::Family(FamilyKey(key))),
            _ => None,
        }
    }
}

impl fmt::Display for RevokedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(id) => write!(f, "token:{id}"),
            Self::Family(key) => write!(f, "family:{}", key.0),
        }
    }
}

/// A revocation by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// Whose it is.
    pub organization: OrganizationId,
    /// What is revoked.
    pub id: RevokedId,
    /// When nothing is left that it covers.
    pub expires_at: Timestamp,
}

/// What other nodes must fetch again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Changed {
    /// An organization.
    Organization(OrganizationId),
    /// The divisions of an organization.
    Divisions(OrganizationId),
    /// The roles of an organization.
    Roles(OrganizationId),
    /// A user.
    User(UserId),
    /// A client.
    Client(ClientId),
    /// The grants of a subject.
    RoleGrants(SubjectId),
    /// What a user allowed a client.
    Consent(UserId, ClientId),
    /// What users allowed a client, nobody knows which.
    Consents(ClientId),
    /// Roles or divisions of an organization, and users and grants with them, nobody knows which.
    Members(OrganizationId),
    /// The keys of the server.
    Keys,
    /// An id was revoked, until this moment: that is all there is to know of it.
    Revoked(RevokedId, Timestamp),
}

impl Write {
    /// What a node must drop from its caches once this is committed.
    pub fn changed(&self) -> Option<Changed> {
        Some(match self {
            Self::CreateOrganization(organization) => Changed::Organization(organization.id),
            Self::ReplaceOrganization(organization) => Changed::Organization(organization.id),
            Self::AdvanceAuthority(organization, _) => Changed::Organization(*organization),
            Self::CreateDivision(division) | Self::ReplaceDivision(division) => {
                Changed::Divisions(division.organization)
            }
            Self::RestoreDivision(organization, _) => Changed::Divisions(*organization),
            Self::DeleteDivision { organization, .. } | Self::DeleteRole(organization, _) => {
                Changed::Members(*organization)
            }
            Self::CreateRole(role) | Self::ReplaceRole(role) => Changed::Roles(role.organization),
            Self::CreateUser(user) => Changed::User(user.id),
            Self::ReplaceUser(user) => Changed::User(user.id),
            // Its grants go too, but nobody asks for the grants of who cannot act.
            Self::DeleteUser(_, user, _) => Changed::User(*user),
            Self::CreateConsent(it) | Self::ReplaceConsent(it) => Changed::Consent(it.user, it.client),
            Self::AskAgain(client) => Changed::Consents(*client),
            Self::CreateClient(client) | Self::ReplaceClient(client) => Changed::Client(client.id),
            Self::ReplaceSecrets(client, _) | Self::DeleteClient(_, client) => Changed::Client(*client),
            Self::ReplaceRoleGrants(_, subject, _) => Changed::RoleGrants(*subject),
            Self::CreateKey(_) | Self::DeleteKey(_) => Changed::Keys,
            Self::Revoke(it) => Changed::Revoked(it.id, it.expires_at),
            Self::Require(_)
            | Self::CreateTicket(_)
            | Self::Spend(..)
            | Self::CreateFamily(_)
            | Self::Advance { .. }
            | Self::RevokeFamily(..)
            | Self::CreateSession(_)
            | Self::EndSession(_)
            | Self::EndSessions(..)
            | Self::Audit(_)
            | Self::CountAttempts { .. }
            | Self::UseAssertion(..)
            | Self::RecordUse(..)
            | Self::RecordLogin(..)
            | Self::RecordSession(..)
            | Self::RecordFamily(..)
            | Self::RecordToken(..)
            | Self::CountUsage(_) => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::fixed::Counting;

    #[test]
    fn a_revoked_id_reads_back() {
        for id in [RevokedId::Token(TokenId::random(&Counting::new(1))), RevokedId::Family(FamilyKey(-7))] {
            assert_eq!(RevokedId::parse(&id.to_string()), Some(id));
        }
        assert_eq!(RevokedId::parse("user:1"), None);
    }
}
