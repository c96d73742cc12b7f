//! What is particular to SQLite: the file, what is refused, and several processes at one file.

#![expect(clippy::expect_used, reason = "all of this is test code")]

#[expect(dead_code, reason = "the suite needs more of it")]
mod conformance {
    pub mod sample;
    pub mod together;
}

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chancery_core::family::NewFamily;
use chancery_core::types::{TicketKey, Timestamp};
use chancery_core::write::{Changed, Write};
use chancery_store::{Made, OpenError, Sqlite, Store, StoreError};
use conformance::sample::*;
use conformance::together::of_64_at_two_processes_one_wins;
use rusqlite::Connection;
use tempfile::TempDir;

fn directory() -> (TempDir, PathBuf) {
    let directory = TempDir::new().expect("a temporary directory");
    let path = directory.path().join("chancery.db");
    (directory, path)
}

fn open(path: &Path) -> Arc<dyn Store> {
    Arc::new(Sqlite::open(path).expect("the database opens"))
}

fn refuse(path: &Path) -> OpenError {
    Sqlite::open(path).err().expect("the database is refused")
}

/// A file of this content is refused, and stays as it is.
fn refuse_as_damaged(content: &[u8]) {
    let (_directory, path) = directory();
    fs::write(&path, content).expect("a file");
    let result = Sqlite::open(&path).map(|_| ());
    assert!(matches!(result, Err(OpenError::Damaged(_))), "{} bytes: {result:?}", content.len());
    assert!(fs::read(&path).expect("the file") == content, "{} bytes were changed", content.len());
}

/// A database with something in it, closed.
async fn populated(path: &Path) -> Rows {
    let store = open(path);
    let made = populate(&store).await;
    store.close().await.expect("the store closes");
    made
}

/// What others changed, each once, in the order of the log.
async fn seen(store: &Arc<dyn Store>, since: Timestamp) -> Vec<Changed> {
    let mut changes = store.changes(since).await.expect("changes");
    changes.sort_by_key(|change| change.key);
    let mut known = HashSet::new();
    changes.into_iter().map(|change| change.changed).filter(|changed| known.insert(*changed)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_still_there_after_closing_and_opening() {
    let (_directory, path) = directory();
    let store = open(&path);
    let made = populate(&store).await;
    store.commit(one_of_each(made), NOW).await.expect("one of each write fits");
    let before = everything(&store, made).await;
    store.close().await.expect("the store closes");
    drop(store);

    let store = open(&path);
    assert_eq!(everything(&store, made).await, before);
    store.close().await.expect("the store closes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_committed_survives_without_closing() {
    let (_directory, path) = directory();
    let store = open(&path);
    let made = populate(&store).await;
    let before = everything(&store, made).await;
    // A copy of the files as they lie there is what a crash of the process leaves.
    let (_other_directory, copy) = directory_with_copy_of(&path);
    let crashed = open(&copy);
    assert_eq!(everything(&crashed, made).await, before);
    crashed.close().await.expect("the copy closes");
    store.close().await.expect("the store closes");
}

/// The database and its log; the index of the log is made anew.
fn directory_with_copy_of(path: &Path) -> (TempDir, PathBuf) {
    let (directory, copy) = directory();
    fs::copy(path, &copy).expect("a copy of the database");
    fs::copy(path.with_extension("db-wal"), copy.with_extension("db-wal")).expect("a copy of the log");
    (directory, copy)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_store_is_unavailable_and_can_be_closed_again() {
    let (_directory, path) = directory();
    let store = open(&path);
    store.close().await.expect("the store closes");
    assert!(matches!(store.organizations().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.commit(vec![], NOW).await, Err(StoreError::Unavailable(_))));
    store.close().await.expect("the store is closed already");
    assert!(!path.with_extension("db-wal").exists(), "the log is folded into the database");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_not_made_again_by_the_next_process() {
    let (_directory, path) = directory();
    let store = open(&path);
    let made = populate(&store).await;
    let swept = store.sweep(NOW + DAY + DAY + DAY, LONG_AGO, 1000).await.expect("a sweep");
    assert!(swept >= 7, "{swept} are too few to be all of them");
    store.close().await.expect("the store closes");

    let store = open(&path);
    let ticket = create_ticket(&store, ticket()).await;
    assert!(ticket > made.ticket, "{ticket:?}");
    assert!(create_family(&store, family()).await > made.family);
    let session = create_session(&store, session(1)).await;
    assert!(session > made.session && session > made.other_session, "{session:?}");
    store.close().await.expect("the store closes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_see_what_each_other_commits() {
    let (_directory, path) = directory();
    let (one, other) = (open(&path), open(&path));
    let made = populate(&one).await;
    let populated = everything(&one, made).await;
    assert_eq!(everything(&other, made).await, populated);
    other.commit(one_of_each(made), NOW).await.expect("one of each write fits");
    let changed = everything(&other, made).await;
    assert_ne!(changed, populated);
    assert_eq!(everything(&one, made).await, changed);
    for store in [one, other] {
        store.close().await.expect("the store closes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_are_told_what_the_other_changed_and_nothing_else() {
    let (_directory, path) = directory();
    let (one, other) = (open(&path), open(&path));
    let made = populate(&one).await;
    let populated = vec![
        Changed::Organization(organization_id(1)),
        Changed::Divisions(organization_id(1)),
        Changed::Members(organization_id(1)),
        Changed::Roles(organization_id(1)),
        Changed::User(user_id(1)),
        Changed::User(user_id(3)),
        Changed::User(user_id(4)),
        Changed::User(user_id(5)),
        Changed::Client(client_id(1)),
        Changed::Client(client_id(2)),
        Changed::RoleGrants(user_id(1).into()),
        Changed::RoleGrants(client_id(1).into()),
        Changed::Consent(user_id(1), client_id(1)),
        Changed::Consent(user_id(1), client_id(2)),
        Changed::Consent(user_id(4), client_id(1)),
        Changed::Revoked(revoked(1).id, revoked(1).expires_at),
        Changed::Keys,
    ];
    assert_eq!(seen(&other, NOW).await, populated);
    assert_eq!(seen(&one, NOW).await, vec![]);

    let later = NOW + MINUTE;
    other.commit(one_of_each(made), later).await.expect("one of each write fits");
    let changed = vec![
        Changed::Organization(organization_id(2)),
        Changed::Organization(organization_id(1)),
        Changed::Divisions(organization_id(1)),
        Changed::Members(organization_id(1)),
        Changed::Roles(organization_id(1)),
        Changed::User(user_id(2)),
        Changed::User(user_id(1)),
        Changed::User(user_id(4)),
        Changed::Client(client_id(3)),
        Changed::Client(client_id(1)),
        Changed::Client(client_id(2)),
        Changed::RoleGrants(user_id(1).into()),
        Changed::Keys,
        Changed::Consent(user_id(1), client_id(3)),
        Changed::Consent(user_id(1), client_id(1)),
        Changed::Revoked(revoked(2).id, revoked(2).expires_at),
    ];
    assert_eq!(seen(&one, NOW).await, changed);
    assert_eq!(seen(&one, later).await, changed, "since includes the moment itself");
    assert_eq!(seen(&one, after(later)).await, vec![]);
    assert_eq!(seen(&other, NOW).await, populated, "still only what the one did");

    let third = open(&path);
    assert_eq!(seen(&third, later).await, changed, "a process that comes later has committed none of it");
    for store in [one, other, third] {
        store.close().await.expect("the store closes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_failed_is_no_change() {
    let (_directory, path) = directory();
    let (one, other) = (open(&path), open(&path));
    let create = Write::CreateOrganization(organization(1));
    conflict(&one, [create, Write::Spend(TicketKey(1), NOW)]).await;
    assert_eq!(other.changes(NOW).await, Ok(vec![]));
    for store in [one, other] {
        store.close().await.expect("the store closes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_has_a_key_of_its_own_and_keeps_it() {
    let (_directory, path) = directory();
    let (one, other) = (open(&path), open(&path));
    commit(&one, [Write::CreateOrganization(organization(1)), Write::CreateUser(user(1))]).await;
    let first = other.changes(NOW).await.expect("changes");
    assert_eq!(other.changes(NOW).await, Ok(first.clone()));
    let mut keys: HashSet<i64> = first.iter().map(|change| change.key).collect();
    assert_eq!(keys.len(), 2);
    // Not even a change that was swept leaves its key to another, which would be taken for a known one.
    assert_eq!(one.sweep(NOW + DAY, LONG_AGO, 1000).await, Ok(2));
    assert_eq!(other.changes(NOW).await, Ok(vec![]));
    one.commit(vec![Write::CreateUser(user(2))], NOW + DAY).await.expect("a new user");
    let second = other.changes(NOW).await.expect("changes");
    assert_eq!(second.iter().map(|change| change.changed).collect::<Vec<_>>(), [Changed::User(user_id(2))]);
    assert!(keys.insert(second[0].key), "{second:?} has the key of an older change");
    for store in [one, other] {
        store.close().await.expect("the store closes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_stay_for_an_hour() {
    let (_directory, path) = directory();
    let (one, other) = (open(&path), open(&path));
    commit(&one, [Write::CreateOrganization(organization(1))]).await;
    let hour = chancery_core::types::Lifetime::from_seconds(3600);
    assert_eq!(one.sweep(NOW + hour, LONG_AGO, 1000).await, Ok(0));
    assert_eq!(other.changes(NOW).await.map(|changes| changes.len()), Ok(1));
    assert_eq!(one.sweep(after(NOW + hour), LONG_AGO, 1000).await, Ok(1));
    assert_eq!(other.changes(NOW).await, Ok(vec![]));
    for store in [one, other] {
        store.close().await.expect("the store closes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn between_two_processes_one_of_64_wins() {
    let (_directory, path) = directory();
    let stores = [open(&path), open(&path)];
    of_64_at_two_processes_one_wins(&stores).await;
    for store in stores {
        store.close().await.expect("the store closes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_never_make_the_same_key() {
    let (_directory, path) = directory();
    let stores = [open(&path), open(&path)];
    let create = |_| {
        let family = NewFamily { expires_at: NOW + MINUTE, ..family() };
        vec![Write::CreateTicket(ticket()), Write::CreateFamily(family), Write::CreateSession(session(1))]
    };
    let results = race(&stores, 64, create).await;
    assert_eq!(winners(&results), 64);
    let made: HashSet<_> =
        results.into_iter().flatten().flatten().map(|made: Made| format!("{made:?}")).collect();
    assert_eq!(made.len(), 3 * 64, "one was made twice");
    for store in stores {
        store.close().await.expect("the store closes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_can_read_the_files() {
    let (directory, path) = directory();
    let store = open(&path);
    populate(&store).await;
    let mut files = 0;
    for entry in fs::read_dir(directory.path()).expect("the directory") {
        let entry = entry.expect("a file");
        let mode = entry.metadata().expect("its metadata").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.file_name());
        files += 1;
    }
    assert!(files >= 2, "the database and its log");
    store.close().await.expect("the store closes");
    assert_eq!(fs::metadata(&path).expect("its metadata").permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    for content in ["no", "This is a letter to a friend.\n", &"no database at all\n".repeat(1000)] {
        refuse_as_damaged(content.as_bytes());
    }
}

/// SQLite itself takes a file of one byte for an empty one, and would make a database of it.
#[test]
fn a_file_of_one_byte_is_refused_and_left_alone() {
    refuse_as_damaged(b"S");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_truncated_database_is_refused_and_left_alone() {
    let (_directory, path) = directory();
    populated(&path).await;
    let whole = fs::read(&path).expect("the database");
    // Within the header of the file, of the first page, in the middle of a page, between pages.
    for length in [2, 15, 60, 100, 600, 4095, 4096, 5000, whole.len() / 2, whole.len() - 4096] {
        refuse_as_damaged(&whole[..length]);
    }
}

/// SQLite itself fills the last page up with zeros, which can pass for content.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_lacks_its_last_byte_is_refused_and_left_alone() {
    let (_directory, path) = directory();
    populated(&path).await;
    let whole = fs::read(&path).expect("the database");
    refuse_as_damaged(&whole[..whole.len() - 1]);
}

/// As the version after this one may leave it, which says since when it can be served.
async fn of_the_next_version(path: &Path, since: i32) -> i32 {
    populated(path).await;
    let connection = Connection::open(path).expect("the database");
    let version = "SELECT MAX(version) FROM refinery_schema_history";
    let known: i32 = connection.query_row(version, [], |row| row.get(0)).expect("a version");
    let newer = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
                 SELECT version + 1, 'future', applied_on, '1' FROM refinery_schema_history
                 ORDER BY version DESC LIMIT 1";
    assert_eq!(connection.execute(newer, []), Ok(1));
    assert_eq!(connection.execute("UPDATE schema_served SET since = ?1", [known + since]), Ok(1));
    connection.close().expect("the connection closes");
    known
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let (_directory, path) = directory();
    let known = of_the_next_version(&path, 1).await;
    let before = fs::read(&path).expect("the database");
    let error = refuse(&path);
    assert!(matches!(error, OpenError::TooNew { found, known: ours } if found == known + 1 && ours == known));
    assert_eq!(fs::read(&path).expect("the database"), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_a_newer_version_that_this_one_understands_is_served() {
    let (_directory, path) = directory();
    of_the_next_version(&path, 0).await;
    open(&path).close().await.expect("the store closes");
}

#[test]
fn a_database_of_another_program_is_refused_and_left_alone() {
    let (_directory, path) = directory();
    let connection = Connection::open(&path).expect("a database");
    connection
        .execute_batch("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine')")
        .expect("a table");
    connection.close().expect("the connection closes");
    let before = fs::read(&path).expect("the database");
    let error = refuse(&path);
    assert!(matches!(error, OpenError::Foreign), "{error:?}");
    assert_eq!(fs::read(&path).expect("the database"), before);
}

#[test]
fn a_path_that_leads_nowhere_is_refused() {
    let (directory, path) = directory();
    assert!(matches!(refuse(directory.path()), OpenError::Io(_)));
    assert!(matches!(refuse(&path.join("chancery.db")), OpenError::Io(_)));
    assert!(!path.exists());
}
