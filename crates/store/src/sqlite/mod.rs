//! SQLite: one writer thread that commits in groups, a few readers, everything in one file.

#[cfg(test)]
mod full;
mod open;
#[cfg(test)]
mod plans;
mod reader;
mod row;
mod writer;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use reader::Readers;
use row::all;
use tokio::sync::oneshot;
use writer::Writer;

use crate::sql::engine::{Done, Engine};
use crate::sql::{Query, Statement, Value};
use crate::transfer::Source;
use crate::{OpenError, Schema, StoreError};

/// What one of the threads will say.
type Answer<T> = oneshot::Receiver<Result<T, StoreError>>;

/// A store in one SQLite file, in WAL mode at FULL durability. Several processes can have it open.
pub struct Sqlite {
    /// Names this process in the change log, so that it need not read its own lines.
    node: String,
    // Dropped before the writer, whose connection closes last and alone: only then the log is folded in.
    readers: Mutex<Option<Readers>>,
    writer: Mutex<Option<Writer>>,
}

impl Sqlite {
    /// The schema of the database at `path`; nothing is changed.
    pub fn schema(path: &Path) -> Result<Schema, OpenError> {
        open::look(path)
    }

    /// Makes of the database at `path`, which nobody has open, one that is a single file wherever it lies: readers of one with a log
    /// must be able to write beside it.
    pub fn seal(path: &Path) -> Result<(), OpenError> {
        open::seal(path)
    }

    /// The database at `path` as it is at this moment.
    pub fn source(path: &Path) -> Result<impl Source + use<>, OpenError> {
        let connection = open::reader(path)?;
        connection.execute_batch("BEGIN")?;
        Ok(Moment(connection))
    }

    /// Opens the file, or makes it with mode 0600; brings an older schema up. Refuses, and leaves unchanged, what is
    /// damaged, not ours, or too new.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Self::over(open::prepare(path)?, path)
    }

    fn over(connection: rusqlite::Connection, path: &Path) -> Result<Self, OpenError> {
        let node = open::random_name(&connection)?;
        let readers = Readers::start(path)?;
        let writer = Writer::start(connection)?;
        Ok(Self { node, writer: Mutex::new(Some(writer)), readers: Mutex::new(Some(readers)) })
    }
}

/// A transaction that only reads.
struct Moment(rusqlite::Connection);

#[async_trait]
impl Source for Moment {
    async fn page(&mut self, sql: &'static str, params: Vec<Value>) -> Result<Vec<Vec<Value>>, StoreError> {
        all(&self.0, &Query { sql, params, read: |row| row.values() })
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".to_owned())
}

#[async_trait]
impl Engine for Sqlite {
    fn node(&self) -> &str {
        &self.node
    }

    async fn ask<T: Send + 'static>(&self, queries: Vec<Query<T>>) -> Result<Vec<Vec<T>>, StoreError> {
        let answer = match &*self.readers.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(readers) => readers.ask(queries)?,
            None => return Err(closed()),
        };
        answer.await.map_err(|_| closed())?
    }

    async fn run(&self, statements: Vec<Statement>) -> Result<Done, StoreError> {
        let answer = match &*self.writer.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(writer) => writer.commit(statements)?,
            None => return Err(closed()),
        };
        answer.await.map_err(|_| closed())?
    }

    async fn close(&self) -> Result<(), StoreError> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Joining waits for what is queued. The writer's connection closes last and alone, and folds the log in.
        let joined = tokio::task::spawn_blocking(move || {
            drop(readers);
            drop(writer);
        });
        joined.await.map_err(|_| closed())
    }
}
