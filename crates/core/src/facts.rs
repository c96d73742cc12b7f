//! What the shell has fetched for a decision, and what a decision can ask it to fetch.

use std::sync::Arc;

use crate::client::Client;
use crate::consent::Consent;
use crate::decision::Undecided;
use crate::family::Family;
use crate::jose::KeySet;
use crate::organization::{Division, DivisionUse, Organization};
use crate::rbac::{Role, RoleGrant, SubjectKind};
use crate::session::Session;
use crate::ticket::Ticket;
use crate::types::{
    AssertionKey, ClientId, CodeId, DivisionId, FamilyKey, OrganizationId, RoleId, SessionKey, SubjectId,
    TicketKey, Timestamp, UserId,
};
use crate::user::{PasswordCheck, User};

/// One thing that a decision needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Load {
    /// A client, with its secrets.
    Client(ClientId),
    /// A user.
    User(UserId),
    /// The user who logs in with an address, which stands in lower case. Never from memory.
    UserByEmail((OrganizationId, Arc<str>)),
    /// Whether a password is the one that is kept.
    Verdict(PasswordCheck),
    /// A browser's session. Never from memory.
    Session(SessionKey),
    /// What a user allowed a client.
    Consent((UserId, ClientId)),
    /// A ticket. Never from memory.
    Ticket(TicketKey),
    /// A family. Never from memory.
    Family(FamilyKey),
    /// The family that came of a code. Never from memory.
    FamilyOfCode(CodeId),
    /// When a token of a family was last used.
    FamilyUse(FamilyKey),
    /// Whether an assertion was used. Never from memory.
    AssertionUse(AssertionKey),
    /// The keys of a client, from the place that it names.
    KeySet(Arc<str>),
    /// The redirect URIs of a sector (OpenID Connect Core section 8.1), from the place that a client names.
    Sector(Arc<str>),
    /// An organization.
    Organization(OrganizationId),
    /// All roles of an organization.
    Roles(OrganizationId),
    /// All divisions of an organization.
    Divisions(OrganizationId),
    /// The roles that a subject was granted.
    RoleGrants(SubjectId),
    /// How many clients an organization has. Never from memory.
    ClientCount(OrganizationId),
    /// All grants of a role. Never from memory.
    RoleHolders(RoleId),
    /// Who can act, and holds a role in all divisions. Never from memory.
    WorkingHolders(RoleId),
    /// What is in a division. Never from memory.
    DivisionUse(DivisionId),
    /// The deleted divisions of an organization. Never from memory.
    DeletedDivisions(OrganizationId),
}

/// A handful of things by key. A few entries at most, so a list beats a map.
#[derive(Clone, Debug)]
struct Known<K, V>(Vec<(K, V)>);

impl<K, V> Default for Known<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: PartialEq, V> Known<K, V> {
    fn find(&self, key: &K) -> Option<&V> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    fn load<E>(&self, key: K, load: impl Fn(K) -> Load) -> Result<&V, Undecided<E>> {
        self.find(&key).ok_or_else(|| Undecided::Need(vec![load(key)]))
    }

    fn put(&mut self, key: K, value: V) {
        self.0.retain(|(known, _)| *known != key);
        self.0.push((key, value));
    }
}

/// Everything fetched so far. Reading what is not there yet answers `Undecided::Need`.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    clients: Known<ClientId, Option<Arc<Client>>>,
    users: Known<UserId, Option<Arc<User>>>,
    users_by_email: Known<(OrganizationId, Arc<str>), Option<Arc<User>>>,
    verdicts: Known<PasswordCheck, bool>,
    sessions: Known<SessionKey, Option<Arc<Session>>>,
    consents: Known<(UserId, ClientId), Option<Arc<Consent>>>,
    tickets: Known<TicketKey, Option<Arc<Ticket>>>,
    families: Known<FamilyKey, Option<Arc<Family>>>,
    families_of_codes: Known<CodeId, Option<Arc<Family>>>,
    family_uses: Known<FamilyKey, Option<Timestamp>>,
    assertion_uses: Known<AssertionKey, bool>,
    key_sets: Known<Arc<str>, Option<Arc<KeySet>>>,
    sectors: Known<Arc<str>, Option<Arc<Vec<String>>>>,
    organizations: Known<OrganizationId, Option<Arc<Organization>>>,
    roles: Known<OrganizationId, Arc<Vec<Role>>>,
    divisions: Known<OrganizationId, Arc<Vec<Division>>>,
    role_grants: Known<SubjectId, Arc<Vec<RoleGrant>>>,
    client_counts: Known<OrganizationId, u32>,
    role_holders: Known<RoleId, Arc<Vec<RoleGrant>>>,
    working_holders: Known<RoleId, Arc<Vec<(SubjectId, SubjectKind)>>>,
    division_uses: Known<DivisionId, DivisionUse>,
    deleted_divisions: Known<OrganizationId, Arc<Vec<Division>>>,
    anew: bool,
}

/// Declares how each fact is read and put, and which are known.
macro_rules! facts {
    ($($(#[$doc:meta])* $read:ident / $put:ident ($key:ty => $value:ty) in $field:ident as $load:ident;)+) => {
        impl Facts {
            $(
                $(#[$doc])*
                pub fn $read<E>(&self, id: $key) -> Result<&$value, Undecided<E>> {
                    self.$field.load(id, Load::$load)
                }

                /// Adds what the shell fetched.
                pub fn $put(&mut self, id: $key, value: $value) {
                    self.$field.put(id, value);
                }
            )+

            /// Whether that was fetched.
            pub fn knows(&self, load: &Load) -> bool {
                match load {
                    $(Load::$load(id) => self.$field.find(id).is_some(),)+
                }
            }
        }
    };
}

facts! {
    /// The client, `None` if there is none.
    client / put_client (ClientId => Option<Arc<Client>>) in clients as Client;
    /// The user, `None` if there is none.
    user / put_user (UserId => Option<Arc<User>>) in users as User;
    /// The user with that address, `None` if there is none; deleted users have none.
    user_by_email / put_user_by_email ((OrganizationId, Arc<str>) => Option<Arc<User>>) in users_by_email as UserByEmail;
    /// Whether the password is the one that is kept.
    verdict / put_verdict (PasswordCheck => bool) in verdicts as Verdict;
    /// The session, `None` if there is none.
    session / put_session (SessionKey => Option<Arc<Session>>) in sessions as Session;
    /// What the user allowed the client, `None` if nothing ever.
    consent / put_consent ((UserId, ClientId) => Option<Arc<Consent>>) in consents as Consent;
    /// The ticket, `None` if there is none.
    ticket / put_ticket (TicketKey => Option<Arc<Ticket>>) in tickets as Ticket;
    /// The family, `None` if there is none.
    family / put_family (FamilyKey => Option<Arc<Family>>) in families as Family;
    /// The family that came of the code, `None` if none did.
    family_of_code / put_family_of_code (CodeId => Option<Arc<Family>>) in families_of_codes as FamilyOfCode;
    /// When a token of the family was last used or refreshed, or the family began; `None` if there is none.
    family_use / put_family_use (FamilyKey => Option<Timestamp>) in family_uses as FamilyUse;
    /// Whether the assertion was used.
    assertion_use / put_assertion_use (AssertionKey => bool) in assertion_uses as AssertionUse;
    /// The keys at that place, `None` if none could be had.
    key_set / put_key_set (Arc<str> => Option<Arc<KeySet>>) in key_sets as KeySet;
    /// The redirect URIs that the document at that place names, `None` if it cannot be had.
    sector / put_sector (Arc<str> => Option<Arc<Vec<String>>>) in sectors as Sector;
    /// The organization, `None` if there is none.
    organization / put_organization (OrganizationId => Option<Arc<Organization>>) in organizations as Organization;
    /// The roles of an organization.
    roles / put_roles (OrganizationId => Arc<Vec<Role>>) in roles as Roles;
    /// The divisions of an organization.
    divisions / put_divisions (OrganizationId => Arc<Vec<Division>>) in divisions as Divisions;
    /// The grants of a subject.
    role_grants / put_role_grants (SubjectId => Arc<Vec<RoleGrant>>) in role_grants as RoleGrants;
    /// How many clients an organization has.
    client_count / put_client_count (OrganizationId => u32) in client_counts as ClientCount;
    /// The grants of a role.
    role_holders / put_role_holders (RoleId => Arc<Vec<RoleGrant>>) in role_holders as RoleHolders;
    /// Active users and clients that hold a role in all divisions.
    working_holders / put_working_holders (RoleId => Arc<Vec<(SubjectId, SubjectKind)>>) in working_holders as WorkingHolders;
    /// What is in a division.
    division_use / put_division_use (DivisionId => DivisionUse) in division_uses as DivisionUse;
    /// The deleted divisions of an organization.
    deleted_divisions / put_deleted_divisions (OrganizationId => Arc<Vec<Division>>) in deleted_divisions as DeletedDivisions;
}

impl Facts {
    /// What stays true however the world changed: verdicts are costly, and about the same password and hash for ever.
    pub fn kept(self) -> Self {
        Self { verdicts: self.verdicts, anew: true, ..Self::default() }
    }

    /// Whether the same was decided before and did not hold: what was hoped for then is looked up now.
    pub const fn is_anew(&self) -> bool {
        self.anew
    }

    /// Asks for all of these at once, so that many of one kind take one round.
    pub fn together<E>(&self, loads: impl IntoIterator<Item = Load>) -> Result<(), Undecided<E>> {
        let missing: Vec<Load> = loads.into_iter().filter(|load| !self.knows(load)).collect();
        if missing.is_empty() { Ok(()) } else { Err(Undecided::Need(missing)) }
    }
}
