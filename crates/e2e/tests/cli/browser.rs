//! `chancery login --browser`: a person logs in, and stays so.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use chancery_e2e::{Client, Person, Process, command, mode, until};

use crate::place::{APP, Place};

const LIMIT: Duration = Duration::from_secs(30);

/// What stands in for the system's way to open a browser: it writes down the address.
const XDG_OPEN: &str =
    "#!/bin/sh\nprintf %s \"$1\" > \"$HOME/draft\" && mv \"$HOME/draft\" \"$HOME/opened\"\n";

/// The administrator logs in to a new application, as the profile `me`.
fn log_in(place: &Place) -> String {
    let (id, _) = place.client("Terminal", APP);
    std::fs::create_dir_all(place.file("bin")).expect("a folder");
    place.write("bin/xdg-open", XDG_OPEN);
    std::fs::set_permissions(place.file("bin/xdg-open"), PermissionsExt::from_mode(0o755)).expect("a mode");
    let mut login = command();
    place.settle(&mut login);
    login.env("PATH", format!("{}:/usr/bin:/bin", place.file("bin").display()));
    login.args(["login", "--browser", "--profile", "me", "--url", place.server.url(), "--client-id", &id]);
    let login = Process::start(&mut login);
    let address = until("a browser is opened", LIMIT, || std::fs::read_to_string(place.file("opened")).ok());
    let path = address.strip_prefix(place.server.url()).expect("an address of the server");
    let (email, password) = (place.made.text("/admin/email"), place.made.text("/admin/password"));
    let back = Person::new(&place.server.client(), "192.0.2.1").come_back(path, email, password);
    let page = Client::new("").get(&back).expect(200);
    assert!(page.text.contains("You are logged in"), "{}", page.text);
    let output = login.wait(LIMIT);
    assert_eq!(output.code, Some(0), "{output}");
    assert!(output.stderr.contains(&address), "where no browser opens, the address helps: {output}");
    id
}

fn member(place: &Place, name: &str) -> String {
    let text = std::fs::read_to_string(place.profiles()).expect("the profiles");
    let table: toml::Table = text.parse().expect("TOML");
    table["profiles"]["me"][name].to_string()
}

/// As if the token had been kept for longer than it is good.
fn let_it_expire(place: &Place) {
    let text = std::fs::read_to_string(place.profiles()).expect("the profiles");
    let old = format!("expires_at = {}", member(place, "expires_at"));
    std::fs::write(place.profiles(), text.replace(&old, "expires_at = 0")).expect("is written");
}

#[test]
fn a_person_logs_in_with_the_browser_and_calls_as_themselves() {
    let place = Place::start();
    let id = log_in(&place);
    assert_eq!(mode(&place.profiles()), 0o600);
    let listed = place.part(&["profile", "list"], "[?name=='me'] | [0]");
    assert_eq!((&listed["as"], &listed["clientId"]), (&"person".into(), &id.into()));
    assert!(place.done(&["client", "list", "--profile", "me"]).contains("Terminal"));
}

#[test]
fn a_token_that_has_expired_is_renewed_and_the_next_one_is_kept() {
    let place = Place::start();
    log_in(&place);
    for _ in 0..2 {
        let before = (member(&place, "access_token"), member(&place, "refresh_token"));
        let_it_expire(&place);
        place.done(&["client", "list", "--profile", "me"]);
        assert_ne!((member(&place, "access_token"), member(&place, "refresh_token")), before);
        assert_ne!(member(&place, "expires_at"), "0");
        assert_eq!(mode(&place.profiles()), 0o600);
    }
    assert!(place.done(&["profile", "list"]).contains("default"), "the others stay");
}

#[test]
fn commands_that_renew_at_once_do_not_end_the_login() {
    let place = Place::start();
    log_in(&place);
    let_it_expire(&place);
    let list = ["client", "list", "--profile", "me"];
    let begun = [0; 3].map(|_| {
        let mut command = command();
        place.settle(&mut command);
        Process::start(command.args(list))
    });
    for command in begun {
        let output = command.wait(LIMIT);
        assert_eq!(output.code, Some(0), "{output}");
    }
    let_it_expire(&place);
    place.done(&list);
}

#[test]
fn whoever_logs_out_has_no_token_any_more() {
    let place = Place::start();
    log_in(&place);
    let token = place.done(&["token", "get", "--profile", "me"]);
    let kept = std::fs::read_to_string(place.profiles()).expect("the profiles");
    place.done(&["logout", "--profile", "me"]);
    place.server.client().with_token(token.trim_end()).get("/api/v2/tokens/me").expect(401);
    place.refused(4, &["client", "list", "--profile", "me"]);
    // Nor does the refresh token bring anybody back.
    std::fs::write(place.profiles(), kept).expect("the profiles");
    let_it_expire(&place);
    place.refused(3, &["client", "list", "--profile", "me"]);
}

#[test]
fn a_login_that_was_ended_elsewhere_says_what_to_do_and_can_be_forgotten() {
    let place = Place::start();
    log_in(&place);
    place.done(&["user", "revoke-tokens", place.made.text("/admin/email"), "--yes"]);
    let_it_expire(&place);
    let said = place.refused(3, &["client", "list", "--profile", "me"]);
    assert!(said.contains("The login has ended: run `chancery login` again."), "{said}");
    place.done(&["logout", "--profile", "me"]);
    assert_eq!(place.part(&["profile", "list"], "[].name"), serde_json::json!(["default"]));
}
