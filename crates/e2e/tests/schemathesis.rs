//! The OpenAPI document, put to the test by schemathesis against a running server: `crates/e2e/schemathesis`.

use std::process::Command;
use std::time::Duration;

use chancery_e2e::{Process, Server, folder, is_installed, isolate, repository};

/// Longer than a run takes, even on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(600);

/// The number before ` generated` in the summary.
fn cases(summary: &str) -> Option<u32> {
    summary.lines().find_map(|line| line.split_once(" generated")?.0.trim().parse().ok())
}

#[test]
fn the_server_does_what_its_document_says() {
    let program = repository().join("target/sdk/schemathesis/bin/schemathesis");
    if !is_installed("the_server_does_what_its_document_says", &program) {
        return;
    }
    let server = Server::start();
    let (suite, own) = (repository().join("crates/e2e/schemathesis"), folder());
    let mut command = Command::new(program);
    isolate(&mut command);
    command
        .args(["--no-color", "--config-file"])
        .arg(suite.join("schemathesis.toml"))
        .args(["run", &format!("{}/openapi.json", server.url())])
        .current_dir(own.path())
        .env("SCHEMATHESIS_HOOKS", suite.join("hooks.py"))
        .env("CHANCERY_URL", server.url())
        .env("CHANCERY_BOOTSTRAP", server.data_dir().join("bootstrap.json"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let output = Process::start(&mut command).wait(LIMIT);
    println!("{}", output.stdout);
    assert_eq!(output.code, Some(0), "{output}");
    assert!(cases(&output.stdout).is_some_and(|cases| cases > 1000), "hardly anything was tried: {output}");

    let administrator = server.client().with_token(&server.token());
    administrator.get("/api/v2/authorization/roles?pageSize=100").expect(200);
    server.registry().create("after the run");
    let output = server.stop();
    assert!(!output.stderr.contains("ERROR"), "{output}");
}
