//! PyPI's Authlib, unmodified, as a relying party that knows nothing but the issuer: `crates/e2e/python_openid`.

use std::process::Command;
use std::time::Duration;

use chancery_e2e::{Process, Server, isolate, repository, run};

fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}

#[test]
fn authlib_needs_nothing_but_the_issuer() {
    let python = repository().join("target/sdk/authlib/bin/python");
    if !python.exists() {
        let missing = format!("{} is not there; `scripts/test` installs it", python.display());
        assert!(!is_ci(), "{missing}");
        println!("skipped: authlib_needs_nothing_but_the_issuer: {missing}");
        return;
    }
    let server = Server::start();
    let data = server.data_dir().to_string_lossy().into_owned();
    let token = run(["client", "registration-token", "--data-dir", &*data]);
    assert_eq!(token.code, Some(0), "{token}");
    let mut command = Command::new(python);
    isolate(&mut command);
    command
        .args(["-m", "unittest", "discover", "-s", "crates/e2e/python_openid", "-p", "test_*.py"])
        .current_dir(repository())
        .env("CHANCERY_URL", server.url())
        .env("CHANCERY_BOOTSTRAP", server.data_dir().join("bootstrap.json"))
        .env("CHANCERY_REGISTRATION_TOKEN", token.stdout.trim_end())
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let output = Process::start(&mut command).wait(Duration::from_secs(300));
    println!("{}", output.stderr);
    assert_eq!(output.code, Some(0), "{output}");
    let ran =
        output.stderr.lines().find_map(|line| line.strip_prefix("Ran ")?.split(' ').next()?.parse().ok());
    assert!(ran.is_some_and(|ran: u32| ran >= 77), "the suite was not found: {output}");
    let output = server.stop();
    assert!(!output.stderr.contains("ERROR"), "{output}");
}
