//! SQLite: one writer thread that commits in groups, a few readers, everything in one file.

mod open;
#[cfg(test)]
mod plans;
mod reader;
mod row;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chancery_core::audit::{Audited, Wanted};
use chancery_core::client::Client;
use chancery_core::consent::Consent;
use chancery_core::family::Family;
use chancery_core::keyring::KeyRow;
use chancery_core::organization::{Division, DivisionUse, Organization};
use chancery_core::rbac::{Role, RoleGrant, SubjectKind};
use chancery_core::session::Session;
use chancery_core::ticket::Ticket;
use chancery_core::types::{
    AssertionKey, ClientId, DivisionId, FamilyKey, OrganizationId, RoleId, SessionKey, SubjectId, TicketKey,
    Timestamp, UserId,
};
use chancery_core::usage::{Day, UsageCount};
use chancery_core::user::{User, UserState};
use chancery_core::write::{Revoked, Write};

pub use open::OpenError;
use reader::Readers;
use row::{all, one};
use writer::Writer;

use crate::sql::{self, Query};
use crate::{Change, Made, Store, StoreError};

/// A store in one SQLite file, in WAL mode at FULL durability. Several processes can have it open.
pub struct Sqlite {
    /// Names this process in the change log, so that it need not read its own lines.
    node: String,
    // Dropped before the writer, whose connection closes last and alone: only then the log is folded in.
    readers: Mutex<Option<Readers>>,
    writer: Mutex<Option<Writer>>,
}

impl Sqlite {
    /// Opens the file, or makes it with mode 0600; brings an older schema up. Refuses, and leaves unchanged, what is
    /// damaged, not ours, or too new.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let connection = open::prepare(path)?;
        let node = open::random_name(&connection)?;
        let readers = Readers::start(path)?;
        let writer = Writer::start(connection)?;
        Ok(Self { node, writer: Mutex::new(Some(writer)), readers: Mutex::new(Some(readers)) })
    }

    async fn read<T, F>(&self, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&rusqlite::Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let answer = match &*self.readers.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(readers) => readers.ask(read)?,
            None => return Err(closed()),
        };
        answer.await.map_err(|_| closed())?
    }

    async fn find<T: Send + 'static>(&self, query: Query<T>) -> Result<Option<T>, StoreError> {
        self.read(move |connection| one(connection, &query)).await
    }

    async fn list<T: Send + 'static>(&self, query: Query<T>) -> Result<Vec<T>, StoreError> {
        self.read(move |connection| all(connection, &query)).await
    }

    async fn run(&self, statements: Vec<sql::Statement>) -> Result<writer::Done, StoreError> {
        let answer = match &*self.writer.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(writer) => writer.queue(statements)?,
            None => return Err(closed()),
        };
        answer.await.map_err(|_| closed())?
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".to_owned())
}

fn client(connection: &rusqlite::Connection, id: ClientId) -> Result<Option<Client>, StoreError> {
    let Some(mut client) = one(connection, &sql::client::find(id))? else { return Ok(None) };
    client.secrets = all(connection, &sql::client::secrets(id))?;
    Ok(Some(client))
}

#[async_trait]
impl Store for Sqlite {
    async fn commit(&self, writes: Vec<Write>, now: Timestamp) -> Result<Vec<Made>, StoreError> {
        let mut statements: Vec<_> = writes.iter().flat_map(sql::write::statements).collect();
        let changes = writes.iter().filter_map(Write::changed);
        statements.extend(changes.map(|changed| sql::change::insert(&self.node, now, changed)));
        Ok(self.run(statements).await?.made)
    }

    async fn organizations(&self) -> Result<Vec<Organization>, StoreError> {
        self.list(sql::organization::all()).await
    }

    async fn find_organization(&self, id: OrganizationId) -> Result<Option<Organization>, StoreError> {
        self.find(sql::organization::find(id)).await
    }

    async fn divisions(&self, organization: OrganizationId) -> Result<Vec<Division>, StoreError> {
        let mut divisions = self.list(sql::division::of_organization(organization)).await?;
        divisions.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(divisions)
    }

    async fn deleted_divisions(&self, organization: OrganizationId) -> Result<Vec<Division>, StoreError> {
        let mut divisions = self.list(sql::division::deleted(organization)).await?;
        divisions.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(divisions)
    }

    async fn division_use(&self, id: DivisionId) -> Result<DivisionUse, StoreError> {
        Ok(self.find(sql::division::in_use(id)).await?.unwrap_or_default())
    }

    async fn division_grants(&self, id: DivisionId) -> Result<Vec<RoleGrant>, StoreError> {
        self.list(sql::role::in_division(id)).await
    }

    async fn roles(&self, organization: OrganizationId) -> Result<Vec<Role>, StoreError> {
        let mut roles = self.list(sql::role::of_organization(organization)).await?;
        roles.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(roles)
    }

    async fn role_user_counts(&self, organization: OrganizationId) -> Result<Vec<(RoleId, u32)>, StoreError> {
        self.list(sql::role::user_counts(organization)).await
    }

    async fn role_holders(&self, role: RoleId) -> Result<Vec<RoleGrant>, StoreError> {
        self.list(sql::role::holders(role)).await
    }

    async fn working_holders(&self, role: RoleId) -> Result<Vec<(SubjectId, SubjectKind)>, StoreError> {
        self.list(sql::role::working_holders(role)).await
    }

    async fn find_user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.find(sql::user::find(id)).await
    }

    async fn find_user_by_email(
        &self,
        organization: OrganizationId,
        email: Arc<str>,
    ) -> Result<Option<User>, StoreError> {
        self.find(sql::user::find_by_email(organization, &email)).await
    }

    async fn user_ids(
        &self,
        organization: OrganizationId,
        state: Option<UserState>,
    ) -> Result<Vec<UserId>, StoreError> {
        let mut names = self.list(sql::user::names(organization, state)).await?;
        names.sort_unstable();
        Ok(names.into_iter().map(|(_, id)| id).collect())
    }

    async fn users(&self, ids: Vec<UserId>) -> Result<Vec<User>, StoreError> {
        self.read(move |connection| {
            let found = ids.into_iter().map(|id| one(connection, &sql::user::find(id)));
            found.filter_map(Result::transpose).collect()
        })
        .await
    }

    async fn find_session(&self, key: SessionKey) -> Result<Option<Session>, StoreError> {
        self.find(sql::session::find(key)).await
    }

    async fn sessions(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        self.list(sql::session::of_user(user)).await
    }

    async fn find_consent(&self, user: UserId, client: ClientId) -> Result<Option<Consent>, StoreError> {
        self.find(sql::consent::find(user, client)).await
    }

    async fn consents(&self, user: UserId) -> Result<Vec<Consent>, StoreError> {
        self.list(sql::consent::of_user(user)).await
    }

    async fn audit(&self, wanted: Wanted) -> Result<Vec<Audited>, StoreError> {
        self.list(sql::audit::wanted(&wanted)).await
    }

    async fn find_client(&self, id: ClientId) -> Result<Option<Client>, StoreError> {
        self.read(move |connection| client(connection, id)).await
    }

    async fn client_ids(&self, organization: OrganizationId) -> Result<Vec<ClientId>, StoreError> {
        let mut names = self.list(sql::client::names(organization)).await?;
        names.sort_unstable();
        Ok(names.into_iter().map(|(_, id)| id).collect())
    }

    async fn count_clients(&self, organization: OrganizationId) -> Result<u32, StoreError> {
        Ok(self.find(sql::client::count(organization)).await?.unwrap_or_default())
    }

    async fn clients(&self, ids: Vec<ClientId>) -> Result<Vec<(Client, Vec<RoleGrant>)>, StoreError> {
        self.read(move |connection| {
            let mut found = Vec::with_capacity(ids.len());
            for id in ids {
                if let Some(client) = client(connection, id)? {
                    found.push((client, all(connection, &sql::role::grants(id.into()))?));
                }
            }
            Ok(found)
        })
        .await
    }

    async fn clients_to_delete(&self, now: Timestamp, limit: u32) -> Result<Vec<ClientId>, StoreError> {
        self.list(sql::client::to_delete(now, limit)).await
    }

    async fn role_grants(&self, subject: SubjectId) -> Result<Vec<RoleGrant>, StoreError> {
        self.list(sql::role::grants(subject)).await
    }

    async fn usage(&self, client: ClientId, from: Day, until: Day) -> Result<Vec<UsageCount>, StoreError> {
        self.list(sql::usage::of_client(client, from, until)).await
    }

    async fn keys(&self) -> Result<Vec<KeyRow>, StoreError> {
        self.list(sql::key::all()).await
    }

    async fn find_ticket(&self, key: TicketKey) -> Result<Option<Ticket>, StoreError> {
        self.find(sql::ticket::find(key)).await
    }

    async fn find_family(&self, key: FamilyKey) -> Result<Option<Family>, StoreError> {
        self.find(sql::family::find(key)).await
    }

    async fn was_used(&self, key: AssertionKey) -> Result<bool, StoreError> {
        Ok(self.find(sql::assertion::find(&key)).await?.is_some())
    }

    async fn revoked(&self, now: Timestamp) -> Result<Vec<Revoked>, StoreError> {
        self.list(sql::revoked::live(now)).await
    }

    async fn changes(&self, since: Timestamp) -> Result<Vec<Change>, StoreError> {
        let changes = self.list(sql::change::since(&self.node, since)).await?;
        Ok(changes.into_iter().flatten().collect())
    }

    async fn sweep(&self, now: Timestamp, audit_before: Timestamp, limit: u32) -> Result<usize, StoreError> {
        Ok(self.run(sql::sweep::statements(now, audit_before, limit)).await?.changed)
    }

    async fn close(&self) -> Result<(), StoreError> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Joining waits for what is queued. The writer's connection closes last and alone, and folds the log in.
        let joined = tokio::task::spawn_blocking(move || {
            drop(readers);
            drop(writer);
        });
        joined.await.map_err(|_| closed())
    }
}
