//! A disk that is full: clear errors, nothing broken, and all is well when there is room again.

use std::path::Path;

use chancery_core::types::{AssertionKey, Timestamp};
use chancery_core::write::Write;

use super::{Sqlite, open};
use crate::{Store, StoreError};

const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

/// A store that has room for so many pages.
fn within(path: &Path, pages: u32) -> Sqlite {
    let connection = open::prepare(path).expect("a database");
    connection.pragma_update(None, "max_page_count", pages).expect("a limit");
    Sqlite::over(connection, path).expect("a store")
}

fn key(n: u32) -> AssertionKey {
    let mut key = [0; 32];
    key[..4].copy_from_slice(&n.to_be_bytes());
    AssertionKey(key)
}

async fn write(store: &Sqlite, n: u32) -> Result<(), StoreError> {
    store.commit(vec![Write::UseAssertion(key(n), NOW)], NOW).await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_no_room_is_refused_and_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("chancery.db");
    let store = within(&path, 100);
    let mut acknowledged = 0;
    let refused = loop {
        match write(&store, acknowledged).await {
            Ok(()) => acknowledged += 1,
            Err(error) => break error,
        }
        assert!(acknowledged < 100_000, "it is never full");
    };
    assert!(matches!(&refused, StoreError::Unavailable(why) if why.contains("full")), "{refused}");
    assert!(write(&store, acknowledged).await.is_err(), "as before");
    for n in 0..acknowledged {
        assert_eq!(store.was_used(key(n)).await, Ok(true), "what is there is served");
    }
    assert_eq!(store.was_used(key(acknowledged)).await, Ok(false));
    // Room that a sweep makes is room.
    let day = Timestamp::from_seconds(NOW.seconds() + 86_400);
    assert!(store.sweep(day, NOW, 1000).await.expect("a sweep") > 0);
    assert_eq!(write(&store, acknowledged).await, Ok(()), "without a restart");
    Store::close(&store).await.expect("the store closes");
    let roomy = Sqlite::open(&path).expect("the same database, whole");
    assert_eq!(roomy.was_used(key(acknowledged)).await, Ok(true));
    Store::close(&roomy).await.expect("the store closes");
}
