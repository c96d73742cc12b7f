//! The row that a login writes, durably: one thread puts whatever waits into one transaction of SQLite, and so into one wait for
//! the disk.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OpenFlags, params};
use tokio::sync::oneshot;

use crate::Error;

/// Chancery's `families` after all its migrations.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS families (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        version BIGINT NOT NULL,
        generation BIGINT NOT NULL,
        organization_id TEXT NOT NULL,
        client_id TEXT NOT NULL,
        client_epoch BIGINT NOT NULL,
        user_id TEXT NOT NULL,
        user_epoch BIGINT NOT NULL,
        scope TEXT NOT NULL,
        mac_key BIGINT NOT NULL,
        client_authenticated BIGINT NOT NULL,
        created_at BIGINT NOT NULL,
        rotated_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        revoked_at BIGINT,
        consent_epoch BIGINT,
        dialect TEXT NOT NULL DEFAULT 'genesys',
        last_used_at BIGINT,
        audience TEXT NOT NULL DEFAULT 'management',
        login TEXT
    );
    CREATE INDEX IF NOT EXISTS families_by_expiry ON families (expires_at);";
const INSERT: &str = "
    INSERT INTO families (key, version, generation, organization_id, client_id, client_epoch, user_id, user_epoch,
        consent_epoch, dialect, scope, audience, login, mac_key, client_authenticated, created_at, rotated_at, expires_at)
    VALUES (NULL, 1, 0, ?1, ?1, 1626459453, ?1, 1, NULL, 'standard', 'openid offline_access', 'issuer', NULL, 1, 1, ?2, ?2, ?3)";
/// As long as any id.
const ID: &str = "0b0f6c5e-5a0e-4d53-9d3c-3f1f3c1f7a10";
const LIFETIME_MS: i64 = 30 * 86_400_000;
/// So many rows share one transaction at most, as in Chancery.
const GROUP: usize = 512;

struct Job {
    at_ms: i64,
    reply: oneshot::Sender<()>,
}

/// The queue of the writing thread.
pub struct Writer(Sender<Job>);

impl Writer {
    /// Opens the database in `folder`, or makes it.
    pub fn start(folder: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(folder)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let path = folder.join("limit.db");
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(SCHEMA)?;
        let (jobs, queue) = channel();
        std::thread::Builder::new().name("writer".to_owned()).spawn(move || {
            if let Err(error) = serve(&connection, &queue) {
                // No figure is worth anything from here on.
                eprintln!("a row could not be written: {error}");
                std::process::exit(1);
            }
        })?;
        Ok(Self(jobs))
    }

    /// Adds a row; answers when it is on disk.
    pub async fn commit(&self) -> Option<()> {
        let at_ms = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()?;
        let (reply, answer) = oneshot::channel();
        self.0.send(Job { at_ms, reply }).ok()?;
        answer.await.ok()
    }
}

fn serve(connection: &Connection, queue: &Receiver<Job>) -> rusqlite::Result<()> {
    // Prepared once: nothing is parsed, and nothing looked up, for a row.
    let mut begin = connection.prepare("BEGIN IMMEDIATE")?;
    let mut insert = connection.prepare(INSERT)?;
    let mut commit = connection.prepare("COMMIT")?;
    let mut written = Vec::with_capacity(GROUP);
    while let Ok(first) = queue.recv() {
        begin.execute([])?;
        let mut next = Some(first);
        while let Some(Job { at_ms, reply }) = next {
            insert.execute(params![ID, at_ms, at_ms + LIFETIME_MS])?;
            written.push(reply);
            next = if written.len() < GROUP { queue.try_recv().ok() } else { None };
        }
        commit.execute([])?;
        // Nobody is told before the whole group is on disk. Whoever asked may have gone; then nobody needs the answer.
        for reply in written.drain(..) {
            let _ = reply.send(());
        }
    }
    Ok(())
}
