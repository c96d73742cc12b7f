//! Suites in other languages, run against a running server.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::binary::{isolate, repository};
use crate::process::Process;

/// Longer than a suite takes, even on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(300);

/// Whether what a test needs is installed; says so if not, and that is no excuse in CI.
pub fn is_installed(test: &str, needed: &Path) -> bool {
    if needed.exists() {
        return true;
    }
    let missing = format!("{} is not there; `scripts/test` installs it", needed.display());
    assert!(!std::env::var("CI").is_ok_and(|value| value == "true"), "{missing}");
    println!("skipped: {test}: {missing}");
    false
}

/// Runs the tests in a folder of the repository with that Python and these variables; at least so many must have passed.
#[track_caller]
pub fn unittest(python: &Path, folder: &str, variables: &[(&str, &str)], least: u32) {
    let mut command = Command::new(python);
    isolate(&mut command);
    command
        .args(["-m", "unittest", "discover", "-s", folder, "-p", "test_*.py"])
        .current_dir(repository())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .envs(variables.iter().copied());
    let output = Process::start(&mut command).wait(LIMIT);
    println!("{}", output.stderr);
    assert_eq!(output.code, Some(0), "{output}");
    let ran =
        output.stderr.lines().find_map(|line| line.strip_prefix("Ran ")?.split(' ').next()?.parse().ok());
    assert!(ran.is_some_and(|ran: u32| ran >= least), "the suite was not found: {output}");
}
