//! Users.

use std::sync::Arc;

use chancery_core::user::{User, UserState};
use chancery_core::write::{Require, Write};
use chancery_store::Store;

use super::sample::*;

pub async fn every_field_reads_back(store: Arc<dyn Store>) {
    let full = User { last_token_at: Some(before(NOW)), ..user(1) };
    let bare = User {
        password: None,
        state: UserState::Inactive,
        epoch: 0,
        version: u32::MAX,
        name: String::new(),
        ..user(2)
    };
    let gone = User { state: UserState::Deleted, ..user(3) };
    for it in [full, bare, gone] {
        commit(&store, [Write::CreateUser(it.clone())]).await;
        assert_eq!(store.find_user(it.id).await, Ok(Some(it)));
    }
}

pub async fn one_that_does_not_exist_is_not_found(store: Arc<dyn Store>) {
    commit(&store, [Write::CreateUser(user(1))]).await;
    assert_eq!(store.find_user(user_id(2)).await, Ok(None));
}

pub async fn an_id_is_taken_once(store: Arc<dyn Store>) {
    commit(&store, [Write::CreateUser(user(1))]).await;
    conflict(&store, [Write::CreateUser(User { id: user_id(1), ..user(2) })]).await;
    assert_eq!(store.find_user(user_id(1)).await, Ok(Some(user(1))));
}

pub async fn an_address_is_taken_once_in_an_organization(store: Arc<dyn Store>) {
    let first = user(1);
    let second = User { email: first.email.clone(), ..user(2) };
    let foreign = User { organization: organization_id(2), ..second.clone() };
    commit(&store, [Write::CreateUser(first)]).await;
    conflict(&store, [Write::CreateUser(second)]).await;
    assert_eq!(store.find_user(user_id(2)).await, Ok(None));
    commit(&store, [Write::CreateUser(foreign.clone())]).await;
    assert_eq!(store.find_user(user_id(2)).await, Ok(Some(foreign)));
}

pub async fn a_version_can_be_required(store: Arc<dyn Store>) {
    commit(&store, [Write::CreateUser(User { version: 7, ..user(1) })]).await;
    let require = |n, version| Write::Require(Require::User(user_id(n), version));
    commit(&store, [require(1, 7)]).await;
    conflict(&store, [require(1, 6)]).await;
    conflict(&store, [require(1, 8)]).await;
    conflict(&store, [require(2, 7)]).await;
}

pub async fn the_last_token_moves_forward_only(store: Arc<dyn Store>) {
    commit(&store, [Write::CreateUser(user(1)), Write::CreateUser(user(2))]).await;
    for (at, last) in [(NOW, NOW), (before(NOW), NOW), (NOW, NOW), (after(NOW), after(NOW))] {
        commit(&store, [Write::RecordToken(user_id(1), at)]).await;
        // It is no change that anybody who requires the version must see.
        assert_eq!(read_user(&store, user_id(1)).await, User { last_token_at: Some(last), ..user(1) });
    }
    assert_eq!(read_user(&store, user_id(2)).await, user(2));
}

pub async fn a_token_of_a_user_that_is_gone_is_no_conflict(store: Arc<dyn Store>) {
    commit(&store, [Write::CreateUser(user(1)), Write::RecordToken(user_id(2), NOW)]).await;
    assert_eq!(store.find_user(user_id(2)).await, Ok(None));
    assert_eq!(read_user(&store, user_id(1)).await, user(1));
}
