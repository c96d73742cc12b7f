//! What goes when nothing needs it any more, and what stays.

use std::sync::Arc;

use chancery_core::audit::Entry;
use chancery_core::family::NewFamily;
use chancery_core::policy::LONGEST_TOKEN;
use chancery_core::session::NewSession;
use chancery_core::ticket::NewTicket;
use chancery_core::types::{AssertionKey, Timestamp};
use chancery_core::usage::{Day, UsageCount};
use chancery_core::write::{Revoked, Write};
use chancery_store::{Made, Store};

use super::sample::*;

fn ticket_until(expires_at: Timestamp) -> NewTicket {
    NewTicket { expires_at, ..ticket() }
}

fn family_until(expires_at: Timestamp) -> NewFamily {
    NewFamily { expires_at, ..family() }
}

fn session_until(expires_at: Timestamp) -> NewSession {
    NewSession { expires_at, ..session(1) }
}

fn entry_at(n: u32, at: Timestamp) -> Write {
    Write::Audit(Box::new(Entry { at, ..entry(n) }))
}

fn revoked_until(n: u64, expires_at: Timestamp) -> Write {
    Write::Revoke(Revoked { expires_at, ..revoked(n) })
}

pub async fn an_empty_store_has_nothing_to_sweep(store: Arc<dyn Store>) {
    assert_eq!(store.sweep(NOW, LONG_AGO, 1000).await, Ok(0));
}

pub async fn tickets_stay_for_a_day_after_they_expired(store: Arc<dyn Store>) {
    let gone = create_ticket(&store, ticket_until(before(NOW - DAY))).await;
    let kept = create_ticket(&store, ticket_until(NOW - DAY)).await;
    let spent = create_ticket(&store, ticket_until(NOW + MINUTE)).await;
    commit(&store, [Write::Spend(spent, Timestamp::from_millis(0))]).await;
    assert_eq!(store.sweep(NOW, LONG_AGO, 1000).await, Ok(1));
    assert_eq!(store.find_ticket(gone).await, Ok(None));
    assert_eq!(read_ticket(&store, kept).await.key, kept);
    assert_eq!(read_ticket(&store, spent).await.key, spent);
    assert_eq!(store.sweep(NOW, LONG_AGO, 1000).await, Ok(0));
    assert_eq!(store.sweep(after(NOW), LONG_AGO, 1000).await, Ok(1));
}

pub async fn families_go_when_their_last_token_has_expired(store: Arc<dyn Store>) {
    let gone = create_family(&store, family_until(before(NOW - LONGEST_TOKEN))).await;
    let kept = create_family(&store, family_until(NOW - LONGEST_TOKEN)).await;
    let revoked = create_family(&store, family_until(NOW)).await;
    commit(&store, [Write::RevokeFamily(revoked, Timestamp::from_millis(0))]).await;
    assert_eq!(store.sweep(NOW, LONG_AGO, 1000).await, Ok(1));
    assert_eq!(store.find_family(gone).await, Ok(None));
    assert_eq!(read_family(&store, kept).await.key, kept);
    assert_eq!(read_family(&store, revoked).await.key, revoked);
    assert_eq!(store.sweep(NOW, LONG_AGO, 1000).await, Ok(0));
}

pub async fn sessions_go_when_they_have_expired(store: Arc<dyn Store>) {
    let gone = create_session(&store, session_until(before(NOW))).await;
    let kept = create_session(&store, session_until(NOW)).await;
    commit(&store, [Write::RecordSession(gone, after(NOW))]).await;
    assert_eq!(store.sweep(NOW, NOW, 1000).await, Ok(1));
    assert_eq!(store.find_session(gone).await, Ok(None));
    assert_eq!(read_session(&store, kept).await.key, kept);
    assert_eq!(store.sweep(NOW, NOW, 1000).await, Ok(0));
    assert_eq!(store.sweep(after(NOW), NOW, 1000).await, Ok(1));
}

pub async fn audit_entries_go_when_they_are_too_old(store: Arc<dyn Store>) {
    commit(&store, [entry_at(1, before(NOW)), entry_at(2, NOW), entry_at(3, after(NOW))]).await;
    let left = async || -> Vec<u32> {
        read_audit(&store, all_of(1)).await.into_iter().map(|it| it.entry.count).collect()
    };
    // Nothing but what was said for them counts.
    assert_eq!(store.sweep(after(NOW), LONG_AGO, 1000).await, Ok(0));
    assert_eq!(store.sweep(LONG_AGO, NOW, 1000).await, Ok(1));
    assert_eq!(left().await, [3, 2]);
    assert_eq!(store.sweep(LONG_AGO, NOW, 1000).await, Ok(0));
    assert_eq!(store.sweep(LONG_AGO, after(NOW), 1000).await, Ok(1));
    assert_eq!(left().await, [3]);
}

pub async fn revocations_go_when_they_have_expired(store: Arc<dyn Store>) {
    commit(&store, [revoked_until(1, before(NOW)), revoked_until(2, NOW), revoked_until(3, after(NOW))])
        .await;
    assert_eq!(store.sweep(NOW, LONG_AGO, 1000).await, Ok(1));
    let mut kept: Vec<_> = read_revoked(&store, LONG_AGO).await.into_iter().map(|it| it.expires_at).collect();
    kept.sort_unstable();
    assert_eq!(kept, vec![NOW, after(NOW)]);
    assert_eq!(store.sweep(NOW, LONG_AGO, 1000).await, Ok(0));
}

pub async fn counts_stay_for_400_days(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    let aged = |days| UsageCount { day: Day(Day::of(NOW).0 - days), ..usage(1) };
    commit(&store, [Write::CountUsage([401, 400, 1, 0].map(aged).into())]).await;
    assert_eq!(store.sweep(NOW, LONG_AGO, 1000).await, Ok(1));
    assert_eq!(read_usage(&store, 1).await, [400, 1, 0].map(aged));
    assert_eq!(store.sweep(NOW, LONG_AGO, 1000).await, Ok(0));
    // What else goes in a day is the backend's.
    store.sweep(NOW + DAY, LONG_AGO, 1000).await.expect("a sweep");
    assert_eq!(read_usage(&store, 1).await, [1, 0].map(aged));
}

pub async fn at_most_so_many_of_each_kind_go(store: Arc<dyn Store>) {
    let mut writes = vec![
        Write::CreateTicket(ticket()),
        Write::CreateFamily(family()),
        Write::CreateSession(session(1)),
        entry_at(9, NOW),
        Write::Revoke(revoked(9)),
        Write::CreateClient(Box::new(client(1))),
        Write::CountUsage(vec![usage(1)]),
    ];
    for n in 0..5 {
        writes.push(Write::CreateTicket(ticket_until(LONG_AGO)));
        writes.push(Write::CreateFamily(family_until(LONG_AGO)));
        writes.push(Write::CreateSession(session_until(LONG_AGO)));
        writes.push(entry_at(1, LONG_AGO));
        writes.push(revoked_until(n, LONG_AGO));
        writes.push(Write::UseAssertion(AssertionKey([u8::try_from(n).expect("small"); 32]), LONG_AGO));
        let template = n.to_string();
        writes.push(Write::CountUsage(vec![UsageCount { day: Day::of(LONG_AGO), template, ..usage(1) }]));
    }
    let made = store.commit(writes, NOW).await.expect("nothing stands in the way");
    for (limit, swept) in [(0, 0), (2, 14), (2, 14), (2, 7), (2, 0)] {
        assert_eq!(store.sweep(NOW, NOW, limit).await, Ok(swept));
    }
    let [Made::Ticket(ticket), Made::Family(family), Made::Session(session), ..] = made[..] else {
        panic!("{made:?}")
    };
    assert_eq!(read_ticket(&store, ticket).await.key, ticket);
    assert_eq!(read_family(&store, family).await.key, family);
    assert_eq!(store.sessions(user_id(1)).await.map(|it| it.len()), Ok(1));
    assert_eq!(read_session(&store, session).await.key, session);
    assert_eq!(read_audit(&store, all_of(1)).await.remove(0).entry, entry(9));
    assert_eq!(read_revoked(&store, NOW).await, [revoked(9)]);
    assert_eq!(read_usage(&store, 1).await, vec![usage(1)]);
}

pub async fn everything_else_stays(store: Arc<dyn Store>) {
    let made = populate(&store).await;
    let before = everything(&store, made).await;
    assert_eq!(store.sweep(NOW, LONG_AGO, 1000).await, Ok(0));
    assert_eq!(everything(&store, made).await, before);
}
