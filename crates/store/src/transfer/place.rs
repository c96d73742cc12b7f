//! Moves, backups and restores: from one place to another, whichever engines there are.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use chancery_core::keyring::KeyRow;
use chancery_core::write::Write;

use super::{Source, Step, Sum, Table, TransferError, compare, note, open_up, sum, tables, transfer};
use crate::postgres::Settings;
use crate::sql::engine::Engine;
use crate::sql::{Expect, Statement, params};
use crate::{OpenError, Postgres, Schema, Sqlite, Store, StoreError};

/// Where a database is.
#[derive(Clone, Debug)]
pub enum Place {
    /// A file of SQLite.
    File(PathBuf),
    /// A database that nodes share.
    Shared(Box<Settings>),
}

/// Why something was not carried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CarryError {
    /// Where it should come from cannot be used.
    #[error("what it should come from cannot be used: {0}")]
    From(String),
    /// Where it should go cannot be used.
    #[error("where it should go cannot be used: {0}")]
    To(String),
    /// What arrived is not what was sent, or was refused.
    #[error(transparent)]
    Transfer(#[from] TransferError),
    /// A backup is not what it says it is.
    #[error("the table {0} is not as it was when the backup was made")]
    Changed(&'static str),
    /// No backup, or one that was not finished.
    #[error("it is no whole backup")]
    NoBackup,
    /// There is a file already.
    #[error("there is a file already")]
    Exists,
}

impl From<StoreError> for CarryError {
    fn from(error: StoreError) -> Self {
        Self::Transfer(error.into())
    }
}

fn from(error: OpenError) -> CarryError {
    CarryError::From(error.to_string())
}

fn to(error: OpenError) -> CarryError {
    CarryError::To(error.to_string())
}

/// What was carried: each table with its rows.
pub type Sums = Vec<(&'static Table, Sum)>;

impl Place {
    async fn schema(&self) -> Result<Schema, OpenError> {
        match self {
            Self::File(path) => Sqlite::schema(path),
            Self::Shared(settings) => Postgres::schema(settings).await,
        }
    }

    /// As it is at this moment; refused if its schema is not of this version.
    async fn source(&self) -> Result<Box<dyn Source>, OpenError> {
        let Schema { found, known, .. } = self.schema().await?;
        if found != known {
            return Err(OpenError::Migration(format!("it has version {found}, and {known} is known")));
        }
        let source: Box<dyn Source> = match self {
            Self::File(path) => Box::new(Sqlite::source(path)?),
            Self::Shared(settings) => Box::new(Postgres::source(settings).await?),
        };
        Ok(source)
    }
}

/// Carries all that is kept from one place to another, which holds nothing yet or a part of the same.
pub async fn carry(
    source: &Place,
    target: &Place,
    progress: impl FnMut(Step) + Send,
) -> Result<Sums, CarryError> {
    let mut moment = source.source().await.map_err(from)?;
    // What was not filled to the end is not carried on as if it were whole; nor do sessions and keys of a backup live again.
    let marks = "SELECT name FROM leases WHERE name = 'moving' OR name = 'backup:keys'";
    if !moment.page(marks, vec![]).await?.is_empty() {
        return Err(CarryError::From(
            "it was not filled to the end, or is a backup, which is restored, not moved".to_owned(),
        ));
    }
    fill("move", moment, target, |_| true, progress, |_| Ok(Vec::new())).await
}

/// Makes a backup of a place, while it is served: a file of SQLite that holds all that is kept as it was at one moment.
pub async fn back_up(
    source: &Place,
    path: &Path,
    progress: impl FnMut(Step) + Send,
) -> Result<Sums, CarryError> {
    if path.exists() {
        return Err(CarryError::Exists);
    }
    let made = carry(source, &Place::File(path.to_owned()), progress).await?;
    let store = Sqlite::open(path).map_err(to)?;
    let notes = made.iter().map(|(table, sum)| note(manifest(table), sum.rows, &sum.digest()));
    let noted = store.run(notes.collect()).await;
    Store::close(&store).await?;
    noted?;
    Sqlite::seal(path).map_err(to)?;
    // Made by opening it, and of no use to anybody.
    drop(std::fs::remove_file(path.with_added_extension("lock")));
    Ok(made)
}

/// Reads a backup whole, and compares it with what it was when it was made. Nothing is written, so it may lie where nobody can.
pub async fn verify(path: &Path) -> Result<Sums, CarryError> {
    let mut source = Place::File(path.to_owned()).source().await.map_err(from)?;
    let mut sums = Vec::new();
    for table in tables::ALL.iter() {
        let said = "SELECT until, holder FROM leases WHERE name = $1";
        let said = source.page(said, params![manifest(table)]).await?.pop().ok_or(CarryError::NoBackup)?;
        let sum = sum(&mut *source, table, |_| ()).await?;
        if said != params![sum.rows, sum.digest()] {
            return Err(CarryError::Changed(table.name));
        }
        sums.push((table, sum));
    }
    Ok(sums)
}

/// Fills an empty place with a backup, but for what would bring back what was ended since: sessions, logins, tickets and attempts; and
/// for revocations, whose tokens are void with their keys.
/// `keys` makes of the keys in it what must be written at the end.
pub async fn restore(
    path: &Path,
    target: &Place,
    progress: impl FnMut(Step) + Send,
    keys: impl FnOnce(Vec<KeyRow>) -> Result<Vec<Write>, StoreError>,
) -> Result<Sums, CarryError> {
    let whole = verify(path).await?.iter().map(|(_, sum)| sum.digest()).collect::<String>();
    let left =
        |table: &Table| !["sessions", "families", "tickets", "attempts", "revoked"].contains(&table.name);
    let moment = Place::File(path.to_owned()).source().await.map_err(from)?;
    fill(&whole, moment, target, left, progress, keys).await
}

async fn fill(
    kind: &str,
    source: Box<dyn Source>,
    target: &Place,
    wanted: impl Fn(&Table) -> bool,
    progress: impl FnMut(Step) + Send,
    keys: impl FnOnce(Vec<KeyRow>) -> Result<Vec<Write>, StoreError>,
) -> Result<Sums, CarryError> {
    match target {
        Place::File(path) => {
            let store = Sqlite::open(path).map_err(to)?;
            store.run(begin_keys()).await?;
            let sums = fill_store(kind, source, &store, target, wanted, progress, keys).await;
            Store::close(&store).await?;
            sums
        }
        Place::Shared(settings) => {
            let store = Postgres::open(settings).await.map_err(to)?;
            let sums = fill_store(kind, source, &store, target, wanted, progress, keys).await;
            Store::close(&store).await?;
            sums
        }
    }
}

async fn fill_store<E: Engine>(
    kind: &str,
    mut source: Box<dyn Source>,
    store: &E,
    target: &Place,
    wanted: impl Fn(&Table) -> bool,
    mut progress: impl FnMut(Step) + Send,
    keys: impl FnOnce(Vec<KeyRow>) -> Result<Vec<Write>, StoreError>,
) -> Result<Sums, CarryError> {
    let sums = transfer(kind, &mut *source, store, wanted, &mut progress).await?;
    let mut arrived = target.source().await.map_err(to)?;
    compare(&sums, &mut *arrived, &mut progress).await?;
    drop(arrived);
    let last = keys(store.keys().await?)?;
    open_up(store, &last).await?;
    Ok(sums)
}

/// A file that is filled does not know which keys handles were given elsewhere, whose rows are gone: it begins beyond all that any
/// file can have given.
fn begin_keys() -> Vec<Statement> {
    let millis = UNIX_EPOCH.elapsed().unwrap_or_default().as_millis();
    let beyond = i64::try_from(millis << 20).unwrap_or(i64::MAX / 2);
    let tables = ["tickets", "families", "sessions"];
    let begin = |table| Statement {
        sql: "INSERT INTO sqlite_sequence (name, seq)
              SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = $1)",
        params: params![table, beyond],
        expect: Expect::Anything,
    };
    tables.into_iter().map(begin).collect()
}

fn manifest(table: &Table) -> String {
    format!("backup:{}", table.name)
}
