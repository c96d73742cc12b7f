//! `chancery client apply` and `export`: clients are what a file says.

use std::os::unix::fs::PermissionsExt as _;

use chancery_e2e::mode;

use crate::place::{Place, ROBOT, redact, shows};

const FILE: &str = r#"# What the shop has.
[[client]]
name = "Report"
authorized_grant_type = "CLIENT-CREDENTIALS"
description = "Every night" # not on Sundays
role_divisions = [{ role = "oauth viewer", division = "*" }]

[[client]]
name = "Web"
authorized_grant_type = "code"
access_token_validity_seconds = 3600
registered_redirect_uri = ["https://shop.example/b", "https://shop.example/a"]
scope = ["users", "oauth"]

[[client]]
name = "Old"
authorized_grant_type = "CLIENT-CREDENTIALS"
state = "inactive"
role_divisions = [{ role = "admin", division = "*" }]
"#;

const SAME: &str = "0 to create, 0 to change, 0 to delete, ";

/// With these clients there.
fn shop() -> Place {
    let place = Place::start();
    let file = place.write("clients.toml", FILE);
    place.done(&["client", "apply", "-f", &file, "--secrets-file", "secrets"]);
    place
}

fn apply(place: &Place, text: &str, more: &[&str]) -> String {
    let file = place.write("clients.toml", text);
    place.done(&[&["client", "apply", "-f", &file], more].concat())
}

#[track_caller]
fn refused(place: &Place, code: i32, text: &str, more: &[&str]) -> String {
    let file = place.write("clients.toml", text);
    let before = place.done(&["client", "export", "--ids"]);
    let said = place.refused(code, &[&["client", "apply", "-f", &file], more].concat());
    assert_eq!(place.done(&["client", "export", "--ids"]), before, "something was done");
    said.replace(&file, "clients.toml")
}

#[test]
fn clients_are_made_and_the_second_time_there_is_nothing_to_do() {
    let place = shop();
    assert_eq!(mode(&place.file("secrets")), 0o600);
    let secrets = std::fs::read_to_string(place.file("secrets")).expect("the secrets");
    assert_eq!(secrets.lines().count(), 3, "{secrets}");
    for line in secrets.lines().filter(|line| !line.contains("\tOld\t")) {
        let parts: Vec<_> = line.split('\t').collect();
        let answer = place.server.client().grant(parts[0], parts[2]);
        let right = if parts[1] == "Web" { answer.status == 400 } else { answer.status == 200 };
        assert!(right && !answer.text.contains("invalid_client"), "{}", answer.text);
    }
    let made = place.done(&["client", "export"]);
    assert!(apply(&place, FILE, &[]).starts_with(SAME));
    assert_eq!(place.done(&["client", "export"]), made);
    shows!(made);
}

#[test]
fn a_dry_run_shows_what_would_be_done_and_does_nothing() {
    let place = shop();
    let before = place.done(&["client", "export", "--ids"]);
    let changed = FILE
        .replace("Every night", "Every morning")
        .replace("https://shop.example/b", "https://shop.example/c")
        .replace("division = \"*\"", "division = \"home\"")
        .replace("name = \"Old\"", "name = \"New\"");
    let shown = apply(&place, &changed, &["--prune", "--dry-run"]);
    assert_eq!(place.done(&["client", "export", "--ids"]), before);
    shows!(redact(&shown));
}

#[test]
fn what_differs_is_changed_and_what_the_file_lacks_is_pruned() {
    let place = shop();
    let web = place.part(&["client", "get", "Web"], "id");
    let (changed, _) = FILE.rsplit_once("[[client]]").expect("three clients");
    let changed = changed
        .replace("3600", "7200")
        .replace("CLIENT-CREDENTIALS\"\n", "CLIENT-CREDENTIALS\"\nstate = \"inactive\"\n");
    apply(&place, &changed, &[]);
    assert_eq!(
        place.part(&["client", "get", "Web"], "[id, accessTokenValiditySeconds]"),
        serde_json::json!([web, 7200])
    );
    assert_eq!(place.part(&["client", "get", "Report"], "state"), "inactive");
    place.done(&["client", "get", "Old"]);
    let said = refused(&place, 1, &changed, &["--prune"]);
    assert!(said.contains("Clients are deleted for good: 1.") && said.contains("--yes"), "{said}");
    apply(&place, &changed, &["--prune", "--yes"]);
    place.refused(4, &["client", "get", "Old"]);
    assert!(place.done(&["client", "list"]).contains("Administrator"), "nobody prunes themselves");
    assert!(apply(&place, &changed, &["--prune"]).starts_with(SAME));
}

#[test]
fn an_application_has_no_roles_of_its_own_and_is_not_changed_for_ever() {
    let place = shop();
    let with = FILE.replace("scope = ", "role_divisions = [{ role = \"admin\" }]\nscope = ");
    assert!(apply(&place, &with, &["--dry-run"]).starts_with(SAME));
}

#[test]
fn definitions_move_to_another_server_where_ids_differ() {
    let (here, there) = (Place::start(), Place::start());
    for place in [&there, &here] {
        place.done(&["role", "create", "reader", "--permission", "oauth:client:view"]);
        place.done(&["division", "create", "North"]);
    }
    let id = |place: &Place| place.part(&["role", "get", "reader"], "id");
    assert_ne!(id(&here), id(&there));
    apply(
        &here,
        &FILE.replace("\"oauth viewer\", division = \"*\"", "\"reader\", division = \"North\""),
        &["--secrets-file", "secrets"],
    );
    let text = here.done(&["client", "export"]);
    here.done(&["client", "export", "--file", "exported.toml"]);
    assert_eq!(std::fs::read_to_string(here.file("exported.toml")).expect("the export"), text);
    let secrets = std::fs::read_to_string(here.file("secrets")).expect("the secrets");
    let secrets: Vec<_> = secrets.lines().map(|line| line.rsplit('\t').next().expect("a secret")).collect();
    assert!(secrets.iter().all(|secret| !text.contains(secret)), "{text}");

    apply(&there, &text, &["--secrets-file", "secrets"]);
    assert_eq!(there.done(&["client", "export"]), text);
    assert!(apply(&there, &text, &[]).starts_with(SAME));
    let held = there.part(&["client", "get", "Report"], "roleDivisions[0].roleId");
    assert_eq!(held, id(&there));
}

#[test]
fn a_file_comes_from_standard_input_too() {
    let place = shop();
    let output = place.hear(FILE, &["client", "apply", "--file", "-"], &[]);
    assert_eq!(output.code, Some(0), "{output}");
    assert!(output.stdout.starts_with(SAME), "{output}");
}

#[test]
fn ids_tell_apart_what_names_do_not() {
    let place = Place::start();
    let (one, _) = place.client("Twin", ROBOT);
    place.client("Twin", ROBOT);
    let text = place.done(&["client", "export"]);
    assert_eq!(text.matches("id = ").count(), 2, "only where a name says nothing: {text}");
    assert!(apply(&place, &text, &[]).starts_with(SAME));
    let unclear = "[[client]]\nname = \"Twin\"\nauthorized_grant_type = \"CLIENT-CREDENTIALS\"\n\
                   role_divisions = [{ role = \"admin\" }]\n";
    let said = refused(&place, 1, unclear, &[]);
    assert!(said.contains("tell them apart by ids in the file"), "{said}");
    let named = unclear.replace("name = \"Twin\"", &format!("id = \"{one}\"\nname = \"Only\""));
    apply(&place, &named, &[]);
    assert_eq!(place.part(&["client", "get", &one], "name"), "Only");
    let gone = named.replace(&one, "00000000-0000-4000-8000-000000000000");
    assert!(refused(&place, 1, &gone, &[]).contains("There is no client with the id"));
}

#[test]
fn what_a_file_gets_wrong_is_said_and_nothing_is_done() {
    let place = shop();
    let new = "[[client]]\nname = \"New\"\nauthorized_grant_type = \"CLIENT-CREDENTIALS\"\n";
    let broken =
        |code: i32, more: &str| refused(&place, code, &format!("{new}{more}"), &["--secrets-file", "more"]);
    let texts = [
        broken(4, "role_divisions = [{ role = \"nothing\" }]\n"),
        broken(4, "role_divisions = [{ role = \"admin\", division = \"nowhere\" }]\n"),
        broken(1, "secret = \"never\"\n"),
        broken(1, "scope = 7\n"),
        broken(1, "state = \n"),
        broken(1, new),
        refused(&place, 1, new, &[]),
        place.refused(1, &["client", "apply", "-f", "nothing.toml"]),
    ];
    assert!(!place.file("more").exists());
    shows!(texts.join("\n"));
}

#[test]
fn secrets_are_added_to_what_is_there_if_nobody_else_can_read_it() {
    let place = shop();
    let before = std::fs::read_to_string(place.file("secrets")).expect("secrets");
    let more = FILE.replace("\"Old\"", "\"New\"");
    apply(&place, &more, &["--secrets-file", "secrets"]);
    let after = std::fs::read_to_string(place.file("secrets")).expect("secrets");
    assert!(after.starts_with(&before) && after.lines().count() == before.lines().count() + 1);
    let again = FILE.replace("\"Old\"", "\"Newer\"");
    let mode = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(place.file("secrets"), mode).expect("permissions");
    let said = refused(&place, 1, &again, &["--secrets-file", "secrets"]);
    assert!(said.contains("Others can read secrets"), "{said}");
    apply(&place, FILE, &["--secrets-file", "secrets"]);
}

#[test]
fn what_a_server_refuses_names_the_client() {
    let place = Place::start();
    let text = "[[client]]\nname = \"Bad\"\nauthorized_grant_type = \"CODE\"\nscope = [\"users\"]\nregistered_redirect_uri = [\"nowhere\"]\n";
    let file = place.write("clients.toml", text);
    shows!(place.refused(5, &["client", "apply", "-f", &file, "--secrets-file", "secrets"]));
}
