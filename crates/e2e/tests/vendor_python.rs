//! The vendor's Python SDK, unmodified, against a running server: `crates/e2e/python`.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use chancery_e2e::{Builder, Process, Server, isolate, repository};

/// The Python that has the SDK: `CHANCERY_PYTHON_SDK` names its virtual environment.
fn python() -> PathBuf {
    let folder = std::env::var_os("CHANCERY_PYTHON_SDK")
        .filter(|folder| !folder.is_empty())
        .map_or_else(|| repository().join("target/sdk/python"), PathBuf::from);
    folder.join("bin/python")
}

fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}

#[test]
fn the_vendors_python_sdk_works_unmodified() {
    let python = python();
    if !python.exists() {
        let missing = format!("{} is not there; `scripts/test` installs it", python.display());
        assert!(!is_ci(), "{missing}");
        println!("skipped: the_vendors_python_sdk_works_unmodified: {missing}");
        return;
    }
    let server = Server::start();
    let lax = Builder::fresh().env("CHANCERY_GENESYS_PASSWORD_GRANT", "true").start();
    let mut command = Command::new(python);
    isolate(&mut command);
    command
        .args(["-m", "unittest", "discover", "-s", "crates/e2e/python", "-p", "test_*.py"])
        .current_dir(repository())
        .env("CHANCERY_URL", server.url())
        .env("CHANCERY_BOOTSTRAP", server.data_dir().join("bootstrap.json"))
        .env("CHANCERY_PASSWORD_URL", lax.url())
        .env("CHANCERY_PASSWORD_BOOTSTRAP", lax.data_dir().join("bootstrap.json"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let output = Process::start(&mut command).wait(Duration::from_secs(300));
    println!("{}", output.stderr);
    assert_eq!(output.code, Some(0), "{output}");
    let ran =
        output.stderr.lines().find_map(|line| line.strip_prefix("Ran ")?.split(' ').next()?.parse().ok());
    assert!(ran.is_some_and(|ran: u32| ran > 50), "the suite was not found: {output}");
    for server in [server, lax] {
        let output = server.stop();
        assert!(!output.stderr.contains("ERROR"), "{output}");
    }
}
