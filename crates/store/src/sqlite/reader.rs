//! The readers: threads that each keep one connection, since opening one costs more than a read.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::open;
use super::row::error;
use crate::{OpenError, StoreError};

const READERS: usize = 2;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// A pool of reading threads. Dropping it waits for the reads under way.
pub struct Readers {
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
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
        Ok(Self { jobs: Some(jobs), threads })
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
