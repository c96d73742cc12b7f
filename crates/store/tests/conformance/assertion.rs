//! Assertions of clients, each good for one use.

use std::sync::Arc;

use chancery_core::types::AssertionKey;
use chancery_core::write::Write;
use chancery_store::{Store, StoreError};

use super::sample::*;

const ONE: AssertionKey = AssertionKey([1; 32]);
const OTHER: AssertionKey = AssertionKey([2; 32]);

pub async fn one_is_used_once(store: Arc<dyn Store>) {
    assert_eq!(store.was_used(ONE).await, Ok(false));
    commit(&store, [Write::UseAssertion(ONE, NOW + MINUTE)]).await;
    assert_eq!((store.was_used(ONE).await, store.was_used(OTHER).await), (Ok(true), Ok(false)));
    conflict(&store, [Write::UseAssertion(OTHER, NOW), Write::UseAssertion(ONE, NOW + DAY)]).await;
    assert_eq!(store.was_used(OTHER).await, Ok(false), "all or nothing");
    commit(&store, [Write::UseAssertion(OTHER, NOW)]).await;
}

pub async fn of_64_uses_at_once_one_counts(store: Arc<dyn Store>) {
    let uses = (0..64).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.commit(vec![Write::UseAssertion(ONE, NOW)], NOW).await })
    });
    let mut done = Vec::new();
    for one in uses.collect::<Vec<_>>() {
        done.push(one.await.expect("no panic"));
    }
    assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 1);
    assert!(done.iter().all(|it| matches!(it, Ok(_) | Err(StoreError::Conflict))), "{done:?}");
}

pub async fn one_goes_when_it_has_expired(store: Arc<dyn Store>) {
    commit(&store, [Write::UseAssertion(ONE, before(NOW)), Write::UseAssertion(OTHER, NOW)]).await;
    assert_eq!(store.sweep(NOW, LONG_AGO, 1000).await, Ok(1));
    assert_eq!((store.was_used(ONE).await, store.was_used(OTHER).await), (Ok(false), Ok(true)));
}
