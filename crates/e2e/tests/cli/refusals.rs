//! Each exit code, with what is said about it.

use crate::place::{Place, shows};

#[test]
fn usage_that_is_wrong_is_2() {
    let place = Place::start();
    shows!(place.session(&[
        &["client", "lst"],
        &["client", "list", "--colour"],
        &["client", "create", "x"],
        &["client", "list", "--output", "xml"],
        &["client", "list", "--query", "entities[?"],
        &["role", "create", "x", "--permission", "oauth:client"],
        &["client", "apply"],
        &["completions", "csh"],
    ]));
    assert_eq!(place.part(&["client", "list"], "length(entities)"), 1, "nothing was made");
}

#[test]
fn what_a_server_refuses_has_its_code_and_advice() {
    let place = Place::start();
    place.nobody_special("weak");
    shows!(place.session(&[
        &["client", "list", "--profile", "weak"],
        &["client", "get", "00000000-0000-4000-8000-000000000000"],
        &["role", "get", "nothing"],
        &["client", "create", "x", "--grant-type", "CODE"],
        &["client", "create", "x", "--grant-type", "MAGIC"],
        &["client", "delete", "Administrator", "--yes"],
    ]));
}

#[test]
fn a_token_that_is_no_good_is_3() {
    let place = Place::nobody();
    let env = [("CHANCERY_URL", place.server.url()), ("CHANCERY_TOKEN", "not-a-token-of-this-server")];
    let output = place.hear("", &["client", "list"], &env);
    assert_eq!(output.code, Some(3), "{output}");
    assert!(!output.stderr.contains("not-a-token-of-this-server"), "{output}");
    shows!(output.stderr);
}

#[test]
fn nobody_gives_what_they_do_not_hold() {
    let place = Place::start();
    let role =
        ["role", "create", "maker", "--permission", "oauth:client:add", "--permission", "oauth:client:view"];
    place.done(
        &[
            &role[..],
            &["--permission", "authorization:role:view", "--permission", "authorization:division:view"],
        ]
        .concat(),
    );
    place.nobody_special("maker");
    place.done(&["role", "grant", "maker", "maker", "--division", "*"]);
    let create = ["client", "create", "x", "--grant-type", "CLIENT-CREDENTIALS", "--profile", "maker"];
    shows!(place.session(&[&[&create[..], &["--role", "admin@*"]].concat()]));
}

#[test]
fn a_server_that_is_not_there_is_6() {
    let place = Place::start();
    // Nobody listens on the port of a server that has ended.
    let text = std::fs::read_to_string(place.profiles()).expect("the profiles");
    let Place { server, .. } = Place::nobody();
    let gone = server.url().to_owned();
    server.stop();
    std::fs::write(place.profiles(), text.replace(place.server.url(), &gone)).expect("is written");
    shows!(place.session(&[&["client", "list"]]).replace(&gone, "http://127.0.0.1:PORT"));
    let login = ["login", "--url", &gone, "--client-id", "x"];
    let output = place.hear("a secret", &login, &[]);
    assert_eq!(output.code, Some(6), "{output}");
}
