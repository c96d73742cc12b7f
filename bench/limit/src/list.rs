//! A list of clients: one query over a table that has what the answer has, written as it is read.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags, Row, params};
use serde::Serialize;

use crate::Error;

/// Chancery has one more: the client that it is asked by.
const CLIENTS: u32 = 1001;
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS clients (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        token_lifetime BIGINT NOT NULL,
        description TEXT NOT NULL,
        created TEXT NOT NULL,
        grant_type TEXT NOT NULL,
        state TEXT NOT NULL,
        self_uri TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS clients_by_name ON clients (name);";
const INSERT: &str =
    "INSERT OR REPLACE INTO clients VALUES (?1, ?2, 86400, ?3, ?4, 'CLIENT-CREDENTIALS', 'active', ?5)";
const SELECT: &str = "SELECT * FROM clients ORDER BY name";
/// As long as those that Chancery's store is filled with.
const DESCRIPTION: &str = "Made with the organization; holds the role admin in all divisions";
const CREATED: &str = "2026-11-26T11:55:13.989Z";

/// The members of a client in the answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Client<'a> {
    id: &'a str,
    name: &'a str,
    access_token_validity_seconds: i64,
    description: &'a str,
    registered_redirect_uri: [&'a str; 0],
    role_ids: [&'a str; 0],
    date_created: &'a str,
    date_modified: &'a str,
    authorized_grant_type: &'a str,
    scope: [&'a str; 0],
    role_divisions: [&'a str; 0],
    state: &'a str,
    self_uri: &'a str,
}

/// The database, and connections that nobody uses just now.
pub struct List {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl List {
    /// Makes the table in `folder`, with its rows.
    pub fn start(folder: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(folder)?;
        let list = Self { path: folder.join("list.db"), idle: Mutex::default() };
        let mut connection = list.connect()?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.execute_batch(SCHEMA)?;
        let filling = connection.transaction()?;
        for number in 0..CLIENTS {
            let id = format!("00000000-0000-4000-8000-{number:012x}");
            let uri = format!("/api/v2/oauth/clients/{id}");
            filling.execute(INSERT, params![id, format!("Client {number}"), DESCRIPTION, CREATED, uri])?;
        }
        filling.commit()?;
        Ok(list)
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        Connection::open_with_flags(&self.path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
    }

    /// The answer, on a thread that may wait.
    pub async fn read(&'static self) -> Option<Vec<u8>> {
        tokio::task::spawn_blocking(|| self.write()).await.ok()?
    }

    fn write(&self) -> Option<Vec<u8>> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = idle.map_or_else(|| self.connect(), Ok).ok()?;
        let mut text = Vec::with_capacity(512 * 1024);
        text.extend_from_slice(br#"{"entities":["#);
        let mut select = connection.prepare_cached(SELECT).ok()?;
        let mut rows = select.query([]).ok()?;
        while let Some(row) = rows.next().ok()? {
            serde_json::to_writer(&mut text, &client(row).ok()?).ok()?;
            text.push(b',');
        }
        drop(rows);
        drop(select);
        text.pop();
        text.extend_from_slice(br#"],"pageSize":1001,"pageNumber":1,"total":1001,"pageCount":1}"#);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Some(text)
    }
}

fn client<'a>(row: &'a Row) -> rusqlite::Result<Client<'a>> {
    let text = |column: usize| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_str()?);
    Ok(Client {
        id: text(0)?,
        name: text(1)?,
        access_token_validity_seconds: row.get(2)?,
        description: text(3)?,
        registered_redirect_uri: [],
        role_ids: [],
        date_created: text(4)?,
        date_modified: text(4)?,
        authorized_grant_type: text(5)?,
        scope: [],
        role_divisions: [],
        state: text(6)?,
        self_uri: text(7)?,
    })
}
