//! What runs in Node against a running server: the vendor's JavaScript SDK, unmodified, and a browser: `crates/e2e/js`.
#![expect(clippy::expect_used, reason = "what cannot be set up fails the test")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use chancery_e2e::{Process, Server, isolate, repository};

/// Needs a server where nobody else administers.
const ALONE: &str = "last-administrator.test.mjs";
/// Needs a browser instead of the SDK.
const BROWSER: &str = "docs.test.mjs";
const CHROMIUM: &str = "/usr/bin/chromium";

fn folder() -> PathBuf {
    repository().join("crates/e2e/js")
}

/// The other files of the suite.
fn together() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("the folder of the suite");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(".test.mjs") && name != ALONE && name != BROWSER).collect()
}

fn sdk() -> PathBuf {
    folder().join("node_modules/purecloud-platform-client-v2")
}

fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}

/// Whether what a test needs is installed; says so if not, and that is no excuse in CI.
fn is_installed(test: &str, needed: &Path) -> bool {
    if needed.exists() {
        return true;
    }
    let missing = format!("{} is not there; `scripts/test` installs it", needed.display());
    assert!(!is_ci(), "{missing}");
    println!("skipped: {test}: {missing}");
    false
}

/// Runs these files against a new server, and counts the tests that passed.
#[track_caller]
fn passed(files: &[String]) -> u32 {
    let server = Server::start();
    let mut command = Command::new("node");
    isolate(&mut command);
    command
        .args(["--test", "--test-reporter=tap"])
        .args(files)
        .current_dir(folder())
        .env("CHANCERY_URL", server.url())
        .env("CHANCERY_BOOTSTRAP", server.data_dir().join("bootstrap.json"));
    let output = Process::start(&mut command).wait(Duration::from_secs(300));
    println!("{}", output.stdout);
    assert_eq!(output.code, Some(0), "{output}");
    let count = |what: &str| output.stdout.lines().find_map(|line| line.strip_prefix(what)?.parse().ok());
    let (all, passed): (Option<u32>, Option<u32>) = (count("# tests "), count("# pass "));
    assert_eq!(all, passed, "{output}");
    let output = server.stop();
    assert!(!output.stderr.contains("ERROR"), "{output}");
    passed.expect("the tests were counted")
}

#[test]
fn the_vendors_javascript_sdk_works_unmodified() {
    if is_installed("the_vendors_javascript_sdk_works_unmodified", &sdk()) {
        let passed = passed(&together());
        assert!(passed > 130, "the suite was not found: {passed} tests ran");
    }
}

#[test]
fn the_last_administrator_stays_whatever_the_vendors_javascript_sdk_asks_for() {
    if is_installed("the_last_administrator_stays_whatever_the_vendors_javascript_sdk_asks_for", &sdk()) {
        let passed = passed(&[ALONE.to_owned()]);
        assert!(passed >= 14, "the suite was not found: {passed} tests ran");
    }
}

#[test]
fn the_page_at_docs_works_in_a_browser() {
    if is_installed("the_page_at_docs_works_in_a_browser", Path::new(CHROMIUM))
        && is_installed("the_page_at_docs_works_in_a_browser", &sdk())
    {
        let passed = passed(&[BROWSER.to_owned()]);
        assert!(passed >= 17, "the suite was not found: {passed} tests ran");
    }
}
