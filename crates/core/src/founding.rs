//! A new organization with everything it takes to administer it.

use crate::client::{Client, ClientState, Metadata, first_epoch};
use crate::env::Random;
use crate::grants::{GrantType, GrantTypes};
use crate::keyring::Keyring;
use crate::organization::{Division, Organization, Settings};
use crate::policy::DEFAULT_TOKEN;
use crate::rbac::administrators::administers;
use crate::rbac::authority::stand_on;
use crate::rbac::role::built_in;
use crate::rbac::{DivisionScope, Role, RoleGrant, SubjectKind};
use crate::types::{
    ClientId, ClientSecret, DivisionId, OrganizationId, RoleId, Scope, Secret, SubjectId, Timestamp, UserId,
};
use crate::user::{PasswordHash, Profile, User, UserState};
use crate::write::Write;

/// What is chosen beforehand.
pub struct Plan {
    /// The organization's name for people.
    pub name: String,
    /// The short name, unique in the store.
    pub short_name: String,
    /// The administrator's address.
    pub email: String,
    /// The administrator's password, digested.
    pub password: PasswordHash,
    /// The administrator client's id, if it is not to be random.
    pub client: Option<ClientId>,
    /// The administrator client's secret.
    pub secret: ClientSecret,
}

/// What came of it.
pub struct Founded {
    /// The organization.
    pub organization: Organization,
    /// Its administrator.
    pub user: UserId,
    /// Its administrator client.
    pub client: ClientId,
    /// Everything to be committed.
    pub writes: Vec<Write>,
}

/// Founds an organization: its home division, the built-in roles, an administrator, and a client-credentials client
/// with the administrator's role in all divisions.
pub fn found(plan: Plan, keys: &Keyring, random: &dyn Random, now: Timestamp) -> Founded {
    let organization = Organization {
        id: OrganizationId::random(random),
        name: plan.name,
        short_name: plan.short_name,
        default_language: "en-US".to_owned(),
        settings: Settings::default(),
        version: 1,
        authority: 1,
        created_at: now,
    };
    let home = Division {
        id: DivisionId::random(random),
        organization: organization.id,
        name: "Home".to_owned(),
        description: "Holds everything that names no other division".to_owned(),
        home: true,
    };
    let [admin, viewer] = built_in(organization.id, random);
    let user = User {
        id: UserId::random(random),
        organization: organization.id,
        division: home.id,
        name: "Administrator".to_owned(),
        email: plan.email.to_lowercase(),
        state: UserState::Active,
        password: Some(plan.password),
        password_changed_at: Some(now),
        former_passwords: Vec::new(),
        profile: Profile::default(),
        epoch: 1,
        version: 1,
        created_at: now,
        last_token_at: None,
        last_login_at: None,
    };
    let id = plan.client.unwrap_or_else(|| ClientId::random(random));
    let secret = Secret::keep(&plan.secret, keys, random, now);
    let client = administrator_client(id, organization.id, secret, random, now);
    let user_id = user.id;
    let writes = vec![
        Write::CreateOrganization(organization.clone()),
        Write::CreateDivision(home),
        Write::ReplaceRoleGrants(
            organization.id,
            user_id.into(),
            vec![everywhere(user_id.into(), SubjectKind::User, admin.id, now)],
        ),
        Write::ReplaceRoleGrants(
            organization.id,
            id.into(),
            vec![everywhere(id.into(), SubjectKind::Client, admin.id, now)],
        ),
        Write::CreateRole(admin),
        Write::CreateRole(viewer),
        Write::CreateUser(user),
        Write::CreateClient(Box::new(client)),
    ];
    Founded { organization, user: user_id, client: id, writes }
}

/// Gives an organization a working administrator client with `secret`: the oldest that it has, or a new one. `version`
/// is the `authority` that was read before clients and roles. `None` if no role carries everything.
pub fn recover(
    organization: OrganizationId,
    version: u32,
    clients: &[(Client, Vec<RoleGrant>)],
    roles: &[Role],
    secret: Secret,
    random: &dyn Random,
    now: Timestamp,
) -> Option<(ClientId, Vec<Write>)> {
    let almighty = roles.iter().find(|role| role.is_almighty())?;
    let changes = stand_on(organization, version, true);
    let candidates = clients
        .iter()
        .filter(|(client, grants)| client.grant_types.need_roles() && administers(roles, grants));
    if let Some((client, _)) = candidates.min_by_key(|(client, _)| (client.created_at, client.id)) {
        let mut client = client.clone();
        client.state = ClientState::Active;
        client.date_to_delete = None;
        client.modified_at = now;
        client.modified_by = None;
        let id = client.id;
        return Some((
            id,
            vec![changes, Write::ReplaceClient(Box::new(client)), Write::ReplaceSecrets(id, vec![secret])],
        ));
    }
    let id = ClientId::random(random);
    let client = administrator_client(id, organization, secret, random, now);
    let grants = vec![everywhere(id.into(), SubjectKind::Client, almighty.id, now)];
    Some((
        id,
        vec![
            changes,
            Write::CreateClient(Box::new(client)),
            Write::ReplaceRoleGrants(organization, id.into(), grants),
        ],
    ))
}

/// Empties the list of addresses that the organization's API is reached from, if it has one: whoever recovers may be
/// shut out by it.
pub fn let_everybody_in(mut organization: Organization) -> Option<Write> {
    let list = std::mem::take(&mut organization.settings.authentication.ip_allowlist);
    (!list.is_empty()).then(|| Write::ReplaceOrganization(Box::new(organization)))
}

fn everywhere(subject: SubjectId, kind: SubjectKind, role: RoleId, now: Timestamp) -> RoleGrant {
    RoleGrant { subject, kind, role, division: DivisionScope::All, granted_at: now }
}

fn administrator_client(
    id: ClientId,
    organization: OrganizationId,
    secret: Secret,
    random: &dyn Random,
    now: Timestamp,
) -> Client {
    Client {
        id,
        organization,
        name: "Administrator".to_owned(),
        description: Some("Made with the organization; holds the role admin in all divisions".to_owned()),
        token_lifetime: DEFAULT_TOKEN,
        redirect_uris: Vec::new(),
        grant_types: GrantTypes::default().with(GrantType::ClientCredentials),
        scope: Scope::EMPTY,
        state: ClientState::Active,
        date_to_delete: None,
        metadata: Metadata::default(),
        secrets: vec![secret],
        epoch: first_epoch(random),
        version: 1,
        created_at: now,
        created_by: None,
        modified_at: now,
        modified_by: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rbac::role::ADMIN_TEMPLATE;
    use crate::tenant::Tenant;

    #[test]
    fn whoever_recovers_administers_by_whatever_role_carries_everything() {
        let mut tenant = Tenant::found();
        let (first, owner) = (tenant.built_in(ADMIN_TEMPLATE), tenant.role("owner", &["*:*:*", "admin"]));
        tenant.roles.retain(|role| role.id != first);
        let recovered = |tenant: &Tenant| {
            let value = ClientSecret::random(&tenant.random);
            let secret = Secret::keep(&value, tenant.env().keys, &tenant.random, tenant.now);
            recover(tenant.id(), 7, &[], &tenant.roles, secret, &tenant.random, tenant.now)
        };
        let (id, writes) = recovered(&tenant).expect("a role");
        let grants = vec![everywhere(id.into(), SubjectKind::Client, owner, tenant.now)];
        assert_eq!(writes.first(), Some(&Write::AdvanceAuthority(tenant.id(), 7)));
        assert_eq!(writes.last(), Some(&Write::ReplaceRoleGrants(tenant.id(), id.into(), grants)));
        tenant.roles.retain(|role| role.id != owner);
        assert!(recovered(&tenant).is_none());
    }
}
