//! The store, over anything that runs SQL: which statements a commit is made of, and which query answers what.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

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
    AssertionKey, AttemptKey, ClientId, CodeId, DivisionId, FamilyKey, Lifetime, OrganizationId, RoleId,
    SessionKey, SubjectId, TicketKey, Timestamp, UserId,
};
use chancery_core::usage::{Day, UsageCount};
use chancery_core::user::{User, UserState};
use chancery_core::write::{Changed, Revoked, RevokedId, Write};

use super::{
    MANY, Query, Statement, assertion, attempt, audit, change, client, consent, division, family, key, lease,
    organization, revoked, role, session, sweep, ticket, usage, user,
};
use crate::{Change, Made, REVOKED_PAGE, Store, StoreError};

/// A commit that takes longer may be missed by whoever reads the change log.
const LATE: Duration = Duration::from_secs(5);

/// What came of a commit.
#[derive(Debug, Default)]
pub struct Done {
    /// The keys that were made, in order.
    pub made: Vec<Made>,
    /// How many rows were changed.
    pub changed: usize,
}

/// What a backend does; the rest is the same for all that speak SQL.
#[async_trait]
pub trait Engine: Send + Sync {
    /// Names this process in the change log, so that it need not read its own lines.
    fn node(&self) -> &str;

    /// The rows of each query, in order; all queries see the same moment.
    async fn ask<T: Send + 'static>(&self, queries: Vec<Query<T>>) -> Result<Vec<Vec<T>>, StoreError>;

    /// Does all statements or none, durably.
    async fn run(&self, statements: Vec<Statement>) -> Result<Done, StoreError>;

    /// Finishes what is queued and lets go of the database.
    async fn close(&self) -> Result<(), StoreError>;

    /// The query for the time there; `None`: it has no clock of its own.
    fn time(&self) -> Option<Query<Timestamp>> {
        None
    }

    /// The rows of one query.
    async fn list<T: Send + 'static>(&self, query: Query<T>) -> Result<Vec<T>, StoreError> {
        Ok(self.ask(vec![query]).await?.pop().unwrap_or_default())
    }

    /// The row that a query finds by its key.
    async fn find<T: Send + 'static>(&self, query: Query<T>) -> Result<Option<T>, StoreError> {
        Ok(self.list(query).await?.into_iter().next())
    }
}

#[async_trait]
impl<E: Engine> Store for E {
    async fn commit(&self, writes: Vec<Write>, now: Timestamp) -> Result<Vec<Made>, StoreError> {
        let begun = Instant::now();
        let changed: Vec<Changed> = writes.iter().filter_map(Write::changed).collect();
        let lines = |at| changed.iter().map(move |changed| change::insert(self.node(), at, *changed));
        let mut statements = super::write::all(&writes);
        statements.extend(lines(now));
        let made = self.run(statements).await?.made;
        let took = begun.elapsed();
        if took > LATE && !changed.is_empty() {
            // Others look back for seconds: what shows later than that is told once more.
            let at = now + Lifetime::from_seconds(u32::try_from(took.as_secs()).unwrap_or(u32::MAX));
            self.run(lines(at).collect()).await?;
        }
        Ok(made)
    }

    async fn organizations(&self) -> Result<Vec<Organization>, StoreError> {
        self.list(organization::all()).await
    }

    async fn find_organization(&self, id: OrganizationId) -> Result<Option<Organization>, StoreError> {
        self.find(organization::find(id)).await
    }

    async fn divisions(&self, organization: OrganizationId) -> Result<Vec<Division>, StoreError> {
        let mut divisions = self.list(division::of_organization(organization)).await?;
        divisions.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(divisions)
    }

    async fn deleted_divisions(&self, organization: OrganizationId) -> Result<Vec<Division>, StoreError> {
        let mut divisions = self.list(division::deleted(organization)).await?;
        divisions.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(divisions)
    }

    async fn division_use(&self, id: DivisionId) -> Result<DivisionUse, StoreError> {
        Ok(self.find(division::in_use(id)).await?.unwrap_or_default())
    }

    async fn division_grants(&self, id: DivisionId) -> Result<Vec<RoleGrant>, StoreError> {
        self.list(role::in_division(id)).await
    }

    async fn roles(&self, organization: OrganizationId) -> Result<Vec<Role>, StoreError> {
        let mut roles = self.list(role::of_organization(organization)).await?;
        roles.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(roles)
    }

    async fn role_user_counts(&self, organization: OrganizationId) -> Result<Vec<(RoleId, u32)>, StoreError> {
        self.list(role::user_counts(organization)).await
    }

    async fn role_holders(&self, role: RoleId) -> Result<Vec<RoleGrant>, StoreError> {
        self.list(role::holders(role)).await
    }

    async fn working_holders(&self, role: RoleId) -> Result<Vec<(SubjectId, SubjectKind)>, StoreError> {
        self.list(role::working_holders(role)).await
    }

    async fn find_user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.find(user::find(id)).await
    }

    async fn find_user_by_email(
        &self,
        organization: OrganizationId,
        email: Arc<str>,
    ) -> Result<Option<User>, StoreError> {
        self.find(user::find_by_email(organization, &email)).await
    }

    async fn user_ids(
        &self,
        organization: OrganizationId,
        state: Option<UserState>,
    ) -> Result<Vec<UserId>, StoreError> {
        let mut names = self.list(user::names(organization, state)).await?;
        names.sort_unstable();
        Ok(names.into_iter().map(|(_, id)| id).collect())
    }

    async fn users(&self, ids: Vec<UserId>) -> Result<Vec<User>, StoreError> {
        let found = self.ask(ids.into_iter().map(user::find).collect()).await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn find_session(&self, key: SessionKey) -> Result<Option<Session>, StoreError> {
        self.find(session::find(key)).await
    }

    async fn sessions(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        self.list(session::of_user(user)).await
    }

    async fn find_consent(&self, user: UserId, client: ClientId) -> Result<Option<Consent>, StoreError> {
        self.find(consent::find(user, client)).await
    }

    async fn consents(&self, user: UserId) -> Result<Vec<Consent>, StoreError> {
        self.list(consent::of_user(user)).await
    }

    async fn audit(&self, wanted: Wanted) -> Result<Vec<Audited>, StoreError> {
        self.list(audit::wanted(&wanted)).await
    }

    async fn find_client(&self, id: ClientId) -> Result<Option<Client>, StoreError> {
        let parts = self.ask(client::parts(id).into()).await?;
        let parts = parts.into_iter().flatten().map(|(_, part)| part);
        Ok(client::whole(parts).map(|(client, _)| client))
    }

    async fn client_ids(&self, organization: OrganizationId) -> Result<Vec<ClientId>, StoreError> {
        let mut names = self.list(client::names(organization)).await?;
        names.sort_unstable();
        Ok(names.into_iter().map(|(_, id)| id).collect())
    }

    async fn count_clients(&self, organization: OrganizationId) -> Result<u32, StoreError> {
        Ok(self.find(client::count(organization)).await?.unwrap_or_default())
    }

    async fn recount_clients(&self, organization: OrganizationId) -> Result<(), StoreError> {
        self.run(client::recount(organization)).await.map(drop)
    }

    async fn clients(&self, ids: Vec<ClientId>) -> Result<Vec<(Client, Vec<RoleGrant>)>, StoreError> {
        let found = self.ask(ids.chunks(MANY).flat_map(client::parts_of_many).collect()).await?;
        let mut parts: HashMap<_, Vec<_>> = HashMap::with_capacity(ids.len());
        for (id, part) in found.into_iter().flatten() {
            parts.entry(id).or_default().push(part);
        }
        Ok(ids.iter().filter_map(|id| client::whole(parts.remove(id)?)).collect())
    }

    async fn clients_to_delete(&self, now: Timestamp, limit: u32) -> Result<Vec<ClientId>, StoreError> {
        self.list(client::to_delete(now, limit)).await
    }

    async fn role_grants(&self, subject: SubjectId) -> Result<Vec<RoleGrant>, StoreError> {
        self.list(role::grants(subject)).await
    }

    async fn usage(&self, client: ClientId, from: Day, until: Day) -> Result<Vec<UsageCount>, StoreError> {
        self.list(usage::of_client(client, from, until)).await
    }

    async fn keys(&self) -> Result<Vec<KeyRow>, StoreError> {
        self.list(key::all()).await
    }

    async fn find_ticket(&self, key: TicketKey) -> Result<Option<Ticket>, StoreError> {
        self.find(ticket::find(key)).await
    }

    async fn find_family(&self, key: FamilyKey) -> Result<Option<Family>, StoreError> {
        self.find(family::find(key)).await
    }

    async fn find_family_of_code(&self, code: CodeId) -> Result<Option<Family>, StoreError> {
        self.find(family::of_code(code)).await
    }

    async fn attempts(&self, keys: [AttemptKey; 3]) -> Result<Vec<(AttemptKey, Tries)>, StoreError> {
        self.list(attempt::find(&keys)).await
    }

    async fn was_used(&self, key: AssertionKey) -> Result<bool, StoreError> {
        Ok(self.find(assertion::find(&key)).await?.is_some())
    }

    async fn revoked_page(
        &self,
        now: Timestamp,
        after: Option<RevokedId>,
    ) -> Result<Vec<Revoked>, StoreError> {
        self.list(revoked::live(now, after, REVOKED_PAGE)).await
    }

    async fn changes(&self, since: Timestamp) -> Result<Vec<Change>, StoreError> {
        let changes = self.list(change::since(self.node(), since)).await?;
        Ok(changes.into_iter().flatten().collect())
    }

    async fn lease(&self, name: &'static str, until: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        match self.run(vec![lease::take(name, self.node(), until, now)]).await {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn clock(&self) -> Result<Option<Timestamp>, StoreError> {
        match self.time() {
            Some(query) => self.find(query).await,
            None => Ok(None),
        }
    }

    async fn is_unfinished(&self) -> Result<bool, StoreError> {
        crate::transfer::is_unfinished(self).await
    }

    async fn sweep(&self, now: Timestamp, audit_before: Timestamp, limit: u32) -> Result<usize, StoreError> {
        Ok(self.run(sweep::statements(now, audit_before, limit)).await?.changed)
    }

    async fn close(&self) -> Result<(), StoreError> {
        Engine::close(self).await
    }
}
