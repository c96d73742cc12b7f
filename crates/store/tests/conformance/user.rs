//! Users.

use std::sync::Arc;

use chancery_core::consent::Consent;
use chancery_core::rbac::SubjectKind;
use chancery_core::session::NewSession;
use chancery_core::types::{Timestamp, UserId};
use chancery_core::user::{Contact, Profile, User, UserState};
use chancery_core::write::{Require, Write};
use chancery_store::Store;

use super::sample::*;

fn replace(it: User) -> Write {
    Write::ReplaceUser(Box::new(it))
}

/// Deletes the user of that number, at the version that the samples have.
fn delete(n: u64) -> Write {
    Write::DeleteUser(organization_id(1), user_id(n), user(n).version)
}

/// What `delete` leaves of it.
fn deleted(n: u64) -> User {
    User {
        state: UserState::Deleted,
        password: None,
        former_passwords: vec![],
        profile: Profile::default(),
        epoch: user(n).epoch + 1,
        version: user(n).version + 1,
        ..user(n)
    }
}

async fn by_email(store: &Arc<dyn Store>, organization: u64, email: &str) -> Option<UserId> {
    let found = store.find_user_by_email(organization_id(organization), email.into());
    found.await.expect("the store answers").map(|it| it.id)
}

pub async fn every_field_reads_back(store: Arc<dyn Store>) {
    let full = User { last_token_at: Some(before(NOW)), last_login_at: Some(after(NOW)), ..user(1) };
    let bare = User {
        password: None,
        password_changed_at: None,
        former_passwords: vec![],
        profile: Profile::default(),
        state: UserState::Inactive,
        epoch: 0,
        version: u32::MAX,
        name: String::new(),
        ..user(2)
    };
    let gone = User { state: UserState::Deleted, ..user(3) };
    let extreme = User {
        email: UNICODE.to_owned(),
        password_changed_at: Some(Timestamp::from_millis(i64::MIN)),
        last_login_at: Some(Timestamp::from_millis(i64::MAX)),
        former_passwords: (0..24).map(password).collect(),
        profile: Profile { addresses: vec![Contact::default(); 30], ..profile() },
        epoch: u32::MAX,
        ..user(4)
    };
    for it in [full, bare, gone, extreme] {
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

pub async fn one_is_found_by_its_address(store: Arc<dyn Store>) {
    let foreign = User { organization: organization_id(2), email: user(1).email, ..user(2) };
    let inactive = User { state: UserState::Inactive, email: UNICODE.to_owned(), ..user(3) };
    commit(&store, [user(1), foreign, inactive.clone()].map(Write::CreateUser)).await;
    let found = store.find_user_by_email(organization_id(1), user(1).email.into()).await;
    assert_eq!(found, Ok(Some(user(1))));
    assert_eq!(by_email(&store, 2, &user(1).email).await, Some(user_id(2)));
    assert_eq!(by_email(&store, 1, UNICODE).await, Some(inactive.id));
    assert_eq!(by_email(&store, 3, &user(1).email).await, None);
    for other in
        ["", "user-2@example.com", "USER-1@EXAMPLE.COM", "user-1@example.co", "user_1@example.com", "%"]
    {
        assert_eq!(by_email(&store, 1, other).await, None, "{other}");
    }
}

pub async fn replacing_one_changes_what_can_be_changed(store: Arc<dyn Store>) {
    commit(&store, [user(1), user(2)].map(Write::CreateUser)).await;
    let new = User {
        division: division_id(9),
        name: String::new(),
        email: UNICODE.to_owned(),
        state: UserState::Inactive,
        password: None,
        password_changed_at: None,
        former_passwords: vec![],
        profile: Profile::default(),
        epoch: 99,
        ..user(1)
    };
    commit(&store, [replace(new.clone())]).await;
    assert_eq!(read_user(&store, user_id(1)).await, User { version: 8, ..new });
    // And back, so that what was left out is filled in again.
    commit(&store, [replace(User { version: 8, ..user(1) })]).await;
    assert_eq!(read_user(&store, user_id(1)).await, User { version: 9, ..user(1) });
    assert_eq!(read_user(&store, user_id(2)).await, user(2));
}

pub async fn replacing_one_keeps_where_it_comes_from_and_what_is_recorded(store: Arc<dyn Store>) {
    let known = User { last_token_at: Some(NOW), last_login_at: Some(before(NOW)), ..user(1) };
    commit(&store, [Write::CreateUser(known.clone())]).await;
    let moved = User {
        organization: organization_id(2),
        created_at: after(NOW),
        last_token_at: Some(after(NOW)),
        last_login_at: None,
        ..user(1)
    };
    commit(&store, [replace(moved)]).await;
    assert_eq!(read_user(&store, user_id(1)).await, User { version: 8, ..known });
    assert_eq!(store.user_ids(organization_id(2), None).await, Ok(vec![]));
}

pub async fn replacing_a_stale_version_conflicts(store: Arc<dyn Store>) {
    commit(&store, [Write::CreateUser(user(1)), replace(user(1))]).await;
    for version in [0, 7, 9] {
        conflict(&store, [replace(User { name: "other".to_owned(), version, ..user(1) })]).await;
    }
    assert_eq!(read_user(&store, user_id(1)).await, User { version: 8, ..user(1) });
}

pub async fn replacing_one_that_is_gone_conflicts(store: Arc<dyn Store>) {
    conflict(&store, [replace(user(1))]).await;
    commit(&store, [Write::CreateUser(user(1)), delete(1)]).await;
    for version in [7, 8] {
        conflict(&store, [replace(User { version, ..user(1) })]).await;
    }
    assert_eq!(read_user(&store, user_id(1)).await, deleted(1));
}

pub async fn replacing_one_takes_no_address_of_another(store: Arc<dyn Store>) {
    let foreign = User { organization: organization_id(2), ..user(3) };
    commit(&store, [user(1), user(2), foreign, user(4)].map(Write::CreateUser)).await;
    commit(&store, [delete(4)]).await;
    let with_email_of = |n| replace(User { email: user(n).email, ..user(1) });
    conflict(&store, [with_email_of(2)]).await;
    assert_eq!(read_user(&store, user_id(1)).await, user(1));
    commit(&store, [with_email_of(3)]).await;
    commit(&store, [replace(User { version: 8, email: user(4).email, ..user(1) })]).await;
    assert_eq!(by_email(&store, 1, &user(4).email).await, Some(user_id(1)));
    assert_eq!(by_email(&store, 1, &user(1).email).await, None);
}

pub async fn of_64_replacements_of_a_version_one_succeeds(store: Arc<dyn Store>) {
    commit(&store, [Write::CreateUser(user(1))]).await;
    let named = |n| User { name: format!("number {n}"), ..user(1) };
    let results = race(&[Arc::clone(&store)], 64, |n| vec![replace(named(n))]).await;
    assert_eq!(winners(&results), 1);
    let winner = (0..).zip(&results).find(|(_, result)| result.is_ok()).map(|(n, _)| n).expect("one");
    assert_eq!(read_user(&store, user_id(1)).await, User { version: 8, ..named(winner) });
}

pub async fn deleting_one_leaves_nothing_to_act_with(store: Arc<dyn Store>) {
    let inactive = User { state: UserState::Inactive, last_login_at: Some(NOW), ..user(3) };
    commit(&store, [user(1), user(2), inactive].map(Write::CreateUser)).await;
    commit(&store, [delete(1), delete(3)]).await;
    assert_eq!(read_user(&store, user_id(1)).await, deleted(1));
    assert_eq!(read_user(&store, user_id(3)).await, User { last_login_at: Some(NOW), ..deleted(3) });
    assert_eq!(read_user(&store, user_id(2)).await, user(2));
}

pub async fn deleting_one_takes_grants_consents_and_sessions_along(store: Arc<dyn Store>) {
    let held = |n| vec![grant(user_id(n), SubjectKind::User, 1), grant(user_id(n), SubjectKind::User, 2)];
    let foreign = User { organization: organization_id(2), ..user(3) };
    let foreign_consent = Consent { organization: organization_id(2), ..consent(3, 1) };
    let foreign_session = NewSession { organization: organization_id(2), ..session(3) };
    commit(&store, [user(1), user(2), foreign].map(Write::CreateUser)).await;
    commit(&store, [consent(1, 1), consent(1, 2), consent(2, 1), foreign_consent].map(Write::CreateConsent))
        .await;
    commit(&store, [session(1), session(1), session(2), foreign_session].map(Write::CreateSession)).await;
    for n in 1..=3 {
        let organization = organization_id(if n == 3 { 2 } else { 1 });
        commit(&store, [Write::ReplaceRoleGrants(organization, user_id(n).into(), held(n))]).await;
    }
    commit(&store, [delete(1)]).await;
    for (n, count) in [(1, 0), (2, 1), (3, 1)] {
        assert_eq!(store.consents(user_id(n)).await.map(|it| it.len()), Ok(count));
        assert_eq!(store.sessions(user_id(n)).await.map(|it| it.len()), Ok(count));
        assert_eq!(store.role_grants(user_id(n).into()).await.map(|it| it.len()), Ok(2 * count));
    }
}

pub async fn deleting_one_that_is_gone_or_changed_conflicts(store: Arc<dyn Store>) {
    conflict(&store, [delete(1)]).await;
    commit(&store, [Write::CreateUser(user(1)), Write::CreateConsent(consent(1, 1))]).await;
    let at = |version| Write::DeleteUser(organization_id(1), user_id(1), version);
    for version in [0, 6, 8] {
        conflict(&store, [at(version)]).await;
    }
    conflict(&store, [Write::DeleteUser(organization_id(2), user_id(1), 7)]).await;
    assert_eq!(read_user(&store, user_id(1)).await, user(1));
    assert_eq!(read_consent(&store, 1, 1).await, consent(1, 1));
    commit(&store, [delete(1)]).await;
    for version in [7, 8] {
        conflict(&store, [at(version)]).await;
    }
    assert_eq!(read_user(&store, user_id(1)).await, deleted(1));
}

pub async fn of_64_who_delete_one_one_succeeds(store: Arc<dyn Store>) {
    commit(&store, [Write::CreateUser(user(1))]).await;
    let results = race(&[Arc::clone(&store)], 64, |_| vec![delete(1)]).await;
    assert_eq!(winners(&results), 1);
    assert_eq!(read_user(&store, user_id(1)).await, deleted(1));
}

pub async fn a_deleted_one_leaves_its_address_to_others(store: Arc<dyn Store>) {
    let heir = |n| User { email: user(1).email, ..user(n) };
    commit(&store, [Write::CreateUser(user(1)), delete(1)]).await;
    assert_eq!(by_email(&store, 1, &user(1).email).await, None);
    commit(&store, [Write::CreateUser(heir(2))]).await;
    conflict(&store, [Write::CreateUser(heir(3))]).await;
    assert_eq!(by_email(&store, 1, &user(1).email).await, Some(user_id(2)));
    // So it goes on: many that are deleted had it, and one has it.
    commit(&store, [delete(2), Write::CreateUser(heir(3))]).await;
    assert_eq!(by_email(&store, 1, &user(1).email).await, Some(user_id(3)));
    assert_eq!(read_user(&store, user_id(2)).await.email, user(1).email);
    assert_eq!(read_user(&store, user_id(1)).await, deleted(1));
}

pub async fn ids_are_listed_by_name_and_then_id(store: Arc<dyn Store>) {
    let names = ["b", "a", "B", "é", "z", "a", "", "a b", "ab", "𝒂", "\u{ffff}", "a", "10", "9"];
    let mut named: Vec<(String, UserId)> = Vec::new();
    for (n, name) in (1..).zip(names) {
        named.push((name.to_owned(), user_id(n)));
        commit(&store, [Write::CreateUser(User { name: name.to_owned(), ..user(n) })]).await;
    }
    commit(&store, [Write::CreateUser(User { organization: organization_id(2), ..user(99) })]).await;
    named.sort_by(|(name, id), (other_name, other_id)| {
        name.as_bytes().cmp(other_name.as_bytes()).then_with(|| id.to_string().cmp(&other_id.to_string()))
    });
    let ids: Vec<_> = named.into_iter().map(|(_, id)| id).collect();
    assert_eq!(store.user_ids(organization_id(1), None).await, Ok(ids.clone()));
    assert_eq!(store.user_ids(organization_id(1), Some(UserState::Active)).await, Ok(ids));
    assert_eq!(store.user_ids(organization_id(2), None).await, Ok(vec![user_id(99)]));
    assert_eq!(store.user_ids(organization_id(3), None).await, Ok(vec![]));
}

pub async fn ids_are_listed_of_one_state_or_of_all(store: Arc<dyn Store>) {
    use UserState::{Active, Deleted, Inactive};
    let of_state = |n, state| User { name: format!("{n}"), state, ..user(n) };
    for (n, state) in (1..).zip([Active, Inactive, Deleted, Inactive, Active, Active]) {
        commit(&store, [Write::CreateUser(of_state(n, state))]).await;
    }
    commit(&store, [delete(6)]).await;
    for (state, numbers) in [
        (None, &[1, 2, 3, 4, 5, 6][..]),
        (Some(Active), &[1, 5]),
        (Some(Inactive), &[2, 4]),
        (Some(Deleted), &[3, 6]),
    ] {
        let ids = numbers.iter().map(|n| user_id(*n)).collect();
        assert_eq!(store.user_ids(organization_id(1), state).await, Ok(ids), "{state:?}");
    }
}

pub async fn users_come_in_the_order_asked_for_without_the_missing(store: Arc<dyn Store>) {
    let foreign = User { organization: organization_id(2), ..user(4) };
    commit(&store, [user(1), user(2), user(3), foreign.clone()].map(Write::CreateUser)).await;
    commit(&store, [delete(3)]).await;
    let asked = [4, 9, 3, 1, 1].map(user_id);
    assert_eq!(store.users(asked.into()).await, Ok(vec![foreign, deleted(3), user(1), user(1)]));
    assert_eq!(store.users(vec![user_id(9)]).await, Ok(vec![]));
    assert_eq!(store.users(vec![]).await, Ok(vec![]));
}

pub async fn the_last_login_moves_forward_only(store: Arc<dyn Store>) {
    commit(&store, [user(1), user(2)].map(Write::CreateUser)).await;
    for (at, last) in [(NOW, NOW), (before(NOW), NOW), (NOW, NOW), (after(NOW), after(NOW))] {
        commit(&store, [Write::RecordLogin(user_id(1), at)]).await;
        assert_eq!(read_user(&store, user_id(1)).await, User { last_login_at: Some(last), ..user(1) });
    }
    assert_eq!(read_user(&store, user_id(2)).await, user(2));
}

pub async fn a_login_of_a_user_that_is_gone_is_no_conflict(store: Arc<dyn Store>) {
    commit(&store, [Write::CreateUser(user(1)), Write::RecordLogin(user_id(2), NOW)]).await;
    assert_eq!(store.find_user(user_id(2)).await, Ok(None));
    assert_eq!(read_user(&store, user_id(1)).await, user(1));
}
