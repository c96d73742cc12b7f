//! The rows that a login or a new client writes, durably: one thread puts whatever waits into one transaction of SQLite, and so
//! into one wait for the disk.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand;
use rusqlite::{Connection, OpenFlags, params};
use tokio::sync::oneshot;
use uuid::Builder;

use crate::Error;

/// Chancery's tables after all its migrations.
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
        login TEXT,
        code TEXT
    );
    CREATE INDEX IF NOT EXISTS families_by_expiry ON families (expires_at);
    CREATE UNIQUE INDEX IF NOT EXISTS families_by_code ON families (code) WHERE code IS NOT NULL;
    CREATE TABLE IF NOT EXISTS clients (
        id TEXT PRIMARY KEY,
        organization_id TEXT NOT NULL,
        version BIGINT NOT NULL,
        created_at BIGINT NOT NULL,
        created_by TEXT,
        name TEXT NOT NULL,
        description TEXT,
        token_lifetime BIGINT NOT NULL,
        redirect_uris TEXT NOT NULL,
        grant_types TEXT NOT NULL,
        scope TEXT NOT NULL,
        state TEXT NOT NULL,
        date_to_delete BIGINT,
        epoch BIGINT NOT NULL,
        modified_at BIGINT NOT NULL,
        modified_by TEXT,
        metadata TEXT NOT NULL DEFAULT '{}'
    );
    CREATE INDEX IF NOT EXISTS clients_by_organization ON clients (organization_id, name, id);
    CREATE INDEX IF NOT EXISTS clients_by_date_to_delete ON clients (date_to_delete) WHERE date_to_delete IS NOT NULL;
    CREATE TABLE IF NOT EXISTS client_secrets (
        id TEXT PRIMARY KEY,
        client_id TEXT NOT NULL,
        organization_id TEXT NOT NULL,
        position BIGINT NOT NULL,
        digest_key BIGINT NOT NULL,
        digest BLOB NOT NULL,
        created_at BIGINT NOT NULL,
        expires_at BIGINT,
        last_used_at BIGINT,
        name TEXT
    );
    CREATE INDEX IF NOT EXISTS client_secrets_by_client ON client_secrets (client_id);";
const FAMILY: &str = "
    INSERT INTO families (key, version, generation, organization_id, client_id, client_epoch, user_id, user_epoch,
        consent_epoch, dialect, scope, audience, login, mac_key, client_authenticated, created_at, rotated_at, expires_at)
    VALUES (NULL, 1, 0, ?1, ?1, 1626459453, ?1, 1, NULL, 'standard', 'openid offline_access', 'issuer', NULL, 1, 1, ?2, ?2, ?3)";
const CLIENT: &str = r#"
    INSERT INTO clients (id, organization_id, version, created_at, created_by, name, token_lifetime, redirect_uris, grant_types,
        scope, state, epoch, modified_at, modified_by)
    VALUES (?1, ?2, 1, ?3, 'client:' || ?2, 'Measured', 86400, '["https://app.example/callback"]',
        'authorization_code refresh_token', 'users:readonly', 'active', 1626459453, ?3, 'client:' || ?2)"#;
const SECRET: &str = "
    INSERT INTO client_secrets (id, client_id, organization_id, position, digest_key, digest, created_at)
    VALUES (?1, ?2, ?3, 0, 1, ?4, ?5)";
/// As long as any id.
const ID: &str = "0b0f6c5e-5a0e-4d53-9d3c-3f1f3c1f7a10";
const LIFETIME_MS: i64 = 30 * 86_400_000;
/// So many rows share one transaction at most, as in Chancery.
const GROUP: usize = 512;

/// What is written.
#[derive(Clone, Copy)]
pub enum Rows {
    /// The row of a login, under an appended key.
    Family,
    /// That of a client, under an id that is random, and that of its secret.
    Client,
}

struct Job {
    rows: Rows,
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

    /// Adds them; answers when they are on disk.
    pub async fn commit(&self, rows: Rows) -> Option<()> {
        let at_ms = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()?;
        let (reply, answer) = oneshot::channel();
        self.0.send(Job { rows, at_ms, reply }).ok()?;
        answer.await.ok()
    }
}

fn serve(connection: &Connection, queue: &Receiver<Job>) -> rusqlite::Result<()> {
    // Prepared once: nothing is parsed, and nothing looked up, for a row.
    let mut begin = connection.prepare("BEGIN IMMEDIATE")?;
    let mut family = connection.prepare(FAMILY)?;
    let (mut client, mut secret) = (connection.prepare(CLIENT)?, connection.prepare(SECRET)?);
    let mut commit = connection.prepare("COMMIT")?;
    let mut written = Vec::with_capacity(GROUP);
    while let Ok(first) = queue.recv() {
        begin.execute([])?;
        let mut next = Some(first);
        while let Some(Job { rows, at_ms, reply }) = next {
            match rows {
                Rows::Family => family.execute(params![ID, at_ms, at_ms + LIFETIME_MS])?,
                Rows::Client => {
                    let id = Builder::from_random_bytes(random()?).into_uuid().to_string();
                    let own =
                        Builder::from_unix_timestamp_millis(at_ms.unsigned_abs(), &random()?).into_uuid();
                    client.execute(params![id, ID, at_ms])?;
                    secret.execute(params![own.to_string(), id, ID, random::<32>()?, at_ms])?
                }
            };
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

fn random<const N: usize>() -> rusqlite::Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|why| rusqlite::Error::ToSqlConversionFailure(why.into()))?;
    Ok(bytes)
}
