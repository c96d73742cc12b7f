//! Everything in maps under one lock: the reference for what each write means, and a store for tests and trials.

mod audit;
mod authorization;
mod people;
mod write;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chancery_core::audit::{Audited, Wanted};
use chancery_core::client::{Client, ClientState};
use chancery_core::consent::Consent;
use chancery_core::family::Family;
use chancery_core::keyring::KeyRow;
use chancery_core::organization::{Division, DivisionUse, Organization};
use chancery_core::rbac::{Role, RoleGrant, SubjectKind};
use chancery_core::session::Session;
use chancery_core::session::attempts::{FORGOTTEN, Tries};
use chancery_core::ticket::Ticket;
use chancery_core::types::{
    AssertionKey, AttemptKey, AuditKey, ClientId, CodeId, DivisionId, FamilyKey, KeyId, OrganizationId,
    RoleId, SessionKey, SubjectId, TicketKey, Timestamp, UserId,
};
use chancery_core::usage::{Day, UsageCount};
use chancery_core::user::{User, UserState};
use chancery_core::write::{Revoked, RevokedId, Write};

use crate::sql::sweep::{FAMILIES, TICKETS, first_day};
use crate::{Change, Made, REVOKED_PAGE, Store, StoreError};

/// A store that forgets everything when it is dropped. Every commit copies it whole: meant for small contents.
#[derive(Debug, Default)]
pub struct Memory {
    state: Arc<Mutex<State>>,
    /// Whether its commits let others go first.
    is_polite: bool,
}

impl Memory {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, whose commits let others go first once, as those do that wait for a disk.
    pub fn polite(&self) -> Self {
        Self { state: Arc::clone(&self.state), is_polite: true }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Debug, Default)]
struct State {
    organizations: BTreeMap<OrganizationId, Organization>,
    divisions: BTreeMap<DivisionId, Division>,
    deleted_divisions: BTreeMap<DivisionId, Division>,
    roles: BTreeMap<RoleId, Role>,
    users: BTreeMap<UserId, User>,
    clients: BTreeMap<ClientId, Client>,
    grants: BTreeMap<SubjectId, Vec<(OrganizationId, RoleGrant)>>,
    keys: BTreeMap<KeyId, KeyRow>,
    tickets: BTreeMap<TicketKey, Ticket>,
    families: BTreeMap<FamilyKey, Family>,
    sessions: BTreeMap<SessionKey, Session>,
    consents: BTreeMap<(UserId, ClientId), Consent>,
    audit: BTreeMap<AuditKey, Audited>,
    assertions: BTreeMap<AssertionKey, Timestamp>,
    attempts: BTreeMap<AttemptKey, Tries>,
    revoked: BTreeMap<RevokedId, Revoked>,
    /// By client, day, path and method.
    usage: BTreeMap<(ClientId, Day, String, String), UsageCount>,
    /// The keys made last; a key is not made again when its row is gone.
    last_ticket: i64,
    last_family: i64,
    last_session: i64,
    last_audited: i64,
}

/// Removes at most `limit` rows.
fn remove<K: Ord + Clone, V>(rows: &mut BTreeMap<K, V>, limit: u32, dead: impl Fn(&V) -> bool) -> usize {
    let keys = rows.iter().filter(|(_, row)| dead(row)).map(|(key, _)| key.clone());
    let keys: Vec<K> = keys.zip(0..limit).map(|(key, _)| key).collect();
    keys.iter().filter_map(|key| rows.remove(key)).count()
}

/// As many as a `u32` can count.
fn saturated(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[async_trait]
impl Store for Memory {
    async fn commit(&self, writes: Vec<Write>, _now: Timestamp) -> Result<Vec<Made>, StoreError> {
        if self.is_polite {
            tokio::task::yield_now().await;
        }
        let mut state = self.state();
        // Whatever fails, fails on the copy.
        let mut next = state.clone();
        let mut made = Vec::new();
        for write in writes {
            made.extend(next.apply(write)?);
        }
        *state = next;
        Ok(made)
    }

    async fn organizations(&self) -> Result<Vec<Organization>, StoreError> {
        let mut all: Vec<_> = self.state().organizations.values().cloned().collect();
        all.sort_by_key(|organization| (organization.created_at, organization.id));
        Ok(all)
    }

    async fn find_organization(&self, id: OrganizationId) -> Result<Option<Organization>, StoreError> {
        Ok(self.state().organizations.get(&id).cloned())
    }

    async fn divisions(&self, organization: OrganizationId) -> Result<Vec<Division>, StoreError> {
        Ok(authorization::of_organization(&self.state().divisions, organization))
    }

    async fn deleted_divisions(&self, organization: OrganizationId) -> Result<Vec<Division>, StoreError> {
        Ok(authorization::of_organization(&self.state().deleted_divisions, organization))
    }

    async fn division_use(&self, id: DivisionId) -> Result<DivisionUse, StoreError> {
        Ok(self.state().division_use(id))
    }

    async fn division_grants(&self, id: DivisionId) -> Result<Vec<RoleGrant>, StoreError> {
        Ok(self.state().division_grants(id))
    }

    async fn roles(&self, organization: OrganizationId) -> Result<Vec<Role>, StoreError> {
        let state = self.state();
        let own = state.roles.values().filter(|role| role.organization == organization);
        let mut own: Vec<_> = own.cloned().collect();
        own.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(own)
    }

    async fn role_user_counts(&self, organization: OrganizationId) -> Result<Vec<(RoleId, u32)>, StoreError> {
        Ok(self.state().role_user_counts(organization))
    }

    async fn role_holders(&self, role: RoleId) -> Result<Vec<RoleGrant>, StoreError> {
        Ok(self.state().role_holders(role))
    }

    async fn working_holders(&self, role: RoleId) -> Result<Vec<(SubjectId, SubjectKind)>, StoreError> {
        Ok(self.state().working_holders(role))
    }

    async fn find_user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        Ok(self.state().users.get(&id).cloned())
    }

    async fn find_user_by_email(
        &self,
        organization: OrganizationId,
        email: Arc<str>,
    ) -> Result<Option<User>, StoreError> {
        Ok(self.state().user_by_email(organization, &email))
    }

    async fn user_ids(
        &self,
        organization: OrganizationId,
        state: Option<UserState>,
    ) -> Result<Vec<UserId>, StoreError> {
        Ok(self.state().user_ids(organization, state))
    }

    async fn users(&self, ids: Vec<UserId>) -> Result<Vec<User>, StoreError> {
        let state = self.state();
        Ok(ids.iter().filter_map(|id| state.users.get(id)).cloned().collect())
    }

    async fn find_session(&self, key: SessionKey) -> Result<Option<Session>, StoreError> {
        Ok(self.state().sessions.get(&key).cloned())
    }

    async fn sessions(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        Ok(self.state().sessions_of(user))
    }

    async fn find_consent(&self, user: UserId, client: ClientId) -> Result<Option<Consent>, StoreError> {
        Ok(self.state().consents.get(&(user, client)).cloned())
    }

    async fn consents(&self, user: UserId) -> Result<Vec<Consent>, StoreError> {
        Ok(self.state().consents_of(user))
    }

    async fn audit(&self, wanted: Wanted) -> Result<Vec<Audited>, StoreError> {
        Ok(self.state().audited(&wanted))
    }

    async fn find_client(&self, id: ClientId) -> Result<Option<Client>, StoreError> {
        Ok(self.state().clients.get(&id).cloned())
    }

    async fn client_ids(&self, organization: OrganizationId) -> Result<Vec<ClientId>, StoreError> {
        let state = self.state();
        let own = state.clients.values().filter(|client| client.organization == organization);
        let mut own: Vec<_> = own.map(|client| (&client.name, client.id)).collect();
        own.sort_unstable();
        Ok(own.into_iter().map(|(_, id)| id).collect())
    }

    async fn count_clients(&self, organization: OrganizationId) -> Result<u32, StoreError> {
        let own = self.state().clients.values().filter(|client| client.organization == organization).count();
        Ok(saturated(own))
    }

    async fn recount_clients(&self, _: OrganizationId) -> Result<(), StoreError> {
        Ok(())
    }

    async fn clients(&self, ids: Vec<ClientId>) -> Result<Vec<(Client, Vec<RoleGrant>)>, StoreError> {
        let state = self.state();
        let found = ids.iter().filter_map(|id| state.clients.get(id));
        let listed = |it: &Client| Client { secrets: Vec::new(), ..it.clone() };
        Ok(found.map(|client| (listed(client), state.role_grants(client.subject()))).collect())
    }

    async fn clients_to_delete(&self, now: Timestamp, limit: u32) -> Result<Vec<ClientId>, StoreError> {
        let state = self.state();
        let inactive = state.clients.values().filter(|client| client.state == ClientState::Inactive);
        let due = inactive.filter_map(|client| client.date_to_delete.map(|date| (date, client.id)));
        let mut due: Vec<_> = due.filter(|(date, _)| *date <= now).collect();
        due.sort_unstable();
        Ok(due.into_iter().zip(0..limit).map(|((_, id), _)| id).collect())
    }

    async fn role_grants(&self, subject: SubjectId) -> Result<Vec<RoleGrant>, StoreError> {
        Ok(self.state().role_grants(subject))
    }

    async fn usage(&self, client: ClientId, from: Day, until: Day) -> Result<Vec<UsageCount>, StoreError> {
        let state = self.state();
        let own = state.usage.values().filter(|it| it.client == client);
        Ok(own.filter(|it| from <= it.day && it.day < until).cloned().collect())
    }

    async fn keys(&self) -> Result<Vec<KeyRow>, StoreError> {
        Ok(self.state().keys.values().cloned().collect())
    }

    async fn find_ticket(&self, key: TicketKey) -> Result<Option<Ticket>, StoreError> {
        Ok(self.state().tickets.get(&key).cloned())
    }

    async fn find_family(&self, key: FamilyKey) -> Result<Option<Family>, StoreError> {
        Ok(self.state().families.get(&key).cloned())
    }

    async fn find_family_of_code(&self, code: CodeId) -> Result<Option<Family>, StoreError> {
        Ok(self.state().family_of(code).cloned())
    }

    async fn attempts(&self, keys: [AttemptKey; 3]) -> Result<Vec<(AttemptKey, Tries)>, StoreError> {
        let state = self.state();
        Ok(keys.iter().filter_map(|key| Some((*key, *state.attempts.get(key)?))).collect())
    }

    async fn was_used(&self, key: AssertionKey) -> Result<bool, StoreError> {
        Ok(self.state().assertions.contains_key(&key))
    }

    async fn revoked_page(
        &self,
        now: Timestamp,
        after: Option<RevokedId>,
    ) -> Result<Vec<Revoked>, StoreError> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        let state = self.state();
        let live = state.revoked.values().filter(|it| it.expires_at > now && it.id.to_string() > after);
        let mut page: Vec<_> = live.copied().collect();
        page.sort_by_cached_key(|it| it.id.to_string());
        page.truncate(REVOKED_PAGE as usize);
        Ok(page)
    }

    /// Nobody else can commit anything here.
    async fn changes(&self, _since: Timestamp) -> Result<Vec<Change>, StoreError> {
        Ok(Vec::new())
    }

    /// There is no other process.
    async fn lease(&self, _: &'static str, _: Timestamp, _: Timestamp) -> Result<bool, StoreError> {
        Ok(true)
    }

    async fn clock(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(None)
    }

    async fn is_unfinished(&self) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn sweep(&self, now: Timestamp, audit_before: Timestamp, limit: u32) -> Result<usize, StoreError> {
        let state = &mut *self.state();
        let tickets = remove(&mut state.tickets, limit, |it| it.content.expires_at < now - TICKETS);
        let families = remove(&mut state.families, limit, |it| it.origin.expires_at < now - FAMILIES);
        let revoked = remove(&mut state.revoked, limit, |it| it.expires_at < now);
        let attempts = remove(&mut state.attempts, limit, |it| it.last < now - FORGOTTEN);
        let assertions = remove(&mut state.assertions, limit, |it| *it < now);
        let usage = remove(&mut state.usage, limit, |it| it.day < first_day(now));
        let sessions = remove(&mut state.sessions, limit, |it| it.origin.expires_at < now);
        let audit = remove(&mut state.audit, limit, |it| it.entry.at < audit_before);
        Ok(tickets + families + assertions + attempts + revoked + usage + sessions + audit)
    }

    async fn close(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
