//! `/oauth/token` and `/oauth2/token` (RFC 6749 section 3.2): what is answered, what is refused, and in which dialect.

use std::collections::HashSet;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chancery_core::client::ClientState;
use chancery_core::policy::{ClientErrorStatus, Policy};
use chancery_core::rbac::DivisionScope;
use chancery_core::types::{Lifetime, Scope};
use chancery_server::jobs;

use crate::world::{Ask, ISSUER, Robot, Table, World, get, grant_types, post, transcript};

const GRANT: &str = "grant_type=client_credentials";
const BOTH: [&str; 2] = ["/oauth/token", "/oauth2/token"];

fn basic(path: &str, robot: &Robot) -> Ask {
    post(path).basic(&robot.id.to_string(), robot.secret.expose())
}

fn in_form(path: &str, robot: &Robot) -> Ask {
    post(path).form(format!("{GRANT}&client_id={}&client_secret={}", robot.id, robot.secret.expose()))
}

#[tokio::test]
async fn a_client_gets_an_opaque_token_where_the_vendors_sdks_ask() {
    let world = World::new().await;
    let answer = basic("/oauth/token", &world.acme.robot).form(GRANT).send(&world).await;
    transcript!(answer);
    let token = answer.json()["access_token"].as_str().expect("text").to_owned();
    assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{token}");
}

#[tokio::test]
async fn a_client_gets_a_jwt_at_the_standard_endpoint() {
    let world = World::new().await;
    let robot = world
        .client(|client| {
            client.scope = Scope::parse("users openid").expect("known");
            client.token_lifetime = Lifetime::from_seconds(1200);
        })
        .await;
    transcript!(
        basic("/oauth2/token", &world.acme.robot).form(GRANT).send(&world).await,
        basic("/oauth2/token", &robot).form(format!("{GRANT}&scope=openid")).send(&world).await,
    );
}

#[tokio::test]
async fn credentials_in_the_form_are_as_good_as_in_the_header() {
    let world = World::new().await;
    for path in BOTH {
        let answer = in_form(path, &world.acme.robot).send(&world).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer}");
        // The vendor's command line sends the id in both places.
        let form = format!("{GRANT}&client_id={}", world.acme.robot.id);
        let answer = basic(path, &world.acme.robot).form(form).send(&world).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer}");
    }
}

#[tokio::test]
async fn what_the_endpoint_does_not_need_is_ignored() {
    let world = World::new().await;
    let id = world.acme.robot.id.to_string();
    for path in BOTH {
        for form in [
            "orgName=acme",
            "scope=",
            "surprise=1&=&&",
            "state=a&nonce=b",
            "code=&redirect_uri=",
            "audience=x",
        ] {
            let answer = basic(path, &world.acme.robot).form(format!("{GRANT}&{form}")).send(&world).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer}");
        }
        for kind in [
            "application/x-www-form-urlencoded; charset=utf-8",
            "Application/X-WWW-Form-URLEncoded;charset=x",
        ] {
            let request = basic(path, &world.acme.robot).header("content-type", kind).body(GRANT);
            let answer = request.send(&world).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer}");
        }
        let credentials = STANDARD.encode(format!("{id}:{}", world.acme.robot.secret.expose()));
        for scheme in ["basic", "BASIC", "Basic "] {
            let request = post(path).header("authorization", format!("{scheme} {credentials}")).form(GRANT);
            let answer = request.send(&world).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer}");
        }
    }
}

/// Every request that is refused, with its name.
async fn refused(world: &World, path: &str) -> Vec<(&'static str, Ask)> {
    let good = &world.acme.robot;
    let (id, secret) = (good.id.to_string(), good.secret.expose());
    let other = world.client(|client| client.scope = Scope::parse("users").expect("known")).await;
    let web = world.web().await;
    let saml = world.client(|client| client.grant_types = grant_types("SAML2-BEARER")).await;
    let inactive = world.client(|client| client.state = ClientState::Inactive).await;
    let disabled = world.client(|client| client.state = ClientState::Disabled).await;
    let bare = world.client(|client| client.secrets.clear()).await;
    let nobody = "3d3a6f0e-7c1f-4f6b-9d53-0a6f1f1f1f1f";
    let header = |value: &[u8]| post(path).header("authorization", value).form(GRANT);
    let encoded = |text: &[u8]| format!("Basic {}", STANDARD.encode(text)).into_bytes();
    vec![
        ("nobody says who they are", post(path).form(GRANT)),
        ("an id without a secret", post(path).form(format!("{GRANT}&client_id={id}"))),
        ("a secret without an id", post(path).form(format!("{GRANT}&client_secret={secret}"))),
        ("header and form at once", in_form(path, good).basic(&id, secret)),
        ("header of one, form of another", in_form(path, &other).basic(&id, secret)),
        ("another scheme", header(b"Bearer abc")),
        ("a scheme and nothing", header(b"Basic")),
        ("a scheme and a space", header(b"Basic ")),
        ("not base64", header(b"Basic !!!")),
        (
            "base64 without padding",
            header(
                format!("Basic {}", STANDARD.encode(format!("{id}:{secret}.")).trim_end_matches('='))
                    .as_bytes(),
            ),
        ),
        ("no colon", header(&encoded(id.as_bytes()))),
        ("not text", header(&encoded(b"\xff\xfe:x"))),
        ("a header that is not ASCII", header(b"Basic \xe4")),
        ("only a colon", header(&encoded(b":"))),
        ("unknown client", post(path).basic(nobody, secret).form(GRANT)),
        (
            "unknown client in the form",
            post(path).form(format!("{GRANT}&client_id={nobody}&client_secret=x")),
        ),
        ("an id that is no UUID", post(path).basic("my-client", secret).form(GRANT)),
        ("a UUID without hyphens", post(path).basic(&id.replace('-', ""), secret).form(GRANT)),
        ("wrong secret", post(path).basic(&id, "chs_wrong").form(GRANT)),
        ("wrong secret in the form", post(path).form(format!("{GRANT}&client_id={id}&client_secret=x"))),
        ("no secret", post(path).basic(&id, "").form(GRANT)),
        ("another client's secret", post(path).basic(&id, other.secret.expose()).form(GRANT)),
        ("a secret and more", post(path).basic(&id, &format!("{secret} ")).form(GRANT)),
        ("a client that has no secret", post(path).basic(&bare.id.to_string(), "").form(GRANT)),
        ("inactive", basic(path, &inactive).form(GRANT)),
        ("disabled", basic(path, &disabled).form(GRANT)),
        ("disabled, wrong secret", post(path).basic(&disabled.id.to_string(), "x").form(GRANT)),
        ("registered for code", basic(path, &web).form(GRANT)),
        ("registered for SAML", basic(path, &saml).form(GRANT)),
        ("unknown grant", basic(path, good).form("grant_type=magic")),
        ("grant in capitals", basic(path, good).form("grant_type=CLIENT_CREDENTIALS")),
        ("password grant", basic(path, good).form("grant_type=password&username=a&password=b")),
        ("no grant", basic(path, good).form("scope=users")),
        ("empty grant", basic(path, good).form("grant_type=")),
        ("empty body", basic(path, good).form("")),
        ("a parameter twice", basic(path, good).form(format!("{GRANT}&{GRANT}"))),
        ("an unneeded parameter twice", basic(path, good).form(format!("{GRANT}&x=1&x=2"))),
        ("raw bytes that are not text", basic(path, good).form([GRANT.as_bytes(), b"&x=\xff"].concat())),
        ("encoded bytes that are not text", basic(path, good).form(format!("{GRANT}&x=%ff"))),
        ("no content type", basic(path, good).body(GRANT)),
        ("JSON", basic(path, good).json(&serde_json::json!({ "grant_type": "client_credentials" }))),
        (
            "a content type that only begins well",
            basic(path, good).header("content-type", "application/x-www-form-urlencodedx").body(GRANT),
        ),
        ("in the query", basic(&format!("{path}?{GRANT}"), good).form("")),
        ("unknown scope", basic(path, good).form(format!("{GRANT}&scope=everything"))),
        (
            "one unknown scope among known ones",
            basic(path, &other).form(format!("{GRANT}&scope=users+everything")),
        ),
        ("a body that is too large", basic(path, good).form(vec![b'a'; 256 * 1024 + 1])),
    ]
}

#[tokio::test]
async fn the_vendors_endpoint_refuses_with_400_in_both_descriptions() {
    let world = World::new().await;
    let mut table = Table::default();
    for (case, ask) in refused(&world, "/oauth/token").await {
        table.row(case, ask.send(&world).await.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn the_standard_endpoint_refuses_as_the_rfc_says() {
    let world = World::new().await;
    let (good, mut table) = (&world.acme.robot, Table::default());
    let mut all = refused(&world, "/oauth2/token").await;
    let more = |form: &str| basic("/oauth2/token", good).form(format!("{GRANT}&{form}"));
    all.push(("a scope that the client does not have", more("scope=users")));
    all.push(("an unknown resource", more("resource=https://other.example")));
    all.push(("the resource with a slash", more("resource=https://id.example/api/v2/")));
    all.push(("two resources", more("resource=https://id.example&resource=https://id.example/api/v2")));
    for (case, ask) in all {
        table.row(case, ask.send(&world).await.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn a_refusal_is_the_same_to_the_byte() {
    let world = World::new().await;
    let id = world.acme.robot.id.to_string();
    let form = format!("{GRANT}&client_id={id}&client_secret=wrong");
    transcript!(
        post("/oauth/token").basic(&id, "wrong").form(GRANT).send(&world).await,
        post("/oauth2/token").basic(&id, "wrong").form(GRANT).send(&world).await,
        post("/oauth2/token").form(form).send(&world).await,
    );
}

#[tokio::test]
async fn a_policy_answers_401_to_a_client_that_is_not_who_it_says_and_to_nothing_else() {
    let world =
        World::with(Policy { invalid_client_status: ClientErrorStatus::Unauthorized, ..Policy::default() })
            .await;
    let id = world.acme.robot.id.to_string();
    transcript!(post("/oauth/token").basic(&id, "wrong").form(GRANT).send(&world).await);
    let answer = basic("/oauth/token", &world.acme.robot).form("grant_type=magic").send(&world).await;
    assert_eq!(answer.verdict(), r#"400 unsupported_grant_type "the grant type is not supported""#);
    let answer = basic("/oauth/token", &world.acme.robot).form(GRANT).send(&world).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn basic_credentials_are_percent_encoded_in_the_standard_dialect_only() {
    let world = World::new().await;
    let id = world.acme.robot.id.to_string().replace('-', "%2D");
    let secret = world.acme.robot.secret.expose().replace('_', "%5F");
    let ask = |path| post(path).basic(&id, &secret).form(GRANT).send(&world);
    assert_eq!(ask("/oauth2/token").await.status, StatusCode::OK);
    assert_eq!(ask("/oauth/token").await.verdict(), r#"400 invalid_client "client not found""#);
}

#[tokio::test]
async fn a_scope_the_client_does_not_have_is_dropped_where_roles_decide() {
    let world = World::new().await;
    let robot = world.client(|client| client.scope = Scope::parse("users groups").expect("known")).await;
    let ask = |path, scope| basic(path, &robot).form(format!("{GRANT}&scope={scope}")).send(&world);
    let mut table = Table::default();
    for path in BOTH {
        for scope in ["", "users", "groups+users", "users+oauth", "oauth"] {
            let answer = ask(path, scope).await;
            let granted = answer.json().get("scope").map(ToString::to_string);
            table.row(format!("{path} {scope}"), format!("{} {granted:?}", answer.verdict()));
        }
    }
    transcript!(table);
}

#[tokio::test]
async fn a_token_lives_as_long_as_the_client_says_and_an_hour_at_most_elsewhere() {
    let world = World::new().await;
    let mut table = Table::default();
    for seconds in [300, 3600, 86_400, 172_800] {
        let robot = world.client(|client| client.token_lifetime = Lifetime::from_seconds(seconds)).await;
        for (path, form) in [
            ("/oauth/token", GRANT.to_owned()),
            ("/oauth2/token", GRANT.to_owned()),
            ("/oauth2/token", format!("{GRANT}&resource={ISSUER}")),
            ("/oauth2/token", format!("{GRANT}&resource={ISSUER}/api/v2")),
        ] {
            let answer = basic(path, &robot).form(form.clone()).send(&world).await;
            table.row(format!("{seconds} {path} {form}"), &answer.json()["expires_in"]);
        }
    }
    transcript!(table);
}

#[tokio::test]
async fn a_token_for_others_does_not_open_the_management_api() {
    let world = World::new().await;
    for (form, expected) in [
        (GRANT.to_owned(), StatusCode::UNAUTHORIZED),
        (format!("{GRANT}&resource={ISSUER}"), StatusCode::UNAUTHORIZED),
        (format!("{GRANT}&resource={ISSUER}/api/v2"), StatusCode::OK),
        (format!("{GRANT}&resource={}", "https%3A%2F%2Fid.example%2Fapi%2Fv2"), StatusCode::OK),
    ] {
        let issued = basic("/oauth2/token", &world.acme.robot).form(form).send(&world).await;
        let token = issued.json()["access_token"].as_str().expect("text").to_owned();
        let answer = get("/api/v2/oauth/clients").bearer(&token).send(&world).await;
        assert_eq!(answer.status, expected, "{issued}\n{answer}");
    }
    // A resource means nothing to the vendor's SDKs.
    let form = format!("{GRANT}&resource=https://other.example&resource=x");
    let issued = basic("/oauth/token", &world.acme.robot).form(form).send(&world).await;
    let token = issued.json()["access_token"].as_str().expect("text").to_owned();
    let answer = get("/api/v2/oauth/clients").bearer(&token).send(&world).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer}");
}

#[tokio::test]
async fn fifty_tokens_of_one_client_are_good_side_by_side() {
    let world = World::new().await;
    let role = world.role("view", &["oauth:client:view"]).await;
    let robot = world.robot(&[(role, DivisionScope::All)]).await;
    let mut tokens = HashSet::new();
    for _ in 0..50 {
        tokens.insert(world.token(&robot).await);
    }
    assert_eq!(tokens.len(), 50);
    for token in tokens {
        let answer = get(robot.path()).bearer(&token).send(&world).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer}");
    }
}

#[tokio::test]
async fn each_of_several_secrets_proves_the_client_until_it_expires() {
    let world = World::new().await;
    let (one, two) = (world.fresh_secret(), world.fresh_secret());
    let secrets = vec![world.secret(&one, Some(Lifetime::from_seconds(60))), world.secret(&two, None)];
    let robot = world.client(|client| client.secrets = secrets).await;
    let ask = |secret| post("/oauth/token").basic(&robot.id.to_string(), secret).form(GRANT);
    assert_eq!(ask(robot.secret.expose()).send(&world).await.status, StatusCode::BAD_REQUEST);
    world.pass(59_999);
    for secret in [&one, &two] {
        assert_eq!(ask(secret.expose()).send(&world).await.status, StatusCode::OK);
    }
    world.pass(1);
    let answer = ask(one.expose()).send(&world).await;
    assert_eq!(answer.verdict(), r#"400 invalid_client "authentication failed""#);
    assert_eq!(ask(two.expose()).send(&world).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_last_use_of_a_secret_is_recorded_to_the_minute() {
    let world = World::new().await;
    let used = async || {
        jobs::flush(world.app.clone()).await.expect("writes");
        world.stored(world.acme.robot.id).await.secrets[0].last_used_at.map(|at| at.to_rfc3339())
    };
    assert_eq!(used().await, None);
    basic("/oauth/token", &world.acme.robot).form("grant_type=magic").send(&world).await;
    assert_eq!(used().await, None, "a refusal is no use");
    world.administrator().await;
    assert_eq!(used().await.as_deref(), Some("2023-11-14T22:13:00.000Z"));
    world.pass(40_000);
    world.administrator().await;
    assert_eq!(used().await.as_deref(), Some("2023-11-14T22:14:00.000Z"));
}
