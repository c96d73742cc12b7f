//! What Chancery keeps, and where: one trait of small reads and one atomic commit, several backends behind it.

mod error;
pub mod memory;
pub mod postgres;
mod schema;
mod sql;
pub mod sqlite;
pub mod transfer;

use std::sync::Arc;

use async_trait::async_trait;
use chancery_core::audit::{Audited, Wanted};
use chancery_core::client::Client;
use chancery_core::consent::Consent;
use chancery_core::family::Family;
use chancery_core::keyring::KeyRow;
use chancery_core::organization::{Division, DivisionUse, Organization};
use chancery_core::rbac::{Role, RoleGrant, SubjectKind};
use chancery_core::session::Session;
use chancery_core::session::attempts::Tries;
use chancery_core::ticket::Ticket;
use chancery_core::types::{
    AssertionKey, AttemptKey, ClientId, CodeId, DivisionId, FamilyKey, OrganizationId, RoleId, SessionKey,
    SubjectId, TicketKey, Timestamp, UserId,
};
use chancery_core::usage::{Day, UsageCount};
use chancery_core::user::{User, UserState};
use chancery_core::write::{Changed, Revoked, RevokedId, Write};

/// So many revoked ids are read at a time.
pub const REVOKED_PAGE: u32 = 5000;

pub use error::{OpenError, StoreError};
pub use memory::Memory;
pub use postgres::Postgres;
pub use schema::Schema;
pub use sqlite::Sqlite;

/// A key that the store made for a new row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// Of a ticket.
    Ticket(TicketKey),
    /// Of a family.
    Family(FamilyKey),
    /// Of a session.
    Session(SessionKey),
}

/// A change that another process or node committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its row in the log: the same change read twice has the same key.
    pub key: i64,
    /// What changed.
    pub changed: Changed,
}

/// A backend. Reads are small and answer what is committed; `commit` is the only way to change anything.
#[async_trait]
pub trait Store: Send + Sync {
    /// Does all writes or none, durably, in their order; answers the keys it made. `now` dates the change log.
    async fn commit(&self, writes: Vec<Write>, now: Timestamp) -> Result<Vec<Made>, StoreError>;

    /// All organizations, oldest first.
    async fn organizations(&self) -> Result<Vec<Organization>, StoreError>;
    /// One organization.
    async fn find_organization(&self, id: OrganizationId) -> Result<Option<Organization>, StoreError>;
    /// The divisions of an organization that are not deleted, by name.
    async fn divisions(&self, organization: OrganizationId) -> Result<Vec<Division>, StoreError>;
    /// The deleted divisions of an organization, by name and then id.
    async fn deleted_divisions(&self, organization: OrganizationId) -> Result<Vec<Division>, StoreError>;
    /// What is in a division; nothing is in one that does not exist. Users that are deleted do not count.
    async fn division_use(&self, id: DivisionId) -> Result<DivisionUse, StoreError>;
    /// The grants that hold in a division alone, oldest first, then by subject and role.
    async fn division_grants(&self, id: DivisionId) -> Result<Vec<RoleGrant>, StoreError>;
    /// The roles of an organization, by name.
    async fn roles(&self, organization: OrganizationId) -> Result<Vec<Role>, StoreError>;
    /// How many users hold each role of an organization, in whichever division; roles that none holds are left out.
    async fn role_user_counts(&self, organization: OrganizationId) -> Result<Vec<(RoleId, u32)>, StoreError>;
    /// All grants of a role, oldest first, then by subject and division; none of a role that does not exist.
    async fn role_holders(&self, role: RoleId) -> Result<Vec<RoleGrant>, StoreError>;
    /// Who holds a role in all divisions and can act, by subject: active users, and active clients that can get
    /// tokens of their own (`client_credentials`).
    async fn working_holders(&self, role: RoleId) -> Result<Vec<(SubjectId, SubjectKind)>, StoreError>;
    /// One user.
    async fn find_user(&self, id: UserId) -> Result<Option<User>, StoreError>;
    /// The user of an organization with that address, which stands in lower case; never a deleted one.
    async fn find_user_by_email(
        &self,
        organization: OrganizationId,
        email: Arc<str>,
    ) -> Result<Option<User>, StoreError>;
    /// The ids of an organization's users of that state, or of all, by name and then id.
    async fn user_ids(
        &self,
        organization: OrganizationId,
        state: Option<UserState>,
    ) -> Result<Vec<UserId>, StoreError>;
    /// Those of the users that exist, deleted or not, in the order asked for.
    async fn users(&self, ids: Vec<UserId>) -> Result<Vec<User>, StoreError>;
    /// One session. Never cached.
    async fn find_session(&self, key: SessionKey) -> Result<Option<Session>, StoreError>;
    /// The sessions of a user, newest first.
    async fn sessions(&self, user: UserId) -> Result<Vec<Session>, StoreError>;
    /// What a user allowed a client.
    async fn find_consent(&self, user: UserId, client: ClientId) -> Result<Option<Consent>, StoreError>;
    /// All that a user allowed, newest first, then by client.
    async fn consents(&self, user: UserId) -> Result<Vec<Consent>, StoreError>;
    /// The entries of the audit log that are wanted, newest first.
    async fn audit(&self, wanted: Wanted) -> Result<Vec<Audited>, StoreError>;
    /// One client with its secrets.
    async fn find_client(&self, id: ClientId) -> Result<Option<Client>, StoreError>;
    /// The ids of an organization's clients, by name and then id.
    async fn client_ids(&self, organization: OrganizationId) -> Result<Vec<ClientId>, StoreError>;
    /// How many clients an organization has.
    async fn count_clients(&self, organization: OrganizationId) -> Result<u32, StoreError>;
    /// Counts them one by one, whatever was known of their number.
    async fn recount_clients(&self, organization: OrganizationId) -> Result<(), StoreError>;
    /// Those of the clients that still exist, in the order asked for, each with its grants and without its secrets, which
    /// nobody lists. No id stands twice.
    async fn clients(&self, ids: Vec<ClientId>) -> Result<Vec<(Client, Vec<RoleGrant>)>, StoreError>;
    /// Inactive clients whose date of deletion has passed; at most `limit`.
    async fn clients_to_delete(&self, now: Timestamp, limit: u32) -> Result<Vec<ClientId>, StoreError>;
    /// The grants of a subject, in the order they were granted.
    async fn role_grants(&self, subject: SubjectId) -> Result<Vec<RoleGrant>, StoreError>;
    /// What a client asked for on the days from `from` to before `until`, in any order.
    async fn usage(&self, client: ClientId, from: Day, until: Day) -> Result<Vec<UsageCount>, StoreError>;
    /// All keys.
    async fn keys(&self) -> Result<Vec<KeyRow>, StoreError>;
    /// One ticket. Never cached.
    async fn find_ticket(&self, key: TicketKey) -> Result<Option<Ticket>, StoreError>;
    /// One family. Never cached.
    async fn find_family(&self, key: FamilyKey) -> Result<Option<Family>, StoreError>;
    /// The family that came of a code. Never cached.
    async fn find_family_of_code(&self, code: CodeId) -> Result<Option<Family>, StoreError>;
    /// What was counted under these keys, in any order. Never cached.
    async fn attempts(&self, keys: [AttemptKey; 3]) -> Result<Vec<(AttemptKey, Tries)>, StoreError>;
    /// Whether an assertion was used. Never cached.
    async fn was_used(&self, key: AssertionKey) -> Result<bool, StoreError>;
    /// The ids that are revoked and still matter at `now`: those after one of them, in one order, at most [`REVOKED_PAGE`].
    async fn revoked_page(
        &self,
        now: Timestamp,
        after: Option<RevokedId>,
    ) -> Result<Vec<Revoked>, StoreError>;

    /// What others committed since `since`, by their clocks. This process's own commits are left out.
    async fn changes(&self, since: Timestamp) -> Result<Vec<Change>, StoreError>;
    /// Takes a lease, or keeps one that this process holds, until `until`; `false` while another process holds it. One who says
    /// so gives it back: `until` is not after `now`.
    async fn lease(&self, name: &'static str, until: Timestamp, now: Timestamp) -> Result<bool, StoreError>;

    /// What time it is there; `None`: it has no clock of its own.
    async fn clock(&self) -> Result<Option<Timestamp>, StoreError>;
    /// Whether it is being filled from another store, or was not filled to the end: nobody serves it.
    async fn is_unfinished(&self) -> Result<bool, StoreError>;
    /// Deletes rows that nothing needs any more, and audit entries from before `audit_before`: at most `limit` of each
    /// kind; answers how many.
    async fn sweep(&self, now: Timestamp, audit_before: Timestamp, limit: u32) -> Result<usize, StoreError>;
    /// Finishes what is queued and lets go of the database.
    async fn close(&self) -> Result<(), StoreError>;
}
