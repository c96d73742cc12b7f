//! The body of `POST /api/v2/oauth/clients`, before any rule on its members: what is JSON, and of the right types.

use axum::http::StatusCode;
use serde_json::json;

use crate::clients_create::{create, machine, web};
use crate::world::{Table, World, post, transcript};

const PATH: &str = "/api/v2/oauth/clients";

#[tokio::test]
async fn a_member_of_the_wrong_type_is_named() {
    let world = World::new().await;
    let mut table = Table::default();
    for with in [
        json!({ "name": 5 }),
        json!({ "name": ["x"] }),
        json!({ "name": true }),
        json!({ "authorizedGrantType": {} }),
        json!({ "accessTokenValiditySeconds": "3600" }),
        json!({ "accessTokenValiditySeconds": 3600.5 }),
        json!({ "accessTokenValiditySeconds": 1e30 }),
        json!({ "accessTokenValiditySeconds": 18_446_744_073_709_551_615_u64 }),
        json!({ "description": 1 }),
        json!({ "registeredRedirectUri": "https://a.example" }),
        json!({ "registeredRedirectUri": [null] }),
        json!({ "registeredRedirectUri": ["https://a.example", 1] }),
        json!({ "roleIds": "x" }),
        json!({ "scope": "users" }),
        json!({ "scope": { "0": "users" } }),
        json!({ "roleDivisions": {} }),
        json!({ "roleDivisions": ["x"] }),
        json!({ "roleDivisions": [null] }),
        json!({ "roleDivisions": [{ "roleId": "x" }] }),
        json!({ "roleDivisions": [{ "roleId": "x", "divisionId": "*" }, { "divisionId": "*" }] }),
        json!({ "roleDivisions": [{ "roleId": 1, "divisionId": "*" }] }),
        json!({ "state": 1 }),
        json!({ "dateToDelete": 1_700_000_000 }),
    ] {
        table.row(&with, create(&world, &machine(&world, with.clone())).await.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn what_cannot_be_understood_is_a_bad_request() {
    let world = World::new().await;
    let token = world.administrator().await;
    let good = web(json!({})).to_string();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let mut table = Table::default();
    for (case, body) in [
        ("nothing", Vec::new()),
        ("white space", b" \n".to_vec()),
        ("null", b"null".to_vec()),
        ("an array", format!("[{good}]").into_bytes()),
        ("text", b"\"x\"".to_vec()),
        ("a number", b"1".to_vec()),
        ("an unfinished object", good.as_bytes()[..good.len() - 1].to_vec()),
        ("an object and more", format!("{good} x").into_bytes()),
        ("two objects", format!("{good}{good}").into_bytes()),
        ("a comma too many", good.replace('}', ",}").into_bytes()),
        ("single quotes", good.replace('"', "'").into_bytes()),
        ("a byte order mark", format!("\u{feff}{good}").into_bytes()),
        (
            "bytes that are not text",
            good.replace("Web", "?").bytes().map(|b| if b == b'?' { 0xff } else { b }).collect(),
        ),
        ("half a surrogate pair", good.replace("Web", "\\ud800").into_bytes()),
        ("a raw line feed", good.replace("Web", "a\nb").into_bytes()),
        (
            "a number beyond all bounds",
            good.replace('}', ",\"accessTokenValiditySeconds\":1e999}").into_bytes(),
        ),
        ("deep arrays", deep.clone().into_bytes()),
        ("deep arrays as a name", good.replace("\"Web\"", &deep).into_bytes()),
        (
            "deep arrays where roles belong",
            good.replace('}', &format!(",\"roleDivisions\":{deep}}}")).into_bytes(),
        ),
        ("a form", b"name=x".to_vec()),
    ] {
        table.row(case, post(PATH).bearer(&token).body(body).send(&world).await.verdict());
    }
    transcript!(table);
    // Depth does not matter where nothing is read.
    let body = good.replace('}', &format!(",\"unknown\":{deep}}}"));
    let answer = post(PATH).bearer(&token).body(body).send(&world).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.verdict());
}

#[tokio::test]
async fn a_member_that_stands_twice_is_a_bad_request_or_named() {
    let world = World::new().await;
    let token = world.administrator().await;
    let body = web(json!({})).to_string().replace('}', ",\"name\":\"Again\"}");
    let answer = post(PATH).bearer(&token).body(body).send(&world).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer}");
    let (json, name) = (answer.json(), json!("name"));
    assert!(json["code"] == "bad.request" || json["details"][0]["fieldName"] == name, "{answer}");
}

#[tokio::test]
async fn a_role_and_its_division_are_an_object_and_not_a_list() {
    let world = World::new().await;
    let pairs = json!({ "roleDivisions": [[world.acme.viewer.to_string(), "*"]] });
    let answer = create(&world, &machine(&world, pairs)).await;
    let expected =
        "400 invalid.value [\"roleDivisions[0]\"] The value of roleDivisions[0] is not valid for its type.";
    assert_eq!(answer.verdict(), expected, "{answer}");
}

#[tokio::test]
async fn a_body_of_another_type_or_too_large_is_refused_and_one_without_type_is_json() {
    let world = World::new().await;
    let token = world.administrator().await;
    let good = web(json!({})).to_string();
    let mut table = Table::default();
    for kind in [
        "application/json",
        "application/json;charset=UTF-8",
        "Application/JSON ; x=y",
        "text/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "",
    ] {
        let request = post(PATH).bearer(&token).header("content-type", kind).body(good.clone());
        table.row(format!("type {kind:?}"), request.send(&world).await.verdict());
    }
    table.row("no type", post(PATH).bearer(&token).body(good.clone()).send(&world).await.verdict());
    for (case, size) in [("as large as can be", 256 * 1024), ("a byte larger", 256 * 1024 + 1)] {
        let body = format!("{good}{}", " ".repeat(size - good.len()));
        table.row(case, post(PATH).bearer(&token).body(body).send(&world).await.verdict());
    }
    transcript!(table);
}
