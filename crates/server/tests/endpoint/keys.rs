//! `/api/v2/chancery/keys`: the keys of the server.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::{Table, World, get, post, transcript};

const PATH: &str = "/api/v2/chancery/keys";

async fn signers(world: &World, token: &str) -> Vec<(String, String)> {
    let listed = get(PATH).bearer(token).send(world).await.json();
    let text = |key: &Value, member: &str| key[member].as_str().unwrap_or_default().to_owned();
    let all = listed["entities"].as_array().expect("a list").iter();
    all.filter(|key| key["purpose"] == "ES256")
        .map(|key| (text(key, "keyId"), text(key, "standing")))
        .collect()
}

#[tokio::test]
async fn a_key_is_replaced_ahead_of_time_at_once_or_for_good() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let before = signers(&world, &admin).await;
    let rotate = async |body: Value| {
        let answer = post(PATH).bearer(&admin).json(&body).send(&world).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer}");
        world.hears(chancery_core::write::Changed::Keys).await;
        signers(&world, &admin).await
    };
    let standings = |all: &[(String, String)]| all.iter().map(|(_, it)| it.clone()).collect::<Vec<_>>();
    let ahead = rotate(json!({ "algorithm": "ES256" })).await;
    assert_eq!((ahead.len(), &*standings(&ahead)[before.len()]), (before.len() + 1, "next"));
    let at_once = rotate(json!({ "algorithm": "ES256", "atOnce": true })).await;
    assert_eq!(standings(&at_once).last().map(String::as_str), Some("current"));
    let alone = rotate(json!({ "algorithm": "ES256", "discard": true })).await;
    assert_eq!(standings(&alone), ["current"]);
    let jwks = get("/.well-known/jwks.json").send(&world).await.json();
    let published: Vec<_> =
        jwks["keys"].as_array().expect("keys").iter().map(|key| key["kid"].clone()).collect();
    assert!(
        published.contains(&json!(alone[0].0)) && !published.contains(&json!(at_once[0].0)),
        "{published:?}"
    );
    let told = world.audited().await;
    assert_eq!(told.iter().filter(|it| it["kind"] == "key.rotated").count(), 3);
}

#[tokio::test]
async fn nobody_else_keeps_what_all_organizations_share() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let other = world.found("Globex", "globex").await;
    let stranger = world.token(&other.robot).await;
    let may = world.may(&["oauth:client:view"]).await;
    let mut table = Table::default();
    for (who, token) in [("of another organization", &stranger), ("who may not", &may)] {
        table.row(format!("{who} lists"), get(PATH).bearer(token).send(&world).await.verdict());
        let body = json!({ "algorithm": "ES256" });
        table
            .row(format!("{who} rotates"), post(PATH).bearer(token).json(&body).send(&world).await.verdict());
    }
    for bad in [json!({}), json!({ "algorithm": "HS256" }), json!([])] {
        table.row(&bad, post(PATH).bearer(&admin).json(&bad).send(&world).await.verdict());
    }
    transcript!(table);
}
