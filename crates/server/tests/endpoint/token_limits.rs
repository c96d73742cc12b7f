//! How often tokens are asked for, and how often with a wrong secret: counted for a client and an address.

use axum::http::StatusCode;
use chancery_core::policy::{Policy, RateLimits};
use chancery_server::http::address::Edges;

use crate::world::{Answer, Ask, Robot, Table, World, post, transcript};

const GRANT: &str = "grant_type=client_credentials";
const BOTH: [&str; 2] = ["/oauth/token", "/oauth2/token"];

/// Behind a proxy on this machine, whose word is taken.
async fn behind_a_proxy(policy: Policy) -> World {
    let trusted_proxies = vec!["127.0.0.1/32".parse().expect("a range")];
    World::amid(Edges { trusted_proxies, ..Edges::default() }, policy).await
}

async fn few_failures(most: u32) -> World {
    behind_a_proxy(Policy { max_failed_authentications: most, ..Policy::default() }).await
}

fn right(path: &str, robot: &Robot) -> Ask {
    post(path).basic(&robot.id.to_string(), robot.secret.expose()).form(GRANT)
}

fn wrong(path: &str, robot: &Robot) -> Ask {
    post(path).basic(&robot.id.to_string(), "wrong").form(GRANT)
}

fn from(ask: Ask, address: &str) -> Ask {
    ask.header("x-forwarded-for", address)
}

fn is_limited(answer: &Answer) -> bool {
    answer.json()["error_description"].as_str().is_some_and(|text| text.starts_with("rate limit exceeded;"))
}

#[tokio::test]
async fn too_many_token_requests_are_refused_in_the_words_of_each_dialect() {
    let world = World::with(Policy { rate_limits: RateLimits::Vendor, ..Policy::default() }).await;
    let robot = &world.acme.robot;
    for number in 0..300 {
        let answer = right(BOTH[number % 2], robot).send(&world).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer}");
    }
    world.pass(20_500);
    transcript!(right(BOTH[0], robot).send(&world).await, right(BOTH[1], robot).send(&world).await);
    let other = world.robot(&[]).await;
    assert_eq!(right(BOTH[0], &other).send(&world).await.status, StatusCode::OK, "another client");
    world.pass(39_500);
    assert_eq!(right(BOTH[0], robot).send(&world).await.status, StatusCode::OK, "another minute");
}

#[tokio::test]
async fn nobody_is_held_to_a_rate_of_tokens_by_default() {
    let world = World::new().await;
    for _ in 0..302 {
        let answer = right(BOTH[0], &world.acme.robot).send(&world).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer}");
    }
}

#[tokio::test]
async fn after_so_many_wrong_secrets_even_the_right_one_waits() {
    let world = few_failures(3).await;
    let robot = &world.acme.robot;
    for number in 0..3 {
        let answer = wrong(BOTH[number % 2], robot).send(&world).await;
        assert_eq!(answer.json()["error"], "invalid_client", "{answer}");
    }
    world.pass(59_999);
    transcript!(
        wrong(BOTH[0], robot).send(&world).await,
        right(BOTH[0], robot).send(&world).await,
        right(BOTH[1], robot).send(&world).await,
    );
    world.pass(1);
    assert_eq!(right(BOTH[0], robot).send(&world).await.status, StatusCode::OK);
    // Whoever keeps trying is not kept out for longer than that.
    for _ in 0..3 {
        wrong(BOTH[0], robot).send(&world).await;
    }
    for _ in 0..10 {
        assert!(is_limited(&wrong(BOTH[0], robot).send(&world).await));
    }
    world.pass(60_000);
    assert_eq!(right(BOTH[0], robot).send(&world).await.status, StatusCode::OK);
}

#[tokio::test]
async fn another_address_and_another_client_are_not_hurt() {
    let world = few_failures(2).await;
    let (robot, other) = (&world.acme.robot, world.robot(&[]).await);
    let mut table = Table::default();
    for address in ["192.0.2.1", "192.0.2.1", "192.0.2.1"] {
        table.row(
            format!("wrong from {address}"),
            from(wrong(BOTH[0], robot), address).send(&world).await.verdict(),
        );
    }
    for (who, ask, address) in [
        ("the client", right(BOTH[0], robot), "192.0.2.1"),
        ("the client", right(BOTH[0], robot), "192.0.2.2"),
        ("the client", right(BOTH[0], robot), "198.51.100.1, 192.0.2.1"),
        ("the client", right(BOTH[0], robot), "192.0.2.1, 192.0.2.2"),
        ("the client", right(BOTH[0], robot), "::ffff:192.0.2.1"),
        ("another", right(BOTH[0], &other), "192.0.2.1"),
    ] {
        table.row(format!("{who} from {address}"), from(ask, address).send(&world).await.status);
    }
    table.row("the client from the proxy itself", right(BOTH[0], robot).send(&world).await.status);
    transcript!(table);
}

#[tokio::test]
async fn an_address_that_no_proxy_vouches_for_is_not_believed() {
    let world = World::with(Policy { max_failed_authentications: 2, ..Policy::default() }).await;
    let robot = &world.acme.robot;
    for address in ["192.0.2.1", "192.0.2.2"] {
        assert!(!is_limited(&from(wrong(BOTH[0], robot), address).send(&world).await));
    }
    assert!(is_limited(&from(right(BOTH[0], robot), "192.0.2.3").send(&world).await));
}

#[tokio::test]
async fn only_a_client_that_does_not_prove_who_it_is_counts_as_failed() {
    let world = few_failures(1).await;
    let web = world.web().await;
    for ask in [
        right(BOTH[0], &world.acme.robot).form("grant_type=magic"),
        post(BOTH[0]).basic(&web.id.to_string(), web.secret.expose()).form(GRANT),
        post(BOTH[0]).basic(&web.id.to_string(), web.secret.expose()).form("scope=x"),
    ] {
        for _ in 0..2 {
            let answer = ask.clone().send(&world).await;
            assert!(!is_limited(&answer) && answer.json()["error"] != "invalid_client", "{answer}");
        }
    }
}

#[tokio::test]
async fn who_is_meant_is_the_same_in_the_header_and_in_the_form() {
    let world = few_failures(1).await;
    let robot = &world.acme.robot;
    let in_form =
        |secret: &str| post(BOTH[0]).form(format!("{GRANT}&client_id={}&client_secret={secret}", robot.id));
    assert!(!is_limited(&in_form("wrong").send(&world).await));
    assert!(is_limited(&right(BOTH[0], robot).send(&world).await));
    assert!(is_limited(&in_form(robot.secret.expose()).send(&world).await));
    let shouted =
        post(BOTH[0]).basic(&robot.id.to_string().to_uppercase(), robot.secret.expose()).form(GRANT);
    assert!(is_limited(&shouted.send(&world).await), "the same id in other letters");
}

#[tokio::test]
async fn a_client_that_does_not_exist_is_no_way_around() {
    let world = few_failures(2).await;
    let ask = |id: &str| post(BOTH[0]).basic(id, "x").form(GRANT);
    for limited in [false, false, true] {
        let answer = ask(crate::world::NOBODY).send(&world).await;
        assert_eq!(is_limited(&answer), limited, "{answer}");
    }
    // What no client can have as its id costs nothing to refuse, and is not remembered.
    for _ in 0..5 {
        assert!(!is_limited(&ask("x").send(&world).await));
    }
}

#[tokio::test]
async fn a_hundred_wrong_secrets_are_answered_by_default_and_any_number_if_that_is_chosen() {
    let by_default = World::new().await;
    let without = few_failures(0).await;
    for (world, limited) in [(by_default, true), (without, false)] {
        for _ in 0..100 {
            let answer = wrong(BOTH[0], &world.acme.robot).send(&world).await;
            assert!(!is_limited(&answer), "{answer}");
        }
        assert_eq!(is_limited(&right(BOTH[0], &world.acme.robot).send(&world).await), limited);
    }
}
