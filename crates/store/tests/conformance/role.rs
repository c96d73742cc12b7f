//! Roles, and grants of them.

use std::sync::Arc;

use chancery_core::rbac::{DivisionScope, Role, RoleGrant, SubjectKind};
use chancery_core::types::{SubjectId, Timestamp};
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
