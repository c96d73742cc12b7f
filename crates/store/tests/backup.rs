//! Backups: whole, of one moment, noticed when they changed; restored without what was ended since.

#![expect(clippy::expect_used, reason = "all of this is test code")]

#[expect(dead_code, reason = "the suite needs more of it")]
mod conformance {
    pub mod sample;
}

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chancery_cluster::{Cluster, is_installed};
use chancery_core::write::Write;
use chancery_store::transfer::{CarryError, Place, back_up, carry, restore, verify};
use chancery_store::{Postgres, Sqlite, Store};
use conformance::sample::*;
use rusqlite::Connection;
use tempfile::TempDir;

fn folder() -> TempDir {
    TempDir::new().expect("a temporary directory")
}

fn open(path: &Path) -> Arc<dyn Store> {
    Arc::new(Sqlite::open(path).expect("a database"))
}

async fn made(folder: &TempDir) -> (Arc<dyn Store>, Rows, PathBuf) {
    let path = folder.path().join("chancery.db");
    let store = open(&path);
    let rows = populate(&store).await;
    let backup = folder.path().join("backup.db");
    back_up(&Place::File(path), &backup, |_| ()).await.expect("a backup");
    // Byte 18 of the header: 1 is a file alone, 2 is one with a log beside it.
    assert_eq!(fs::read(&backup).expect("the backup")[18], 1, "it can be read where nobody can write");
    let names = fs::read_dir(folder.path()).expect("a folder").map(|it| it.expect("a file").file_name());
    assert_eq!(names.filter(|name| name.to_string_lossy().starts_with("backup")).count(), 1);
    (store, rows, backup)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_whole_and_of_one_moment_while_others_write() {
    let folder = folder();
    let (store, rows, backup) = made(&folder).await;
    let before = everything(&store, rows).await;
    let writer = {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for n in 100..400 {
                // Both or neither.
                commit(&store, [Write::CreateUser(user(n)), Write::CreateClient(Box::new(client(n)))]).await;
            }
        })
    };
    let path = folder.path().join("chancery.db");
    let mut differences = BTreeSet::new();
    for n in 0..5 {
        let backup = folder.path().join(format!("backup-{n}.db"));
        back_up(&Place::File(path.clone()), &backup, |_| ()).await.expect("a backup");
        let sums = verify(&backup).await.expect("a whole backup");
        let rows =
            |name: &str| sums.iter().find(|(table, _)| table.name == name).map_or(0, |(_, sum)| sum.rows);
        differences.insert(rows("users") - rows("clients"));
    }
    assert_eq!(differences.len(), 1, "never one without the other");
    writer.await.expect("no panic");
    verify(&backup).await.expect("a whole backup");
    let kept = open(&backup);
    assert_eq!(everything(&kept, rows).await, before, "it is a database like any other");
    for store in [store, kept] {
        store.close().await.expect("the store closes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_changed_is_noticed() {
    let folder = folder();
    let (store, _, backup) = made(&folder).await;
    let connection = Connection::open(&backup).expect("the backup");
    connection.execute("UPDATE users SET name = name || 'x'", []).expect("an update");
    connection.close().expect("the connection closes");
    assert_eq!(verify(&backup).await.err(), Some(CarryError::Changed("users")));
    let target = folder.path().join("restored.db");
    let refused = restore(&backup, &Place::File(target.clone()), |_| (), |_| Ok(vec![])).await.err();
    assert_eq!(refused, Some(CarryError::Changed("users")));
    assert!(!target.exists(), "nothing was made");
    let own = folder.path().join("chancery.db");
    assert_eq!(verify(&own).await.err(), Some(CarryError::NoBackup));
    // What is in a backup would live again whole.
    let moved = carry(&Place::File(backup.clone()), &Place::File(target.clone()), |_| ()).await.err();
    assert!(matches!(moved, Some(CarryError::From(_))), "{moved:?}");
    assert!(!target.exists());
    let again = back_up(&Place::File(own), &backup, |_| ()).await.err();
    assert_eq!(again, Some(CarryError::Exists));
    store.close().await.expect("the store closes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_ended_since_does_not_come_back_to_life() {
    if !is_installed() {
        return;
    }
    let folder = folder();
    let (store, rows, backup) = made(&folder).await;
    let settings = Cluster::shared().database().parse().expect("a URL");
    let places = [Place::File(folder.path().join("restored.db")), Place::Shared(Box::new(settings))];
    for place in places {
        let without_first = |keys: Vec<chancery_core::keyring::KeyRow>| {
            Ok(keys.first().map(|key| Write::DeleteKey(key.id)).into_iter().collect())
        };
        restore(&backup, &place, |_| (), without_first).await.expect("a restore");
        let restored: Arc<dyn Store> = match &place {
            Place::File(path) => open(path),
            Place::Shared(settings) => Arc::new(Postgres::open(settings).await.expect("a database")),
        };
        assert_eq!(restored.find_session(rows.session).await, Ok(None));
        assert_eq!(restored.find_family(rows.family).await, Ok(None));
        assert_eq!(restored.find_ticket(rows.ticket).await, Ok(None));
        assert_eq!(read_client(&restored, client_id(1)).await, read_client(&store, client_id(1)).await);
        let [keys, all] = [restored.keys().await, store.keys().await].map(|keys| keys.expect("keys").len());
        assert_eq!((keys + 1, restored.is_unfinished().await), (all, Ok(false)));
        restored.close().await.expect("the store closes");
    }
    store.close().await.expect("the store closes");
}
