//! `PUT /api/v2/oauth/clients/{clientId}`: every writable member is replaced.

use axum::http::StatusCode;
use chancery_core::client::ClientState;
use chancery_core::grants::GrantType;
use chancery_core::rbac::DivisionScope;
use chancery_core::types::{Lifetime, Scope};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::world::{Answer, Robot, Table, World, get, grant_types, put, transcript};

async fn update(world: &World, robot: &Robot, body: &Value) -> Answer {
    let token = world.administrator().await;
    put(robot.path()).bearer(&token).json(body).send(world).await
}

async fn read(world: &World, robot: &Robot) -> Value {
    let token = world.administrator().await;
    get(robot.path()).bearer(&token).send(world).await.json()
}

/// A client with a value in every member.
async fn rich(world: &World) -> Robot {
    let robot = world
        .client(|client| {
            client.name = "Rich".to_owned();
            client.description = Some("Has everything".to_owned());
            client.token_lifetime = Lifetime::from_seconds(600);
            client.redirect_uris =
                vec![chancery_core::types::RedirectUri::parse("https://a.example/cb").expect("a URI")];
            client.scope = Scope::parse("users").expect("known");
        })
        .await;
    world.grant(robot.id, &[(world.acme.viewer, DivisionScope::All)]).await;
    robot
}

fn machine(world: &World) -> Value {
    json!({
        "name": "Machine",
        "authorizedGrantType": "CLIENT-CREDENTIALS",
        "roleDivisions": [{ "roleId": world.acme.viewer.to_string(), "divisionId": "*" }],
    })
}

#[tokio::test]
async fn every_writable_member_is_replaced() {
    let world = World::new().await;
    let robot = rich(&world).await;
    world.pass(1234);
    let body = json!({
        "name": "Poor",
        "description": "Has a little",
        "accessTokenValiditySeconds": 1200,
        "authorizedGrantType": "CODE",
        "state": "inactive",
        "registeredRedirectUri": ["https://b.example/cb"],
        "scope": ["openid"],
        "roleDivisions": [],
        "dateToDelete": "2024-01-01T01:00:00+01:00",
    });
    let answer = update(&world, &robot, &body).await;
    transcript!(answer);
    assert_eq!(read(&world, &robot).await, answer.json());
}

#[tokio::test]
async fn what_is_not_sent_falls_back_to_its_default() {
    let world = World::new().await;
    let robot = rich(&world).await;
    transcript!(update(&world, &robot, &machine(&world)).await);
}

#[tokio::test]
async fn what_was_read_can_be_sent_back_unchanged() {
    let world = World::new().await;
    for robot in [rich(&world).await, world.web().await] {
        let before = read(&world, &robot).await;
        let mut after = update(&world, &robot, &before).await.json();
        after["modifiedBy"] = before.get("modifiedBy").cloned().unwrap_or_default();
        let mut before = before;
        before["modifiedBy"] = before.get("modifiedBy").cloned().unwrap_or_default();
        assert_eq!(after, before);
    }
}

#[tokio::test]
async fn who_made_it_and_when_stays_and_who_changed_it_and_when_is_noted() {
    let world = World::new().await;
    let robot = rich(&world).await;
    let before = read(&world, &robot).await;
    world.pass(5000);
    let after = update(&world, &robot, &machine(&world)).await.json();
    assert_eq!((&after["dateCreated"], &after["id"]), (&before["dateCreated"], &before["id"]));
    assert_eq!(after.get("createdBy"), None, "the server itself made it");
    assert_eq!(after["dateModified"], "2023-11-14T22:13:25.000Z");
    assert_eq!(after["modifiedBy"]["id"], world.acme.robot.id.to_string());
}

#[tokio::test]
async fn the_secret_is_neither_shown_nor_changed() {
    let world = World::new().await;
    let robot = rich(&world).await;
    let mut body = machine(&world);
    body["secret"] = "chs_0123456789abcdefghijklmnopqrstuvwxyz_0123456789".into();
    let answer = update(&world, &robot, &body).await;
    assert_eq!(answer.json().get("secret"), None, "{answer}");
    world.token(&robot).await;
}

#[tokio::test]
async fn a_new_lifetime_goes_for_new_tokens_and_new_roles_for_all() {
    let world = World::new().await;
    let robot = rich(&world).await;
    let token = world.token(&robot).await;
    let ask = |token: &str, path: &str| get(path).bearer(token).send(&world);
    assert_eq!(ask(&token, "/api/v2/oauth/clients").await.status, StatusCode::OK);
    let role = world.role("roles", &["authorization:role:view"]).await;
    let mut body = machine(&world);
    body["accessTokenValiditySeconds"] = 300.into();
    body["roleDivisions"][0]["roleId"] = role.to_string().into();
    update(&world, &robot, &body).await;
    assert_eq!(ask(&token, "/api/v2/oauth/clients").await.status, StatusCode::FORBIDDEN);
    assert_eq!(ask(&token, "/api/v2/authorization/roles").await.status, StatusCode::OK);
    let later = world.token(&robot).await;
    world.pass(300_000);
    assert_eq!(ask(&later, "/api/v2/tokens/me").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&token, "/api/v2/tokens/me").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_grant_type_can_change_and_the_rules_change_with_it() {
    let world = World::new().await;
    let robot = rich(&world).await;
    let token = world.token(&robot).await;
    let code = json!({ "name": "Web", "authorizedGrantType": "CODE", "scope": ["users"] });
    let json = update(&world, &robot, &code).await.json();
    assert_eq!((&json["authorizedGrantType"], &json["roleIds"]), (&json!("CODE"), &json!([])));
    assert_eq!(get(robot.path()).bearer(&token).send(&world).await.status, StatusCode::FORBIDDEN);
    let mut table = Table::default();
    let without_scope = json!({ "name": "Web", "authorizedGrantType": "TOKEN" });
    table.row("no scope", update(&world, &robot, &without_scope).await.verdict());
    let without_roles =
        json!({ "name": "Web", "authorizedGrantType": "CLIENT_CREDENTIALS", "scope": ["users"] });
    table.row("no roles", update(&world, &robot, &without_roles).await.verdict());
    table.row("roles", update(&world, &robot, &machine(&world)).await.verdict());
    transcript!(table);
    assert_eq!(get(robot.path()).bearer(&token).send(&world).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_unchanged_grant_type_keeps_the_whole_set() {
    let world = World::new().await;
    let both = grant_types("CODE").with(GrantType::ClientCredentials);
    let robot = world
        .client(|client| {
            client.grant_types = both;
            client.scope = Scope::parse("users").expect("known");
        })
        .await;
    let mut body = machine(&world);
    body["authorizedGrantType"] = "CODE".into();
    body["scope"] = json!(["users"]);
    let json = update(&world, &robot, &body).await.json();
    assert_eq!(
        (&json["authorizedGrantType"], world.stored(robot.id).await.grant_types),
        (&json!("CODE"), both)
    );
    assert_eq!(json["roleDivisions"], body["roleDivisions"]);
    world.token(&robot).await;
    body["authorizedGrantType"] = "CLIENT-CREDENTIALS".into();
    update(&world, &robot, &body).await;
    assert_eq!(world.stored(robot.id).await.grant_types, grant_types("CLIENT-CREDENTIALS"));
}

#[tokio::test]
async fn only_an_administrator_disables_and_enables() {
    let world = World::new().await;
    let editor = world.may(&["oauth:client:edit", "oauth:client:view"]).await;
    let admin = world.administrator().await;
    let states = [
        ("active", ClientState::Active),
        ("inactive", ClientState::Inactive),
        ("disabled", ClientState::Disabled),
    ];
    let mut table = Table::default();
    for (who, token) in [("editor", &editor), ("administrator", &admin)] {
        for (from, state) in states {
            for to in [Some("active"), Some("inactive"), Some("disabled"), None] {
                let robot = world.client(|client| client.state = state).await;
                world.grant(robot.id, &[(world.acme.viewer, DivisionScope::All)]).await;
                let mut body = machine(&world);
                if let Some(to) = to {
                    body["state"] = to.into();
                }
                let answer = put(robot.path()).bearer(token).json(&body).send(&world).await;
                let stored = world.stored(robot.id).await;
                let outcome =
                    format!("{}\n    now {:?}, epoch {}", answer.verdict(), stored.state, stored.epoch);
                table.row(format!("{who}: {from} to {}", to.unwrap_or("(not named)")), outcome);
            }
        }
    }
    transcript!(table);
}

#[tokio::test]
async fn a_date_of_deletion_is_kept_in_every_state() {
    let world = World::new().await;
    let robot = rich(&world).await;
    let mut table = Table::default();
    for (state, date) in [
        ("inactive", "2024-01-01T00:00:00.000Z"),
        ("inactive", "2024-01-01T00:00:00Z"),
        ("inactive", "2024-06-30T12:00:00.5+02:00"),
        ("inactive", "1999-01-01T00:00:00Z"),
        ("inactive", ""),
        ("inactive", "2024-01-01"),
        ("inactive", "soon"),
        ("active", "2024-01-01T00:00:00Z"),
        ("disabled", "2024-01-01T00:00:00Z"),
    ] {
        let mut body = machine(&world);
        body["state"] = state.into();
        body["dateToDelete"] = date.into();
        let answer = update(&world, &robot, &body).await;
        let kept = answer.json().get("dateToDelete").cloned();
        table.row(format!("{state} {date:?}"), format!("{} {kept:?}", answer.verdict()));
    }
    transcript!(table);
}

#[tokio::test]
async fn the_rules_of_create_hold_here_too() {
    let world = World::new().await;
    let robot = rich(&world).await;
    let before = read(&world, &robot).await;
    let mut table = Table::default();
    for with in [
        json!({ "name": null }),
        json!({ "name": " " }),
        json!({ "authorizedGrantType": null }),
        json!({ "authorizedGrantType": "MAGIC" }),
        json!({ "roleDivisions": [] }),
        json!({ "roleDivisions": [{ "roleId": "x", "divisionId": "*" }] }),
        json!({ "scope": ["nonsense"] }),
        json!({ "accessTokenValiditySeconds": 1 }),
        json!({ "registeredRedirectUri": ["x"] }),
        json!({ "state": "deleted" }),
        json!({ "dateToDelete": "x" }),
        json!({ "scope": "users" }),
    ] {
        let mut body = machine(&world);
        body.as_object_mut().expect("an object").extend(with.as_object().expect("members").clone());
        table.row(&with, update(&world, &robot, &body).await.verdict());
    }
    transcript!(table);
    assert_eq!(read(&world, &robot).await, before, "a refusal changes nothing");
}

#[tokio::test]
async fn checks_come_in_order() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let robot = rich(&world).await;
    let tokens = [
        ("a bad token", "x".to_owned()),
        ("nobody", world.token(&world.robot(&[]).await).await),
        ("an editor", world.may(&["oauth:client:edit"]).await),
    ];
    let paths = [
        ("its own", robot.path()),
        ("another organization's", other.robot.path()),
        ("unknown", "/api/v2/oauth/clients/3d3a6f0e-7c1f-4f6b-9d53-0a6f1f1f1f1f".to_owned()),
        ("no UUID", "/api/v2/oauth/clients/my-client".to_owned()),
    ];
    let mut table = Table::default();
    for (who, token) in &tokens {
        for (which, path) in &paths {
            for (kind, body) in
                [("text/plain", "rubbish"), ("application/json", "rubbish"), ("application/json", "{}")]
            {
                let request = put(path.as_str()).bearer(token).header("content-type", kind).body(body);
                table.row(format!("{who}: {which}, {kind} {body}"), request.send(&world).await.verdict());
            }
        }
    }
    transcript!(table);
}

#[tokio::test]
async fn of_many_writers_at_once_each_succeeds_and_the_last_one_wins() {
    let world = World::new().await;
    let robot = rich(&world).await;
    let token = world.administrator().await;
    let writers = (0..16).map(|number| {
        let mut body = machine(&world);
        body["name"] = format!("Writer {number}").into();
        put(robot.path()).bearer(&token).json(&body).send(&world)
    });
    for answer in join_all(writers).await {
        assert_eq!(answer.status, StatusCode::OK, "{answer}");
    }
    let stored = world.stored(robot.id).await;
    assert_eq!(stored.version, 17);
    assert_eq!(read(&world, &robot).await["name"], stored.name);
}
