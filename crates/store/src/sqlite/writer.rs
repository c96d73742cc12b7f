//! The writer: one thread that commits whatever is queued in one transaction. Many commits share the wait for the disk; one that
//! conflicts takes no other down.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use chancery_core::types::{FamilyKey, SessionKey, TicketKey};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::row::{error, execute};
use crate::sql::engine::Done;
use crate::sql::{Expect, Statement, resolve};
use crate::{Made, OpenError, StoreError};

/// So many commits share one transaction at most; bounds the wait of the first.
const GROUP: usize = 512;

struct Job {
    statements: Vec<Statement>,
    reply: oneshot::Sender<Result<Done, StoreError>>,
}

/// The queue of the writing thread. Dropping it waits until everything queued is committed.
pub struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub fn start(connection: Connection) -> Result<Self, OpenError> {
        let (jobs, queue) = channel();
        let thread = std::thread::Builder::new().name("sqlite-writer".to_owned());
        let thread = thread.spawn(move || serve(connection, &queue)).map_err(OpenError::thread)?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    pub fn queue(
        &self,
        statements: Vec<Statement>,
    ) -> Result<oneshot::Receiver<Result<Done, StoreError>>, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job = Job { statements, reply };
        self.jobs.as_ref().and_then(|jobs| jobs.send(job).ok()).ok_or_else(super::closed)?;
        Ok(answer)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(connection: Connection, queue: &Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let mut jobs = vec![first];
        while jobs.len() < GROUP
            && let Ok(job) = queue.try_recv()
        {
            jobs.push(job);
        }
        let mut done = commit(&connection, &jobs, together);
        if matches!(done, Err(StoreError::Conflict)) && jobs.len() > 1 {
            // That is rare: again, so that the one that conflicts takes no other down.
            done = commit(&connection, &jobs, apart);
        }
        // Nobody is told yes before the whole group is on disk.
        match done {
            Ok(results) => {
                for (job, result) in jobs.into_iter().zip(results) {
                    let _ = job.reply.send(result);
                }
            }
            Err(error) => {
                for job in jobs {
                    let _ = job.reply.send(Err(error.clone()));
                }
            }
        }
    }
}

type Results = Vec<Result<Done, StoreError>>;

/// Does what `write` does in one transaction; nothing if that fails.
fn commit(
    connection: &Connection,
    jobs: &[Job],
    write: fn(&Connection, &[Job]) -> Result<Results, StoreError>,
) -> Result<Results, StoreError> {
    if !connection.is_autocommit() {
        // The last one could not be ended.
        execute(connection, "ROLLBACK")?;
    }
    execute(connection, "BEGIN IMMEDIATE")?;
    let done = write(connection, jobs).and_then(|results| execute(connection, "COMMIT").map(|()| results));
    // A full disk, for one, has ended the whole transaction.
    if done.is_err() && !connection.is_autocommit() {
        // What went wrong first is what is told.
        let _ = execute(connection, "ROLLBACK");
    }
    done
}

/// One after the other; fails whole if one does.
fn together(connection: &Connection, jobs: &[Job]) -> Result<Results, StoreError> {
    jobs.iter().map(|job| run(connection, &job.statements).map(Ok)).collect()
}

/// Each by itself.
fn apart(connection: &Connection, jobs: &[Job]) -> Result<Results, StoreError> {
    let mut results = Vec::with_capacity(jobs.len());
    for job in jobs {
        execute(connection, "SAVEPOINT one")?;
        let result = run(connection, &job.statements);
        if let Err(why) = &result {
            if connection.is_autocommit() {
                return Err(why.clone());
            }
            execute(connection, "ROLLBACK TO one")?;
        }
        execute(connection, "RELEASE one")?;
        results.push(result);
    }
    Ok(results)
}

fn run(connection: &Connection, statements: &[Statement]) -> Result<Done, StoreError> {
    let mut done = Done::default();
    for it in statements {
        let mut statement = connection.prepare_cached(it.sql).map_err(error)?;
        let params = resolve(&it.params, &done.made)?;
        let params = rusqlite::params_from_iter(params.iter());
        if let Expect::Found | Expect::Held = it.expect {
            if !statement.exists(params).map_err(error)? {
                return Err(StoreError::Conflict);
            }
            continue;
        }
        let changed = statement.execute(params).map_err(error)?;
        done.changed += changed;
        match it.expect {
            Expect::OneRow | Expect::Log | Expect::Ticket | Expect::Family | Expect::Session
                if changed != 1 =>
            {
                return Err(StoreError::Conflict);
            }
            // An integer primary key left null is the next row of the table: appended, never scattered.
            Expect::Ticket => done.made.push(Made::Ticket(TicketKey(connection.last_insert_rowid()))),
            Expect::Family => done.made.push(Made::Family(FamilyKey(connection.last_insert_rowid()))),
            Expect::Session => done.made.push(Made::Session(SessionKey(connection.last_insert_rowid()))),
            _ => {}
        }
    }
    Ok(done)
}
