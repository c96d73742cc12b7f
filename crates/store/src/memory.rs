//! Everything in maps under one lock: the reference for what each write means, and a store for tests and trials.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chancery_core::client::{Client, ClientState};
use chancery_core::family::{Family, NewFamily};
use chancery_core::keyring::KeyRow;
use chancery_core::organization::{Division, Organization};
use chancery_core::rbac::{Role, RoleGrant, SubjectKind};
use chancery_core::ticket::{NewTicket, Ticket};
use chancery_core::types::{
    ClientId, DivisionId, FamilyKey, KeyId, OrganizationId, RoleId, Secret, SecretId, SubjectId, TicketKey,
    Timestamp, UserId,
};
use chancery_core::user::User;
use chancery_core::write::{Require, Revoked, RevokedId, Write};

use crate::sql::sweep::TICKETS;
use crate::{Change, Made, Store, StoreError};

/// A store that forgets everything when it is dropped. Every commit copies it whole: meant for small contents.
#[derive(Debug, Default)]
pub struct Memory {
    state: Mutex<State>,
}

impl Memory {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Debug, Default)]
struct State {
    organizations: BTreeMap<OrganizationId, Organization>,
    divisions: BTreeMap<DivisionId, Division>,
    roles: BTreeMap<RoleId, Role>,
    users: BTreeMap<UserId, User>,
    clients: BTreeMap<ClientId, Client>,
    grants: BTreeMap<SubjectId, Vec<(OrganizationId, RoleGrant)>>,
    keys: BTreeMap<KeyId, KeyRow>,
    tickets: BTreeMap<TicketKey, Ticket>,
    families: BTreeMap<FamilyKey, Family>,
    revoked: BTreeMap<RevokedId, Revoked>,
    /// The keys made last; a key is not made again when its row is gone.
    last_ticket: i64,
    last_family: i64,
}

type Done = Result<(), StoreError>;

/// The commit fails unless this holds.
fn demand(holds: bool) -> Done {
    if holds { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Adds a row, unless its key is taken or another row has what only one can have.
fn insert<K: Ord, V>(rows: &mut BTreeMap<K, V>, key: K, row: V, clashes: impl Fn(&V) -> bool) -> Done {
    demand(!rows.contains_key(&key) && !rows.values().any(clashes))?;
    rows.insert(key, row);
    Ok(())
}

/// Removes at most `limit` rows.
fn remove<K: Ord + Copy, V>(rows: &mut BTreeMap<K, V>, limit: u32, dead: impl Fn(&V) -> bool) -> usize {
    let keys = rows.iter().filter(|(_, row)| dead(row)).map(|(key, _)| *key);
    let keys: Vec<K> = keys.zip(0..limit).map(|(key, _)| key).collect();
    keys.iter().filter_map(|key| rows.remove(key)).count()
}

impl State {
    fn apply(&mut self, write: Write) -> Result<Option<Made>, StoreError> {
        match write {
            Write::CreateTicket(it) => return Ok(Some(Made::Ticket(self.create_ticket(it)))),
            Write::CreateFamily(it) => return Ok(Some(Made::Family(self.create_family(it)))),
            Write::Require(require) => demand(self.holds(require)),
            Write::CreateOrganization(it) => {
                let name = it.short_name.clone();
                insert(&mut self.organizations, it.id, it, |other| other.short_name == name)
            }
            Write::CreateDivision(it) => {
                let (owner, name) = (it.organization, it.name.clone());
                insert(&mut self.divisions, it.id, it, |other| {
                    other.organization == owner && other.name == name
                })
            }
            Write::CreateRole(it) => {
                let (owner, name) = (it.organization, it.name.clone());
                insert(&mut self.roles, it.id, it, |other| other.organization == owner && other.name == name)
            }
            Write::CreateUser(it) => {
                let (owner, email) = (it.organization, it.email.clone());
                insert(&mut self.users, it.id, it, |other| {
                    other.organization == owner && other.email == email
                })
            }
            Write::CreateClient(it) => {
                insert(&mut self.clients, it.id, *it, |_| false)?;
                demand(self.secret_ids_are_unique())
            }
            Write::ReplaceClient(it) => self.replace_client(*it),
            Write::ReplaceSecrets(id, secrets) => self.replace_secrets(id, secrets),
            Write::DeleteClient(organization, id) => {
                let gone = self.clients.remove(&id);
                demand(gone.is_some_and(|client| client.organization == organization))?;
                self.replace_grants(organization, id.into(), Vec::new())
            }
            Write::ReplaceRoleGrants(organization, subject, grants) => {
                self.replace_grants(organization, subject, grants)
            }
            Write::CreateKey(it) => insert(&mut self.keys, it.id, it, |_| false),
            Write::DeleteKey(id) => {
                self.keys.remove(&id);
                Ok(())
            }
            Write::Spend(key, at) => {
                let ticket = self.tickets.get_mut(&key).filter(|ticket| ticket.is_live(at));
                ticket.ok_or(StoreError::Conflict)?.spent_at = Some(at);
                Ok(())
            }
            Write::ReplaceTicket { key, expect, digest, expires_at, payload } => {
                let ticket = self.tickets.get_mut(&key);
                let ticket = ticket.filter(|ticket| ticket.spent_at.is_none() && ticket.version == expect);
                let ticket = ticket.ok_or(StoreError::Conflict)?;
                ticket.content = NewTicket { digest, expires_at, payload, ..ticket.content.clone() };
                ticket.version += 1;
                Ok(())
            }
            Write::Advance(key, generation, at) => {
                let family = self.families.get_mut(&key);
                let family = family.filter(|family| family.is_live(at) && family.generation == generation);
                let family = family.ok_or(StoreError::Conflict)?;
                family.generation += 1;
                family.version += 1;
                family.rotated_at = at;
                Ok(())
            }
            Write::RevokeFamily(key, at) => {
                if let Some(family) = self.families.get_mut(&key).filter(|family| family.revoked_at.is_none())
                {
                    family.revoked_at = Some(at);
                    family.version += 1;
                }
                Ok(())
            }
            Write::Revoke(it) => {
                let known = self.revoked.entry(it.id).or_insert(it);
                known.expires_at = known.expires_at.max(it.expires_at);
                Ok(())
            }
            Write::RecordUse(id, at) => {
                self.record_use(id, at);
                Ok(())
            }
        }?;
        Ok(None)
    }

    fn holds(&self, require: Require) -> bool {
        match require {
            Require::Client(id, version) => self.clients.get(&id).is_some_and(|it| it.version == version),
            Require::User(id, version) => self.users.get(&id).is_some_and(|it| it.version == version),
            Require::Family(key, version) => self.families.get(&key).is_some_and(|it| it.version == version),
            Require::ClientsBelow(organization, limit) => {
                let count =
                    self.clients.values().filter(|client| client.organization == organization).count();
                count < limit as usize
            }
            Require::NoOrganization => self.organizations.is_empty(),
        }
    }

    /// What says where a client comes from stays as it is, and so do its secrets.
    fn replace_client(&mut self, new: Client) -> Done {
        let stored = self.clients.get_mut(&new.id).filter(|stored| stored.version == new.version);
        let stored = stored.ok_or(StoreError::Conflict)?;
        *stored = Client {
            organization: stored.organization,
            created_at: stored.created_at,
            created_by: stored.created_by,
            secrets: std::mem::take(&mut stored.secrets),
            version: stored.version + 1,
            ..new
        };
        Ok(())
    }

    fn replace_secrets(&mut self, id: ClientId, secrets: Vec<Secret>) -> Done {
        match self.clients.get_mut(&id) {
            Some(client) => client.secrets = secrets,
            None => return demand(secrets.is_empty()),
        }
        demand(self.secret_ids_are_unique())
    }

    fn secret_ids_are_unique(&self) -> bool {
        let mut seen = BTreeSet::new();
        self.clients.values().flat_map(|client| &client.secrets).all(|secret| seen.insert(secret.id))
    }

    fn record_use(&mut self, id: SecretId, at: Timestamp) {
        let mut secrets = self.clients.values_mut().flat_map(|client| &mut client.secrets);
        if let Some(secret) = secrets.find(|secret| secret.id == id) {
            secret.last_used_at = secret.last_used_at.max(Some(at));
        }
    }

    /// A subject holds a role once in a division.
    fn replace_grants(
        &mut self,
        organization: OrganizationId,
        subject: SubjectId,
        grants: Vec<RoleGrant>,
    ) -> Done {
        let held = self.grants.entry(subject).or_default();
        held.retain(|(owner, _)| *owner != organization);
        held.extend(grants.into_iter().map(|grant| (organization, RoleGrant { subject, ..grant })));
        let mut seen = BTreeSet::new();
        demand(held.iter().all(|(_, grant)| seen.insert((grant.role, grant.division))))
    }

    fn create_ticket(&mut self, content: NewTicket) -> TicketKey {
        self.last_ticket += 1;
        let key = TicketKey(self.last_ticket);
        self.tickets.insert(key, Ticket { key, content, version: 1, spent_at: None });
        key
    }

    fn create_family(&mut self, origin: NewFamily) -> FamilyKey {
        self.last_family += 1;
        let key = FamilyKey(self.last_family);
        let rotated_at = origin.created_at;
        let family = Family { key, origin, generation: 0, rotated_at, revoked_at: None, version: 1 };
        self.families.insert(key, family);
        key
    }

    fn role_grants(&self, subject: SubjectId) -> Vec<RoleGrant> {
        self.grants.get(&subject).into_iter().flatten().map(|(_, grant)| grant.clone()).collect()
    }
}

#[async_trait]
impl Store for Memory {
    async fn commit(&self, writes: Vec<Write>, _now: Timestamp) -> Result<Vec<Made>, StoreError> {
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
        let state = self.state();
        let own = state.divisions.values().filter(|division| division.organization == organization);
        let mut own: Vec<_> = own.cloned().collect();
        own.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(own)
    }

    async fn roles(&self, organization: OrganizationId) -> Result<Vec<Role>, StoreError> {
        let state = self.state();
        let own = state.roles.values().filter(|role| role.organization == organization);
        let mut own: Vec<_> = own.cloned().collect();
        own.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(own)
    }

    async fn role_user_counts(&self, organization: OrganizationId) -> Result<Vec<(RoleId, u32)>, StoreError> {
        let state = self.state();
        let mut holders: BTreeMap<RoleId, BTreeSet<SubjectId>> = BTreeMap::new();
        for (owner, it) in state.grants.values().flatten() {
            if *owner == organization && it.kind == SubjectKind::User {
                holders.entry(it.role).or_default().insert(it.subject);
            }
        }
        Ok(holders
            .into_iter()
            .map(|(role, users)| (role, u32::try_from(users.len()).unwrap_or(u32::MAX)))
            .collect())
    }

    async fn find_user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        Ok(self.state().users.get(&id).cloned())
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
        Ok(u32::try_from(own).unwrap_or(u32::MAX))
    }

    async fn clients(&self, ids: Vec<ClientId>) -> Result<Vec<(Client, Vec<RoleGrant>)>, StoreError> {
        let state = self.state();
        let found = ids.iter().filter_map(|id| state.clients.get(id));
        Ok(found.map(|client| (client.clone(), state.role_grants(client.subject()))).collect())
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

    async fn keys(&self) -> Result<Vec<KeyRow>, StoreError> {
        Ok(self.state().keys.values().cloned().collect())
    }

    async fn find_ticket(&self, key: TicketKey) -> Result<Option<Ticket>, StoreError> {
        Ok(self.state().tickets.get(&key).cloned())
    }

    async fn find_family(&self, key: FamilyKey) -> Result<Option<Family>, StoreError> {
        Ok(self.state().families.get(&key).cloned())
    }

    async fn revoked(&self, now: Timestamp) -> Result<Vec<Revoked>, StoreError> {
        Ok(self.state().revoked.values().filter(|it| it.expires_at > now).copied().collect())
    }

    /// Nobody else can commit anything here.
    async fn changes(&self, _since: Timestamp) -> Result<Vec<Change>, StoreError> {
        Ok(Vec::new())
    }

    async fn sweep(&self, now: Timestamp, limit: u32) -> Result<usize, StoreError> {
        let state = &mut *self.state();
        let tickets = remove(&mut state.tickets, limit, |it| it.content.expires_at < now - TICKETS);
        let families = remove(&mut state.families, limit, |it| it.origin.expires_at < now);
        let revoked = remove(&mut state.revoked, limit, |it| it.expires_at < now);
        Ok(tickets + families + revoked)
    }

    async fn close(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
