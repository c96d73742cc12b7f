//! `chancery client`: list, make, look, change, delete.

use crate::place::{APP, Place, ROBOT, shows};

#[test]
fn a_client_is_made_shown_changed_and_deleted() {
    let place = Place::start();
    shows!(place.session(&[
        &["client", "list"],
        &[
            "client",
            "create",
            "Nightly report",
            "--grant-type",
            "CLIENT-CREDENTIALS",
            "--role",
            "oauth viewer@*"
        ],
        &[
            "client",
            "create",
            "Web",
            "--grant-type",
            "CODE",
            "--scope",
            "users",
            "--scope",
            "oauth",
            "--redirect-uri",
            "https://app.example/cb"
        ],
        &["client", "list"],
        &["client", "list", "--name", "WE"],
        &["client", "list", "--name", "nobody"],
        &[
            "client",
            "update",
            "Web",
            "--description",
            "For people",
            "--token-lifetime",
            "3600",
            "--state",
            "inactive"
        ],
        &["client", "get", "Web"],
        &["client", "update", "Nightly report", "--name", "Report", "--role", "admin"],
        &["client", "delete", "Web", "--yes"],
        &["client", "get", "Web"],
    ]));
}

#[test]
fn a_change_leaves_what_it_does_not_name() {
    let place = Place::start();
    let (id, _) = place.client("App", APP);
    place.done(&["client", "update", &id, "--description", "For people"]);
    let of =
        "[name, authorizedGrantType, registeredRedirectUri, scope, accessTokenValiditySeconds, description]";
    let found = place.part(&["client", "get", &id], of);
    assert_eq!(found, serde_json::json!(["App", "CODE", ["http://localhost"], ["users"], 300, "For people"]));
}

#[test]
fn a_name_that_several_have_is_refused_and_an_id_is_clear() {
    let place = Place::start();
    let (one, _) = place.client("Twin", ROBOT);
    let (other, _) = place.client("Twin", ROBOT);
    let said = place.refused(1, &["client", "get", "Twin"]);
    assert!(said.contains("Several have the name") && said.contains(&one) && said.contains(&other), "{said}");
    place.done(&["client", "delete", &one, "--yes"]);
    assert_eq!(place.part(&["client", "get", "Twin"], "id"), *other);
}

#[test]
fn a_regenerated_secret_replaces_the_old_one() {
    let place = Place::start();
    let (id, old) = place.client("Robot", ROBOT);
    let said = place.refused(1, &["client", "regenerate-secret", "Robot"]);
    assert!(
        said.contains("Every user of the old secret of Robot stops working.") && said.contains("--yes"),
        "{said}"
    );
    let client = place.server.client();
    assert!(client.authenticates(&id, &old), "a refusal changes nothing");
    let new = place.part(&["client", "regenerate-secret", "Robot", "--yes"], "secret");
    assert!(client.authenticates(&id, new.as_str().expect("a secret")));
    assert!(!client.authenticates(&id, &old));
}

#[test]
fn a_secret_is_shown_when_it_is_made_and_never_after() {
    let place = Place::start();
    let (id, secret) = place.client("Robot", ROBOT);
    for args in [
        &["client", "get", &id][..],
        &["client", "list"],
        &["client", "export"],
        &["client", "secret", "list", &id],
    ] {
        for format in ["table", "json", "yaml", "tsv"] {
            let args =
                if args[1] == "export" { args.to_vec() } else { [args, &["--output", format]].concat() };
            let shown = place.done(&args);
            assert!(!shown.contains(&secret) && !shown.contains(&place.made.client_secret), "{shown}");
        }
    }
}

#[test]
fn who_disables_a_client_is_asked() {
    let place = Place::start();
    let (id, secret) = place.client("Robot", ROBOT);
    let disable = ["client", "update", "Robot", "--state", "disabled"];
    let said = place.refused(1, &disable);
    assert!(said.contains("All tokens of Robot die for good."), "{said}");
    let file = place.write("clients.toml", &place.done(&["client", "export"]));
    let text = std::fs::read_to_string(&file).expect("the export");
    place.write("clients.toml", &text.replace("name = \"Robot\"", "name = \"Robot\"\nstate = \"disabled\""));
    let said = place.refused(1, &["client", "apply", "-f", &file]);
    assert!(said.contains("disabled, and their tokens die for good: 1."), "{said}");
    assert!(place.server.client().authenticates(&id, &secret), "nothing was done");
    place.done(&["client", "apply", "-f", &file, "--yes"]);
    place.done(&["client", "apply", "-f", &file]);
    assert_eq!(place.part(&["client", "get", &id], "state"), "disabled");
}
