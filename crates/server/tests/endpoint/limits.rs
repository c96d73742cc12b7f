//! The vendor's rates on the management API: so many requests in a minute for a token, or for a user and application.

use axum::http::StatusCode;
use chancery_core::policy::{Policy, RateLimits};
use serde_json::json;

use crate::world::{Answer, Table, World, get, head, post, transcript};

const ME: &str = "/api/v2/tokens/me";
const CHEAP: &str = "/api/v2/authorization/divisions/limit";

async fn limited() -> World {
    World::with(Policy { rate_limits: RateLimits::Vendor, ..Policy::default() }).await
}

/// `count/allowed reset` of an answer.
fn rate(answer: &Answer) -> String {
    let header = |name: &str| answer.header(name).unwrap_or("none").to_owned();
    let [count, allowed, reset] =
        ["count", "allowed", "reset"].map(|it| header(&format!("inin-ratelimit-{it}")));
    format!("{count}/{allowed} {reset}")
}

/// Asks until `count` requests were made with the token, and hands out the last answer.
async fn ask(world: &World, token: &str, count: u32) -> Answer {
    for _ in 1..count {
        let answer = get(CHEAP).bearer(token).send(world).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer}");
    }
    get(CHEAP).bearer(token).send(world).await
}

#[tokio::test]
async fn the_three_hundredth_request_of_a_minute_is_answered_and_the_next_is_not() {
    let world = limited().await;
    let token = world.administrator().await;
    let first = get(ME).bearer(&token).send(&world).await;
    assert_eq!(rate(&first), "1/300 60");
    world.pass(1500);
    let last = ask(&world, &token, 299).await;
    assert_eq!((last.status, rate(&last)), (StatusCode::OK, "300/300 59".to_owned()));
    world.pass(18_500);
    transcript!(last, get(CHEAP).bearer(&token).send(&world).await);
    world.pass(39_999);
    let refused = get(ME).bearer(&token).send(&world).await;
    assert_eq!((refused.status.as_u16(), rate(&refused)), (429, "302/300 1".to_owned()), "{refused}");
    assert_eq!(refused.header("retry-after"), Some("1"), "{refused}");
    world.pass(1);
    let anew = get(ME).bearer(&token).send(&world).await;
    assert_eq!((anew.status, rate(&anew)), (StatusCode::OK, "1/300 60".to_owned()), "{anew}");
}

#[tokio::test]
async fn a_refusal_does_nothing_and_comes_before_all_but_the_token() {
    let world = limited().await;
    let token = world.token(&world.robot(&[]).await).await;
    assert_eq!(ask(&world, &token, 300).await.status, StatusCode::OK);
    for request in [
        get("/api/v2/oauth/clients"),
        post("/api/v2/oauth/clients").body("rubbish"),
        get("/api/v2/nowhere"),
        get(ME),
    ] {
        let answer = request.bearer(&token).send(&world).await;
        assert_eq!(answer.json()["code"], "too.many.requests.retry.after", "{answer}");
    }
    let bad = get(ME).bearer("rubbish").send(&world).await;
    assert_eq!((bad.status, rate(&bad)), (StatusCode::UNAUTHORIZED, "none/none none".to_owned()), "{bad}");
}

#[tokio::test]
async fn each_token_of_a_client_has_its_own_rate() {
    let world = limited().await;
    let tokens = [world.administrator().await, world.administrator().await];
    ask(&world, &tokens[0], 300).await;
    assert_eq!(get(ME).bearer(&tokens[0]).send(&world).await.status.as_u16(), 429);
    assert_eq!(rate(&get(ME).bearer(&tokens[1]).send(&world).await), "1/300 60");
}

#[tokio::test]
async fn a_user_and_an_application_share_a_rate_whatever_the_token() {
    let world = limited().await;
    let (web, other) = (world.web().await, world.web().await);
    let user = world.acme.user;
    let tokens =
        [world.user_token(web.id, user, "users").await, world.user_token(web.id, user, "users").await];
    ask(&world, &tokens[0], 1500).await;
    let last = ask(&world, &tokens[1], 1500).await;
    assert_eq!((last.status, rate(&last)), (StatusCode::OK, "3000/3000 60".to_owned()));
    let refused = get(ME).bearer(&tokens[0]).send(&world).await;
    assert_eq!((refused.status.as_u16(), rate(&refused)), (429, "3001/3000 60".to_owned()), "{refused}");
    let limit = json!({ "key": "org.app.user.rate.per.minute", "namespace": "auth.api", "value": 3000 });
    assert_eq!(refused.json()["limit"], limit);
    let elsewhere = world.user_token(other.id, user, "users").await;
    assert_eq!(rate(&get(ME).bearer(&elsewhere).send(&world).await), "1/3000 60", "another application");
    let ada = world.person("Ada", &[]).await;
    let another = world.user_token(web.id, ada, "users").await;
    assert_eq!(rate(&get(ME).bearer(&another).send(&world).await), "1/3000 60", "another user");
}

#[tokio::test]
async fn every_answer_to_a_good_token_says_how_much_is_left() {
    let world = limited().await;
    let token = world.token(&world.robot(&[]).await).await;
    let mut table = Table::default();
    for request in [
        get(ME),
        head(ME),
        get("/api/v2/oauth/clients"),
        get("/api/v2/oauth/clients/x"),
        get("/api/v2/users/me"),
        get("/api/v2/nowhere"),
    ] {
        let answer = request.bearer(&token).send(&world).await;
        table.row(
            answer.asked.lines().next().unwrap_or_default(),
            format!("{} {}", answer.status.as_u16(), rate(&answer)),
        );
    }
    transcript!(table);
}

#[tokio::test]
async fn nobody_is_held_to_a_rate_by_default() {
    let world = World::new().await;
    let token = world.administrator().await;
    let answer = ask(&world, &token, 302).await;
    assert_eq!((answer.status, rate(&answer)), (StatusCode::OK, "none/none none".to_owned()));
}

#[tokio::test]
async fn what_was_refused_is_counted_as_429_and_as_4xx() {
    let world = limited().await;
    let (admin, robot) = (world.administrator().await, world.robot(&[]).await);
    let token = world.token(&robot).await;
    ask(&world, &token, 300).await;
    for _ in 0..2 {
        get(CHEAP).bearer(&token).send(&world).await;
    }
    let body = json!({ "interval": "2023-11-14/2023-11-15" });
    let asked = post(format!("{}/usage/query", robot.path())).bearer(&admin).json(&body).send(&world).await;
    let uri = asked.json()["resultsUri"].as_str().expect("text").to_owned();
    let row = get(uri).bearer(&admin).send(&world).await.json()["results"][0].clone();
    let counts = ["status200", "status400", "status429", "requests"].map(|name| row[name].clone());
    assert_eq!(counts, [300, 2, 2, 302].map(|count| json!(count)));
}
