//! Whoever holds roles: users, clients that act for themselves, and what is known of their grants.

use chancery_core::rbac::{DivisionScope, RoleGrant, SubjectKind};
use chancery_core::types::{RoleId, SubjectId, UserId};
use chancery_core::write::Write;
use chancery_store::Store;

use super::{Robot, World};

/// No id of anything.
pub const NOBODY: &str = "3d3a6f0e-7c1f-4f6b-9d53-0a6f1f1f1f1f";

impl World {
    /// One more user, with these roles.
    pub async fn person(&self, name: &str, roles: &[(RoleId, DivisionScope)]) -> UserId {
        let id = self.user(|user| user.name = name.to_owned()).await;
        let (subject, kind, granted_at) = (id.into(), SubjectKind::User, self.now());
        let grants = roles.iter().map(|(role, division)| RoleGrant {
            subject,
            kind,
            role: *role,
            division: *division,
            granted_at,
        });
        self.write(vec![Write::ReplaceRoleGrants(self.acme.id, subject, grants.collect())]).await;
        id
    }

    /// One more client that holds the administrator's role everywhere.
    pub async fn second_administrator(&self) -> Robot {
        self.robot(&[(self.acme.admin, DivisionScope::All)]).await
    }

    /// A token of a client that may do just this, in this division.
    pub async fn may_in(&self, division: DivisionScope, permissions: &[&str]) -> String {
        let role = self.role(&format!("{} in {division}", permissions.join(" ")), permissions).await;
        self.token(&self.robot(&[(role, division)]).await).await
    }

    /// Which version of a user the store has.
    pub async fn version(&self, user: UserId) -> u32 {
        self.store.find_user(user).await.expect("reads").expect("is there").version
    }

    /// What a subject holds, as the store has it.
    pub async fn held(&self, subject: impl Into<SubjectId>) -> Vec<(RoleId, DivisionScope)> {
        let grants = self.store.role_grants(subject.into()).await.expect("reads");
        grants.iter().map(|grant| (grant.role, grant.division)).collect()
    }

    /// Takes all roles from a client on another node, as a decision there would: nothing here that stands on what it
    /// held can be committed any more.
    pub async fn strip_elsewhere(&self, robot: &Robot) {
        let organization =
            self.store.find_organization(self.acme.id).await.expect("reads").expect("is there");
        let advance = Write::AdvanceAuthority(organization.id, organization.authority);
        self.elsewhere(vec![advance, self.grants(robot.id, &[])]).await;
    }
}
