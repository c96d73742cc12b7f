//! The writer: one thread that commits whatever is queued in one transaction. Many commits share the wait for the disk; one that
//! conflicts takes no other down.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use chancery_core::types::{FamilyKey, SessionKey, TicketKey};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::Answer;
use super::row::{error, execute};
use crate::sql::engine::Done;
use crate::sql::{Expect, Statement};
use crate::{Made, OpenError, StoreError};

/// So many commits share one transaction at most; bounds the wait of the first.
const GROUP: usize = 512;

struct Commit {
    statements: Vec<Statement>,
    reply: oneshot::Sender<Result<Done, StoreError>>,
}

/// The queue of the writing thread. Dropping it waits until everything queued is committed.
pub struct Writer {
    commits: Option<Sender<Commit>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub fn start(connection: Connection) -> Result<Self, OpenError> {
        let (commits, queue) = channel();
        let thread = std::thread::Builder::new().name("sqlite-writer".to_owned());
        let thread = thread.spawn(move || serve(connection, &queue)).map_err(OpenError::thread)?;
        Ok(Self { commits: Some(commits), thread: Some(thread) })
    }

    /// Does all statements or none.
    pub fn commit(&self, statements: Vec<Statement>) -> Result<Answer<Done>, StoreError> {
        let (reply, answer) = oneshot::channel();
        let commit = Commit { statements, reply };
        self.commits.as_ref().and_then(|commits| commits.send(commit).ok()).ok_or_else(super::closed)?;
        Ok(answer)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.commits = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(connection: Connection, queue: &Receiver<Commit>) {
    while let Ok(first) = queue.recv() {
        let group = std::iter::once(first).chain(queue.try_iter()).take(GROUP).collect();
        write(&connection, group);
    }
}

fn write(connection: &Connection, commits: Vec<Commit>) {
    let mut done = commit(connection, &commits, together);
    if matches!(done, Err(StoreError::Conflict)) && commits.len() > 1 {
        // That is rare: again, so that the one that conflicts takes no other down.
        done = commit(connection, &commits, apart);
    }
    // Nobody is told yes before the whole group is on disk.
    match done {
        Ok(results) => {
            for (commit, result) in commits.into_iter().zip(results) {
                let _ = commit.reply.send(result);
            }
        }
        Err(error) => {
            for commit in commits {
                let _ = commit.reply.send(Err(error.clone()));
            }
        }
    }
}

type Results = Vec<Result<Done, StoreError>>;

/// Does what `write` does in one transaction; nothing if that fails.
fn commit(
    connection: &Connection,
    commits: &[Commit],
    write: fn(&Connection, &[Commit]) -> Result<Results, StoreError>,
) -> Result<Results, StoreError> {
    if !connection.is_autocommit() {
        // The last one could not be ended.
        execute(connection, "ROLLBACK")?;
    }
    execute(connection, "BEGIN IMMEDIATE")?;
    let done = write(connection, commits).and_then(|results| execute(connection, "COMMIT").map(|()| results));
    // A full disk, for one, has ended the whole transaction.
    if done.is_err() && !connection.is_autocommit() {
        // What went wrong first is what is told.
        let _ = execute(connection, "ROLLBACK");
    }
    done
}

/// One after the other; fails whole if one does that has changed something already.
fn together(connection: &Connection, commits: &[Commit]) -> Result<Results, StoreError> {
    let mut results = Vec::with_capacity(commits.len());
    for commit in commits {
        let mut done = Done::default();
        results.push(match run(connection, &commit.statements, &mut done) {
            Ok(()) => Ok(done),
            Err(StoreError::Conflict) if done.changed == 0 => Err(StoreError::Conflict),
            Err(error) => return Err(error),
        });
    }
    Ok(results)
}

/// Each by itself.
fn apart(connection: &Connection, commits: &[Commit]) -> Result<Results, StoreError> {
    let mut results = Vec::with_capacity(commits.len());
    for commit in commits {
        execute(connection, "SAVEPOINT one")?;
        let mut done = Done::default();
        let result = run(connection, &commit.statements, &mut done).map(|()| done);
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

/// Does all statements, and notes in `done` what came of them so far.
fn run(connection: &Connection, statements: &[Statement], done: &mut Done) -> Result<(), StoreError> {
    for it in statements {
        let mut statement = connection.prepare_cached(it.sql).map_err(error)?;
        let params = rusqlite::params_from_iter(&it.params);
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
    Ok(())
}
