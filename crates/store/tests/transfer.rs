//! From SQLite to PostgreSQL and back: all of it, the same, also when it was interrupted.

#![expect(clippy::expect_used, reason = "all of this is test code")]

#[expect(dead_code, reason = "the suite needs more of it")]
mod conformance {
    pub mod sample;
}

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use chancery_cluster::{Cluster, is_installed};
use chancery_core::write::Write;
use chancery_store::postgres::Settings;
use chancery_store::transfer::{Source, Sum, Table, TransferError, Value, compare, open_up, sum, transfer};
use chancery_store::{Postgres, Sqlite, Store, StoreError};
use conformance::sample::*;
use tempfile::TempDir;

type Sums = Vec<(&'static Table, Sum)>;

fn place() -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a temporary directory");
    let path = folder.path().join("chancery.db");
    (folder, path)
}

fn open(path: &Path) -> Sqlite {
    Sqlite::open(path).expect("a database")
}

/// With something of everything, and enough of one kind for several pages.
async fn filled(path: &Path) -> (Arc<dyn Store>, Rows) {
    let store: Arc<dyn Store> = Arc::new(open(path));
    let rows = populate(&store).await;
    let many = (1000..2300).map(|n| Write::CreateUser(user(n))).collect();
    store.commit(many, NOW).await.expect("users");
    (store, rows)
}

async fn settings() -> Settings {
    Cluster::shared().database().parse().expect("a URL")
}

async fn to_sqlite(from: &mut dyn Source, path: &Path) -> Result<Sums, TransferError> {
    let to = open(path);
    let sums = transfer("move", from, &to, |_| true, |_| ()).await?;
    compare(&sums, &mut Sqlite::source(path).expect("a source"), |_| ()).await?;
    open_up(&to, &[]).await?;
    Store::close(&to).await.expect("the store closes");
    Ok(sums)
}

async fn to_postgres(from: &mut dyn Source, settings: &Settings) -> Result<Sums, TransferError> {
    let to = Postgres::open(settings).await.expect("a database");
    let sums = transfer("move", from, &to, |_| true, |_| ()).await?;
    compare(&sums, &mut Postgres::source(settings).await.expect("a source"), |_| ()).await?;
    open_up(&to, &[]).await?;
    Store::close(&to).await.expect("the store closes");
    Ok(sums)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_and_back_everything_is_the_same() {
    if !is_installed() {
        return;
    }
    let (_folder, path) = place();
    let (store, rows) = filled(&path).await;
    let before = everything(&store, rows).await;
    let settings = settings().await;
    let there = to_postgres(&mut Sqlite::source(&path).expect("a source"), &settings).await.expect("a move");
    let moved: Arc<dyn Store> = Arc::new(Postgres::open(&settings).await.expect("a database"));
    assert_eq!(everything(&moved, rows).await, before);
    assert_eq!(moved.is_unfinished().await, Ok(false));
    // What is made there has keys that nobody has yet.
    create_family(&moved, family()).await;

    let (_other, back_path) = place();
    let back = to_sqlite(&mut Postgres::source(&settings).await.expect("a source"), &back_path)
        .await
        .expect("a move");
    let back_store: Arc<dyn Store> = Arc::new(open(&back_path));
    assert_eq!(everything(&back_store, rows).await, before);
    for ((table, there), (_, back)) in there.iter().zip(&back) {
        assert_eq!(there == back, table.name != "families", "{}", table.name);
    }
    create_family(&back_store, family()).await;
    for store in [store, moved, back_store] {
        store.close().await.expect("the store closes");
    }
}

/// Ends after so many pages, as by a power cut.
struct Interrupted<'a>(&'a mut dyn Source, u32);

#[async_trait]
impl Source for Interrupted<'_> {
    async fn page(&mut self, sql: &'static str, params: Vec<Value>) -> Result<Vec<Vec<Value>>, StoreError> {
        self.1 = self.1.checked_sub(1).ok_or_else(|| StoreError::Unavailable("interrupted".to_owned()))?;
        self.0.page(sql, params).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_was_interrupted_goes_on() {
    let (_folder, path) = place();
    let (store, rows) = filled(&path).await;
    let before = everything(&store, rows).await;
    let (_other, other) = place();
    let mut source = Sqlite::source(&path).expect("a source");
    for pages in [3, 9, 11, 12, 20] {
        let cut = to_sqlite(&mut Interrupted(&mut source, pages), &other).await;
        assert!(matches!(cut, Err(TransferError::Store(StoreError::Unavailable(_)))), "{pages}");
        let half = open(&other);
        assert_eq!(half.is_unfinished().await, Ok(true), "nobody serves it");
        Store::close(&half).await.expect("the store closes");
    }
    let half = open(&other);
    let another = transfer("restore", &mut source, &half, |_| true, |_| ()).await.err();
    assert_eq!(another, Some(TransferError::NotEmpty), "something else");
    Store::close(&half).await.expect("the store closes");
    to_sqlite(&mut source, &other).await.expect("the rest");
    let whole: Arc<dyn Store> = Arc::new(open(&other));
    assert_eq!((everything(&whole, rows).await, whole.is_unfinished().await), (before, Ok(false)));
    for store in [store, whole] {
        store.close().await.expect("the store closes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_holds_something_else_is_left_alone() {
    let ((_one, one), (_other, other)) = (place(), place());
    let (store, _) = filled(&one).await;
    let (busy, rows) = filled(&other).await;
    let before = everything(&busy, rows).await;
    let mut source = Sqlite::source(&one).expect("a source");
    let refused = to_sqlite(&mut source, &other).await.err();
    assert_eq!(refused, Some(TransferError::NotEmpty));
    assert_eq!((everything(&busy, rows).await, busy.is_unfinished().await), (before, Ok(false)));
    for store in [store, busy] {
        store.close().await.expect("the store closes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_on_the_way_is_noticed() {
    let ((_one, one), (_other, other)) = (place(), place());
    let (store, _) = filled(&one).await;
    let to = open(&other);
    let mut source = Sqlite::source(&one).expect("a source");
    let sums = transfer("move", &mut source, &to, |_| true, |_| ()).await.expect("a transfer");
    commit(&store, [Write::CreateUser(user(5000))]).await;
    let users = sums.iter().find(|(table, _)| table.name == "users").expect("users").0;
    assert_eq!(
        sum(&mut source, users, |_| ()).await,
        sum(&mut Sqlite::source(&other).expect("a source"), users, |_| ()).await
    );
    let changer: Arc<dyn Store> = Arc::new(open(&other));
    commit(&changer, [Write::CreateUser(user(6000))]).await;
    let noticed = compare(&sums, &mut Sqlite::source(&other).expect("a source"), |_| ()).await;
    assert_eq!(noticed, Err(TransferError::Differs("users")));
    assert_eq!(to.is_unfinished().await, Ok(true));
    Store::close(&to).await.expect("the store closes");
    for store in [store, changer] {
        store.close().await.expect("the store closes");
    }
}
