//! `UsersApi`.

use chancery_e2e::REDIRECT;
use chancery_sdk::api::{GetUsers, GetUsersMe};
use chancery_sdk::models::{ChangeMyPasswordRequest, ChangePasswordRequest, Password, UpdateUser};
use futures_util::TryStreamExt as _;

use crate::place::Place;

#[tokio::test]
async fn a_user_is_made_listed_read_changed_and_deleted() {
    let place = Place::start();
    let users = place.sdk.users();
    let made = place.user("Ada").await;
    assert_eq!((made.name.as_deref(), made.email.as_deref()), (Some("Ada"), Some("ada@example.com")));
    assert_eq!(users.get_user(&made.id).await.expect("a user"), made);

    let body =
        UpdateUser { version: Some(made.version), title: Some("Countess".into()), ..UpdateUser::default() };
    let changed = users.patch_user(&made.id, &body.into()).await.expect("a user");
    assert_eq!((changed.title.as_deref(), changed.name.as_deref()), (Some("Countess"), Some("Ada")));
    assert!(changed.version > made.version);

    let only = GetUsers { id: vec![made.id.clone()], ..GetUsers::default() };
    let listing = users.get_users(&only).await.expect("a listing");
    assert_eq!((listing.total, &listing.entities[0]), (1, &changed));
    users.delete_user(&made.id).await.expect("it is gone");
    let listing = users.get_users(&GetUsers::default()).await.expect("a listing");
    assert!(listing.entities.iter().all(|it| it.id != made.id));
}

#[tokio::test]
async fn all_people_come_page_after_page() {
    let place = Place::start();
    for name in ["Ada", "Ben", "Cleo"] {
        place.user(name).await;
    }
    let query = GetUsers { page_size: Some(2), sort_order: Some("DESC".into()), ..GetUsers::default() };
    let all: Vec<_> = place.sdk.users().all_users(&query).try_collect().await.expect("people");
    let names: Vec<_> = all.iter().filter_map(|it| it.name.as_deref()).collect();
    assert_eq!(names, ["Cleo", "Ben", "Administrator", "Ada"]);
}

#[tokio::test]
async fn a_person_sees_themselves() {
    let place = Place::start();
    let me = place.administrator(&place.app("CODE", REDIRECT).await).await.users();
    let bare = me.get_users_me(&GetUsersMe::default()).await.expect("a person");
    assert_eq!(bare.user.id, place.made.text("/admin/userId"));
    assert!(bare.organization.is_none() && bare.user.authorization.is_none());
    let expand = ["authorization", "organization", "token"].map(str::to_owned).into();
    let whole = me.get_users_me(&GetUsersMe { expand }).await.expect("a person");
    assert_eq!(whole.organization.as_ref().and_then(|it| it.name.as_deref()), Some("Chancery"));
    assert!(whole.token.is_some() && whole.user.authorization.is_some());
}

#[tokio::test]
async fn passwords_are_set_and_changed() {
    let place = Place::start();
    let (app, ada) = (place.app("CODE", REDIRECT).await, place.user("Ada").await);
    let set = ChangePasswordRequest { new_password: Some(Password::new("a password that was set")) };
    place.sdk.users().post_user_password(&ada.id, &set).await.expect("it is set");
    let token = place.logged_in(&app, "ada@example.com", "a password that was set").await;
    let change = ChangeMyPasswordRequest {
        old_password: set.new_password,
        new_password: Some(Password::new("a password of her own")),
    };
    let own = place.with_token(token.access_token).users();
    own.post_users_me_password(&change).await.expect("it is changed");
    place.logged_in(&app, "ada@example.com", "a password of her own").await;
}

#[tokio::test]
async fn the_roles_of_a_user_are_read_and_set() {
    let place = Place::start();
    let (users, ada, viewer) = (place.sdk.users(), place.user("Ada").await, place.role("oauth viewer").await);
    let before = users.get_user_roles(&ada.id).await.expect("roles");
    assert!(before.roles.as_ref().is_none_or(|it| it.iter().all(|role| role.id != viewer)));
    let set = users.put_user_roles(&ada.id, std::slice::from_ref(&viewer)).await.expect("roles");
    let roles = set.roles.as_ref().expect("roles");
    assert_eq!(roles.iter().map(|it| &*it.id).collect::<Vec<_>>(), [&*viewer]);
    assert!(set.permission_policies.as_ref().is_some_and(|it| !it.is_empty()));
    assert_eq!(users.get_user_roles(&ada.id).await.expect("roles"), set);
}
