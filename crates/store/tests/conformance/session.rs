//! Sessions of browsers.

use std::collections::BTreeSet;
use std::sync::Arc;

use chancery_core::session::{NewSession, Session};
use chancery_core::types::{SessionKey, Timestamp};
use chancery_core::write::{Require, Write};
use chancery_store::{Made, Store};

use super::sample::*;

fn fresh(key: SessionKey, n: u64) -> Session {
    Session { key, origin: session(n), seen_at: NOW }
}

pub async fn every_field_reads_back(store: Arc<dyn Store>) {
    let bare = NewSession { address: None, agent: String::new(), user_epoch: 0, ..session(2) };
    let extreme = NewSession {
        address: Some("2001:db8::ffff:1".parse().expect("an address")),
        user_epoch: u32::MAX,
        created_at: Timestamp::from_millis(i64::MIN),
        expires_at: Timestamp::from_millis(i64::MAX),
        ..session(3)
    };
    let mapped = NewSession {
        organization: organization_id(2),
        address: Some("::ffff:192.0.2.7".parse().expect("an address")),
        ..session(4)
    };
    for origin in [session(1), bare, extreme, mapped] {
        let key = create_session(&store, origin.clone()).await;
        let seen_at = origin.created_at;
        let stored = Session { key, origin, seen_at };
        assert_eq!(store.find_session(key).await, Ok(Some(stored.clone())));
        assert_eq!(store.sessions(stored.origin.user).await, Ok(vec![stored]));
    }
}

pub async fn one_that_does_not_exist_is_not_found(store: Arc<dyn Store>) {
    let key = create_session(&store, session(1)).await;
    for other in [key.0 + 1, key.0 - 1, -key.0, i64::MAX, i64::MIN] {
        assert_eq!(store.find_session(SessionKey(other)).await, Ok(None));
    }
    assert_eq!(store.sessions(user_id(2)).await, Ok(vec![]));
}

pub async fn every_session_has_a_key_of_its_own(store: Arc<dyn Store>) {
    let results = race(&[Arc::clone(&store)], 64, |_| vec![Write::CreateSession(session(1)); 2]).await;
    assert_eq!(winners(&results), 64);
    let mut keys = BTreeSet::new();
    for made in results.into_iter().flatten().flatten() {
        let Made::Session(key) = made else { panic!("a session made {made:?}") };
        assert!(keys.insert(key), "{key:?} was made twice");
        assert_eq!(read_session(&store, key).await, fresh(key, 1));
    }
    assert_eq!(keys.len(), 128);
}

/// Or a cookie that somebody kept would name the session of somebody else.
pub async fn a_key_is_not_made_again_after_its_session_is_gone(store: Arc<dyn Store>) {
    let first = create_session(&store, session(1)).await;
    commit(&store, [Write::EndSession(first)]).await;
    let second = create_session(&store, session(1)).await;
    assert_eq!(store.sweep(NOW + DAY + DAY, LONG_AGO, 10).await, Ok(1));
    let third = create_session(&store, session(1)).await;
    assert!(first != second && second != third && third != first, "{third:?} was made twice");
}

pub async fn they_are_listed_newest_first(store: Arc<dyn Store>) {
    let at = |created_at| NewSession { created_at, ..session(1) };
    let mut keys = Vec::new();
    for created_at in [NOW, after(after(NOW)), before(NOW), after(NOW)] {
        keys.push(create_session(&store, at(created_at)).await);
    }
    create_session(&store, session(2)).await;
    let listed = store.sessions(user_id(1)).await.expect("sessions");
    let listed: Vec<_> = listed.into_iter().map(|it| it.key).collect();
    assert_eq!(listed, [keys[1], keys[3], keys[0], keys[2]]);
}

pub async fn its_last_use_moves_forward_only(store: Arc<dyn Store>) {
    let (key, other) = (create_session(&store, session(1)).await, create_session(&store, session(1)).await);
    for (at, last) in [(before(NOW), NOW), (after(NOW), after(NOW)), (NOW, after(NOW))] {
        commit(&store, [Write::RecordSession(key, at)]).await;
        assert_eq!(read_session(&store, key).await, Session { seen_at: last, ..fresh(key, 1) });
    }
    assert_eq!(read_session(&store, other).await, fresh(other, 1));
}

pub async fn a_use_of_one_that_has_ended_is_no_conflict(store: Arc<dyn Store>) {
    let key = create_session(&store, session(1)).await;
    commit(&store, [Write::EndSession(key), Write::RecordSession(key, NOW + MINUTE)]).await;
    assert_eq!(store.find_session(key).await, Ok(None));
}

pub async fn ending_one_ends_it_alone(store: Arc<dyn Store>) {
    let (key, other) = (create_session(&store, session(1)).await, create_session(&store, session(1)).await);
    commit(&store, [Write::EndSession(key)]).await;
    assert_eq!(store.find_session(key).await, Ok(None));
    assert_eq!(store.sessions(user_id(1)).await, Ok(vec![fresh(other, 1)]));
}

pub async fn ending_one_that_has_ended_is_no_conflict(store: Arc<dyn Store>) {
    let key = create_session(&store, session(1)).await;
    commit(&store, [Write::EndSession(key), Write::EndSession(key)]).await;
    commit(&store, [Write::EndSession(key), Write::EndSessions(user_id(1), None)]).await;
    assert_eq!(store.sessions(user_id(1)).await, Ok(vec![]));
}

pub async fn all_of_a_user_end_but_one(store: Arc<dyn Store>) {
    let mut keys = Vec::new();
    for user in [1, 1, 1, 2] {
        keys.push(create_session(&store, session(user)).await);
    }
    let foreign = NewSession { organization: organization_id(2), ..session(3) };
    let foreign_key = create_session(&store, foreign.clone()).await;
    commit(&store, [Write::EndSessions(user_id(1), Some(keys[1]))]).await;
    assert_eq!(store.sessions(user_id(1)).await, Ok(vec![fresh(keys[1], 1)]));
    // The session of another user spares none, and does not end.
    commit(&store, [Write::EndSessions(user_id(1), Some(keys[3]))]).await;
    assert_eq!(store.sessions(user_id(1)).await, Ok(vec![]));
    assert_eq!(store.sessions(user_id(2)).await, Ok(vec![fresh(keys[3], 2)]));
    commit(&store, [Write::EndSessions(user_id(2), None)]).await;
    assert_eq!(store.sessions(user_id(2)).await, Ok(vec![]));
    assert_eq!(read_session(&store, foreign_key).await.origin, foreign);
}

pub async fn one_can_be_required(store: Arc<dyn Store>) {
    let ended = NewSession { expires_at: before(NOW), ..session(1) };
    let (key, expired) = (create_session(&store, session(1)).await, create_session(&store, ended).await);
    let require = |key| Write::Require(Require::Session(key));
    commit(&store, [require(key), require(expired)]).await;
    conflict(&store, [require(SessionKey(expired.0 + 1))]).await;
    conflict(&store, [Write::EndSession(key), require(key)]).await;
    commit(&store, [Write::EndSession(key)]).await;
    conflict(&store, [require(key)]).await;
    commit(&store, [require(expired)]).await;
}

/// Either something came of it before it ended, or it ended and nothing comes of it.
pub async fn nothing_comes_of_one_that_has_ended_meanwhile(store: Arc<dyn Store>) {
    let key = create_session(&store, session(1)).await;
    let writes = |n| match n {
        0 => vec![Write::EndSession(key)],
        _ => vec![Write::CreateTicket(ticket()), Write::Require(Require::Session(key))],
    };
    let results = race(&[Arc::clone(&store)], 64, writes).await;
    assert!(results[0].is_ok());
    let tickets = winners(&results) - 1;
    assert_eq!(store.sweep(NOW + DAY + DAY, LONG_AGO, 1000).await, Ok(tickets));
    conflict(&store, [Write::Require(Require::Session(key))]).await;
}
