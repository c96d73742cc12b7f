//! How answers are shown to programs.

use std::process::Command;

use chancery_e2e::binary;
use serde_json::json;

use crate::place::{APP, Place, shows};

#[test]
fn an_answer_is_json_yaml_or_lines_as_it_is_asked_for() {
    let place = Place::start();
    place.client("App", APP);
    shows!(place.session(&[
        &["client", "get", "App", "--output", "json"],
        &["client", "get", "App", "--output", "yaml"],
        &["client", "get", "App", "--output", "tsv"],
        &["client", "list", "--output", "tsv"],
        &["role", "get", "admin", "-o", "tsv"],
    ]));
}

#[test]
fn a_query_takes_a_part() {
    let place = Place::start();
    place.client("App", APP);
    let list =
        |query: &'static str, output: &'static str| ["client", "list", "--query", query, "--output", output];
    shows!(place.session(&[
        &["client", "get", "App", "--query", "name"],
        &["client", "get", "App", "--query", "name", "--output", "json"],
        &["client", "list", "--query", "entities[].name"],
        &list("entities[].[state, name, scope]", "tsv"),
        &list("entities[].{state: state, name: name, by: createdBy}", "tsv"),
        &list("entities[?state=='inactive']", "tsv"),
        &list("entities[].name", "yaml"),
        &list("nothing", "json"),
        &list("length(nothing)", "json"),
    ]));
}

#[test]
fn the_output_can_be_chosen_once_for_all() {
    let place = Place::start();
    let output = place.hear("", &["client", "list"], &[("CHANCERY_OUTPUT", "json")]);
    let answer: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(answer["entities"][0]["name"], json!("Administrator"));
    let output = place.hear("", &["client", "list"], &[("CHANCERY_OUTPUT", "xml")]);
    assert_eq!(output.code, Some(2), "{output}");
    assert!(output.stderr.contains("CHANCERY_OUTPUT"), "{output}");
}

#[test]
fn what_is_piped_is_neither_wrapped_nor_coloured() {
    let place = Place::start();
    let long = "word ".repeat(60);
    place.client("App", &[APP, &["--description", long.trim_end()]].concat());
    let shown = place.done(&["client", "get", "App"]);
    assert!(shown.contains(long.trim_end()) && !shown.contains('\x1b'), "{shown}");
    assert!(!place.done(&["client", "--help"]).contains('\x1b'));
}

#[test]
fn who_stops_reading_has_seen_enough() {
    let place = Place::start();
    let mut command = Command::new("bash");
    chancery_e2e::isolate(&mut command);
    place.settle(&mut command);
    let shown = |rest: &str| format!("set -o pipefail; '{}' {rest} | head -n 1", binary().display());
    for args in ["scope list", "scope list -o json", "completions bash", "--help", "client export"] {
        let ended = command.args(["-c", &shown(args)]).output().expect("bash starts");
        assert!(ended.status.success() && ended.stderr.is_empty(), "{args}: {ended:?}");
        command = Command::new("bash");
        chancery_e2e::isolate(&mut command);
        place.settle(&mut command);
    }
}
