//! A look into a database with Python's own SQLite, so that the server's word is not all there is.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::process::Process;

const SCRIPT: &str = "
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=10)
rows = connection.execute(sys.argv[2]).fetchall()
connection.commit()
connection.close()
for row in rows:
    print(*row, sep='\\t')
";

/// Runs one statement and answers its rows, columns separated by tabs. A write is committed.
#[track_caller]
pub fn sqlite(database: &Path, statement: &str) -> Vec<String> {
    let mut command = Command::new("python3");
    command.args(["-c", SCRIPT]).arg(database).arg(statement);
    let output = Process::start(&mut command).wait(Duration::from_secs(60));
    assert_eq!(output.code, Some(0), "{statement}\n{output}");
    output.stdout.lines().map(str::to_owned).collect()
}

/// The only value of the only row.
#[track_caller]
pub fn query(database: &Path, statement: &str) -> String {
    let mut rows = sqlite(database, statement);
    assert_eq!(rows.len(), 1, "{statement}");
    rows.remove(0)
}

/// What SQLite says about the soundness of the database in `data_dir`, asked on a copy: `ok` if it is sound.
#[track_caller]
pub fn integrity(data_dir: &Path) -> String {
    let copy = crate::folder();
    for name in ["chancery.db", "chancery.db-wal"] {
        if data_dir.join(name).exists() {
            std::fs::copy(data_dir.join(name), copy.path().join(name)).expect("a copy");
        }
    }
    sqlite(&copy.path().join("chancery.db"), "PRAGMA integrity_check").join("\n")
}
