//! What a server tells of itself: `chancery key`, `scope`, `usage`, `audit`.

use serde_json::json;

use crate::place::{Place, shows};

#[test]
fn the_keys_of_a_server_are_listed_and_replaced_from_afar() {
    let place = Place::start();
    let profile = ["--profile", "default"];
    shows!(place.session(&[
        &[&["key", "list"], &profile[..]].concat(),
        &[&["key", "rotate", "ES256"], &profile[..]].concat(),
        &[&["key", "rotate", "ES256", "--at-once"], &profile[..]].concat(),
        &[&["key", "rotate", "ES256", "--discard"], &profile[..]].concat(),
        &[&["key", "rotate", "ES256", "--discard", "--yes"], &profile[..]].concat(),
        &["key", "list"],
    ]));
}

#[test]
fn scopes_are_listed_and_explained() {
    let place = Place::start();
    let listed = place.done(&["scope", "list", "--output", "tsv"]);
    assert!(listed.lines().any(|line| line.starts_with("users:readonly\t")), "{listed}");
    shows!(place.session(&[&["scope", "get", "users:readonly"], &["scope", "get", "nothing"]]));
}

#[test]
fn what_a_client_called_is_counted() {
    let place = Place::start();
    for _ in 0..3 {
        place.done(&["scope", "get", "users"]);
    }
    let rows = place
        .part(&["usage", "Administrator", "--by-path"], "[?templateUri=='/api/v2/oauth/scopes/{scopeId}']");
    assert_eq!((&rows[0]["httpMethod"], &rows[0]["requests"]), (&json!("GET"), &json!(3)), "{rows}");
    let shown = place.done(&["usage", "Administrator", "--days", "1"]);
    assert!(shown.starts_with("DATE ") && shown.lines().count() == 2, "{shown}");
    place.refused(2, &["usage", "Administrator", "--days", "0"]);
}

#[test]
fn what_happened_is_shown_the_newest_first() {
    let place = Place::start();
    for name in ["One", "Two", "Three"] {
        place.client(name, crate::place::ROBOT);
    }
    shows!(place.session(&[
        &["audit", "--kind", "client.created", "--limit", "2"],
        &["audit", "--kind", "client", "--actor", &place.made.client_id, "--query", "length(@)"],
        &["audit", "--kind", "login", "--until", "2020-01-01T00:00:00Z"],
        &["audit", "--from", "yesterday"],
    ]));
    assert_eq!(place.part(&["audit", "--limit", "1"], "length(@)"), 1);
}
