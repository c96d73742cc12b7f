//! More requests than the server can have in flight: whoever is one too many is told at once, in the words of each dialect, and
//! the others are not.

use std::net::{IpAddr, Ipv4Addr};

use axum::http::StatusCode;
use chancery_server::limits::places::{MOST, Place};

use crate::world::*;

/// As many places as somebody with these credentials gets.
fn flood(world: &World, credentials: &str) -> Vec<Place> {
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let take = |_| world.app.limits.places.take(address, Some(credentials.as_bytes()));
    (0..MOST).map_while(take).collect()
}

#[tokio::test]
async fn whoever_has_too_many_requests_in_flight_waits_and_others_do_not() {
    let world = World::new().await;
    let token = world.administrator().await;
    let flood = flood(&world, &format!("Bearer {token}"));
    let answer = get("/api/v2/tokens/me").bearer(&token).send(&world).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer}");
    assert_eq!(
        (answer.header("retry-after"), answer.json()["code"].as_str()),
        (Some("1"), Some("service.unavailable"))
    );
    let other = world.administrator().await;
    let answer = get("/api/v2/tokens/me").bearer(&other).send(&world).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer}");
    drop(flood);
    let answer = get("/api/v2/tokens/me").bearer(&token).send(&world).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer}");
}

#[tokio::test]
async fn where_nobody_has_a_place_each_side_says_so_and_the_server_is_well() {
    let world = World::new().await;
    let mut floods = Vec::new();
    for number in 0..40 {
        floods.push(flood(&world, &format!("Basic {number}")));
    }
    for path in ["/oauth/token", "/oauth2/token"] {
        let answer = post(path).form("grant_type=client_credentials").send(&world).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer}");
        assert_eq!(answer.json()["error"], "temporarily_unavailable", "{answer}");
        assert_eq!(answer.header("retry-after"), Some("1"), "{answer}");
    }
    assert_eq!(get("/health/live").send(&world).await.status, StatusCode::OK);
    assert_eq!(get("/health/ready").send(&world).await.status, StatusCode::OK);
}
