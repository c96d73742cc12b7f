//! The readers: threads that each keep one connection, since opening one costs more than a read.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::row::{all, error};
use super::{Answer, open};
use crate::sql::Query;
use crate::{OpenError, StoreError};

/// So many read at the same time.
const READERS: usize = 3;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// A pool of reading threads. Dropping it waits for the reads under way.
pub struct Readers {
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    pub fn start(path: &Path) -> Result<Self, OpenError> {
        let (jobs, queue) = channel();
        let queue = Arc::new(Mutex::new(queue));
        let mut threads = Vec::new();
        for _ in 0..READERS {
            let (connection, queue) = (open::reader(path)?, Arc::clone(&queue));
            let thread = std::thread::Builder::new().name("sqlite-reader".to_owned());
            threads.push(thread.spawn(move || serve(&connection, &queue)).map_err(OpenError::thread)?);
        }
        Ok(Self { jobs: Some(jobs), threads })
    }

    /// Answers queries, all of one moment.
    pub fn ask<T: Send + 'static>(&self, queries: Vec<Query<T>>) -> Result<Answer<Vec<Vec<T>>>, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let read = || queries.iter().map(|query| all(connection, query)).collect();
            let found = if queries.len() > 1 { in_transaction(connection, read) } else { read() };
            // Whoever asked may have gone; then nobody needs the answer.
            drop(reply.send(found));
        });
        self.jobs.as_ref().and_then(|jobs| jobs.send(job).ok()).ok_or_else(super::closed)?;
        Ok(answer)
    }
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

fn serve(connection: &Connection, queue: &Mutex<Receiver<Job>>) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // One that panics has no answer; the others are read all the same.
        let _ = catch_unwind(AssertUnwindSafe(|| job(connection)));
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
