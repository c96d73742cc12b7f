//! What each write does to the maps.

use std::collections::{BTreeMap, BTreeSet};

use chancery_core::client::Client;
use chancery_core::family::{Family, NewFamily};
use chancery_core::organization::Organization;
use chancery_core::ticket::{NewTicket, Ticket};
use chancery_core::types::{ClientId, CodeId, FamilyKey, Secret, SecretId, TicketKey, Timestamp};
use chancery_core::usage::UsageCount;
use chancery_core::write::{Require, Write};

use super::State;
use crate::{Made, StoreError};

pub type Done = Result<(), StoreError>;

/// The commit fails unless this holds.
pub fn demand(holds: bool) -> Done {
    if holds { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Adds a row, unless its key is taken or another row has what only one can have.
pub fn insert<K: Ord, V>(rows: &mut BTreeMap<K, V>, key: K, row: V, clashes: impl Fn(&V) -> bool) -> Done {
    demand(!rows.contains_key(&key) && !rows.values().any(clashes))?;
    rows.insert(key, row);
    Ok(())
}

impl State {
    /// Does one write of a commit.
    pub fn apply(&mut self, write: Write) -> Result<Option<Made>, StoreError> {
        match write {
            Write::CreateTicket(it) => return Ok(Some(Made::Ticket(self.create_ticket(it)))),
            Write::CreateFamily(it) => return self.create_family(it).map(Made::Family).map(Some),
            Write::CreateSession(it) => return Ok(Some(Made::Session(self.create_session(it)))),
            Write::Require(require) => demand(self.holds(require)),
            Write::CreateOrganization(it) => {
                let name = it.short_name.clone();
                insert(&mut self.organizations, it.id, it, |other| other.short_name == name)
            }
            Write::ReplaceOrganization(it) => self.replace_organization(*it),
            Write::AdvanceAuthority(id, authority) => {
                let stored = self.organizations.get_mut(&id).filter(|stored| stored.authority == authority);
                stored.ok_or(StoreError::Conflict)?.authority += 1;
                Ok(())
            }
            Write::CreateDivision(it) => self.create_division(it),
            Write::ReplaceDivision(it) => self.replace_division(it),
            Write::DeleteDivision { organization, id, home, at: _ } => {
                self.delete_division(organization, id, home)
            }
            Write::RestoreDivision(organization, id) => self.restore_division(organization, id),
            Write::CreateRole(it) => self.create_role(it),
            Write::ReplaceRole(it) => self.replace_role(it),
            Write::DeleteRole(organization, id) => self.delete_role(organization, id),
            Write::CreateUser(it) => self.create_user(it),
            Write::ReplaceUser(it) => self.replace_user(*it),
            Write::DeleteUser(organization, id, version) => self.delete_user(organization, id, version),
            Write::CreateClient(it) => {
                insert(&mut self.clients, it.id, *it, |_| false)?;
                demand(self.secret_ids_are_unique())
            }
            Write::ReplaceClient(it) => self.replace_client(*it),
            Write::ReplaceSecrets(id, secrets) => self.replace_secrets(id, secrets),
            Write::DeleteClient(organization, id) => {
                let gone = self.clients.remove(&id);
                demand(gone.is_some_and(|client| client.organization == organization))?;
                self.usage.retain(|_, it| it.client != id);
                self.drop_consents_to(id);
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
            Write::Advance { key, began, generation, at } => {
                let family = self.families.get_mut(&key).filter(|it| it.origin.created_at == began);
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
            Write::EndSession(key) => {
                self.sessions.remove(&key);
                Ok(())
            }
            Write::EndSessions(user, but) => {
                self.end_sessions(user, but);
                Ok(())
            }
            Write::CreateConsent(it) => self.create_consent(it),
            Write::ReplaceConsent(it) => self.replace_consent(it),
            Write::AskAgain(client) => {
                self.ask_again(client);
                Ok(())
            }
            Write::Audit(it) => {
                self.add_to_audit(*it);
                Ok(())
            }
            Write::CountAttempts { key, known, next } => {
                demand(self.attempts.get(&key).copied() == known)?;
                match next {
                    Some(next) => drop(self.attempts.insert(key, next)),
                    None => drop(self.attempts.remove(&key)),
                }
                Ok(())
            }
            Write::UseAssertion(key, expires_at) => insert(&mut self.assertions, key, expires_at, |_| false),
            Write::Revoke(it) => {
                let known = self.revoked.entry(it.id).or_insert(it);
                known.expires_at = known.expires_at.max(it.expires_at);
                Ok(())
            }
            Write::RecordUse(id, at) => {
                self.record_use(id, at);
                Ok(())
            }
            Write::RecordToken(id, at) => {
                if let Some(user) = self.users.get_mut(&id) {
                    user.last_token_at = user.last_token_at.max(Some(at));
                }
                Ok(())
            }
            Write::RecordLogin(id, at) => {
                if let Some(user) = self.users.get_mut(&id) {
                    user.last_login_at = user.last_login_at.max(Some(at));
                }
                Ok(())
            }
            Write::RecordSession(key, at) => {
                self.record_session(key, at);
                Ok(())
            }
            Write::RecordFamily(key, at) => {
                if let Some(family) = self.families.get_mut(&key) {
                    family.last_used_at = family.last_used_at.max(Some(at));
                }
                Ok(())
            }
            Write::CountUsage(counts) => {
                counts.into_iter().for_each(|it| self.count_usage(it));
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
            Require::Session(key) => self.sessions.contains_key(&key),
            Require::Consent(user, client, version) => {
                self.consents.get(&(user, client)).is_some_and(|it| it.version == version)
            }
            Require::Authority(id, authority) => {
                self.organizations.get(&id).is_some_and(|it| it.authority == authority)
            }
            Require::ClientsBelow(organization, limit) => {
                let count =
                    self.clients.values().filter(|client| client.organization == organization).count();
                count < limit as usize
            }
            Require::NoOrganization => self.organizations.is_empty(),
        }
    }

    /// What is not chosen by administrators stays as it is.
    fn replace_organization(&mut self, new: Organization) -> Done {
        let stored = self.organizations.get_mut(&new.id).filter(|stored| stored.version == new.version);
        let stored = stored.ok_or(StoreError::Conflict)?;
        *stored = Organization {
            short_name: std::mem::take(&mut stored.short_name),
            version: stored.version + 1,
            authority: stored.authority,
            created_at: stored.created_at,
            ..new
        };
        Ok(())
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

    /// A client that is gone counts no more.
    fn count_usage(&mut self, it: UsageCount) {
        if self.clients.contains_key(&it.client) {
            let key = (it.client, it.day, it.template.clone(), it.method.clone());
            let tally = it.tally;
            self.usage.entry(key).and_modify(|known| known.tally.add(&tally)).or_insert(it);
        }
    }

    fn create_ticket(&mut self, content: NewTicket) -> TicketKey {
        self.last_ticket += 1;
        let key = TicketKey(self.last_ticket);
        self.tickets.insert(key, Ticket { key, content, spent_at: None });
        key
    }

    fn create_family(&mut self, origin: NewFamily) -> Result<FamilyKey, StoreError> {
        demand(origin.code.is_none_or(|code| self.family_of(code).is_none()))?;
        self.last_family += 1;
        let key = FamilyKey(self.last_family);
        let rotated_at = origin.created_at;
        let family = Family {
            key,
            origin,
            generation: 0,
            rotated_at,
            revoked_at: None,
            last_used_at: None,
            version: 1,
        };
        self.families.insert(key, family);
        Ok(key)
    }

    /// The family that came of a code.
    pub fn family_of(&self, code: CodeId) -> Option<&Family> {
        self.families.values().find(|family| family.origin.code == Some(code))
    }
}
