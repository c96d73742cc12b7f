//! To which host a request was sent (RFC 9110 section 7.4), and what browsers are told of https.

use axum::http::StatusCode;
use chancery_core::policy::Policy;
use chancery_server::http::address::{Edges, Hosts};

use crate::world::{Table, World, get, options, post, transcript};

async fn known_as(name: &str, loopback: bool) -> World {
    let hosts = Some(Hosts { names: vec![name.to_owned()], loopback });
    World::amid(Edges { hosts, ..Edges::default() }, Policy::default()).await
}

#[tokio::test]
async fn a_request_to_another_host_is_refused_in_the_words_of_its_group() {
    let world = known_as("id.example", false).await;
    let evil = |ask: crate::world::Ask| ask.header("host", "evil.example");
    transcript!(
        evil(get("/api/v2/tokens/me").bearer("x")).send(&world).await,
        evil(post("/oauth/token").form("grant_type=client_credentials")).send(&world).await,
        evil(post("/oauth2/token").form("grant_type=client_credentials")).send(&world).await,
        evil(get("/docs")).send(&world).await,
    );
}

#[tokio::test]
async fn a_request_to_no_host_or_to_two_is_refused_in_the_words_of_its_group() {
    let world = known_as("id.example", false).await;
    let two = get("/api/v2/tokens/me").header("host", "id.example").header("host", "id.example");
    transcript!(
        get("/api/v2/tokens/me").send(&world).await,
        two.send(&world).await,
        post("/oauth/token").send(&world).await,
        post("/oauth2/token").send(&world).await,
        get("/").send(&world).await,
    );
}

#[tokio::test]
async fn the_servers_own_names_are_good_with_and_without_port() {
    let (public, local) = (known_as("id.example", false).await, known_as("id.example", true).await);
    let mut table = Table::default();
    for host in [
        "id.example",
        "ID.EXAMPLE:8443",
        "id.example.",
        "sub.id.example",
        "localhost:8080",
        "chancery.localhost",
        "127.0.0.1",
        "[::1]:8080",
        "0.0.0.0",
        "192.0.2.1",
        "localhost.evil.example",
        "id.example@evil.example",
        "",
    ] {
        let mut statuses = Vec::new();
        for world in [&public, &local] {
            let answer = get("/.well-known/jwks.json").header("host", host).send(world).await;
            statuses.push(answer.status.as_u16().to_string());
        }
        table.row(host, statuses.join(" "));
    }
    transcript!(table);
}

#[tokio::test]
async fn the_host_in_the_target_counts_as_much_as_the_header() {
    let world = known_as("id.example", false).await;
    for (target, header, status) in [
        ("http://id.example/health/live", "evil.example", 200),
        ("http://id.example/", "id.example", 200),
        ("http://evil.example/", "id.example", 421),
        ("http://id.example/", "evil.example", 421),
    ] {
        let answer = get(target).header("host", header).send(&world).await;
        assert_eq!(answer.status.as_u16(), status, "{answer}");
    }
}

#[tokio::test]
async fn whoever_watches_over_the_server_need_not_know_its_name() {
    let world = known_as("id.example", false).await;
    for path in ["/health/live", "/health/ready"] {
        for ask in [get(path), get(path).header("host", "10.0.0.7:8080")] {
            let answer = ask.send(&world).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer}");
        }
    }
}

#[tokio::test]
async fn nothing_is_done_for_a_request_to_another_host() {
    let world = known_as("id.example", false).await;
    let robot = &world.acme.robot;
    let ask = |host: &'static str| {
        let ask = post("/oauth/token").basic(&robot.id.to_string(), robot.secret.expose());
        ask.form("grant_type=client_credentials").header("host", host)
    };
    let good = ask("id.example").send(&world).await;
    let token = good.json()["access_token"].as_str().expect("text").to_owned();
    assert_eq!(ask("evil.example").send(&world).await.json().get("access_token"), None);
    let evil = crate::world::delete("/api/v2/tokens/me").bearer(&token).header("host", "evil.example");
    assert_eq!(evil.send(&world).await.status.as_u16(), 421);
    let alive = get("/api/v2/tokens/me").bearer(&token).header("host", "id.example").send(&world).await;
    assert_eq!(alive.status, StatusCode::OK, "{alive}");
    let preflight = options("/api/v2/tokens/me").header("host", "evil.example").send(&world).await;
    assert_eq!(preflight.status.as_u16(), 421, "{preflight}");
}

#[tokio::test]
async fn any_host_is_good_where_none_is_named() {
    let world = World::new().await;
    for ask in [get("/"), get("/").header("host", "anything.example")] {
        assert_eq!(ask.send(&world).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn browsers_are_told_to_come_by_https_where_that_is_all_there_is() {
    let edges = Edges { https_only: true, ..Edges::default() };
    let (secure, plain) = (World::amid(edges, Policy::default()).await, World::new().await);
    for path in ["/", "/docs", "/api/v2/tokens/me", "/oauth/token", "/.well-known/jwks.json", "/nowhere"] {
        let told = get(path).send(&secure).await;
        assert_eq!(told.header("strict-transport-security"), Some("max-age=600"), "{told}");
        let untold = get(path).send(&plain).await;
        assert_eq!(untold.header("strict-transport-security"), None, "{untold}");
    }
}
