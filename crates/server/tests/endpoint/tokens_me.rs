//! `/api/v2/tokens/me`: the token in use, and what makes a token good or bad.

use axum::http::StatusCode;
use chancery_core::client::ClientState;
use chancery_core::jose::{base64url, from_base64url};
use chancery_core::policy::Policy;
use chancery_core::rbac::DivisionScope;
use chancery_core::types::Lifetime;
use chancery_core::user::UserState;
use serde_json::json;

use crate::world::{ISSUER, Robot, Table, World, delete, get, head, post, put, transcript};

const PATH: &str = "/api/v2/tokens/me";

/// Puts the client into a state, as the administrator.
async fn set_state(world: &World, robot: &Robot, state: &str) {
    let admin = world.administrator().await;
    let body = json!({
        "name": "Robot",
        "authorizedGrantType": "CLIENT-CREDENTIALS",
        "roleDivisions": [{ "roleId": world.acme.viewer.to_string(), "divisionId": "*" }],
        "state": state,
    });
    let answer = put(robot.path()).bearer(&admin).json(&body).send(world).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer}");
}

async fn viewer(world: &World) -> Robot {
    world.robot(&[(world.acme.viewer, DivisionScope::All)]).await
}

/// A token for the management API from the standard endpoint.
async fn jwt(world: &World) -> String {
    let robot = &world.acme.robot;
    let form = format!("grant_type=client_credentials&resource={ISSUER}/api/v2");
    let request = post("/oauth2/token").basic(&robot.id.to_string(), robot.secret.expose());
    let answer = request.form(form).send(world).await;
    answer.json()["access_token"].as_str().expect("text").to_owned()
}

async fn status(world: &World, token: &str) -> u16 {
    get(PATH).bearer(token).send(world).await.status.as_u16()
}

#[tokio::test]
async fn a_token_is_described_to_its_bearer() {
    let world = World::new().await;
    let web = world.web().await;
    let tokens = [world.administrator().await, world.user_token(web.id, world.acme.user, "openid").await];
    transcript!(
        get(format!("{PATH}?preserveIdleTTL=true")).bearer(&tokens[0]).send(&world).await,
        get(PATH).bearer(&tokens[1]).send(&world).await,
    );
}

#[tokio::test]
async fn a_head_says_whether_the_token_is_good() {
    let world = World::new().await;
    let token = world.administrator().await;
    transcript!(
        head(PATH).bearer(&token).send(&world).await,
        head(PATH).bearer("rubbish").send(&world).await,
        head(PATH).send(&world).await,
    );
}

#[tokio::test]
async fn a_revoked_token_is_dead_and_its_sisters_live() {
    let world = World::new().await;
    let (token, sister) = (world.administrator().await, world.administrator().await);
    transcript!(
        delete(PATH).bearer(&token).send(&world).await,
        get(PATH).bearer(&token).send(&world).await,
        delete(PATH).bearer(&token).send(&world).await,
    );
    assert_eq!(status(&world, &sister).await, 200);
}

#[tokio::test]
async fn what_is_no_good_token_is_a_401() {
    let world = World::new().await;
    let token = world.administrator().await;
    let mut bent = token.clone();
    bent.pop();
    let bent_inside = token.replacen(char::from(token.as_bytes()[40]), "~", 1);
    let elsewhere = World::seeded(2, Policy::default()).await;
    let foreign = elsewhere.administrator().await;
    let of_deleted = world.token(&viewer(&world).await).await;
    let mut table = Table::default();
    table.row("no header", get(PATH).send(&world).await.verdict());
    for (case, value) in [
        ("empty", String::new()),
        ("no token", "Bearer".to_owned()),
        ("an empty token", "Bearer ".to_owned()),
        ("Basic", "Basic YTpi".to_owned()),
        ("only the token", token.clone()),
        ("rubbish", "Bearer rubbish".to_owned()),
        ("dots", "Bearer a.b.c".to_owned()),
        ("a character less", format!("Bearer {bent}")),
        ("a character changed", format!("Bearer {bent_inside}")),
        ("two tokens", format!("Bearer {token} {of_deleted}")),
        ("a very long one", format!("Bearer {}", "A".repeat(20_000))),
        ("another server's", format!("Bearer {foreign}")),
        ("good", format!("Bearer {token}")),
        ("good, lower case", format!("bearer {token}")),
        ("good, capitals", format!("BEARER {token}")),
        ("good, two spaces", format!("Bearer  {token} ")),
    ] {
        table.row(case, get(PATH).header("authorization", value).send(&world).await.verdict());
    }
    table.row("not text", get(PATH).header("authorization", b"Bearer \xe4").send(&world).await.verdict());
    let jwt = jwt(&world).await;
    let (head, rest) = jwt.split_once('.').expect("a JWT");
    let (claims, signature) = rest.split_once('.').expect("a JWT");
    let text = String::from_utf8(from_base64url(claims).expect("base64url")).expect("text");
    let longer = base64url(text.replace("\"exp\":1", "\"exp\":2").as_bytes());
    let unsigned = base64url(br#"{"alg":"none","typ":"at+jwt"}"#);
    for (case, token) in [
        ("a good JWT", jwt.clone()),
        ("a JWT that lives longer", format!("{head}.{longer}.{signature}")),
        ("a JWT without signature", format!("{head}.{claims}.")),
        ("a JWT with algorithm none", format!("{unsigned}.{claims}.")),
        ("a JWT and more", format!("{jwt}.x")),
    ] {
        table.row(case, get(PATH).bearer(&token).send(&world).await.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn a_jwt_for_the_management_api_is_revoked_like_any_other() {
    let world = World::new().await;
    let (token, sister) = (jwt(&world).await, jwt(&world).await);
    assert_eq!(delete(PATH).bearer(&token).send(&world).await.status, StatusCode::OK);
    assert_eq!((status(&world, &token).await, status(&world, &sister).await), (401, 200));
    world.pass(86_399_999);
    assert_eq!(status(&world, &sister).await, 200);
    world.pass(1);
    assert_eq!(status(&world, &sister).await, 401);
}

#[tokio::test]
async fn a_token_expires_on_the_second() {
    let world = World::new().await;
    let robot = world.client(|client| client.token_lifetime = Lifetime::from_seconds(300)).await;
    let token = world.token(&robot).await;
    world.pass(299_999);
    assert_eq!(status(&world, &token).await, 200);
    world.pass(1);
    let answer = get(PATH).bearer(&token).send(&world).await;
    assert_eq!(answer.verdict(), "401 bad.credentials [] Invalid login credentials.");
}

#[tokio::test]
async fn a_reset_secret_kills_no_token() {
    let world = World::new().await;
    let (admin, robot) = (world.administrator().await, viewer(&world).await);
    let token = world.token(&robot).await;
    let answer = post(format!("{}/secret", robot.path())).bearer(&admin).send(&world).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer}");
    assert_eq!(status(&world, &token).await, 200);
}

#[tokio::test]
async fn disabling_kills_the_tokens_for_good() {
    let world = World::new().await;
    let robot = viewer(&world).await;
    let token = world.token(&robot).await;
    set_state(&world, &robot, "disabled").await;
    assert_eq!(status(&world, &token).await, 401);
    set_state(&world, &robot, "disabled").await;
    set_state(&world, &robot, "active").await;
    assert_eq!(status(&world, &token).await, 401);
    let token = world.token(&robot).await;
    assert_eq!(status(&world, &token).await, 200);
    // By way of inactive it is the same.
    set_state(&world, &robot, "disabled").await;
    set_state(&world, &robot, "inactive").await;
    assert_eq!(status(&world, &token).await, 401);
}

#[tokio::test]
async fn an_inactive_clients_tokens_live_on() {
    let world = World::new().await;
    let robot = viewer(&world).await;
    let token = world.token(&robot).await;
    set_state(&world, &robot, "inactive").await;
    assert_eq!(status(&world, &token).await, 200);
    set_state(&world, &robot, "active").await;
    assert_eq!(status(&world, &token).await, 200);
}

#[tokio::test]
async fn a_deleted_clients_tokens_are_dead() {
    let world = World::new().await;
    let (admin, robot) = (world.administrator().await, viewer(&world).await);
    let token = world.token(&robot).await;
    let answer = delete(robot.path()).bearer(&admin).send(&world).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer}");
    assert_eq!(status(&world, &token).await, 401);
}

#[tokio::test]
async fn a_client_can_delete_itself_and_its_token_with_it() {
    let world = World::new().await;
    let role = world.role("delete", &["oauth:client:delete"]).await;
    let robot = world.robot(&[(role, DivisionScope::All)]).await;
    let token = world.token(&robot).await;
    let answer = delete(robot.path()).bearer(&token).send(&world).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer}");
    assert_eq!(status(&world, &token).await, 401);
}

#[tokio::test]
async fn a_users_token_stands_and_falls_with_user_and_client() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let web = world.web().await;
    let disabled = world.client(|client| client.state = ClientState::Disabled).await;
    let inactive = world.user(|user| user.state = UserState::Inactive).await;
    let gone = world.user(|user| user.state = UserState::Deleted).await;
    let mut table = Table::default();
    for (case, client, user) in [
        ("good", web.id, world.acme.user),
        ("inactive user", web.id, inactive),
        ("deleted user", web.id, gone),
        ("user of another organization", web.id, other.user),
        ("disabled client", disabled.id, world.acme.user),
    ] {
        let token = world.user_token(client, user, "openid").await;
        table.row(case, get(PATH).bearer(&token).send(&world).await.verdict());
    }
    let user = world.user(|user| user.epoch = 9).await;
    for epoch in [8, 9, 10] {
        let token = world.user_token_of(web.id, (user, epoch), "openid").await;
        let verdict = get(PATH).bearer(&token).send(&world).await.verdict();
        table.row(format!("epoch {epoch}, the user's is 9"), verdict);
    }
    transcript!(table);
}
