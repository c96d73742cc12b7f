//! A PostgreSQL of one's own, for tests and benchmarks: made in a temporary folder, on a free port of the loopback interface, by a
//! user without rights, and gone with the process that wanted it, however that ends.
#![expect(clippy::expect_used, reason = "a cluster that cannot be had fails the test that wants it")]

mod command;
mod pooler;

use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use command::{Owner, said};
pub use command::{binaries, is_installed};
pub use pooler::Pooler;

/// What a cluster is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nobody kills it: it does not wait for the disk.
    Fast,
    /// What it says is done is on the disk.
    Durable,
}

/// How a cluster is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Connections are ended, everything is written.
    Fast,
    /// As by a crash.
    Immediate,
}

/// See the crate.
pub struct Cluster {
    folder: PathBuf,
    owner: Owner,
    port: u16,
    options: String,
    guard: Child,
}

/// Ends the server and its folder as soon as whoever holds the other end of its input is gone.
const GUARD: &str = r#"
cat >/dev/null
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -CONT "$pid" && kill -QUIT "$pid"
while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
rm -rf "$1"
"#;

impl Cluster {
    /// A new one, that runs.
    pub fn start(kind: Kind) -> Self {
        let owner = Owner::find();
        let folder = folder(&owner);
        said(owner.command("initdb").arg("-D").arg(folder.join("data")).args([
            "-U",
            "chancery",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]));
        Self::in_folder(folder, owner, kind)
    }

    fn in_folder(folder: PathBuf, owner: Owner, kind: Kind) -> Self {
        let guard = owner.run("sh").args(["-c", GUARD, "guard"]).arg(&folder).stdin(Stdio::piped()).spawn();
        let durable = if kind == Kind::Durable { "on" } else { "off" };
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 -c fsync={durable} \
             -c synchronous_commit={durable} -c full_page_writes={durable}"
        );
        let port = free_port();
        let cluster = Self { folder, owner, port, options, guard: guard.expect("sh runs") };
        cluster.begin();
        cluster
    }

    /// One for the whole process, which is ended with it.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(Kind::Fast))
    }

    /// Where it is.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://chancery@127.0.0.1:{}/{database}", self.port)
    }

    /// The URL of a new, empty database.
    pub fn database(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        self.query("postgres", &format!("CREATE DATABASE {name}"));
        self.url(&name)
    }

    /// What psql answers: rows of lines, columns with `|` between them.
    pub fn query(&self, database: &str, sql: &str) -> String {
        let mut psql = self.owner.command("psql");
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql]).arg(self.url(database));
        said(&mut psql)
    }

    /// Starts it again after it was stopped.
    pub fn begin(&self) {
        let options = format!("{} -p {}", self.options, self.port);
        let log = self.folder.join("log");
        said(self.control(&["-w", "-t", "60", "-s", "start"]).arg("-l").arg(log).arg("-o").arg(options));
    }

    /// Stops it.
    pub fn stop(&self, how: Stop) {
        let mode = if how == Stop::Fast { "fast" } else { "immediate" };
        said(&mut self.control(&["-w", "-s", "stop", "-m", mode]));
    }

    /// Makes a standby that follows this one as its primary, by the name `standby`.
    pub fn standby(&self) -> Self {
        let owner = Owner::find();
        let folder = folder(&owner);
        let from = format!("postgres://chancery@127.0.0.1:{}/postgres?application_name=standby", self.port);
        said(
            owner
                .command("pg_basebackup")
                .arg("-D")
                .arg(folder.join("data"))
                .args(["-R", "-c", "fast", "-d", &from]),
        );
        Self::in_folder(folder, owner, Kind::Durable)
    }

    /// Acknowledges no commit from now on of which a standby of this name has not heard.
    pub fn promise(&self, standby: &str) {
        self.set("synchronous_standby_names", standby);
    }

    /// Changes a setting of the server that needs no restart.
    pub fn set(&self, name: &str, value: &str) {
        self.query("postgres", &format!("ALTER SYSTEM SET {name} = '{value}'"));
        self.query("postgres", "SELECT pg_reload_conf()");
    }

    /// Speaks TLS too, with this certificate and its key (PEM); and lets `user` in by TLS and this password alone.
    pub fn encrypt(&self, certificate: &str, key: &str, user: &str, password: &str) {
        let (data, log_in) = (
            self.data(),
            format!("hostssl all {user} 127.0.0.1/32 scram-sha-256\nhost all {user} all reject\n"),
        );
        let rules = std::fs::read_to_string(data.join("pg_hba.conf")).expect("the rules of a cluster");
        for (name, text) in
            [("server.crt", certificate), ("server.key", key), ("pg_hba.conf", &(log_in + &rules))]
        {
            let path = data.join(name);
            std::fs::write(&path, text).expect("a file");
            std::fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("permissions");
            self.owner.give(&path);
        }
        self.query("postgres", &format!("CREATE ROLE {user} LOGIN SUPERUSER PASSWORD '{password}'"));
        self.set("ssl", "on");
    }

    /// Makes a standby the primary.
    pub fn promote(&self) {
        said(&mut self.control(&["-w", "-s", "promote"]));
    }

    /// The process of the server.
    pub fn pid(&self) -> u32 {
        let text =
            std::fs::read_to_string(self.folder.join("data/postmaster.pid")).expect("a running server");
        text.lines().next().and_then(|line| line.trim().parse().ok()).expect("a process id")
    }

    /// Sends a signal to every process of the server.
    pub fn signal(&self, signal: &str) {
        let pid = self.pid().to_string();
        let children = said(self.owner.run("ps").args(["-o", "pid=", "--ppid", &pid]));
        let all = children.split_whitespace().map(str::to_owned).chain([pid]).collect::<Vec<_>>();
        // A child may be gone already.
        drop(self.owner.run("kill").arg(format!("-{signal}")).args(all).stderr(Stdio::null()).status());
    }

    /// The folder of its data.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn control(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = self.owner.command("pg_ctl");
        command.arg("-D").arg(self.folder.join("data")).args(arguments);
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        drop(self.guard.wait());
    }
}

/// A folder that its owner removes.
fn folder(owner: &Owner) -> PathBuf {
    let folder = TempDir::with_prefix("chancery-cluster-").expect("a temporary folder").keep();
    owner.give(&folder);
    folder
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}
