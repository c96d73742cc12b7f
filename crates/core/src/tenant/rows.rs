//! What the store does: it answers what decisions ask for, and writes all that they decide, or nothing.

use std::sync::Arc;

use super::Tenant;
use crate::client::Client;
use crate::facts::{Facts, Load};
use crate::organization::{Division, DivisionUse, Organization};
use crate::rbac::{DivisionScope, Role, RoleGrant, SubjectKind};
use crate::types::{RoleId, SubjectId};
use crate::user::{User, UserState};
use crate::write::{Require, Write};

/// The world is not what it was when this was decided.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Conflict;

/// The commit fails unless this holds.
pub(super) fn demand(holds: bool) -> Result<(), Conflict> {
    if holds { Ok(()) } else { Err(Conflict) }
}

impl Tenant {
    pub(super) fn load(&self, facts: &mut Facts, load: Load) {
        let own = |organization| assert_eq!(organization, self.id(), "another organization's facts");
        match load {
            Load::Client(id) => facts.put_client(id, self.clients.get(&id).cloned().map(Arc::new)),
            Load::User(id) => facts.put_user(id, self.users.get(&id).cloned().map(Arc::new)),
            Load::UserByEmail((id, email)) => {
                let found = self.users.values().find(|user| {
                    (user.organization, &*user.email) == (id, &*email) && user.state != UserState::Deleted
                });
                facts.put_user_by_email((id, email), found.cloned().map(Arc::new));
            }
            // A hash of the tests is its password in plain text.
            Load::Verdict(check) => {
                let kept = check.hash.as_ref().map(|hash| hash.expose().to_owned());
                let verdict = kept.as_deref() == Some(check.password.expose());
                facts.put_verdict(check, verdict);
            }
            Load::Session(key) => facts.put_session(key, self.sessions.get(&key).cloned().map(Arc::new)),
            Load::Consent(pair) => facts.put_consent(pair, self.consents.get(&pair).cloned().map(Arc::new)),
            Load::Ticket(key) => facts.put_ticket(key, self.tickets.get(&key).cloned().map(Arc::new)),
            Load::Family(key) => facts.put_family(key, self.families.get(&key).cloned().map(Arc::new)),
            Load::FamilyOfCode(id) => {
                facts.put_family_of_code(id, self.family_of(id).cloned().map(Arc::new));
            }
            Load::FamilyUse(key) => {
                let family = self.families.get(&key);
                facts.put_family_use(
                    key,
                    family.map(|it| it.rotated_at.max(it.last_used_at.unwrap_or_default())),
                );
            }
            Load::Organization(id) => {
                let found = (id == self.id()).then(|| Arc::new(self.organization.clone()));
                facts.put_organization(id, found);
            }
            Load::Roles(id) => (own(id), facts.put_roles(id, Arc::new(self.roles.clone()))).1,
            Load::Divisions(id) => (own(id), facts.put_divisions(id, Arc::new(self.divisions.clone()))).1,
            Load::RoleGrants(id) => facts.put_role_grants(id, Arc::new(self.held(id))),
            Load::ClientCount(id) => {
                let count = self.clients.values().filter(|client| client.organization == id).count();
                facts.put_client_count(id, u32::try_from(count).expect("a few"));
            }
            Load::RoleHolders(id) => {
                let holders = self.grants.values().flatten().filter(|grant| grant.role == id);
                facts.put_role_holders(id, Arc::new(holders.cloned().collect()));
            }
            Load::WorkingHolders(id) => facts.put_working_holders(id, Arc::new(self.working_holders(id))),
            Load::DivisionUse(id) => {
                let of = |users, grants| DivisionUse { users, grants };
                let users = self.users.values().filter(|user| user.division == id).count();
                let here = |grant: &&RoleGrant| grant.division == DivisionScope::One(id);
                let grants = self.grants.values().flatten().filter(here).count();
                let used = of(u32::try_from(users).expect("a few"), u32::try_from(grants).expect("a few"));
                facts.put_division_use(id, used);
            }
            Load::AssertionUse(key) => facts.put_assertion_use(key, self.assertions.contains(&key)),
            Load::KeySet(place) => {
                let found = self.key_sets.iter().find(|(known, _)| **known == *place);
                facts.put_key_set(place, found.map(|(_, keys)| Arc::new(keys.clone())));
            }
            Load::Sector(place) => {
                let found = self.sectors.iter().find(|(known, _)| **known == *place);
                facts.put_sector(place, found.map(|(_, uris)| Arc::new(uris.clone())));
            }
            Load::DeletedDivisions(id) => facts.put_deleted_divisions(id, Arc::new(self.deleted.clone())),
        }
    }

    fn working_holders(&self, role: RoleId) -> Vec<(SubjectId, SubjectKind)> {
        let clients = self.clients.values().filter(|client| client.can_act_alone());
        let users = self.users.values().filter(|user| user.state == UserState::Active);
        clients
            .map(|client| (client.subject(), SubjectKind::Client))
            .chain(users.map(|user| (user.id.into(), SubjectKind::User)))
            .filter(|(subject, _)| {
                let everywhere =
                    |grant: &RoleGrant| grant.role == role && grant.division == DivisionScope::All;
                self.held(*subject).iter().any(everywhere)
            })
            .collect()
    }

    /// Does all of these or, if one finds the world changed, none.
    pub(crate) fn commit(&mut self, writes: impl IntoIterator<Item = Write>) -> Result<(), Conflict> {
        let people = (
            self.sessions.clone(),
            self.consents.clone(),
            self.tickets.clone(),
            self.families.clone(),
            self.audit.clone(),
            self.revoked.clone(),
            self.made,
        );
        let before = (
            self.organization.clone(),
            self.roles.clone(),
            self.divisions.clone(),
            self.deleted.clone(),
            self.clients.clone(),
            self.users.clone(),
            self.grants.clone(),
        );
        let done = writes.into_iter().try_for_each(|write| self.write(write));
        if done.is_err() {
            (
                self.organization,
                self.roles,
                self.divisions,
                self.deleted,
                self.clients,
                self.users,
                self.grants,
            ) = before;
            (
                self.sessions,
                self.consents,
                self.tickets,
                self.families,
                self.audit,
                self.revoked,
                self.made,
            ) = people;
        }
        done
    }

    fn write(&mut self, write: Write) -> Result<(), Conflict> {
        match write {
            Write::Require(require) => demand(self.holds(require))?,
            Write::AdvanceAuthority(id, authority) => {
                demand((id, authority) == (self.id(), self.organization.authority))?;
                self.organization.authority += 1;
            }
            Write::ReplaceOrganization(it) => {
                demand(it.version == self.organization.version)?;
                let authority = self.organization.authority;
                self.organization = Organization { version: it.version + 1, authority, ..*it };
            }
            Write::CreateDivision(it) => self.add_division(it)?,
            Write::ReplaceDivision(it) => {
                let place = self.divisions.iter().position(|known| known.id == it.id).ok_or(Conflict)?;
                demand(self.divisions.iter().all(|known| known.id == it.id || known.name != it.name))?;
                self.divisions[place] = it;
            }
            Write::DeleteDivision { id, home, .. } => {
                let gone: Vec<Division> =
                    self.divisions.extract_if(.., |division| division.id == id).collect();
                demand(!gone.is_empty())?;
                self.deleted.extend(gone);
                self.drop_grants(|grant| grant.division == DivisionScope::One(id));
                for user in self.users.values_mut().filter(|user| user.division == id) {
                    (user.division, user.version) = (home, user.version + 1);
                }
            }
            Write::RestoreDivision(_, id) => {
                let back = self.deleted.extract_if(.., |division| division.id == id).next();
                self.add_division(back.ok_or(Conflict)?)?;
            }
            Write::CreateRole(it) => {
                demand(self.roles.iter().all(|known| known.name != it.name))?;
                self.roles.push(it);
            }
            Write::ReplaceRole(it) => {
                let same = |known: &Role| (known.id, known.version) == (it.id, it.version);
                let place = self.roles.iter().position(same).ok_or(Conflict)?;
                demand(self.roles.iter().all(|known| known.id == it.id || known.name != it.name))?;
                self.roles[place] = Role { version: it.version + 1, ..it };
            }
            Write::DeleteRole(_, id) => {
                demand(self.roles.extract_if(.., |role| role.id == id).next().is_some())?;
                self.drop_grants(|grant| grant.role == id);
            }
            Write::CreateUser(it) => {
                demand(self.is_free(&it))?;
                self.users.insert(it.id, it);
            }
            Write::ReplaceUser(it) => {
                demand(self.is_free(&it))?;
                let known = self.users.get_mut(&it.id).filter(|known| known.version == it.version);
                *known.ok_or(Conflict)? = User { version: it.version + 1, ..*it };
            }
            Write::DeleteUser(_, id, version) => {
                let known = self.users.get_mut(&id).filter(|known| known.version == version);
                let known = known.ok_or(Conflict)?;
                (known.state, known.password) = (UserState::Deleted, None);
                (known.epoch, known.version) = (known.epoch + 1, version + 1);
                self.grants.remove(&id.into());
                self.consents.retain(|(user, _), _| *user != id);
                self.sessions.retain(|_, session| session.origin.user != id);
            }
            Write::CreateClient(it) => drop(self.clients.insert(it.id, *it)),
            Write::ReplaceClient(it) => {
                let known = self.clients.get_mut(&it.id).filter(|known| known.version == it.version);
                let known = known.ok_or(Conflict)?;
                *known =
                    Client { version: it.version + 1, secrets: std::mem::take(&mut known.secrets), ..*it };
            }
            Write::ReplaceSecrets(id, secrets) => {
                self.clients.get_mut(&id).ok_or(Conflict)?.secrets = secrets;
            }
            Write::DeleteClient(_, id) => {
                demand(self.clients.remove(&id).is_some())?;
                self.grants.remove(&id.into());
            }
            Write::ReplaceRoleGrants(_, subject, grants) => drop(self.grants.insert(subject, grants)),
            other => self.write_of_person(other)?,
        }
        Ok(())
    }

    fn holds(&self, require: Require) -> bool {
        match require {
            Require::Authority(id, authority) => (id, authority) == (self.id(), self.organization.authority),
            Require::Client(id, version) => self.clients.get(&id).is_some_and(|it| it.version == version),
            Require::User(id, version) => self.users.get(&id).is_some_and(|it| it.version == version),
            Require::Session(key) => self.sessions.contains_key(&key),
            Require::Family(key, version) => self.families.get(&key).is_some_and(|it| it.version == version),
            Require::Consent(user, client, version) => {
                self.consents.get(&(user, client)).is_some_and(|it| it.version == version)
            }
            Require::ClientsBelow(_, limit) => self.clients.len() < limit as usize,
            other => panic!("no decision on an organization requires {other:?}"),
        }
    }

    fn add_division(&mut self, it: Division) -> Result<(), Conflict> {
        demand(self.divisions.iter().all(|known| known.name != it.name))?;
        self.divisions.push(it);
        Ok(())
    }

    fn is_free(&self, it: &User) -> bool {
        let same = |known: &&User| known.email == it.email && known.state != UserState::Deleted;
        self.users.values().filter(same).all(|known| known.id == it.id)
    }

    fn drop_grants(&mut self, gone: impl Fn(&RoleGrant) -> bool) {
        self.grants.values_mut().for_each(|held| held.retain(|grant| !gone(grant)));
    }
}
