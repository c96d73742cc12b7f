//! `/api/v2/users`: users are made, changed and deleted.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::{NOBODY, Table, World, delete, get, patch, post, transcript};

const PATH: &str = "/api/v2/users";

fn one(id: impl ToString) -> String {
    format!("{PATH}/{}", id.to_string())
}

/// The least that a user is made of.
fn least(world: &World, name: &str) -> Value {
    let email = format!("{}@acme.example", name.to_lowercase());
    json!({ "name": name, "email": email, "divisionId": world.acme.home.to_string() })
}

fn with(mut body: Value, members: &Value) -> Value {
    for (name, value) in members.as_object().expect("members") {
        body[name] = value.clone();
    }
    body
}

#[tokio::test]
async fn a_user_is_made_changed_and_deleted() {
    let world = World::new().await;
    let token = world.administrator().await;
    let body = with(
        least(&world, "Ada"),
        &json!({ "email": " Ada@ACME.example ", "title": "Engineer", "department": "Engines",
            "addresses": [{ "address": "+1", "mediaType": "PHONE", "type": "WORK" }] }),
    );
    let made = post(PATH).bearer(&token).json(&body).send(&world).await;
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(get(one(&id)).bearer(&token).send(&world).await.json(), made.json());
    let change = json!({ "version": 1, "name": "Ada L.", "title": "", "preferredName": "A.", "acdAutoAnswer": true,
        "addresses": [], "email": "ADA.L@acme.example", "username": "ignored" });
    let changed = patch(one(&id)).bearer(&token).json(&change).send(&world).await;
    assert_eq!(get(one(&id)).bearer(&token).send(&world).await.json(), changed.json());
    let gone = delete(one(&id)).bearer(&token).send(&world).await;
    transcript!(made, changed, gone);
    assert_eq!(delete(one(&id)).bearer(&token).send(&world).await.status, StatusCode::NOT_FOUND);
    let change = json!({ "version": 3, "name": "back" });
    assert_eq!(patch(one(&id)).bearer(&token).json(&change).send(&world).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_rule_of_making_one_has_its_code_and_names_the_member() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let token = world.administrator().await;
    world.user(|user| user.email = "taken@acme.example".to_owned()).await;
    let mut table = Table::default();
    let long = "x".repeat(257);
    let contacts: Vec<Value> = vec![json!({ "address": "+1" }); 101];
    for (case, members) in [
        ("no name", json!({ "name": null })),
        ("a blank name", json!({ "name": "  " })),
        ("a long name", json!({ "name": long })),
        ("a line break in a name", json!({ "name": "a\nb" })),
        ("no email", json!({ "email": null })),
        ("an email that is none", json!({ "email": "ada" })),
        ("two at signs", json!({ "email": "a@b@c" })),
        ("a space in it", json!({ "email": "a b@c" })),
        ("an email of 255 bytes", json!({ "email": format!("{}@acme.example", "x".repeat(242)) })),
        ("an email that is taken", json!({ "email": "TAKEN@acme.example" })),
        ("an email that another organization has", json!({ "email": "admin@globex.example" })),
        ("no division", json!({ "divisionId": null })),
        ("no such division", json!({ "divisionId": NOBODY })),
        ("a division that is no UUID", json!({ "divisionId": "home" })),
        ("another organization's division", json!({ "divisionId": other.home.to_string() })),
        ("a long title", json!({ "title": long })),
        ("a long department", json!({ "department": long })),
        ("101 addresses", json!({ "addresses": contacts })),
        ("a long address", json!({ "addresses": [{ "extension": long }] })),
        ("an address that is a text", json!({ "addresses": ["+1"] })),
        ("deleted from the start", json!({ "state": "deleted" })),
        ("another state", json!({ "state": "asleep" })),
        ("an empty password", json!({ "password": "" })),
        ("a short password", json!({ "password": "1Zp$k9u" })),
        ("a common password", json!({ "password": "password1" })),
        ("the email as password", json!({ "password": "somebody@acme.example" })),
        ("a password of 1025 bytes", json!({ "password": "Zp$k9".repeat(205) })),
        ("a name that is a number", json!({ "name": 7 })),
    ] {
        let body =
            with(with(least(&world, "Somebody"), &json!({ "email": "somebody@acme.example" })), &members);
        let answer = post(PATH).bearer(&token).json(&body).send(&world).await;
        if let Some(id) = answer.json()["id"].as_str() {
            delete(one(id)).bearer(&token).send(&world).await;
        }
        table.row(case, answer.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn what_an_organization_asks_of_passwords_is_asked_of_the_first_one_too() {
    let world = World::new().await;
    let token = world.administrator().await;
    let wanted = json!({ "passwordRequirements": { "minimumLength": 12, "minimumDigits": 2, "minimumLetters": 4,
        "minimumUpper": 1, "minimumLower": 2, "minimumSpecials": 2 } });
    patch("/api/v2/organizations/authentication/settings").bearer(&token).json(&wanted).send(&world).await;
    let mut table = Table::default();
    for password in [
        "Zp$k9u!Zp$7",
        "12345678901$$",
        "zpkuzpkuzpku1$$",
        "zpkuzpkuzpkuzp11",
        "zpkuzpkuzpkuz1$1$",
        "ZPKUZPKUZPKUZ1$1$",
        "Zpkuzpkuzpkuz1$1$",
    ] {
        let body = with(least(&world, "Ada"), &json!({ "password": password }));
        table.row(password, post(PATH).bearer(&token).json(&body).send(&world).await.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn every_rule_of_changing_one_has_its_code_and_names_the_member() {
    let world = World::new().await;
    let token = world.administrator().await;
    world.user(|user| user.email = "taken@acme.example".to_owned()).await;
    let ada = world.user(|user| user.email = "ada@acme.example".to_owned()).await;
    let mut table = Table::default();
    for (case, members) in [
        ("no version", json!({ "version": null, "name": "Ada" })),
        ("an old version", json!({ "version": 0 })),
        ("a version to come", json!({ "version": 2 })),
        ("a blank name", json!({ "name": "" })),
        ("an email that is none", json!({ "email": "ada" })),
        ("an email that is taken", json!({ "email": "taken@acme.example" })),
        ("no such division", json!({ "divisionId": NOBODY })),
        ("deleted", json!({ "state": "deleted" })),
        ("a long preferred name", json!({ "preferredName": "x".repeat(257) })),
        ("a version that is a text", json!({ "version": "1" })),
        ("a list", json!([])),
        ("the email that it has, in capitals", json!({ "email": "ADA@acme.example" })),
        ("the version before", json!({ "version": 1 })),
    ] {
        let body = if members.is_array() { members } else { with(json!({ "version": 1 }), &members) };
        table.row(case, patch(one(ada)).bearer(&token).json(&body).send(&world).await.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn an_email_is_free_again_once_its_user_is_deleted() {
    let world = World::new().await;
    let token = world.administrator().await;
    let make = || post(PATH).bearer(&token).json(&least(&world, "Ada"));
    let first = make().send(&world).await.json();
    assert_eq!(make().send(&world).await.json()["code"], "general.conflict");
    let id = first["id"].as_str().expect("an id");
    patch(one(id)).bearer(&token).json(&json!({ "version": 1, "state": "inactive" })).send(&world).await;
    assert_eq!(make().send(&world).await.json()["code"], "general.conflict", "inactive is not gone");
    delete(one(id)).bearer(&token).send(&world).await;
    let second = make().send(&world).await;
    assert_eq!(second.status, StatusCode::OK, "{second}");
    assert_ne!(second.json()["id"], first["id"]);
}

#[tokio::test]
async fn null_is_as_good_as_absent_and_what_only_the_server_sets_is_ignored() {
    let world = World::new().await;
    let token = world.administrator().await;
    let body = with(
        least(&world, "Ada"),
        &json!({ "id": NOBODY, "version": 9, "title": null, "state": null, "password": null, "selfUri": 1 }),
    );
    let made = post(PATH).bearer(&token).json(&body).send(&world).await.json();
    assert!(made["id"] != NOBODY && made["version"] == 1 && made["state"] == "active", "{made}");
    let change = json!({ "version": 1, "name": null, "id": 5, "division": [], "primaryContactInfo": 1 });
    let changed =
        patch(one(made["id"].as_str().expect("an id"))).bearer(&token).json(&change).send(&world).await;
    assert_eq!((&changed.json()["name"], &changed.json()["version"]), (&json!("Ada"), &json!(2)));
}

#[tokio::test]
async fn checks_come_in_order() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let ada = world.person("Ada", &[]).await;
    let mut table = Table::default();
    let may = ["directory:user:add", "directory:user:edit", "directory:user:delete"];
    for (who, token) in [
        ("a bad token", "x".to_owned()),
        ("nobody", world.token(&world.robot(&[]).await).await),
        ("who may", world.may(&may).await),
    ] {
        table.row(
            format!("{who} makes rubbish"),
            post(PATH).bearer(&token).body("rubbish").send(&world).await.verdict(),
        );
        for (which, id) in [
            ("another's user", other.user.to_string()),
            ("nobody", NOBODY.to_owned()),
            ("no UUID", "ada".to_owned()),
            ("Ada", ada.to_string()),
        ] {
            let answer = patch(one(&id)).bearer(&token).body("rubbish").send(&world).await;
            table.row(format!("{who} makes rubbish of {which}"), answer.verdict());
            let answer = delete(one(&id)).bearer(&token).send(&world).await;
            table.row(format!("{who} deletes {which}"), answer.verdict());
        }
    }
    transcript!(table);
}
