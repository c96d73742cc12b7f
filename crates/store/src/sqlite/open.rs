//! Opening a database file: refuse what is not ours before anything in it is touched.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::{OpenError, Schema};

/// "Chan" in ASCII: marks a file as ours in its header.
const APPLICATION_ID: i32 = 0x4368_616e;
/// The size of every file of SQLite is a multiple of this.
const SMALLEST_PAGE: u64 = 512;
/// Files up to this size are read whole and checked at every start; a larger one would delay it.
const CHECKED_AT_START: u64 = 64 * 1024 * 1024;

mod migrations {
    refinery::embed_migrations!("src/sqlite/migrations");
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        match error.sqlite_error_code() {
            Some(DatabaseCorrupt | NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Io(error.to_string()),
        }
    }
}

/// The writer's connection, to a database that has the schema of this version.
pub fn prepare(path: &Path) -> Result<Connection, OpenError> {
    let failed = |error: std::io::Error| OpenError::Io(error.to_string());
    // One process at a time looks at the file and brings it up. A file of its own: to open and close the database by
    // hand would drop the locks that SQLite holds on it.
    let turn = path.with_added_extension("lock");
    let turn =
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(turn).map_err(failed)?;
    turn.lock().map_err(failed)?;
    if !path.exists() {
        // SQLite gives its log and index the mode of the database.
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    }
    check_size(path)?;
    let had_log = beside(path, "-wal").exists();
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Until the file has passed, closing it must not fold a log into it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let outdated = match check(&connection, path) {
        Ok(outdated) => outdated,
        Err(refused) => {
            drop(connection);
            if !had_log {
                // What SQLite made only to look.
                ["-wal", "-shm"].iter().for_each(|end| drop(std::fs::remove_file(beside(path, end))));
            }
            return Err(refused);
        }
    };
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    if outdated {
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        // Grouped: a migration and the note that it was made are one transaction, so that a crash leaves both or none.
        let migrated = migrations::migrations::runner().set_grouped(true).run(&mut connection);
        migrated.map_err(|error| OpenError::Migration(one_line(&root(&error))))?;
    }
    Ok(connection)
}

/// A connection that only reads.
pub fn reader(path: &Path) -> Result<Connection, OpenError> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Folds the log in for good.
pub fn seal(path: &Path) -> Result<(), OpenError> {
    Ok(connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?.pragma_update(None, "journal_mode", "DELETE")?)
}

/// 128 random bits in hexadecimal.
pub fn random_name(connection: &Connection) -> Result<String, OpenError> {
    Ok(connection.query_row("SELECT lower(hex(randomblob(16)))", [], |row| row.get(0))?)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, OpenError> {
    // Every connection stays on its own thread.
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// SQLite itself takes a file that was cut short within a page for a shorter one. With a log beside it, the end may
/// only be unfinished, and the log repairs it.
fn check_size(path: &Path) -> Result<(), OpenError> {
    let size = std::fs::metadata(path).map_err(|error| OpenError::Io(error.to_string()))?.len();
    if size % SMALLEST_PAGE != 0 && !beside(path, "-wal").exists() {
        return Err(OpenError::Damaged("it ends within a page".to_owned()));
    }
    Ok(())
}

/// The file that SQLite keeps beside a database.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// The innermost reason: those around it repeat whole statements.
fn root(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), root)
}

/// The last line, which is the one that says what is wrong.
fn one_line(text: &str) -> String {
    text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned()
}

/// Refuses what is not ours, too new or damaged; says whether the schema is older than this version's.
fn check(connection: &Connection, path: &Path) -> Result<bool, OpenError> {
    let application_id: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 && application_id != APPLICATION_ID {
        return Err(OpenError::Foreign);
    }
    let size = std::fs::metadata(path).map_err(|error| OpenError::Io(error.to_string()))?.len();
    if size <= CHECKED_AT_START {
        let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(OpenError::Damaged(one_line(&verdict)));
        }
    }
    let schema = schema(connection)?;
    if schema.is_too_new() {
        return Err(OpenError::TooNew { found: schema.found, known: schema.known });
    }
    Ok(schema.is_outdated())
}

/// The schema in the file.
fn schema(connection: &Connection) -> Result<Schema, OpenError> {
    let runner = migrations::migrations::runner();
    let known = runner.get_migrations().iter().map(refinery::Migration::version).max().unwrap_or_default();
    let found = applied(connection)?;
    let served_since = if found > known { served_since(connection)? } else { 0 };
    Ok(Schema { found, known, served_since })
}

/// The schema of the database at `path`, of which nothing is changed.
pub fn look(path: &Path) -> Result<Schema, OpenError> {
    schema(&connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?)
}

/// The oldest version whose binaries understand the schema as it is.
fn served_since(connection: &Connection) -> Result<i32, OpenError> {
    Ok(connection.query_row("SELECT COALESCE(MAX(since), 0) FROM schema_served", [], |row| row.get(0))?)
}

/// The version of the schema in the file; 0 if it has none.
fn applied(connection: &Connection) -> Result<i32, OpenError> {
    let history = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'refinery_schema_history'";
    if !connection.prepare(history)?.exists([])? {
        return Ok(0);
    }
    Ok(connection
        .query_row("SELECT COALESCE(MAX(version), 0) FROM refinery_schema_history", [], |row| row.get(0))?)
}
