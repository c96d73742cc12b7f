//! Roles, and grants of them.

use std::sync::Arc;

use chancery_core::client::{Client, ClientState};
use chancery_core::grants::GrantType;
use chancery_core::rbac::{DivisionScope, Role, RoleGrant, SubjectKind};
use chancery_core::types::{SubjectId, Timestamp};
use chancery_core::user::{User, UserState};
use chancery_core::write::Write;
use chancery_store::Store;

use super::sample::*;

fn held(n: u64) -> RoleGrant {
    grant(user_id(1), SubjectKind::User, n)
}

fn replace(grants: Vec<RoleGrant>) -> Write {
    Write::ReplaceRoleGrants(organization_id(1), user_id(1).into(), grants)
}

pub async fn every_field_reads_back_by_name(store: Arc<dyn Store>) {
    let full = Role { name: "b".to_owned(), ..role(1) };
    let bare = Role {
        name: "a".to_owned(),
        description: String::new(),
        template: None,
        permissions: vec![],
        policies: vec![],
        needs_update: true,
        version: 9,
        ..role(2)
    };
    let upper = Role { name: "C".to_owned(), template: Some(String::new()), ..role(3) };
    let foreign = Role { organization: organization_id(2), ..role(4) };
    for it in [&full, &foreign, &bare, &upper] {
        commit(&store, [Write::CreateRole(it.clone())]).await;
    }
    assert_eq!(store.roles(organization_id(1)).await, Ok(vec![upper, bare, full]));
    assert_eq!(store.roles(organization_id(2)).await, Ok(vec![foreign]));
    assert_eq!(store.roles(organization_id(3)).await, Ok(vec![]));
}

pub async fn an_id_is_taken_once(store: Arc<dyn Store>) {
    commit(&store, [Write::CreateRole(role(1))]).await;
    let same = Role { id: role_id(1), organization: organization_id(2), ..role(2) };
    conflict(&store, [Write::CreateRole(same)]).await;
    assert_eq!(store.roles(organization_id(2)).await, Ok(vec![]));
}

pub async fn a_name_is_taken_once_in_an_organization(store: Arc<dyn Store>) {
    let first = role(1);
    let second = Role { name: first.name.clone(), ..role(2) };
    let foreign = Role { organization: organization_id(2), ..second.clone() };
    commit(&store, [Write::CreateRole(first.clone())]).await;
    conflict(&store, [Write::CreateRole(second)]).await;
    assert_eq!(store.roles(organization_id(1)).await, Ok(vec![first]));
    commit(&store, [Write::CreateRole(foreign)]).await;
}

pub async fn grants_read_back_in_the_order_they_were_granted(store: Arc<dyn Store>) {
    let elsewhere = RoleGrant { division: DivisionScope::One(division_id(7)), ..held(1) };
    let earlier = RoleGrant { granted_at: Timestamp::from_millis(1), ..held(2) };
    let grants = vec![held(3), elsewhere, held(1), earlier];
    commit(&store, [replace(grants.clone())]).await;
    assert_eq!(store.role_grants(user_id(1).into()).await, Ok(grants));
    assert_eq!(store.role_grants(user_id(2).into()).await, Ok(vec![]));
}

pub async fn grants_are_replaced_whole(store: Arc<dyn Store>) {
    let others = vec![grant(client_id(1), SubjectKind::Client, 1)];
    commit(&store, [Write::ReplaceRoleGrants(organization_id(1), client_id(1).into(), others.clone())]).await;
    commit(&store, [replace(vec![held(1), held(2)])]).await;
    commit(&store, [replace(vec![held(3), held(2)])]).await;
    assert_eq!(store.role_grants(user_id(1).into()).await, Ok(vec![held(3), held(2)]));
    commit(&store, [replace(vec![])]).await;
    commit(&store, [replace(vec![])]).await;
    assert_eq!(store.role_grants(user_id(1).into()).await, Ok(vec![]));
    assert_eq!(store.role_grants(client_id(1).into()).await, Ok(others));
}

pub async fn grants_belong_to_the_subject_they_are_written_for(store: Arc<dyn Store>) {
    let subject = SubjectId::from(user_id(1));
    commit(&store, [replace(vec![RoleGrant { subject: user_id(2).into(), ..held(1) }])]).await;
    assert_eq!(store.role_grants(subject).await, Ok(vec![held(1)]));
    assert_eq!(store.role_grants(user_id(2).into()).await, Ok(vec![]));
}

pub async fn a_role_is_held_once_in_a_division(store: Arc<dyn Store>) {
    commit(&store, [replace(vec![held(1)])]).await;
    let again = RoleGrant { granted_at: after(NOW), ..held(2) };
    conflict(&store, [replace(vec![held(2), held(3), again])]).await;
    assert_eq!(store.role_grants(user_id(1).into()).await, Ok(vec![held(1)]));
}

pub async fn grants_are_replaced_within_their_organization(store: Arc<dyn Store>) {
    commit(&store, [replace(vec![held(1)])]).await;
    commit(&store, [Write::ReplaceRoleGrants(organization_id(2), user_id(1).into(), vec![])]).await;
    assert_eq!(store.role_grants(user_id(1).into()).await, Ok(vec![held(1)]));
}

pub async fn a_role_counts_each_of_its_users_once(store: Arc<dyn Store>) {
    let everywhere = RoleGrant { division: DivisionScope::All, ..held(1) };
    let client = grant(client_id(1), SubjectKind::Client, 1);
    commit(
        &store,
        [
            replace(vec![held(1), everywhere, held(2)]),
            Write::ReplaceRoleGrants(
                organization_id(1),
                user_id(2).into(),
                vec![grant(user_id(2), SubjectKind::User, 1)],
            ),
            Write::ReplaceRoleGrants(organization_id(1), client_id(1).into(), vec![client]),
        ],
    )
    .await;
    let mut counts = store.role_user_counts(organization_id(1)).await.expect("counts");
    counts.sort_unstable();
    assert_eq!(counts, [(role_id(1), 2), (role_id(2), 1)]);
    assert_eq!(store.role_user_counts(organization_id(2)).await, Ok(vec![]));
}

pub async fn replacing_one_changes_what_can_be_changed(store: Arc<dyn Store>) {
    commit(&store, [Write::CreateRole(role(1)), Write::CreateRole(role(2))]).await;
    let new = Role {
        name: "a".to_owned(),
        description: String::new(),
        permissions: vec![],
        policies: vec![],
        needs_update: true,
        ..role(1)
    };
    commit(&store, [Write::ReplaceRole(new.clone())]).await;
    let stored = Role { version: 2, ..new };
    assert_eq!(store.roles(organization_id(1)).await, Ok(vec![stored, role(2)]));
    commit(&store, [Write::ReplaceRole(Role { version: 2, ..role(1) })]).await;
    let stored = Role { version: 3, ..role(1) };
    assert_eq!(store.roles(organization_id(1)).await, Ok(vec![stored, role(2)]));
}

pub async fn replacing_one_keeps_where_it_comes_from(store: Arc<dyn Store>) {
    commit(&store, [Write::CreateRole(role(1))]).await;
    let moved = Role { organization: organization_id(2), template: None, ..role(1) };
    commit(&store, [Write::ReplaceRole(moved)]).await;
    assert_eq!(store.roles(organization_id(1)).await, Ok(vec![Role { version: 2, ..role(1) }]));
    assert_eq!(store.roles(organization_id(2)).await, Ok(vec![]));
}

pub async fn replacing_a_stale_version_conflicts(store: Arc<dyn Store>) {
    conflict(&store, [Write::ReplaceRole(role(1))]).await;
    commit(&store, [Write::CreateRole(role(1)), Write::ReplaceRole(role(1))]).await;
    for version in [0, 1, 3] {
        conflict(&store, [Write::ReplaceRole(Role { name: "third".to_owned(), version, ..role(1) })]).await;
    }
    assert_eq!(store.roles(organization_id(1)).await, Ok(vec![Role { version: 2, ..role(1) }]));
}

pub async fn replacing_one_takes_no_name_of_another(store: Arc<dyn Store>) {
    let foreign = Role { organization: organization_id(2), ..role(3) };
    commit(&store, [role(1), role(2), foreign].map(Write::CreateRole)).await;
    conflict(&store, [Write::ReplaceRole(Role { name: role(1).name, ..role(2) })]).await;
    assert_eq!(store.roles(organization_id(1)).await, Ok(vec![role(1), role(2)]));
    commit(&store, [Write::ReplaceRole(Role { name: role(3).name, ..role(2) })]).await;
}

pub async fn of_64_replacements_of_a_version_one_succeeds(store: Arc<dyn Store>) {
    commit(&store, [Write::CreateRole(role(1))]).await;
    let named = |n: u64| Role { name: format!("number {n}"), ..role(1) };
    let results = race(&[Arc::clone(&store)], 64, |n| vec![Write::ReplaceRole(named(n))]).await;
    assert_eq!(winners(&results), 1);
    let winner = (0..).zip(&results).find(|(_, result)| result.is_ok()).map(|(n, _)| n).expect("one");
    assert_eq!(store.roles(organization_id(1)).await, Ok(vec![Role { version: 2, ..named(winner) }]));
}

pub async fn deleting_one_takes_it_from_all_who_hold_it(store: Arc<dyn Store>) {
    commit(&store, [role(1), role(2)].map(Write::CreateRole)).await;
    let everywhere = RoleGrant { division: DivisionScope::All, ..held(1) };
    grant_all(&store, user_id(1), vec![held(1), held(2), everywhere]).await;
    grant_all(&store, client_id(1), vec![grant(client_id(1), SubjectKind::Client, 1)]).await;
    commit(&store, [Write::DeleteRole(organization_id(1), role_id(1))]).await;
    assert_eq!(store.roles(organization_id(1)).await, Ok(vec![role(2)]));
    assert_eq!(store.role_grants(user_id(1).into()).await, Ok(vec![held(2)]));
    assert_eq!(store.role_grants(client_id(1).into()).await, Ok(vec![]));
    assert_eq!(store.role_user_counts(organization_id(1)).await, Ok(vec![(role_id(2), 1)]));
    // Nobody holds one that comes back under its id and name.
    commit(&store, [Write::CreateRole(role(1))]).await;
    assert_eq!(store.role_holders(role_id(1)).await, Ok(vec![]));
}

pub async fn deleting_one_that_is_gone_conflicts(store: Arc<dyn Store>) {
    let delete = |n| Write::DeleteRole(organization_id(n), role_id(1));
    conflict(&store, [delete(1)]).await;
    commit(&store, [Write::CreateRole(role(1))]).await;
    grant_all(&store, user_id(1), vec![held(1)]).await;
    conflict(&store, [delete(2)]).await;
    conflict(&store, [delete(1), delete(1)]).await;
    assert_eq!(store.roles(organization_id(1)).await, Ok(vec![role(1)]));
    assert_eq!(store.role_grants(user_id(1).into()).await, Ok(vec![held(1)]));
    commit(&store, [delete(1)]).await;
    conflict(&store, [delete(1)]).await;
}

pub async fn holders_are_listed_oldest_first(store: Arc<dyn Store>) {
    commit(&store, [role(1), role(2)].map(Write::CreateRole)).await;
    let by = |subject, scope| RoleGrant { subject, division: scope, ..held(1) };
    let elsewhere = DivisionScope::One(division_id(7));
    let (user, client) = (SubjectId::from(user_id(1)), SubjectId::from(client_id(1)));
    let earlier = RoleGrant { granted_at: Timestamp::from_millis(1), ..by(user, elsewhere) };
    let client = RoleGrant { kind: SubjectKind::Client, ..by(client, DivisionScope::All) };
    let mut all = vec![held(1), by(user, DivisionScope::All), client.clone()];
    grant_all(&store, user_id(1), vec![held(1), held(2), by(user, DivisionScope::All), earlier.clone()])
        .await;
    grant_all(&store, client_id(1), vec![client]).await;
    all.sort_by_key(|grant| (grant.subject, grant.division));
    all.insert(0, earlier);
    assert_eq!(store.role_holders(role_id(1)).await, Ok(all));
    assert_eq!(store.role_holders(role_id(2)).await, Ok(vec![held(2)]));
    assert_eq!(store.role_holders(role_id(3)).await, Ok(vec![]));
}

pub async fn a_working_holder_can_act_and_holds_it_everywhere(store: Arc<dyn Store>) {
    commit(&store, [role(1), role(2)].map(Write::CreateRole)).await;
    let user_in = |n, state| Write::CreateUser(User { state, ..user(n) });
    let client_in = |n, state| Write::CreateClient(Box::new(Client { state, ..machine(n) }));
    let both = machine(4).grant_types.with(GrantType::Password).with(GrantType::AuthorizationCode);
    commit(
        &store,
        [
            user_in(1, UserState::Active),
            user_in(2, UserState::Inactive),
            user_in(3, UserState::Deleted),
            user_in(4, UserState::Active),
            client_in(1, ClientState::Active),
            client_in(2, ClientState::Disabled),
            client_in(3, ClientState::Inactive),
            Write::CreateClient(Box::new(Client { grant_types: both, ..machine(4) })),
            Write::CreateClient(Box::new(client(5))),
        ],
    )
    .await;
    let everywhere = |subject: SubjectId, kind| {
        let held = RoleGrant { subject, kind, ..held(1) };
        vec![RoleGrant { division: DivisionScope::All, ..held.clone() }, held]
    };
    for n in 1..=5 {
        // The fourth user holds it in one division alone; the fifth user and the sixth client do not exist.
        let grants = everywhere(user_id(n).into(), SubjectKind::User);
        grant_all(&store, user_id(n), if n == 4 { vec![held(1)] } else { grants }).await;
        grant_all(&store, client_id(n), everywhere(client_id(n).into(), SubjectKind::Client)).await;
    }
    grant_all(&store, client_id(6), everywhere(client_id(6).into(), SubjectKind::Client)).await;
    let mut working = vec![
        (SubjectId::from(user_id(1)), SubjectKind::User),
        (client_id(1).into(), SubjectKind::Client),
        (client_id(4).into(), SubjectKind::Client),
    ];
    working.sort_by_key(|(subject, _)| *subject);
    assert_eq!(store.working_holders(role_id(1)).await, Ok(working));
    assert_eq!(store.working_holders(role_id(2)).await, Ok(vec![]));
}
