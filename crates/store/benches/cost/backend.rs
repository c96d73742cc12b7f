//! The stores, each empty, and all of them as durable as in service.

use std::sync::{Arc, LazyLock};

use chancery_cluster::{Cluster, Kind};
use chancery_core::types::Timestamp;
use chancery_core::write::Write;
use chancery_store::postgres::Settings;
use chancery_store::{Made, Memory, Postgres, Sqlite, Store};
use futures_util::future::join_all;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The time of every commit.
pub const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

/// What keeps the rows.
#[derive(Clone, Copy, Debug)]
pub enum Backend {
    Memory,
    Sqlite,
    Postgres,
}

/// Those that can be had on this machine.
pub fn installed() -> Vec<Backend> {
    let postgres = chancery_cluster::binaries().map(|_| Backend::Postgres);
    [Backend::Memory, Backend::Sqlite].into_iter().chain(postgres).collect()
}

/// A store with what must outlive it.
pub struct Opened {
    store: Arc<dyn Store>,
    _folder: Option<TempDir>,
}

fn runtime() -> &'static Runtime {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("threads"));
    &RUNTIME
}

impl Backend {
    pub fn open(self) -> Opened {
        match self {
            Self::Memory => Opened { store: Arc::new(Memory::new()), _folder: None },
            Self::Sqlite => {
                let folder = TempDir::new().expect("a temporary folder");
                let store = Sqlite::open(&folder.path().join("chancery.db")).expect("a new database");
                Opened { store: Arc::new(store), _folder: Some(folder) }
            }
            Self::Postgres => {
                static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| Cluster::start(Kind::Durable));
                let settings: Settings = CLUSTER.database().parse().expect("a URL");
                let store = runtime().block_on(Postgres::open(&settings)).expect("a new database");
                Opened { store: Arc::new(store), _folder: None }
            }
        }
    }
}

impl Opened {
    /// A commit that nobody else shares the disk with.
    pub fn commit(&self, writes: Vec<Write>) -> Vec<Made> {
        runtime().block_on(self.store.commit(writes, NOW)).expect("no conflict")
    }

    /// Commits that all wait at once.
    pub fn commit_each(&self, commits: impl Iterator<Item = Write>) {
        let all = join_all(commits.map(|write| self.store.commit(vec![write], NOW)));
        let all = runtime().block_on(all).into_iter().collect::<Result<Vec<_>, _>>();
        divan::black_box_drop(all.expect("no conflict"));
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        runtime().block_on(self.store.close()).expect("the store closes");
    }
}
