//! The readers: threads that each keep one connection, since opening one costs more than a read. One of them finds rows by their
//! keys, many at a time: after each commit of the writer a connection reads its pages anew, once for all that wait.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::open;
use super::row::{all, error, execute};
use crate::sql::Query;
use crate::{OpenError, StoreError};

/// So many threads read lists, and whatever else may take its time.
const READERS: usize = 2;
/// So many rows are found in one transaction at most.
const GROUP: usize = 64;

type Job = Box<dyn FnOnce(&Connection) + Send>;
type Answer<T> = oneshot::Receiver<Result<T, StoreError>>;

/// A pool of reading threads. Dropping it waits for the reads under way.
pub struct Readers {
    rows: Option<Sender<Job>>,
    lists: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    pub fn start(path: &Path) -> Result<Self, OpenError> {
        let mut threads = Vec::new();
        let mut start = |queue: &Arc<Mutex<Receiver<Job>>>, group: usize| {
            let (connection, queue) = (open::reader(path)?, Arc::clone(queue));
            let thread = std::thread::Builder::new().name("sqlite-reader".to_owned());
            let thread =
                thread.spawn(move || serve(&connection, &queue, group)).map_err(OpenError::thread)?;
            threads.push(thread);
            Ok::<_, OpenError>(())
        };
        let ((rows, finds), (lists, asks)) = (channel::<Job>(), channel::<Job>());
        start(&Arc::new(Mutex::new(finds)), GROUP)?;
        let asks = Arc::new(Mutex::new(asks));
        for _ in 0..READERS {
            start(&asks, 1)?;
        }
        Ok(Self { rows: Some(rows), lists: Some(lists), threads })
    }

    /// Finds the row of a query that names its key.
    pub fn find<T: Send + 'static>(&self, query: Query<T>) -> Result<Answer<Option<T>>, StoreError> {
        send(self.rows.as_ref(), move |connection| {
            all(connection, &query).map(|rows| rows.into_iter().next())
        })
    }

    /// Answers queries, all of one moment.
    pub fn ask<T: Send + 'static>(&self, queries: Vec<Query<T>>) -> Result<Answer<Vec<Vec<T>>>, StoreError> {
        send(self.lists.as_ref(), move |connection| {
            let read = || queries.iter().map(|query| all(connection, query)).collect();
            if queries.len() > 1 { in_transaction(connection, read) } else { read() }
        })
    }
}

fn send<T: Send + 'static>(
    jobs: Option<&Sender<Job>>,
    read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
) -> Result<Answer<T>, StoreError> {
    let (reply, answer) = oneshot::channel();
    // Whoever asked may have gone; then nobody needs the answer.
    let job: Job = Box::new(move |connection| drop(reply.send(read(connection))));
    jobs.and_then(|jobs| jobs.send(job).ok()).ok_or_else(super::closed)?;
    Ok(answer)
}

fn in_transaction<T>(
    connection: &Connection,
    read: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = connection.unchecked_transaction().map_err(error)?;
    let found = read()?;
    transaction.commit().map_err(error)?;
    Ok(found)
}

fn serve(connection: &Connection, queue: &Mutex<Receiver<Job>>, group: usize) {
    let mut jobs = Vec::with_capacity(group);
    loop {
        {
            let queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
            let Ok(first) = queue.recv() else { return };
            jobs.push(first);
            jobs.extend(queue.try_iter().take(group - 1));
        }
        // Without a transaction each reads its own moment, which does as well.
        let is_group = jobs.len() > 1 && execute(connection, "BEGIN").is_ok();
        for job in jobs.drain(..) {
            // One that panics has no answer; the others are read all the same.
            let _ = catch_unwind(AssertUnwindSafe(|| job(connection)));
        }
        // It has changed nothing. One that stays open would see the same moment for ever.
        if is_group && execute(connection, "COMMIT").is_err() && execute(connection, "ROLLBACK").is_err() {
            tracing::error!("a reading transaction does not end");
            return;
        }
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        (self.rows, self.lists) = (None, None);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
