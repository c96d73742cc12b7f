//! From one database to another: all that is kept, table by table, in pages, from one moment's view; verified by count and digest.
//! One that was interrupted goes on where it stopped.

mod place;
mod sum;
mod tables;

use async_trait::async_trait;
use chancery_core::write::Write;

use crate::StoreError;
pub use crate::sql::Value;
use crate::sql::engine::Engine;
use crate::sql::{Columns, Expect, Query, Statement, params};
pub use place::{CarryError, Place, Sums, back_up, carry, restore, verify};
pub use sum::Sum;
pub use tables::{ALL, Table};

/// So many rows a page, and a commit.
const PAGE: u32 = 500;
/// The lease that says that a database is being filled.
const MARK: &str = "moving";

/// Why something was not carried whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransferError {
    /// A database does not do what it should.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The one to be filled is in use, or was begun to be filled from another.
    #[error("there is something in it already, or what was begun in it was something else")]
    NotEmpty,
    /// What arrived is not what was sent.
    #[error("the table {0} is not the same in both: empty the new one, and begin again")]
    Differs(&'static str),
}

/// How far it is.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// With which table.
    pub table: &'static Table,
    /// Whether it is what arrived that is read, to compare it.
    pub compares: bool,
    /// So many rows of it are done.
    pub done: u64,
    /// Of so many.
    pub all: u64,
}

/// A database as it was at one moment.
#[async_trait]
pub trait Source: Send {
    /// The rows of a table that come after this key, in the order of keys; at most so many.
    async fn page(&mut self, sql: &'static str, params: Vec<Value>) -> Result<Vec<Vec<Value>>, StoreError>;
}

/// The next rows after `last`.
async fn next(
    source: &mut dyn Source,
    table: &'static Table,
    last: &[Value],
) -> Result<Vec<Vec<Value>>, StoreError> {
    let mut params = last.to_vec();
    params.push(PAGE.into());
    let mut rows = source.page(if last.is_empty() { &table.first } else { &table.next }, params).await?;
    for value in rows.iter_mut().flatten() {
        // The one character that not every database keeps.
        if let Value::Text(text) = value
            && text.contains('\0')
        {
            *text = text.replace('\0', "\u{fffd}");
        }
    }
    Ok(rows)
}

/// What a table holds; `progress` is told how many rows were read.
pub async fn sum(
    source: &mut dyn Source,
    table: &'static Table,
    mut progress: impl FnMut(u64),
) -> Result<Sum, StoreError> {
    let (mut sum, mut last) = (Sum::default(), Vec::new());
    loop {
        let rows = next(source, table, &last).await?;
        let Some(row) = rows.last() else { return Ok(sum) };
        last = key_of(table, row);
        rows.iter().for_each(|row| sum.add(row));
        progress(sum.rows);
    }
}

fn key_of(table: &Table, row: &[Value]) -> Vec<Value> {
    table.key.iter().filter_map(|column| row.get(*column).cloned()).collect()
}

/// Fills `to`, which holds nothing or part of the same, with those tables of `from` that are wanted. Only what is of one `kind`, from the same store, goes on where it stopped.
pub async fn transfer<E: Engine>(
    kind: &str,
    from: &mut dyn Source,
    to: &E,
    wanted: impl Fn(&Table) -> bool,
    mut progress: impl FnMut(Step),
) -> Result<Vec<(&'static Table, Sum)>, TransferError> {
    begin(kind, from, to).await?;
    let mut sums = Vec::new();
    for table in ALL.iter().filter(|table| wanted(table)) {
        let done = find(to, &progress_name(table)).await?.map(|(rows, _)| rows).unwrap_or_default();
        let all = from.page(&table.count, vec![]).await?;
        let [Some(Value::Int(all))] = all.iter().map(|row| row.first()).collect::<Vec<_>>()[..] else {
            return Err(StoreError::Corrupt(format!("{} cannot be counted", table.name)).into());
        };
        let all = all.unsigned_abs();
        let (mut sum, mut last) = (Sum::default(), Vec::new());
        loop {
            let rows = next(from, table, &last).await?;
            let Some(row) = rows.last() else { break };
            last = key_of(table, row);
            let before = sum.rows;
            rows.iter().for_each(|row| sum.add(row));
            // Pages are of one size, so one that arrived before arrived whole.
            if before >= done {
                let mut statements: Vec<_> = rows.into_iter().map(|params| insert(table, params)).collect();
                statements.push(note(progress_name(table), sum.rows, ""));
                to.run(statements).await?;
            }
            progress(Step { table, compares: false, done: sum.rows, all });
        }
        sums.push((table, sum));
    }
    Ok(sums)
}

/// Compares what arrived with what was sent.
pub async fn compare(
    sums: &[(&'static Table, Sum)],
    arrived: &mut dyn Source,
    mut progress: impl FnMut(Step),
) -> Result<(), TransferError> {
    for &(table, ref sent) in sums {
        let step = |done| progress(Step { table, compares: true, done, all: sent.rows });
        if sum(arrived, table, step).await? != *sent {
            return Err(TransferError::Differs(table.name));
        }
    }
    Ok(())
}

/// Does the last `writes`, and says that the database can be used.
pub async fn open_up<E: Engine>(to: &E, writes: &[Write]) -> Result<(), TransferError> {
    let unmark = "DELETE FROM leases WHERE name = 'moving' OR name LIKE 'moving:%'";
    let mut statements = crate::sql::write::all(writes);
    statements.push(Statement { sql: unmark, params: vec![], expect: Expect::Anything });
    to.run(statements).await?;
    Ok(())
}

/// Whether a database is being filled, was not filled to the end, or is a backup, whose sessions and keys are not to live again.
pub async fn is_unfinished<E: Engine>(engine: &E) -> Result<bool, StoreError> {
    Ok(find(engine, MARK).await?.is_some() || find(engine, "backup:keys").await?.is_some())
}

async fn begin<E: Engine>(kind: &str, from: &mut dyn Source, to: &E) -> Result<(), TransferError> {
    // The keys tell one store from another: nobody has the same.
    let keys = ALL.iter().find(|table| table.name == "keys");
    let mut mark = Sum::default();
    if let Some(keys) = keys {
        mark = sum(from, keys, |_| ()).await?;
    }
    let mark = format!("{kind} {}", mark.digest());
    match find(to, MARK).await? {
        Some((_, known)) if known == mark => return Ok(()),
        Some(_) => return Err(TransferError::NotEmpty),
        None => {}
    }
    let anything = Query {
        sql: "SELECT (SELECT COUNT(*) FROM keys) + (SELECT COUNT(*) FROM organizations)",
        params: vec![],
        read: |row| Columns::of(row).next::<i64>(),
    };
    if to.find(anything).await?.is_none_or(|rows| rows > 0) {
        return Err(TransferError::NotEmpty);
    }
    to.run(vec![note(MARK.to_owned(), 0, &mark)]).await?;
    Ok(())
}

fn progress_name(table: &Table) -> String {
    format!("{MARK}:{}", table.name)
}

pub(crate) fn note(name: String, rows: u64, holder: &str) -> Statement {
    Statement {
        sql: "INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3)
              ON CONFLICT (name) DO UPDATE SET until = excluded.until",
        params: params![name, holder, rows],
        expect: Expect::OneRow,
    }
}

pub(crate) async fn find<E: Engine>(engine: &E, name: &str) -> Result<Option<(u64, String)>, StoreError> {
    let query = Query {
        sql: "SELECT until, holder FROM leases WHERE name = $1",
        params: params![name],
        read: |row| {
            let mut row = Columns::of(row);
            Ok((row.next()?, row.next()?))
        },
    };
    engine.find(query).await
}

fn insert(table: &'static Table, params: Vec<Value>) -> Statement {
    Statement { sql: &table.insert, params, expect: Expect::Add }
}
