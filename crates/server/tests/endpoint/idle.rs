//! `/api/v2/tokens/timeout`, and what becomes of tokens that nobody uses.

use axum::http::StatusCode;
use chancery_core::types::{FamilyKey, Timestamp};
use chancery_server::jobs;
use chancery_store::Store;
use serde_json::{Value, json};

use crate::world::{Robot, Table, Tokens, World, get, put, transcript};

const PATH: &str = "/api/v2/tokens/timeout";
const MINUTE: i64 = 60_000;

async fn set(world: &World, body: &Value) {
    let token = world.administrator().await;
    let answer = put(PATH).bearer(&token).json(body).send(world).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer}");
}

/// A world where tokens lapse after five minutes, and somebody who has logged in.
async fn five_minutes() -> (World, Robot, Tokens) {
    let world = World::new().await;
    set(&world, &json!({ "idleTokenTimeoutSeconds": 300, "enableIdleTokenTimeout": true })).await;
    let (app, ada) = (world.app(|_| ()).await, world.somebody("Ada", &[]).await);
    let tokens = world.logged_in(&app, &ada).await;
    (world, app, tokens)
}

async fn uses(world: &World, token: &str) -> StatusCode {
    get("/api/v2/users/me").bearer(token).send(world).await.status
}

#[tokio::test]
async fn the_timeout_is_shown_and_changed() {
    let world = World::new().await;
    let token = world.may(&["directory:organization:admin"]).await;
    let before = get(PATH).bearer(&token).send(&world).await;
    let body = json!({ "idleTokenTimeoutSeconds": 300, "enableIdleTokenTimeout": true, "inactivityTimeoutUnit": "Minutes" });
    let set = put(PATH).bearer(&token).json(&body).send(&world).await;
    let rest = put(PATH).bearer(&token).json(&json!({ "enableIdleTokenTimeout": false })).send(&world).await;
    transcript!(before, set, rest);
}

#[tokio::test]
async fn a_timeout_that_cannot_be_is_refused() {
    let world = World::new().await;
    let token = world.administrator().await;
    let mut table = Table::default();
    for (case, body) in [
        ("299 s", json!({ "idleTokenTimeoutSeconds": 299 })),
        ("300 s", json!({ "idleTokenTimeoutSeconds": 300 })),
        ("28800 s", json!({ "idleTokenTimeoutSeconds": 28_800 })),
        ("28801 s", json!({ "idleTokenTimeoutSeconds": 28_801 })),
        ("-1 s", json!({ "idleTokenTimeoutSeconds": -1 })),
        ("days", json!({ "inactivityTimeoutUnit": "Days" })),
        ("a text", json!({ "idleTokenTimeoutSeconds": "300" })),
        ("nothing", json!({})),
    ] {
        table.row(case, put(PATH).bearer(&token).json(&body).send(&world).await.verdict());
    }
    let nobody = world.may(&["directory:user:edit"]).await;
    table.row("nobody", put(PATH).bearer(&nobody).json(&json!({})).send(&world).await.verdict());
    table.row("nobody reads", get(PATH).bearer(&nobody).send(&world).await.verdict());
    transcript!(table);
}

#[tokio::test]
async fn without_a_timeout_a_token_lives_as_long_as_it_says() {
    let world = World::new().await;
    let (app, ada) = (world.app(|_| ()).await, world.somebody("Ada", &[]).await);
    let tokens = world.logged_in(&app, &ada).await;
    world.pass(86_399_999);
    let me = get("/api/v2/tokens/me").bearer(&tokens.access).send(&world).await;
    assert_eq!((me.status, me.json().get("dateTokenIdles")), (StatusCode::OK, None));
    world.pass(1);
    assert_eq!(uses(&world, &tokens.access).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_that_nobody_uses_lapses_and_is_not_refreshed() {
    let (world, app, tokens) = five_minutes().await;
    world.pass(5 * MINUTE - 1);
    let me = get("/api/v2/tokens/me?preserveIdleTTL=true").bearer(&tokens.access).send(&world).await;
    assert_eq!(me.json()["dateTokenIdles"], "2023-11-14T22:18:20.000Z", "{me}");
    world.pass(1);
    let lapsed = get("/api/v2/users/me").bearer(&tokens.access).send(&world).await;
    let refused = world.refresh(&app, &tokens).send(&world).await;
    transcript!(lapsed, refused);
    // Nothing brings it back: neither an attempt, nor the refusal of one.
    assert_eq!(uses(&world, &tokens.access).await, StatusCode::UNAUTHORIZED);
    assert_eq!(world.refresh(&app, &tokens).send(&world).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn whatever_is_done_with_a_token_keeps_it_alive() {
    let (world, app, tokens) = five_minutes().await;
    for _ in 0..4 {
        world.pass(4 * MINUTE);
        assert_eq!(uses(&world, &tokens.access).await, StatusCode::OK);
    }
    // Whoever is not let in does nothing.
    world.pass(4 * MINUTE);
    let refused = get("/api/v2/oauth/clients/x").bearer(&tokens.access).send(&world).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    world.pass(4 * MINUTE);
    assert_eq!(uses(&world, &tokens.access).await, StatusCode::UNAUTHORIZED, "a refusal is no use");
    assert_eq!(world.refresh(&app, &tokens).send(&world).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_use_counts_to_the_moment_and_is_kept_by_the_minute() {
    let (world, _, tokens) = five_minutes().await;
    // 22:13:20, the use is at 22:14:59.
    world.pass(99_000);
    assert_eq!(uses(&world, &tokens.access).await, StatusCode::OK);
    let idles = || async {
        let path = "/api/v2/tokens/me?preserveIdleTTL=true";
        get(path).bearer(&tokens.access).send(&world).await.json()["dateTokenIdles"].clone()
    };
    assert_eq!(idles().await, "2023-11-14T22:19:59.000Z");
    jobs::flush(world.app.clone()).await.expect("writes");
    world.app.forget_everything();
    assert_eq!(idles().await, "2023-11-14T22:19:59.000Z");
    let kept = world.store.find_family(FamilyKey(1)).await.expect("reads").expect("is there");
    assert_eq!(kept.last_used_at.map(Timestamp::to_rfc3339).as_deref(), Some("2023-11-14T22:14:00.000Z"));
    world.pass(4 * MINUTE);
    assert_eq!(uses(&world, &tokens.access).await, StatusCode::OK);
}

#[tokio::test]
async fn a_look_that_is_to_preserve_the_time_left_does() {
    let (world, _, tokens) = five_minutes().await;
    world.pass(4 * MINUTE);
    let looks = |flag: &str| get(format!("/api/v2/tokens/me?preserveIdleTTL={flag}")).bearer(&tokens.access);
    assert_eq!(looks("true").send(&world).await.json()["dateTokenIdles"], "2023-11-14T22:18:20.000Z");
    assert_eq!(looks("false").send(&world).await.status, StatusCode::OK);
    assert_eq!(looks("true").send(&world).await.json()["dateTokenIdles"], "2023-11-14T22:22:20.000Z");
}

#[tokio::test]
async fn a_refresh_is_a_use() {
    let (world, app, tokens) = five_minutes().await;
    world.pass(4 * MINUTE);
    let second = Tokens::of(&world.refresh(&app, &tokens).send(&world).await);
    world.pass(4 * MINUTE);
    assert_eq!(uses(&world, &second.access).await, StatusCode::OK);
    assert_eq!(uses(&world, &tokens.access).await, StatusCode::OK, "all of a login live and lapse together");
    world.pass(5 * MINUTE);
    assert_eq!(uses(&world, &second.access).await, StatusCode::UNAUTHORIZED);
    assert_eq!(world.refresh(&app, &second).send(&world).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn another_login_of_the_same_person_is_not_concerned() {
    let (world, app, tokens) = five_minutes().await;
    let ada = crate::world::Somebody { id: world.acme.user, email: "ada@acme.example".to_owned() };
    world.pass(4 * MINUTE);
    let second = world.logged_in(&app, &ada).await;
    world.pass(2 * MINUTE);
    assert_eq!(uses(&world, &tokens.access).await, StatusCode::UNAUTHORIZED);
    assert_eq!(uses(&world, &second.access).await, StatusCode::OK);
}

#[tokio::test]
async fn a_client_that_acts_for_itself_is_not_concerned() {
    let (world, ..) = five_minutes().await;
    let token = world.administrator().await;
    world.pass(60 * MINUTE);
    let me = get("/api/v2/tokens/me").bearer(&token).send(&world).await;
    assert_eq!((me.status, me.json().get("dateTokenIdles")), (StatusCode::OK, None));
}

#[tokio::test]
async fn a_replay_is_known_as_one_though_the_login_has_lapsed() {
    let (world, app, tokens) = five_minutes().await;
    let second = Tokens::of(&world.refresh(&app, &tokens).send(&world).await);
    world.pass(6 * MINUTE);
    let replayed = world.refresh(&app, &tokens).send(&world).await;
    assert_eq!(replayed.json()["error_description"], "the refresh token was used before");
    // Revoked, so that it stays dead when tokens do not lapse any more.
    set(&world, &json!({ "enableIdleTokenTimeout": false })).await;
    assert_eq!(uses(&world, &second.access).await, StatusCode::UNAUTHORIZED);
    assert_eq!(world.refresh(&app, &second).send(&world).await.status, StatusCode::BAD_REQUEST);
}
