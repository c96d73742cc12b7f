//! Questions: asked at a terminal, refused elsewhere.

use crate::place::{Place, ROBOT};
use crate::terminal::Terminal;

#[test]
fn who_says_no_changes_nothing() {
    let place = Place::start();
    let (id, secret) = place.client("Robot", ROBOT);
    let mut terminal = Terminal::start(&place, &["client", "regenerate-secret", "Robot"], &[]);
    terminal.answer("n");
    let output = terminal.end();
    assert!(
        output.stdout.contains("Every user of the old secret of Robot stops working. Go on? [y/N]"),
        "{output}"
    );
    assert_eq!(output.code, Some(1), "{output}");
    assert!(output.stdout.contains("Nothing was done."), "{output}");
    assert!(place.server.client().authenticates(&id, &secret));
}

#[test]
fn who_says_yes_gets_it_done() {
    let place = Place::start();
    place.client("Robot", ROBOT);
    let mut terminal = Terminal::start(&place, &["client", "delete", "Robot"], &[]);
    terminal.answer("y");
    let output = terminal.end();
    assert!(output.stdout.contains("and all of its tokens die. Go on? [y/N]"), "{output}");
    assert_eq!(output.code, Some(0), "{output}");
    place.refused(4, &["client", "get", "Robot"]);
}

#[test]
fn who_said_yes_before_is_not_asked() {
    let place = Place::start();
    place.client("Robot", ROBOT);
    let output = Terminal::start(&place, &["client", "delete", "Robot", "--yes"], &[]).end();
    assert_eq!((output.code, &*output.stdout), (Some(0), ""), "{output}");
}

#[test]
fn a_secret_is_typed_unseen() {
    let place = Place::nobody();
    let (id, secret) = (&place.made.client_id, &place.made.client_secret);
    let login = ["login", "--url", place.server.url(), "--client-id", id];
    let mut terminal = Terminal::start(&place, &login, &[]);
    terminal.answer(secret);
    let output = terminal.end();
    assert!(output.stdout.contains("The secret of the client"), "{output}");
    assert_eq!(output.code, Some(0), "{output}");
    assert!(!output.stdout.contains(&**secret), "{output}");
    assert!(place.done(&["client", "list"]).contains("Administrator"));
}

#[test]
fn secrets_of_new_clients_are_shown_at_a_terminal() {
    let place = Place::start();
    let file = place.write(
        "clients.toml",
        "[[client]]\nname = \"New\"\nauthorized_grant_type = \"CLIENT-CREDENTIALS\"\nrole_divisions = [{ role = \"admin\" }]\n",
    );
    let output = Terminal::start(&place, &["client", "apply", "-f", &file], &[]).end();
    assert_eq!(output.code, Some(0), "{output}");
    let line = output.stdout.lines().find(|line| line.contains("\tNew\t")).expect("a line for the client");
    let parts: Vec<_> = line.split('\t').collect();
    assert!(place.server.client().authenticates(parts[0], parts[2]), "{line}");
    assert!(output.stdout.contains("\x1b[32m+ New"), "the diff is coloured: {output}");
}
