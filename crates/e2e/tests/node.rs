//! What runs in Node against a running server: the vendor's JavaScript SDK, unmodified, and a browser: `crates/e2e/js`.
#![expect(clippy::expect_used, reason = "what cannot be set up fails the test")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use chancery_e2e::{Builder, Process, Server, is_installed, isolate, repository, run};

/// Needs a server where nobody else administers.
const ALONE: &str = "last-administrator.test.mjs";
/// Needs a browser instead of the SDK.
const DOCS: &str = "docs.test.mjs";
/// The folder of those of standard clients.
const OPENID: &str = "openid";
/// The folder of those that need a browser and two servers, each file servers of its own.
const BROWSER: &str = "browser";
const CHROMIUM: &str = "/usr/bin/chromium";
/// Needs Apache too.
const APACHE: (&str, &str) = ("apache.test.mjs", "/usr/lib/apache2/modules/mod_auth_openidc.so");

fn folder() -> PathBuf {
    repository().join("crates/e2e/js")
}

/// The files with tests in a folder of the suite.
fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder of the suite");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(".test.mjs")).collect()
}

fn sdk() -> PathBuf {
    folder().join("node_modules/purecloud-platform-client-v2")
}

/// Runs these files against new servers, and counts the tests that passed.
#[track_caller]
fn passed(files: &[String], servers: Vec<(&str, Server)>) -> u32 {
    passed_with(files, servers, &[])
}

/// The same, with more variables.
#[track_caller]
fn passed_with(files: &[String], servers: Vec<(&str, Server)>, more: &[(&str, &str)]) -> u32 {
    let mut command = Command::new("node");
    isolate(&mut command);
    command.envs(more.iter().copied());
    command.args(["--test", "--test-reporter=tap"]).args(files).current_dir(folder());
    for (name, server) in &servers {
        command.env(format!("{name}_URL"), server.url());
        command.env(format!("{name}_BOOTSTRAP"), server.data_dir().join("bootstrap.json"));
    }
    let output = Process::start(&mut command).wait(Duration::from_secs(900));
    println!("{}", output.stdout);
    assert_eq!(output.code, Some(0), "{output}");
    let count = |what: &str| output.stdout.lines().find_map(|line| line.strip_prefix(what)?.parse().ok());
    let (all, passed): (Option<u32>, Option<u32>) = (count("# tests "), count("# pass "));
    assert_eq!(all, passed, "{output}");
    for (_, server) in servers {
        let output = server.stop();
        assert!(!output.stderr.contains("ERROR"), "{output}");
    }
    passed.expect("the tests were counted")
}

/// Runs a file of the browser's suite, if a browser is there.
#[track_caller]
fn browse(test: &str, file: &str, least: u32) {
    if !is_installed(test, Path::new(CHROMIUM)) || !is_installed(test, &sdk()) {
        return;
    }
    if file == APACHE.0 && !is_installed(test, Path::new(APACHE.1)) {
        return;
    }
    let asking = Builder::fresh().env("CHANCERY_GENESYS_REQUIRE_CONSENT", "true");
    let asking =
        asking.env("CHANCERY_OAUTH2_REGISTRATION", "open").env("CHANCERY_OUTBOUND_ALLOW", "127.0.0.1");
    let asking = asking.start();
    let servers = vec![("CHANCERY", Server::start()), ("CHANCERY_CONSENT", asking)];
    let passed = passed(&[format!("{BROWSER}/{file}")], servers);
    assert!(passed >= least, "the suite was not found: {passed} tests ran");
}

#[test]
fn the_vendors_javascript_sdk_works_unmodified() {
    if is_installed("the_vendors_javascript_sdk_works_unmodified", &sdk()) {
        let mut together = files(&folder());
        together.retain(|name| name != ALONE && name != DOCS);
        let passed = passed(&together, vec![("CHANCERY", Server::start())]);
        assert!(passed > 130, "the suite was not found: {passed} tests ran");
    }
}

/// Runs the suite of standard clients; its keys are where the suite serves them.
#[track_caller]
fn rely(test: &str, server: &Builder, more: &[(&str, &str)]) {
    if !is_installed(test, &sdk()) {
        return;
    }
    let server = server.clone().env("CHANCERY_OUTBOUND_ALLOW", "127.0.0.1").start();
    let data = server.data_dir().to_string_lossy().into_owned();
    let made = run(["client", "registration-token", "--data-dir", &*data]);
    assert_eq!(made.code, Some(0), "{made}");
    let files: Vec<_> =
        files(&folder().join(OPENID)).into_iter().map(|name| format!("{OPENID}/{name}")).collect();
    let token = ("CHANCERY_REGISTRATION_TOKEN", made.stdout.trim_end());
    let more: Vec<_> = more.iter().copied().chain([token]).collect();
    let passed = passed_with(&files, vec![("CHANCERY", server)], &more);
    assert!(passed >= 34, "the suite was not found: {passed} tests ran");
}

#[test]
fn a_relying_party_needs_nothing_but_the_issuer() {
    rely("a_relying_party_needs_nothing_but_the_issuer", &Builder::fresh(), &[]);
}

#[test]
fn a_relying_party_speaks_tls_and_so_does_the_server_to_it() {
    let own = chancery_e2e::folder();
    let key = rcgen::KeyPair::generate().expect("a key");
    let names = ["127.0.0.1", "localhost"].map(str::to_owned);
    let certificate =
        rcgen::CertificateParams::new(names).and_then(|it| it.self_signed(&key)).expect("a certificate");
    let put = |name: &str, text: String| {
        let path = own.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path.to_string_lossy().into_owned()
    };
    let (certificate, key) = (put("server.crt", certificate.pem()), put("server.key", key.serialize_pem()));
    let server = Builder::fresh().option("--tls-cert", &certificate).option("--tls-key", &key);
    let server = server.env("CHANCERY_OUTBOUND_CA_FILE", &certificate);
    let more = [("NODE_EXTRA_CA_CERTS", &*certificate), ("KEYS_CERT", &*certificate), ("KEYS_KEY", &*key)];
    rely("a_relying_party_speaks_tls_and_so_does_the_server_to_it", &server, &more);
}

#[test]
fn the_last_administrator_stays_whatever_the_vendors_javascript_sdk_asks_for() {
    if is_installed("the_last_administrator_stays_whatever_the_vendors_javascript_sdk_asks_for", &sdk()) {
        let passed = passed(&[ALONE.to_owned()], vec![("CHANCERY", Server::start())]);
        assert!(passed >= 14, "the suite was not found: {passed} tests ran");
    }
}

#[test]
fn the_page_at_docs_works_in_a_browser() {
    if is_installed("the_page_at_docs_works_in_a_browser", Path::new(CHROMIUM))
        && is_installed("the_page_at_docs_works_in_a_browser", &sdk())
    {
        let passed = passed(&[DOCS.to_owned()], vec![("CHANCERY", Server::start())]);
        assert!(passed >= 17, "the suite was not found: {passed} tests ran");
    }
}

macro_rules! browse {
    ($($test:ident $file:literal $least:literal;)+) => {
        $(
            #[test]
            fn $test() {
                browse(stringify!($test), $file, $least);
            }
        )+

        #[test]
        fn no_file_of_the_browsers_suite_is_left_out() {
            let mut known = [$($file),+].map(str::to_owned);
            known.sort();
            let mut found = files(&folder().join(BROWSER));
            found.sort();
            assert_eq!(found, known);
        }
    };
}

browse! {
    a_person_logs_in_to_an_application_of_the_vendors_javascript_sdk "vendor.test.mjs" 21;
    a_person_is_asked_before_an_application_acts_for_them "consent.test.mjs" 10;
    a_person_sees_to_their_account "account.test.mjs" 9;
    the_pages_are_for_everybody "pages.test.mjs" 13;
    no_other_site_acts_for_a_person "forgery.test.mjs" 15;
    what_is_told_becomes_nothing_else "injection.test.mjs" 11;
    a_person_logs_in_to_what_apache_protects "apache.test.mjs" 14;
}
