//! What others must fetch again. How a change reaches another process is the business of each backend.

use std::sync::Arc;

use chancery_core::types::Timestamp;
use chancery_store::Store;

use super::sample::*;

pub async fn a_commit_of_its_own_is_no_change(store: Arc<dyn Store>) {
    let made = populate(&store).await;
    store.commit(one_of_each(made), NOW).await.expect("one of each write fits");
    for since in [Timestamp::from_millis(0), NOW, NOW + DAY] {
        assert_eq!(store.changes(since).await, Ok(vec![]));
    }
}

pub async fn nothing_to_write_is_nothing_done(store: Arc<dyn Store>) {
    let made = populate(&store).await;
    let before = everything(&store, made).await;
    assert_eq!(store.commit(vec![], NOW).await, Ok(vec![]));
    assert_eq!(everything(&store, made).await, before);
}
