//! PgBouncer in front of a cluster: every transaction gets whichever connection is free.

use std::path::Path;
use std::process::{Child, Stdio};

use crate::command::Owner;
use crate::{Cluster, folder, free_port};

/// A pooler that hands out connections by the transaction; ends when dropped.
pub struct Pooler {
    port: u16,
    guard: Child,
}

/// Ends it as soon as whoever holds the other end of its input is gone.
const GUARD: &str = r#"
pgbouncer -q "$1/pgbouncer.ini" 2>"$1/log" &
pid=$!
cat >/dev/null
kill "$pid"; wait "$pid"
rm -rf "$1"
"#;

impl Pooler {
    /// Whether there is one to test with; where everything must run (`CI=true`) there must be.
    pub fn is_installed() -> bool {
        let found = Path::new("/usr/sbin/pgbouncer").exists();
        assert!(found || std::env::var("CI").as_deref() != Ok("true"), "PgBouncer is not installed");
        found
    }

    /// In front of `cluster`, with two connections for all.
    pub fn start(cluster: &Cluster) -> Self {
        let owner = Owner::find();
        let (folder, port) = (folder(&owner), free_port());
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={} user=chancery\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n\
             default_pool_size = 2\nmax_client_conn = 200\n",
            cluster.port()
        );
        std::fs::write(folder.join("pgbouncer.ini"), settings).expect("a file");
        let guard = owner.run("sh").args(["-c", GUARD, "guard"]).arg(&folder).stdin(Stdio::piped()).spawn();
        Self { port, guard: guard.expect("sh runs") }
    }

    /// The URL of a database behind it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://chancery@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        drop(self.guard.wait());
    }
}
