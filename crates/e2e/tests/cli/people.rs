//! `chancery role`, `division` and `user`.

use crate::place::{Place, ROBOT, redact, shows};

#[test]
fn roles_are_made_given_taken_and_deleted() {
    let place = Place::start();
    place.client("Robot", ROBOT);
    let create = ["role", "create", "reader", "--description", "Reads", "--permission", "oauth:client:view"];
    shows!(place.session(&[
        &["role", "list"],
        &[&create[..], &["--permission", "authorization:role:view"]].concat(),
        &["role", "get", "reader"],
        &["role", "grant", "reader", "Robot", "--division", "*"],
        &["role", "grant", "reader", "admin@chancery.local"],
        &["client", "get", "Robot", "--query", "roleDivisions[].divisionId"],
        &["user", "roles", "admin@chancery.local"],
        &["role", "revoke", "reader", "admin@chancery.local"],
        &["user", "roles", "admin@chancery.local"],
        &["role", "grant", "reader", "nobody@example.com"],
        &["role", "grant", "nothing", "Robot"],
        &["role", "delete", "reader"],
        &["role", "delete", "reader", "--yes"],
        &["role", "list", "--name", "reader"],
        &["role", "get", "reader"],
    ]));
}

#[test]
fn a_role_is_given_by_ids_too() {
    let place = Place::start();
    let (robot, _) = place.client("Robot", ROBOT);
    let role = place.part(&["role", "list", "--name", "oauth viewer"], "[0].id");
    let home = place.part(&["division", "get", "home"], "id");
    let text = |value: &serde_json::Value| value.as_str().expect("an id").to_owned();
    place.done(&["role", "grant", &text(&role), &robot, "--division", &text(&home)]);
    let held = place.part(&["client", "get", &robot], "roleDivisions[?divisionId!='*'] | [0]");
    assert_eq!(held, serde_json::json!({ "roleId": role, "divisionId": home }));
    let user = place.made.text("/admin/userId");
    place.done(&["role", "grant", "oauth viewer", user]);
    assert_eq!(place.part(&["user", "roles", user], "length(@)"), 2);
}

#[test]
fn divisions_are_made_renamed_and_deleted() {
    let place = Place::start();
    shows!(place.session(&[
        &["division", "list"],
        &["division", "create", "North", "--description", "Of the river"],
        &["division", "update", "North", "--name", "South"],
        &["division", "get", "South"],
        &["division", "get", "North"],
        &["division", "delete", "South"],
        &["division", "delete", "South", "--yes"],
        &["division", "delete", "home", "--yes"],
        &["division", "list", "--query", "[].name"],
    ]));
}

#[test]
fn people_are_made_changed_and_deleted() {
    let place = Place::start();
    shows!(place.session(&[
        &["user", "create", "ada@example.com", "--name", "Ada"],
        &["user", "list"],
        &["user", "update", "ADA@example.com", "--name", "Ada L.", "--state", "inactive"],
        &["user", "update", "ADA@example.com", "--name", "Ada L.", "--state", "inactive", "--yes"],
        &["user", "list", "--state", "inactive"],
        &["user", "roles", "ada@example.com"],
        &["user", "revoke-tokens", "ada@example.com"],
        &["user", "delete", "ada@example.com"],
        &["user", "delete", "ada@example.com", "--yes"],
        &["user", "get", "eva@example.com"],
    ]));
}

#[test]
fn a_password_comes_from_a_variable_or_standard_input() {
    let place = Place::start();
    let create = ["user", "create", "ada@example.com", "--name", "Ada", "--password"];
    let missing = place.refused(1, &create);
    assert!(missing.contains("set CHANCERY_PASSWORD, or give it on standard input"), "{missing}");
    let output = place.hear("", &create, &[("CHANCERY_PASSWORD", "correct horse battery staple")]);
    assert_eq!(output.code, Some(0), "{output}");
    let set = ["user", "set-password", "ada@example.com"];
    let weak = place.hear("password\n", &set, &[]);
    assert_eq!(weak.code, Some(5), "{weak}");
    shows!(redact(&weak.stderr));
    let output = place.hear("another horse, another battery\n", &set, &[]);
    assert_eq!(output.code, Some(0), "{output}");
    place.done(&["user", "revoke-tokens", "ada@example.com", "--yes"]);
}
