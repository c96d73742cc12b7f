//! Tickets.

use std::collections::BTreeSet;
use std::sync::Arc;

use chancery_core::ticket::{NewTicket, Ticket};
use chancery_core::types::TicketKey;
use chancery_core::write::Write;
use chancery_store::{Made, Store};

use super::sample::*;

fn fresh(key: TicketKey) -> Ticket {
    Ticket { key, content: ticket(), spent_at: None }
}

pub async fn every_field_reads_back(store: Arc<dyn Store>) {
    let bare = NewTicket { payload: String::new(), ..ticket() };
    let other = NewTicket { kind: UNICODE.to_owned(), ..ticket() };
    for content in [ticket(), bare, other] {
        let key = create_ticket(&store, content.clone()).await;
        let stored = Ticket { key, content, spent_at: None };
        assert_eq!(store.find_ticket(key).await, Ok(Some(stored)));
    }
}

pub async fn one_that_does_not_exist_is_not_found(store: Arc<dyn Store>) {
    let key = create_ticket(&store, ticket()).await;
    for other in [key.0 + 1, key.0 - 1, -key.0, i64::MAX, i64::MIN] {
        assert_eq!(store.find_ticket(TicketKey(other)).await, Ok(None));
    }
}

pub async fn every_ticket_has_a_key_of_its_own(store: Arc<dyn Store>) {
    let results = race(&[Arc::clone(&store)], 64, |_| vec![Write::CreateTicket(ticket()); 2]).await;
    assert_eq!(winners(&results), 64);
    let mut keys = BTreeSet::new();
    for made in results.into_iter().flatten().flatten() {
        let Made::Ticket(key) = made else { panic!("a ticket made {made:?}") };
        assert!(keys.insert(key), "{key:?} was made twice");
        assert_eq!(read_ticket(&store, key).await, fresh(key));
    }
    assert_eq!(keys.len(), 128);
}

pub async fn the_keys_come_in_the_order_of_the_writes(store: Arc<dyn Store>) {
    let of_kind = |kind: &str| Write::CreateTicket(NewTicket { kind: kind.to_owned(), ..ticket() });
    let writes = [of_kind("a"), Write::CreateFamily(family()), of_kind("b"), Write::Revoke(revoked(1))];
    let made = commit(&store, writes).await;
    let [Made::Ticket(a), Made::Family(family), Made::Ticket(b)] = made[..] else { panic!("{made:?}") };
    assert_eq!(read_ticket(&store, a).await.content.kind, "a");
    assert_eq!(read_ticket(&store, b).await.content.kind, "b");
    assert_eq!(read_family(&store, family).await.key, family);
}

/// Or a handle that somebody kept would name the ticket of somebody else.
pub async fn a_key_is_not_made_again_after_its_ticket_was_swept(store: Arc<dyn Store>) {
    let first = create_ticket(&store, ticket()).await;
    let second = create_ticket(&store, ticket()).await;
    assert_eq!(store.sweep(NOW + DAY + DAY, LONG_AGO, 10).await, Ok(2));
    let third = create_ticket(&store, ticket()).await;
    assert!(third != first && third != second, "{third:?} was made twice");
}

pub async fn spending_marks_it(store: Arc<dyn Store>) {
    let (key, other) = (create_ticket(&store, ticket()).await, create_ticket(&store, ticket()).await);
    commit(&store, [Write::Spend(key, NOW)]).await;
    assert_eq!(read_ticket(&store, key).await, Ticket { spent_at: Some(NOW), ..fresh(key) });
    assert_eq!(read_ticket(&store, other).await, fresh(other));
}

pub async fn a_spent_one_cannot_be_spent(store: Arc<dyn Store>) {
    let key = create_ticket(&store, ticket()).await;
    conflict(&store, [Write::Spend(key, NOW), Write::Spend(key, NOW)]).await;
    assert_eq!(read_ticket(&store, key).await, fresh(key));
    commit(&store, [Write::Spend(key, NOW)]).await;
    conflict(&store, [Write::Spend(key, after(NOW))]).await;
    assert_eq!(read_ticket(&store, key).await.spent_at, Some(NOW));
}

pub async fn an_expired_one_cannot_be_spent(store: Arc<dyn Store>) {
    let end = ticket().expires_at;
    let key = create_ticket(&store, ticket()).await;
    conflict(&store, [Write::Spend(key, after(end))]).await;
    conflict(&store, [Write::Spend(key, end)]).await;
    assert_eq!(read_ticket(&store, key).await, fresh(key));
    commit(&store, [Write::Spend(key, before(end))]).await;
}

pub async fn one_that_does_not_exist_cannot_be_spent(store: Arc<dyn Store>) {
    conflict(&store, [Write::Spend(TicketKey(1), NOW)]).await;
}

pub async fn of_64_who_spend_it_one_succeeds(store: Arc<dyn Store>) {
    let key = create_ticket(&store, ticket()).await;
    let spend = |_| vec![Write::Spend(key, NOW), Write::CreateFamily(family())];
    let results = race(&[Arc::clone(&store)], 64, spend).await;
    assert_eq!(winners(&results), 1);
    assert_eq!(read_ticket(&store, key).await, Ticket { spent_at: Some(NOW), ..fresh(key) });
}
