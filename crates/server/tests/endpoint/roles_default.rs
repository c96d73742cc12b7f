//! `/api/v2/authorization/roles/default`: the built-in roles as they were at first.

use axum::http::StatusCode;
use chancery_core::rbac::DivisionScope;
use serde_json::{Value, json};

use crate::world::{Answer, NOBODY, Table, World, delete, get, post, put, transcript};

const PATH: &str = "/api/v2/authorization/roles";
const DEFAULT: &str = "/api/v2/authorization/roles/default";

async fn viewer(world: &World, token: &str) -> Value {
    let listed = get(format!("{PATH}?defaultRoleId=oauthViewer")).bearer(token).send(world).await.json();
    listed["entities"][0].clone()
}

/// What a listing of roles carries, in short.
fn carried(answer: &Answer) -> String {
    let json = answer.json();
    let Some(roles) = json["entities"].as_array() else { return answer.verdict() };
    let shown = roles.iter().map(|role| format!("{}: {}", role["name"], role["permissionPolicies"]));
    shown.collect::<Vec<_>>().join("\n    ")
}

#[tokio::test]
async fn what_was_edited_is_reset_by_force_and_what_is_missing_comes_back_without() {
    let world = World::new().await;
    let token = world.administrator().await;
    let before = viewer(&world, &token).await;
    let path = format!("{PATH}/{}", world.acme.viewer);
    let edited = json!({ "name": "mine", "description": "Edited", "permissions": ["group_creation"] });
    let word = world.role("word", &["group_creation"]).await;
    world
        .grant(world.acme.robot.id, &[(world.acme.admin, DivisionScope::All), (word, DivisionScope::All)])
        .await;
    put(&path).bearer(&token).json(&edited).send(&world).await;
    let mut table = Table::default();
    table.row("edited, without force", carried(&post(DEFAULT).bearer(&token).send(&world).await));
    assert_eq!(viewer(&world, &token).await["name"], "mine");
    let forced = post(format!("{DEFAULT}?force=true")).bearer(&token).send(&world).await;
    table.row("edited, with force", carried(&forced));
    assert_eq!(viewer(&world, &token).await, before, "the id stays, and with it whoever holds the role");
    delete(&path).bearer(&token).send(&world).await;
    let back = post(DEFAULT).bearer(&token).body("null").send(&world).await;
    table.row("deleted, without force", carried(&back));
    assert_ne!(viewer(&world, &token).await["id"], before["id"]);
    transcript!(table, back);
}

#[tokio::test]
async fn those_that_are_named_are_reset() {
    let world = World::new().await;
    let token = world.administrator().await;
    let (before, path) = (viewer(&world, &token).await, format!("{PATH}/{}", world.acme.viewer));
    let mut table = Table::default();
    table.name(world.acme.viewer, "(viewer)");
    table.name(world.acme.admin, "(admin)");
    for body in [
        json!([{ "id": world.acme.viewer.to_string() }]),
        json!([{ "defaultRoleId": "oauthViewer", "name": "whatever" }]),
        json!([{ "id": null, "defaultRoleId": "admin" }, { "defaultRoleId": "oauthViewer" }]),
        json!([{ "defaultRoleId": "admin" }]),
        json!([{ "id": NOBODY }, { "defaultRoleId": "employee" }, {}]),
        json!([]),
        json!({}),
        json!([1]),
        json!(["admin"]),
    ] {
        put(&path).bearer(&token).json(&json!({ "name": "mine" })).send(&world).await;
        let answer = put(DEFAULT).bearer(&token).json(&body).send(&world).await;
        let reset = viewer(&world, &token).await == before;
        table.row(&body, format!("{} {reset}", answer.verdict()));
        let listed = get(PATH).bearer(&token).send(&world).await;
        assert!(
            !answer.status.is_success() || listed.json()["entities"] == answer.json()["entities"],
            "{answer}"
        );
    }
    transcript!(table);
}

#[tokio::test]
async fn a_role_that_is_missing_comes_back_when_it_is_named() {
    let world = World::new().await;
    let token = world.administrator().await;
    delete(format!("{PATH}/{}", world.acme.viewer)).bearer(&token).send(&world).await;
    let other = put(DEFAULT).bearer(&token).json(&json!([{ "defaultRoleId": "admin" }])).send(&world).await;
    assert_eq!(other.each("name"), ["admin"]);
    let own =
        put(DEFAULT).bearer(&token).json(&json!([{ "defaultRoleId": "oauthViewer" }])).send(&world).await;
    assert_eq!(own.each("name"), ["admin", "oauth viewer"]);
}

#[tokio::test]
async fn a_role_that_took_the_name_is_in_the_way() {
    let world = World::new().await;
    let token = world.administrator().await;
    put(format!("{PATH}/{}", world.acme.viewer))
        .bearer(&token)
        .json(&json!({ "name": "mine" }))
        .send(&world)
        .await;
    let taken = world.role("oauth viewer", &[]).await;
    transcript!(post(format!("{DEFAULT}?force=true")).bearer(&token).send(&world).await);
    assert_eq!(viewer(&world, &token).await["name"], "mine");
    delete(format!("{PATH}/{taken}")).bearer(&token).send(&world).await;
    let answer = post(format!("{DEFAULT}?force=true")).bearer(&token).send(&world).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer}");
}

#[tokio::test]
async fn a_built_in_role_is_reset_by_whoever_holds_what_it_carries() {
    let world = World::new().await;
    let mut table = Table::default();
    for (who, token) in [
        ("nobody", world.token(&world.robot(&[]).await).await),
        ("who holds nothing else", world.may(&["authorization:role:edit"]).await),
        ("who views clients", world.may(&["authorization:role:edit", "oauth:client:view"]).await),
        ("an administrator", world.administrator().await),
    ] {
        for (which, ask) in [
            ("the missing", post(DEFAULT)),
            ("all", post(format!("{DEFAULT}?force=true"))),
            ("the viewer", put(DEFAULT).json(&json!([{ "defaultRoleId": "oauthViewer" }]))),
            ("the admin", put(DEFAULT).json(&json!([{ "defaultRoleId": "admin" }]))),
        ] {
            table.row(format!("{who} resets {which}"), ask.bearer(&token).send(&world).await.verdict());
        }
    }
    transcript!(table);
}

#[tokio::test]
async fn resetting_a_role_takes_from_it_only_what_the_caller_holds() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let more = json!({ "name": "oauth viewer", "permissionPolicies": [
        { "domain": "oauth", "entityName": "client", "actionSet": ["view", "delete"] },
    ] });
    put(format!("{PATH}/{}", world.acme.viewer)).bearer(&admin).json(&more).send(&world).await;
    let less = world.may(&["authorization:role:edit", "oauth:client:view"]).await;
    let by_put = json!({ "name": "oauth viewer", "permissionPolicies": [
        { "domain": "oauth", "entityName": "client", "actionSet": ["view"] },
    ] });
    let replaced =
        put(format!("{PATH}/{}", world.acme.viewer)).bearer(&less).json(&by_put).send(&world).await;
    assert_eq!(replaced.json()["code"], "missing.permissions", "{replaced}");
    // What PUT refuses, a reset does not allow.
    let reset =
        put(DEFAULT).bearer(&less).json(&json!([{ "defaultRoleId": "oauthViewer" }])).send(&world).await;
    assert_eq!(reset.json()["code"], "missing.permissions", "{reset}");
}

#[tokio::test]
async fn a_bad_flag_is_refused() {
    let world = World::new().await;
    let token = world.administrator().await;
    let answer = post(format!("{DEFAULT}?force=perhaps")).bearer(&token).send(&world).await;
    assert_eq!(
        answer.verdict(),
        r#"400 invalid.query.param.value ["force"] The value of the query parameter force is not valid."#
    );
}
