//! SQLite after a power cut, with a log that is cut short or rotten: a prefix of what was acknowledged, or a clear refusal, and
//! never anything wrong.

#![expect(clippy::expect_used, reason = "all of this is test code")]

#[expect(dead_code, unused_imports, reason = "the suite needs more of it")]
mod conformance {
    pub mod sample;
}

use std::fs;
use std::path::{Path, PathBuf};

use chancery_core::write::Write;
use chancery_store::{OpenError, Sqlite, Store};
use conformance::sample::*;
use rusqlite::Connection;
use tempfile::TempDir;

/// Few enough for all of them to be in the log.
const COMMITS: u64 = 25;

fn folder() -> TempDir {
    TempDir::new().expect("a temporary directory")
}

fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// The files of a database that was cut off with all its commits in the log.
async fn cut_off(folder: &TempDir) -> (Vec<u8>, Vec<u8>) {
    let path = folder.path().join("running.db");
    let store = Sqlite::open(&path).expect("a database");
    for n in 0..COMMITS {
        // Several rows, so that half a commit would show.
        let writes = vec![Write::CreateUser(user(n)), Write::CreateClient(Box::new(client(n)))];
        store.commit(writes, NOW).await.expect("a commit");
    }
    let files = (fs::read(&path).expect("the database"), fs::read(log_of(&path)).expect("the log"));
    Store::close(&store).await.expect("the store closes");
    files
}

/// How many commits such files hold, from the first on; or why they are refused.
async fn opened(database: &[u8], log: &[u8]) -> Result<u64, OpenError> {
    let folder = folder();
    let path = folder.path().join("chancery.db");
    fs::write(&path, database).expect("a file");
    fs::write(log_of(&path), log).expect("a file");
    let store = Sqlite::open(&path)?;
    let users = store.user_ids(organization_id(1), None).await.expect("users");
    let clients = store.client_ids(organization_id(1)).await.expect("clients");
    let count = users.len() as u64;
    assert_eq!(clients.len() as u64, count, "half a commit");
    for n in 0..count {
        assert_eq!(store.find_user(user_id(n)).await, Ok(Some(user(n))), "{n} of {count}");
        assert!(clients.contains(&client_id(n)), "{n} of {count}");
    }
    store.commit(vec![Write::CreateUser(user(999))], NOW).await.expect("it takes writes");
    Store::close(&store).await.expect("the store closes");
    let check = Connection::open(&path).expect("the database");
    let verdict: String = check.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a verdict");
    assert_eq!(verdict, "ok");
    Ok(count)
}

/// Numbers that look random, the same in every run.
fn numbers(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_was_cut_short_holds_what_came_first() {
    let folder = folder();
    let (database, log) = cut_off(&folder).await;
    assert_eq!(opened(&database, &log).await.expect("whole"), COMMITS);
    let mut seen = std::collections::BTreeSet::new();
    for number in numbers(1).take(60) {
        let length = usize::try_from(number).expect("small") % log.len();
        match opened(&database, &log[..length]).await {
            Ok(count) => drop(seen.insert(count)),
            // Before the schema is through, there is nothing that is ours.
            Err(error) => {
                assert!(matches!(error, OpenError::Damaged(_) | OpenError::Foreign), "{length}: {error}")
            }
        }
    }
    assert!(seen.len() > 10, "{seen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_with_a_rotten_bit_holds_what_came_before_it() {
    let folder = folder();
    let (database, log) = cut_off(&folder).await;
    for number in numbers(2).take(60) {
        let mut rotten = log.clone();
        let at = usize::try_from(number).expect("small") % rotten.len();
        rotten[at] ^= 1 << (number % 8);
        match opened(&database, &rotten).await {
            Ok(count) => assert!(count <= COMMITS, "{at}"),
            Err(error) => {
                assert!(matches!(error, OpenError::Damaged(_) | OpenError::Foreign), "{at}: {error}")
            }
        }
    }
}
