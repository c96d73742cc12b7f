//! `AuthorizationApi`: roles and permissions.

use chancery_sdk::api::{GetPermissions, GetRoles, Page};
use chancery_sdk::models::{
    DefaultRole, DefaultRoles, DomainOrganizationRoleCreate, DomainOrganizationRolePatch,
    DomainOrganizationRoleUpdate, DomainPermissionPolicy, SubjectDivisions,
};
use futures_util::TryStreamExt as _;

use crate::place::Place;

fn viewing() -> Vec<DomainPermissionPolicy> {
    vec![DomainPermissionPolicy {
        domain: Some("oauth".into()),
        entity_name: Some("client".into()),
        action_set: Some(vec!["view".into()]),
        ..DomainPermissionPolicy::default()
    }]
}

#[tokio::test]
async fn a_role_is_made_listed_read_changed_and_deleted() {
    let place = Place::start();
    let api = place.sdk.authorization();
    let body = DomainOrganizationRoleCreate {
        name: Some("Watcher".into()),
        permission_policies: Some(viewing()),
        ..DomainOrganizationRoleCreate::default()
    };
    let made = api.post_authorization_roles(&body.into()).await.expect("a role");
    let id = made.id.clone().expect("an id");
    let read = api.get_authorization_role(&id).await.expect("a role");
    assert_eq!(
        (read.name.as_deref(), &read.permission_policies),
        (Some("Watcher"), &made.permission_policies)
    );

    let body = DomainOrganizationRoleUpdate {
        name: Some("Seer".into()),
        permission_policies: Some(viewing()),
        ..DomainOrganizationRoleUpdate::default()
    };
    let renamed = api.put_authorization_role(&id, &body.into()).await.expect("a role");
    assert_eq!(renamed.name.as_deref(), Some("Seer"));
    let patch = DomainOrganizationRolePatch { role_needs_update: Some(false) };
    let patched = api.patch_authorization_role(&id, &patch.into()).await.expect("a role");
    assert_eq!(patched.role_needs_update, Some(false));

    let query = GetRoles { id: vec![id.clone()], user_count: Some(true), ..GetRoles::default() };
    let listing = api.get_authorization_roles(&query).await.expect("a listing");
    assert_eq!((listing.total, listing.entities[0].name.as_deref()), (1, Some("Seer")));
    api.delete_authorization_role(&id).await.expect("it is gone");
    assert_eq!(api.get_authorization_roles(&query).await.expect("a listing").total, 0);
}

#[tokio::test]
async fn all_roles_come_page_after_page() {
    let place = Place::start();
    let query = GetRoles { page_size: Some(1), ..GetRoles::default() };
    let all: Vec<_> = place.sdk.authorization().all_roles(&query).try_collect().await.expect("roles");
    let mut names: Vec<_> = all.iter().filter_map(|it| it.name.as_deref()).collect();
    names.sort_unstable();
    assert_eq!(names, ["admin", "oauth viewer"]);
}

#[tokio::test]
async fn built_in_roles_are_restored() {
    let place = Place::start();
    let api = place.sdk.authorization();
    let viewer = place.role("oauth viewer").await;
    api.delete_authorization_role(&viewer).await.expect("it is gone");
    let restored = api.post_authorization_roles_default(Some(false)).await.expect("a listing");
    let back = restored.entities.iter().find(|it| it.name.as_deref() == Some("oauth viewer"));
    let id = back.expect("it is back").id.clone();
    let one = DefaultRoles(Some(vec![DefaultRole { id: id.clone(), default_role_id: None }]));
    let restored = api.put_authorization_roles_default(&one).await.expect("a listing");
    assert!(restored.entities.iter().any(|it| it.id == id), "{restored:?}");
}

#[tokio::test]
async fn the_members_of_a_role_are_added_shown_and_removed() {
    let place = Place::start();
    let api = place.sdk.authorization();
    let (viewer, ada, ben) = (
        place.role("oauth viewer").await,
        place.user("Ada").await.id.clone(),
        place.user("Ben").await.id.clone(),
    );
    let added = api.put_authorization_role_users_add(&viewer, std::slice::from_ref(&ada)).await;
    assert_eq!(added.expect("ids"), [&*ada]);
    let body =
        SubjectDivisions { subject_ids: Some(vec![ben.clone()]), division_ids: Some(vec!["*".into()]) };
    api.post_authorization_role(&viewer, &body.into(), Some("PC_USER".into())).await.expect("it is granted");

    let members = api.get_authorization_role_users(&viewer, &Page::default()).await.expect("a listing");
    let mut ids: Vec<_> = members.entities.iter().map(|it| &*it.id).collect();
    ids.sort_unstable();
    let mut both = [&*ada, &*ben];
    both.sort_unstable();
    assert_eq!(ids, both);
    let grants =
        api.get_authorization_role_subjectgrants(&viewer, &Page::default()).await.expect("a listing");
    let everywhere = grants.entities.iter().find(|it| it.id == ben).expect("his grant");
    assert_eq!((&*everywhere.r#type, &*everywhere.divisions[0].id), ("PC_USER", "*"));

    let removed = api.put_authorization_role_users_remove(&viewer, &[ada, ben]).await.expect("ids");
    assert_eq!(removed.len(), 2);
    let members = api.get_authorization_role_users(&viewer, &Page::default()).await.expect("a listing");
    assert!(members.entities.is_empty());
}

#[tokio::test]
async fn permissions_and_products_are_listed() {
    let place = Place::start();
    let api = place.sdk.authorization();
    let one = GetPermissions {
        query_type: Some("domain".into()),
        query: Some("oauth".into()),
        ..GetPermissions::default()
    };
    let listing = api.get_authorization_permissions(&one).await.expect("a listing");
    assert!(listing.entities[0].permission_map["client"].iter().any(|it| it.action == "view"));
    let query = GetPermissions { page_size: Some(2), ..GetPermissions::default() };
    let all: Vec<_> = api.all_permissions(&query).try_collect().await.expect("permissions");
    assert!(all.len() > 2 && all.iter().any(|it| it.domain == "oauth"));
    let products = api.get_authorization_products().await.expect("a listing");
    assert!(!products.entities.is_empty() && products.entities.iter().all(|it| !it.id.is_empty()));
}
