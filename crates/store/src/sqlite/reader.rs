//! The readers: threads that each keep one connection, since opening one costs more than a read; and connections for rows that
//! are found by their key, which costs less than asking a thread.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::open;
use super::row::{all, error};
use crate::sql::Query;
use crate::{OpenError, StoreError};

const READERS: usize = 2;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// A row by its key takes microseconds, if the disk need not be asked, or is quick. After one that took so long, the threads
/// read for a while: whoever serves others must not wait for a disk. A busy machine stops a thread for some milliseconds.
const SLOW: Duration = Duration::from_millis(50);
const RESPITE: Duration = Duration::from_secs(1);

/// A pool of reading threads. Dropping it waits for the reads under way.
pub struct Readers {
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
    here: Vec<Mutex<Connection>>,
    begun: Instant,
    /// Until when the threads read, in milliseconds after the beginning.
    respite: AtomicU64,
}

impl Readers {
    pub fn start(path: &Path) -> Result<Self, OpenError> {
        let (jobs, queue) = channel::<Job>();
        let queue = Arc::new(Mutex::new(queue));
        let mut threads = Vec::new();
        for _ in 0..READERS {
            let connection = open::reader(path)?;
            let queue = Arc::clone(&queue);
            let thread = std::thread::Builder::new().name("sqlite-reader".to_owned());
            threads.push(thread.spawn(move || serve(&connection, &queue)).map_err(OpenError::thread)?);
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let here = (0..cores).map(|_| open::reader(path).map(Mutex::new)).collect::<Result<_, _>>()?;
        Ok(Self { jobs: Some(jobs), threads, here, begun: Instant::now(), respite: AtomicU64::new(0) })
    }

    /// Finds a row by its key on this very thread; `None` where a thread for reading had better do it.
    pub fn find<T>(&self, query: &Query<T>) -> Option<Result<Option<T>, StoreError>> {
        let millis = |moment: Duration| u64::try_from(moment.as_millis()).unwrap_or(u64::MAX);
        let begun = self.begun.elapsed();
        if millis(begun) < self.respite.load(Ordering::Relaxed) {
            return None;
        }
        let connection = self.here.iter().find_map(|connection| connection.try_lock().ok())?;
        let found = all(&connection, query).map(|rows| rows.into_iter().next());
        let end = self.begun.elapsed();
        if end.saturating_sub(begun) > SLOW {
            self.respite.store(millis(end + RESPITE), Ordering::Relaxed);
        }
        Some(found)
    }

    /// Runs `read` on a connection; `in_transaction`, so that all that it reads is of one state.
    pub fn ask<T, F>(
        &self,
        in_transaction: bool,
        read: F,
    ) -> Result<oneshot::Receiver<Result<T, StoreError>>, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let read = || {
                if !in_transaction {
                    return read(connection);
                }
                let transaction = connection.unchecked_transaction().map_err(error)?;
                let result = read(connection)?;
                transaction.commit().map_err(error)?;
                Ok(result)
            };
            // Whoever asked may have gone; then nobody needs the answer.
            let _ = reply.send(read());
        });
        self.jobs.as_ref().and_then(|jobs| jobs.send(job).ok()).ok_or_else(super::closed)?;
        Ok(answer)
    }
}

fn serve(connection: &Connection, queue: &Mutex<Receiver<Job>>) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(connection),
            Err(_) => return,
        }
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
