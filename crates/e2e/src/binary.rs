//! The binary under test, and commands that end by themselves.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process::{Output, Process};

/// No command takes longer, even on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(60);

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate is two folders deep")
}

/// The built binary. Cargo puts it one folder above the test's own executable.
pub fn binary() -> PathBuf {
    let own = std::env::current_exe().expect("the path of this executable");
    let folder = own.ancestors().nth(2).expect("the test is in target/<profile>/deps");
    let path = folder.join("chancery");
    assert!(
        path.is_file(),
        "{} is not built. Run `cargo build -p chancery` first, with the profile of these tests.",
        path.display()
    );
    path
}

/// The binary in an environment that nobody's shell has a say in.
pub fn command() -> Command {
    let mut command = Command::new(binary());
    isolate(&mut command);
    command
}

/// Hides from a command what configures Chancery.
pub fn isolate(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CHANCERY_") {
            command.env_remove(name);
        }
    }
}

/// Runs a command of the binary to its end.
pub fn run<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Output {
    let mut command = command();
    command.args(args);
    Process::start(&mut command).wait(LIMIT)
}
