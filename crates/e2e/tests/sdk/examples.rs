//! The examples, run as anybody would.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use chancery_e2e::{Client, Output, Process, REDIRECT, isolate};

use crate::place::{App, Place};

/// No example takes longer, even on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(60);

/// The built example. Cargo puts it beside the folder of the test's own executable.
fn example(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("the path of this executable");
    let path =
        own.ancestors().nth(2).expect("the test is in target/<profile>/deps").join("examples").join(name);
    assert!(
        path.is_file(),
        "{} is not built. Run `cargo build -p chancery-sdk --examples` first, with the profile of these tests.",
        path.display()
    );
    path
}

impl Place {
    /// An example with the address of the server as its first argument.
    fn example(&self, name: &str, args: &[&str]) -> Command {
        let mut command = Command::new(example(name));
        isolate(&mut command);
        command.arg(self.server.url()).args(args);
        command
    }

    /// What an example with the administrator's token writes.
    fn run(&self, name: &str, args: &[&str]) -> String {
        let mut command = self.example(name, args);
        written(Process::start(command.env("ACCESS_TOKEN", self.server.token())))
    }

    /// Starts an example that sends a browser away, brings the address of what came of it, and answers what it then writes.
    fn run_with_a_browser(&self, command: &mut Command) -> String {
        let mut process = Process::listening(command);
        let address = process.line(LIMIT).expect("the address of the login page");
        process.say(&self.administrator_comes_back(&address));
        written(process).split_once('\n').expect("more than the address").1.to_owned()
    }
}

/// All that it writes until it ends, which must be well.
#[track_caller]
fn written(process: Process) -> String {
    let output = process.wait(LIMIT);
    assert_eq!(output.code, Some(0), "{output}");
    output.stdout
}

#[test]
fn the_six_examples_of_the_vendor_work_one_after_another() {
    let place = Place::start();
    let made = place.run("post_oauth_clients", &["Web", REDIRECT]);
    let (id, secret) = made.trim_end().split_once('\t').expect("an id and a secret");
    assert!(secret.len() >= 32, "{made}");

    let listed = place.run("get_oauth_clients", &[]);
    assert!(listed.lines().any(|line| line == format!("{id}\tCODE\tWeb")), "{listed}");
    assert_eq!(listed.lines().count(), 2, "{listed}");

    let read = place.run("get_oauth_client", &[id]);
    let read: serde_json::Value = serde_json::from_str(&read).expect("JSON");
    assert_eq!((&read["id"], &read["name"], read.get("secret")), (&id.into(), &"Web".into(), None));
    assert_eq!(read["registeredRedirectUri"], serde_json::json!([REDIRECT]));

    assert_eq!(place.run("put_oauth_client", &[id, "Net"]), "Net\n");
    let renamed = place.server.registry().get(id).expect(200).json();
    assert_eq!((&renamed["name"], &renamed["scope"]), (&"Net".into(), &read["scope"]));

    let changed = place.run("post_oauth_client_secret", &[id]);
    assert!(changed.trim_end().len() >= 32 && changed.trim_end() != secret, "{changed}");

    assert_eq!(place.run("delete_oauth_client", &[id]), "");
    place.server.registry().get(id).expect(404);
}

#[test]
fn what_goes_wrong_is_said() {
    let place = Place::start();
    let fails = |command: &mut Command, reason: &str| {
        let output: Output = Process::start(command).wait(LIMIT);
        assert_eq!(output.code, Some(1), "{output}");
        assert!(output.stderr.contains(reason), "{output}");
    };
    fails(&mut place.example("get_oauth_clients", &[]), "the variable ACCESS_TOKEN is missing");
    let mut command = place.example("get_oauth_clients", &[]);
    fails(command.env("ACCESS_TOKEN", "made-up"), "bad.credentials");
    let mut command = place.example("get_oauth_client", &[]);
    fails(command.env("ACCESS_TOKEN", "made-up"), "argument 2 is missing");
}

#[test]
fn the_example_of_client_credentials_calls_by_itself() {
    let place = Place::start();
    let mut command = place.example("client_credentials", &[&place.made.client_id]);
    command.env("CLIENT_SECRET", &place.made.client_secret);
    assert_eq!(written(Process::start(&mut command)), "Chancery\n");
}

#[tokio::test]
async fn the_example_of_the_code_grant_goes_there_and_back() {
    let place = Place::start();
    let App { id, secret } = place.app("CODE", REDIRECT).await;
    let mut command = place.example("code", &[&id, REDIRECT]);
    let said = place.run_with_a_browser(command.env("CLIENT_SECRET", secret));
    assert_eq!(said, "good for 86400 s\nand again for 86400 s\n");
}

#[tokio::test]
async fn the_example_of_the_implicit_grant_goes_there_and_back() {
    let place = Place::start();
    let app = place.app("TOKEN", REDIRECT).await;
    let said = place.run_with_a_browser(&mut place.example("implicit", &[&app.id, REDIRECT]));
    assert_eq!(said, "good for 86400 s\n");
}

#[tokio::test]
async fn the_example_of_pkce_waits_for_the_browser() {
    let place = Place::start();
    let app = place.app("CODE", "http://localhost").await;
    let process = Process::start(&mut place.example("pkce", &[&app.id]));
    let address = process.line(LIMIT).expect("the address of the login page");
    let page = Client::new("").get(&place.administrator_comes_back(&address)).expect(200);
    assert!(page.text.contains("You are logged in"), "{}", page.text);
    let said = written(process);
    let me = said.lines().nth(1).expect("a name");
    let known = place.sdk.users().get_user(place.made.text("/admin/userId")).await.expect("a user");
    assert_eq!(Some(me), known.name.as_deref());
}

#[tokio::test]
async fn the_example_of_an_assertion_says_that_it_is_refused() {
    let place = Place::start();
    let App { id, secret } = place.app("SAML2-BEARER", REDIRECT).await;
    let mut command = place.example("saml2_bearer", &[&id, "chancery"]);
    let mut process = Process::listening(command.env("CLIENT_SECRET", secret));
    process.say("PHNhbWw+");
    let output = process.wait(LIMIT);
    assert_eq!(output.code, Some(1), "{output}");
    assert!(output.stderr.contains("unsupported_grant_type"), "{output}");
}
