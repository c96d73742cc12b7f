//! Attempts to log in.

use std::sync::Arc;

use chancery_core::session::attempts::{FORGOTTEN, Tries};
use chancery_core::types::{AttemptKey, Timestamp};
use chancery_core::write::Write;
use chancery_store::Store;

use super::sample::*;

const KEYS: [AttemptKey; 3] = [AttemptKey([1; 32]), AttemptKey([2; 32]), AttemptKey([3; 32])];

fn tries(count: u32, last: Timestamp) -> Option<Tries> {
    Some(Tries { count, last })
}

fn change(n: usize, known: Option<Tries>, next: Option<Tries>) -> Write {
    Write::CountAttempts { key: KEYS[n], known, next }
}

async fn known(store: &Arc<dyn Store>) -> [Option<Tries>; 3] {
    let rows = store.attempts(KEYS).await.expect("counts");
    KEYS.map(|key| rows.iter().find(|(it, _)| *it == key).map(|(_, tries)| *tries))
}

pub async fn what_was_counted_reads_back(store: Arc<dyn Store>) {
    assert_eq!(known(&store).await, [None; 3]);
    commit(&store, [change(0, None, tries(1, NOW)), change(2, None, tries(u32::MAX, after(NOW)))]).await;
    assert_eq!(known(&store).await, [tries(1, NOW), None, tries(u32::MAX, after(NOW))]);
    commit(
        &store,
        [change(0, tries(1, NOW), tries(2, after(NOW))), change(2, tries(u32::MAX, after(NOW)), None)],
    )
    .await;
    assert_eq!(known(&store).await, [tries(2, after(NOW)), None, None]);
}

pub async fn what_somebody_else_counted_meanwhile_conflicts(store: Arc<dyn Store>) {
    commit(&store, [change(0, None, tries(1, NOW)), change(1, None, None)]).await;
    for stale in [None, tries(2, NOW), tries(1, after(NOW))] {
        conflict(&store, [change(1, None, tries(1, NOW)), change(0, stale, tries(9, NOW))]).await;
        conflict(&store, [change(0, stale, None)]).await;
    }
    conflict(&store, [change(1, tries(1, NOW), None)]).await;
    assert_eq!(known(&store).await, [tries(1, NOW), None, None]);
}

pub async fn of_64_who_count_at_once_one_succeeds(store: Arc<dyn Store>) {
    let results = race(&[Arc::clone(&store)], 64, |_| vec![change(0, None, tries(1, NOW))]).await;
    assert_eq!(winners(&results), 1);
    let results = race(&[Arc::clone(&store)], 64, |_| vec![change(0, tries(1, NOW), tries(2, NOW))]).await;
    assert_eq!(winners(&results), 1);
}

pub async fn what_is_forgotten_goes(store: Arc<dyn Store>) {
    commit(&store, [change(0, None, tries(1, before(NOW))), change(1, None, tries(1, NOW))]).await;
    assert_eq!(store.sweep(NOW + FORGOTTEN, LONG_AGO, 1000).await, Ok(1));
    assert_eq!(known(&store).await, [None, tries(1, NOW), None]);
}
