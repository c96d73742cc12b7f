//! Divisions, roles and who holds them.

use std::collections::{BTreeMap, BTreeSet};

use chancery_core::organization::{Division, DivisionUse};
use chancery_core::rbac::{DivisionScope, Role, RoleGrant, SubjectKind};
use chancery_core::types::{DivisionId, OrganizationId, RoleId, SubjectId};
use chancery_core::user::UserState;

use super::write::{Done, demand, insert};
use super::{State, saturated};
use crate::StoreError;

/// Those of an organization, by name and then id.
pub fn of_organization(
    divisions: &BTreeMap<DivisionId, Division>,
    organization: OrganizationId,
) -> Vec<Division> {
    let own = divisions.values().filter(|division| division.organization == organization);
    let mut own: Vec<_> = own.cloned().collect();
    own.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    own
}

impl State {
    pub fn create_division(&mut self, it: Division) -> Done {
        demand(!self.deleted_divisions.contains_key(&it.id))?;
        let (owner, name) = (it.organization, it.name.clone());
        insert(&mut self.divisions, it.id, it, |other| other.organization == owner && other.name == name)
    }

    pub fn replace_division(&mut self, new: Division) -> Done {
        let stored = self.take_division(new.organization, new.id)?;
        self.create_division(Division { name: new.name, description: new.description, ..stored })
    }

    /// Nothing is left in it.
    pub fn delete_division(
        &mut self,
        organization: OrganizationId,
        id: DivisionId,
        home: DivisionId,
    ) -> Done {
        let gone = self.take_division(organization, id)?;
        self.deleted_divisions.insert(id, gone);
        self.drop_grants(organization, |grant| grant.division == DivisionScope::One(id));
        for user in self.users.values_mut() {
            if user.organization == organization && user.division == id {
                user.division = home;
                user.version += 1;
            }
        }
        Ok(())
    }

    pub fn restore_division(&mut self, organization: OrganizationId, id: DivisionId) -> Done {
        let back = self.deleted_divisions.remove(&id).filter(|it| it.organization == organization);
        self.create_division(back.ok_or(StoreError::Conflict)?)
    }

    fn take_division(
        &mut self,
        organization: OrganizationId,
        id: DivisionId,
    ) -> Result<Division, StoreError> {
        let taken = self.divisions.remove(&id).filter(|it| it.organization == organization);
        taken.ok_or(StoreError::Conflict)
    }

    pub fn create_role(&mut self, it: Role) -> Done {
        let (owner, name) = (it.organization, it.name.clone());
        insert(&mut self.roles, it.id, it, |other| other.organization == owner && other.name == name)
    }

    /// Whose role it is, and what it was made from, stays as it is.
    pub fn replace_role(&mut self, new: Role) -> Done {
        let stored = self.roles.remove(&new.id).filter(|stored| stored.version == new.version);
        let stored = stored.ok_or(StoreError::Conflict)?;
        self.create_role(Role {
            organization: stored.organization,
            template: stored.template,
            version: stored.version + 1,
            ..new
        })
    }

    pub fn delete_role(&mut self, organization: OrganizationId, id: RoleId) -> Done {
        let gone = self.roles.remove(&id);
        demand(gone.is_some_and(|role| role.organization == organization))?;
        self.drop_grants(organization, |grant| grant.role == id);
        Ok(())
    }

    /// A subject holds a role once in a division.
    pub fn replace_grants(
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

    fn drop_grants(&mut self, organization: OrganizationId, dropped: impl Fn(&RoleGrant) -> bool) {
        for held in self.grants.values_mut() {
            held.retain(|(owner, grant)| *owner != organization || !dropped(grant));
        }
    }

    /// The grants of an organization, oldest first; no grant belongs to no organization.
    fn grants_in(&self, organization: Option<OrganizationId>) -> Vec<&RoleGrant> {
        let own = self.grants.values().flatten().filter(|(owner, _)| Some(*owner) == organization);
        let mut own: Vec<_> = own.map(|(_, grant)| grant).collect();
        own.sort_by_key(|grant| (grant.granted_at, grant.subject, grant.division, grant.role));
        own
    }

    pub fn role_grants(&self, subject: SubjectId) -> Vec<RoleGrant> {
        self.grants.get(&subject).into_iter().flatten().map(|(_, grant)| grant.clone()).collect()
    }

    pub fn role_holders(&self, role: RoleId) -> Vec<RoleGrant> {
        let own = self.grants_in(self.roles.get(&role).map(|role| role.organization));
        own.into_iter().filter(|grant| grant.role == role).cloned().collect()
    }

    fn division_owner(&self, id: DivisionId) -> Option<OrganizationId> {
        let division = self.divisions.get(&id).or_else(|| self.deleted_divisions.get(&id));
        division.map(|division| division.organization)
    }

    pub fn division_grants(&self, id: DivisionId) -> Vec<RoleGrant> {
        let own = self.grants_in(self.division_owner(id));
        own.into_iter().filter(|grant| grant.division == DivisionScope::One(id)).cloned().collect()
    }

    pub fn division_use(&self, id: DivisionId) -> DivisionUse {
        let owner = self.division_owner(id);
        let users = self.users.values().filter(|user| Some(user.organization) == owner);
        let users = users.filter(|user| user.division == id && user.state != UserState::Deleted);
        DivisionUse { users: saturated(users.count()), grants: saturated(self.division_grants(id).len()) }
    }

    pub fn working_holders(&self, role: RoleId) -> Vec<(SubjectId, SubjectKind)> {
        let users = self.users.values().filter(|user| user.state == UserState::Active);
        let users = users.map(|user| (SubjectId::from(user.id), SubjectKind::User));
        let clients = self.clients.values().filter(|client| client.can_act_alone());
        let clients = clients.map(|client| (client.subject(), SubjectKind::Client));
        let able: BTreeMap<_, _> = users.chain(clients).collect();
        let mut working: Vec<_> = self
            .role_holders(role)
            .into_iter()
            .filter(|grant| {
                grant.division == DivisionScope::All && able.get(&grant.subject) == Some(&grant.kind)
            })
            .map(|grant| (grant.subject, grant.kind))
            .collect();
        working.sort_unstable_by_key(|(subject, _)| *subject);
        working
    }

    pub fn role_user_counts(&self, organization: OrganizationId) -> Vec<(RoleId, u32)> {
        let mut holders: BTreeMap<RoleId, BTreeSet<SubjectId>> = BTreeMap::new();
        for grant in self.grants_in(Some(organization)) {
            if grant.kind == SubjectKind::User {
                holders.entry(grant.role).or_default().insert(grant.subject);
            }
        }
        holders.into_iter().map(|(role, users)| (role, saturated(users.len()))).collect()
    }
}
