//! `POST /api/v2/oauth/clients`: what can be registered, and what is refused.

use axum::http::StatusCode;
use chancery_core::policy::Policy;
use chancery_core::types::ClientSecret;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::world::{Answer, Robot, Table, World, get, post, put, transcript};

const PATH: &str = "/api/v2/oauth/clients";

pub async fn create(world: &World, body: &Value) -> Answer {
    let token = world.administrator().await;
    post(PATH).bearer(&token).json(body).send(world).await
}

/// A client that acts for itself with the role to view clients, changed by `with`.
pub fn machine(world: &World, with: Value) -> Value {
    let mut body = json!({
        "name": "Machine",
        "authorizedGrantType": "CLIENT-CREDENTIALS",
        "roleDivisions": [{ "roleId": world.acme.viewer.to_string(), "divisionId": "*" }],
    });
    merge(&mut body, with);
    body
}

/// A client for users, changed by `with`.
pub fn web(with: Value) -> Value {
    let mut body = json!({ "name": "Web", "authorizedGrantType": "CODE", "scope": ["users"] });
    merge(&mut body, with);
    body
}

fn merge(body: &mut Value, with: Value) {
    let with = with.as_object().expect("members").clone();
    body.as_object_mut().expect("an object").extend(with);
}

#[tokio::test]
async fn a_client_for_users_is_answered_with_all_its_members_and_its_secret() {
    let world = World::new().await;
    let body = json!({
        "name": "Web \u{2713} \"quoted\"",
        "accessTokenValiditySeconds": 3600,
        "description": "",
        "registeredRedirectUri": [
            "https://app.example/cb?x=1", "http://localhost", "com.example.app:/cb", "http://localhost",
        ],
        "roleIds": [],
        "authorizedGrantType": "CODE",
        "scope": ["users", "openid", "users", "oauth:readonly"],
        "roleDivisions": [],
        "state": "active",
    });
    transcript!(create(&world, &body).await);
}

#[tokio::test]
async fn a_client_with_the_least_gets_the_defaults() {
    let world = World::new().await;
    transcript!(create(&world, &machine(&world, json!({}))).await);
    let json = create(&world, &web(json!({}))).await.json();
    assert_eq!((&json["accessTokenValiditySeconds"], &json["state"]), (&json!(86_400), &json!("active")));
    assert_eq!((&json["roleDivisions"], &json["registeredRedirectUri"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn a_new_client_is_readable_and_usable_at_once() {
    let world = World::new().await;
    let mut created = create(&world, &machine(&world, json!({}))).await.json();
    let token = world.administrator().await;
    let id = created["id"].as_str().expect("text").to_owned();
    let secret = created.as_object_mut().expect("an object").remove("secret").expect("is shown");
    let secret = secret.as_str().expect("text");
    assert!(secret.starts_with("chs_") && secret.len() == 47, "{secret}");
    assert_eq!(get(format!("{PATH}/{id}")).bearer(&token).send(&world).await.json(), created);
    let id = chancery_core::types::ClientId::parse(&id).expect("a UUID");
    let token = world.token(&Robot { id, secret: ClientSecret::chosen(secret).expect("strong") }).await;
    let answer = get(PATH).bearer(&token).send(&world).await;
    assert_eq!(answer.json()["total"], 2, "{answer}");
}

#[tokio::test]
async fn what_the_server_decides_and_what_it_does_not_know_is_ignored() {
    let world = World::new().await;
    let body = machine(
        &world,
        json!({
            "id": world.acme.robot.id.to_string(), "secret": 5, "dateCreated": [], "dateModified": "yesterday",
            "createdBy": null, "modifiedBy": { "id": 1 }, "selfUri": {}, "surprise": { "deep": [[[]]] }, "": 1,
        }),
    );
    let answer = create(&world, &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer}");
    let json = answer.json();
    assert_ne!(json["id"], world.acme.robot.id.to_string());
    assert_eq!(json["dateCreated"], "2023-11-14T22:13:20.000Z");
    assert_eq!(json["createdBy"]["id"], world.acme.robot.id.to_string());
}

#[tokio::test]
async fn null_is_as_good_as_absent() {
    let world = World::new().await;
    let nulls = json!({
        "description": null, "registeredRedirectUri": null, "scope": null, "roleIds": null, "state": null,
        "accessTokenValiditySeconds": null, "dateToDelete": null,
    });
    let answer = create(&world, &machine(&world, nulls)).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer}");
    assert_eq!(answer.json().get("description"), None);
    let mut table = Table::default();
    for member in ["name", "authorizedGrantType", "roleDivisions"] {
        table.row(member, create(&world, &machine(&world, json!({ member: null }))).await.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn a_grant_type_is_understood_in_every_spelling_and_answered_in_one() {
    let world = World::new().await;
    let mut table = Table::default();
    for spelling in [
        "CODE",
        "code",
        "TOKEN",
        "Token",
        "CLIENT-CREDENTIALS",
        "CLIENT_CREDENTIALS",
        "client-credentials",
        "SAML2-BEARER",
        "SAML2BEARER",
        "SAML2_BEARER",
        "saml2_bearer",
        "PASSWORD",
        "password",
    ] {
        let body = machine(&world, json!({ "authorizedGrantType": spelling, "scope": ["users"] }));
        let json = create(&world, &body).await.json();
        assert!(json["secret"].is_string(), "a secret for every grant type");
        table.row(spelling, format!("{} roles {}", json["authorizedGrantType"], json["roleIds"]));
    }
    transcript!(table);
}

#[tokio::test]
async fn role_ids_mean_the_home_division_and_role_divisions_win() {
    let world = World::new().await;
    let (admin, viewer) = (world.acme.admin.to_string(), world.acme.viewer.to_string());
    let (home, everywhere) = (world.acme.home.to_string(), "*");
    let pair = |role: &str, division: &str| json!({ "roleId": role, "divisionId": division });
    for (roles, expected) in [
        (json!({ "roleIds": [viewer], "roleDivisions": [] }), json!([pair(&viewer, &home)])),
        (
            json!({ "roleIds": [viewer, admin, viewer], "roleDivisions": null }),
            json!([pair(&viewer, &home), pair(&admin, &home)]),
        ),
        (
            json!({ "roleIds": [admin], "roleDivisions": [pair(&viewer, everywhere)] }),
            json!([pair(&viewer, everywhere)]),
        ),
        (
            json!({ "roleDivisions": [pair(&viewer, &home), pair(&viewer, everywhere), pair(&viewer, &home)] }),
            json!([pair(&viewer, &home), pair(&viewer, everywhere)]),
        ),
        (
            json!({ "roleDivisions": [pair(&viewer.to_uppercase(), &home.to_uppercase())] }),
            json!([pair(&viewer, &home)]),
        ),
    ] {
        let answer = create(&world, &machine(&world, roles)).await;
        let json = answer.json();
        assert_eq!(json["roleDivisions"], expected, "{answer}");
        let mut ids: Vec<_> =
            expected.as_array().expect("pairs").iter().map(|pair| &pair["roleId"]).collect();
        ids.dedup();
        assert_eq!(json["roleIds"], json!(ids), "{answer}");
    }
}

#[tokio::test]
async fn every_rule_has_its_code_and_names_the_member() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let viewer = world.acme.viewer.to_string();
    let pair = |role: &str, division: &str| json!({ "roleId": role, "divisionId": division });
    let pairs = |role: &str, division: &str| json!({ "roleDivisions": [pair(role, division)] });
    let nobody = "3d3a6f0e-7c1f-4f6b-9d53-0a6f1f1f1f1f";
    let mut table = Table::default();
    let long = |count| "\u{e4}".repeat(count);
    for (case, body) in [
        ("empty object", json!({})),
        ("no grant type", json!({ "name": "x" })),
        ("empty grant type", web(json!({ "authorizedGrantType": "" }))),
        ("unknown grant type", web(json!({ "authorizedGrantType": "CODE_PKCE" }))),
        ("grant type of OAuth", web(json!({ "authorizedGrantType": "authorization_code" }))),
        ("no name", json!({ "authorizedGrantType": "CODE", "scope": ["users"] })),
        ("empty name", web(json!({ "name": "" }))),
        ("blank name", web(json!({ "name": " \u{2003}" }))),
        ("long name", web(json!({ "name": long(257) }))),
        ("name with a line feed", web(json!({ "name": "a\nb" }))),
        ("name with NUL", web(json!({ "name": "a\u{0}b" }))),
        ("long description", web(json!({ "description": long(4097) }))),
        ("description with NUL", web(json!({ "description": "\u{0}" }))),
        ("code without scope", json!({ "name": "x", "authorizedGrantType": "CODE" })),
        ("implicit without scope", web(json!({ "authorizedGrantType": "TOKEN", "scope": [] }))),
        ("SAML without scope", web(json!({ "authorizedGrantType": "SAML2-BEARER", "scope": [] }))),
        ("password without scope", web(json!({ "authorizedGrantType": "PASSWORD", "scope": [] }))),
        ("unknown scopes", web(json!({ "scope": ["users", "nonsense", "Users", "more nonsense"] }))),
        ("empty scope name", web(json!({ "scope": [""] }))),
        ("several scopes in one", web(json!({ "scope": ["users openid"] }))),
        ("unknown scope without need", machine(&world, json!({ "scope": ["nonsense"] }))),
        ("lifetime too short", web(json!({ "accessTokenValiditySeconds": 299 }))),
        ("lifetime too long", web(json!({ "accessTokenValiditySeconds": 172_801 }))),
        ("lifetime of SCIM", web(json!({ "accessTokenValiditySeconds": 38_880_000 }))),
        ("lifetime zero", web(json!({ "accessTokenValiditySeconds": 0 }))),
        ("negative lifetime", web(json!({ "accessTokenValiditySeconds": -86_400 }))),
        ("lifetime that overflows", web(json!({ "accessTokenValiditySeconds": 4_294_967_596_i64 }))),
        ("relative redirect", web(json!({ "registeredRedirectUri": ["/cb"] }))),
        ("empty redirect", web(json!({ "registeredRedirectUri": [""] }))),
        ("redirect with fragment", web(json!({ "registeredRedirectUri": ["https://a.example/#x"] }))),
        ("redirect with space", web(json!({ "registeredRedirectUri": ["https://a.example/ x"] }))),
        (
            "long redirect",
            web(json!({ "registeredRedirectUri": [format!("https://a.example/{}", "x".repeat(2048))] })),
        ),
        ("many redirects", web(json!({ "registeredRedirectUri": vec!["https://a.example/"; 201] }))),
        ("state inactive", web(json!({ "state": "inactive" }))),
        ("state disabled", web(json!({ "state": "disabled" }))),
        ("state deleted", web(json!({ "state": "deleted" }))),
        ("state in capitals", web(json!({ "state": "ACTIVE" }))),
        ("date in words", web(json!({ "dateToDelete": "tomorrow" }))),
        ("date that is none", web(json!({ "dateToDelete": "2023-02-30T00:00:00Z" }))),
        ("machine without roles", json!({ "name": "x", "authorizedGrantType": "CLIENT-CREDENTIALS" })),
        ("machine with empty roles", machine(&world, json!({ "roleDivisions": [], "roleIds": [] }))),
        ("unknown role", machine(&world, pairs(nobody, "*"))),
        ("role that is no UUID", machine(&world, pairs("admin", "*"))),
        ("another organization's role", machine(&world, pairs(&other.viewer.to_string(), "*"))),
        ("unknown division", machine(&world, pairs(&viewer, nobody))),
        ("another organization's division", machine(&world, pairs(&viewer, &other.home.to_string()))),
        ("empty division", machine(&world, pairs(&viewer, ""))),
        ("unknown role id", machine(&world, json!({ "roleDivisions": [], "roleIds": ["x"] }))),
        (
            "one good, two bad",
            machine(
                &world,
                json!({ "roleDivisions": [pair(&viewer, "*"), pair("x", "*"), pair(&viewer, "east")] }),
            ),
        ),
    ] {
        table.row(case, create(&world, &body).await.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn what_is_just_within_the_rules_is_taken() {
    let world = World::new().await;
    let uris: Vec<_> = (0..200).map(|number| format!("https://a.example/{number}")).collect();
    for with in [
        json!({ "name": "\u{e4}".repeat(256) }),
        json!({ "description": "\u{e4}".repeat(4096) }),
        json!({ "description": "with\nseveral\tlines" }),
        json!({ "registeredRedirectUri": uris }),
        json!({ "registeredRedirectUri": [format!("https://a.example/{}", "x".repeat(2048 - 18))] }),
        json!({ "accessTokenValiditySeconds": 300 }),
        json!({ "accessTokenValiditySeconds": 172_800 }),
        json!({ "scope": ["openid", "profile", "email", "address", "phone", "offline_access"] }),
        json!({ "scope": ["all"] }),
        json!({ "roleDivisions": [], "roleIds": ["nonsense"] }),
    ] {
        let answer = create(&world, &web(with.clone())).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer}");
        for (name, value) in
            with.as_object().expect("members").iter().filter(|(name, _)| !name.starts_with("role"))
        {
            assert_eq!(answer.json()[name], *value, "{answer}");
        }
    }
}

#[tokio::test]
async fn a_redirect_uri_with_a_wildcard_or_plain_http_elsewhere_is_refused() {
    let world = World::new().await;
    let mut table = Table::default();
    for uri in [
        "https://*.example/cb",
        "https://app.example/*",
        "http://app.example/cb",
        "http://192.0.2.1/cb",
        "http://localhost.example/cb",
        "http://localhost@app.example/cb",
        "HTTP://app.example/cb",
    ] {
        table.row(uri, create(&world, &web(json!({ "registeredRedirectUri": [uri] }))).await.verdict());
    }
    transcript!(table);
    for uri in ["http://localhost", "http://localhost:8080/cb", "http://127.0.0.1/cb", "http://[::1]:1/cb"] {
        let answer = create(&world, &web(json!({ "registeredRedirectUri": [uri] }))).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer}");
    }
}

#[tokio::test]
async fn an_organization_has_no_more_clients_than_the_policy_allows() {
    let world = World::with(Policy { max_clients: 2, ..Policy::default() }).await;
    let other = world.found("Globex", "globex").await;
    world.token(&other.robot).await;
    let body = machine(&world, json!({}));
    let answer = create(&world, &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer}");
    let answer = create(&world, &body).await;
    let expected = "400 auth.too.many.clients [] The organization has reached its limit of 2 OAuth clients.";
    assert_eq!(answer.verdict(), expected, "{answer}");
}

#[tokio::test]
async fn of_many_who_create_at_once_no_more_succeed_than_the_policy_allows() {
    let world = World::with(Policy { max_clients: 4, ..Policy::default() }).await;
    let token = world.administrator().await;
    let body = machine(&world, json!({}));
    let answers = join_all((0..8).map(|_| post(PATH).bearer(&token).json(&body).send(&world))).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status.is_success());
    assert_eq!((made.len(), refused.len()), (3, 5));
    for answer in refused {
        assert_eq!(answer.json()["code"], "auth.too.many.clients", "{answer}");
    }
    assert_eq!(get(PATH).bearer(&token).send(&world).await.json()["total"], 4);
}

#[tokio::test]
async fn who_asks_is_settled_before_what_is_asked() {
    let world = World::new().await;
    let (nobody, viewer) = (world.robot(&[]).await, world.may(&["oauth:client:view"]).await);
    let (nobody, adder) = (world.token(&nobody).await, world.may(&["oauth:client:add"]).await);
    let ask = |token: &str| post(PATH).bearer(token).header("content-type", "text/plain").body("rubbish");
    let mut table = Table::default();
    let bare = post(PATH).header("content-type", "text/plain").body("rubbish");
    table.row("no token", bare.send(&world).await.verdict());
    for (who, token) in
        [("a bad token", "x"), ("nobody", &nobody), ("a viewer", &viewer), ("who may", &adder)]
    {
        table.row(who, ask(token).send(&world).await.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn a_client_made_by_a_person_names_the_person() {
    let world = World::new().await;
    let web_client = world.web().await;
    let token = world.user_token(web_client.id, world.acme.user, "users").await;
    let answer = post(PATH).bearer(&token).json(&web(json!({}))).send(&world).await;
    let user = world.acme.user;
    let expected = json!({ "id": user.to_string(), "selfUri": format!("/api/v2/users/{user}") });
    assert_eq!(
        (&answer.json()["createdBy"], &answer.json()["modifiedBy"]),
        (&expected, &expected),
        "{answer}"
    );
}

#[tokio::test]
async fn a_client_made_with_a_date_of_deletion_can_be_sent_back_as_it_was_read() {
    let world = World::new().await;
    let token = world.administrator().await;
    let mut created =
        create(&world, &web(json!({ "dateToDelete": "2024-01-01T00:00:00.000Z" }))).await.json();
    created.as_object_mut().expect("an object").remove("secret");
    let path = created["selfUri"].as_str().expect("text").to_owned();
    assert_eq!(put(path).bearer(&token).json(&created).send(&world).await.json(), created);
}

#[tokio::test]
async fn names_need_not_be_unique_and_ids_are() {
    let world = World::new().await;
    let body = machine(&world, json!({}));
    let ids = [create(&world, &body).await.json(), create(&world, &body).await.json()];
    assert_ne!(ids[0]["id"], ids[1]["id"]);
    assert_ne!(ids[0]["secret"], ids[1]["secret"]);
}
