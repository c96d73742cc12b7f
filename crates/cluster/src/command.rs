//! PostgreSQL's programs, run by a user that they accept: root they refuse.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the programs are: the newest version of Debian's, or those on the path.
pub fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|it| Some((it.file_name().to_str()?.parse().ok()?, it.path().join("bin"))))
        .filter(|(_, folder)| folder.join("postgres").exists())
        .collect();
    found.sort();
    let on_path = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path)
            .find(|folder| folder.join("postgres").exists() && folder.join("initdb").exists())
    };
    found.pop().map(|(_, folder)| folder).or_else(on_path)
}

/// Whether there is a PostgreSQL to test with. On a machine without one the tests that need it say so and end; where everything
/// must run (`CI=true`) they fail.
pub fn is_installed() -> bool {
    let found = binaries().is_some();
    assert!(found || std::env::var("CI").as_deref() != Ok("true"), "PostgreSQL is not installed");
    if !found {
        eprintln!("skipped: PostgreSQL is not installed");
    }
    found
}

/// Who runs the programs.
pub struct Owner {
    binaries: PathBuf,
    /// User and group, if this process is root.
    other: Option<(u32, u32)>,
}

impl Owner {
    pub fn find() -> Self {
        let id = |arguments: &[&str]| -> Option<u32> {
            let output = Command::new("id").args(arguments).stderr(Stdio::null()).output().ok()?;
            String::from_utf8(output.stdout).ok()?.trim().parse().ok()
        };
        let is_root = id(&["-u"]) == Some(0);
        let postgres = id(&["-u", "postgres"]).zip(id(&["-g", "postgres"]));
        // Debian's nobody.
        let other = is_root.then(|| postgres.unwrap_or((65534, 65534)));
        Self { binaries: binaries().expect("PostgreSQL is installed"), other }
    }

    /// One of PostgreSQL's programs.
    pub fn command(&self, name: &str) -> Command {
        self.run(&self.binaries.join(name).to_string_lossy())
    }

    /// Any program.
    pub fn run(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).env_remove("PGOPTIONS");
        if let Some((user, group)) = self.other {
            command.uid(user).gid(group);
        }
        command
    }

    /// Makes a folder its own.
    pub fn give(&self, folder: &Path) {
        if let Some((user, group)) = self.other {
            chown(folder, Some(user), Some(group)).expect("a folder of one's own can be given away");
        }
    }
}

/// Runs a command to its end; what it printed.
pub fn said(command: &mut Command) -> String {
    let output =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().expect("a program of PostgreSQL");
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {out} {error}");
    out.trim_end().to_owned()
}
