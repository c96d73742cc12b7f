//! From where an organization's API is reached: `ipAddressAllowlist`.

use axum::http::StatusCode;
use chancery_core::policy::Policy;
use chancery_server::http::address::Edges;
use serde_json::json;

use crate::world::{Ask, Table, World, delete, get, patch, post, transcript};

const SETTINGS: &str = "/api/v2/organizations/authentication/settings";

/// Behind a proxy on this machine, whose word is taken.
async fn behind_a_proxy() -> World {
    let trusted_proxies = vec!["127.0.0.0/8".parse().expect("a range")];
    World::amid(Edges { trusted_proxies, ..Edges::default() }, Policy::default()).await
}

fn from(ask: Ask, address: &str) -> Ask {
    ask.header("x-forwarded-for", address)
}

#[tokio::test]
async fn whoever_comes_from_elsewhere_is_not_authorized() {
    let world = behind_a_proxy().await;
    let token = world.administrator().await;
    let list = json!({ "ipAddressAllowlist": ["192.0.2.0/24", "2001:db8::/32", "198.51.100.7"] });
    let change = from(patch(SETTINGS).bearer(&token).json(&list), "192.0.2.1").send(&world).await;
    assert_eq!(change.status, StatusCode::OK, "{change}");
    let mut table = Table::default();
    for address in [
        "192.0.2.255",
        "192.0.3.0",
        "198.51.100.7",
        "198.51.100.8",
        "::ffff:192.0.2.1",
        "2001:db8::1",
        "2001:db9::1",
        "192.0.2.1, 203.0.113.1",
        "203.0.113.1, 192.0.2.1",
    ] {
        table.row(
            address,
            from(get("/api/v2/tokens/me").bearer(&token), address).send(&world).await.verdict(),
        );
    }
    table.row("the proxy itself", get("/api/v2/tokens/me").bearer(&token).send(&world).await.verdict());
    transcript!(table, from(get("/api/v2/tokens/me").bearer(&token), "203.0.113.1").send(&world).await);
}

#[tokio::test]
async fn the_address_comes_before_permissions_and_after_the_token() {
    let world = behind_a_proxy().await;
    let (admin, nobody) = (world.administrator().await, world.token(&world.robot(&[]).await).await);
    let list = json!({ "ipAddressAllowlist": ["192.0.2.1"] });
    from(patch(SETTINGS).bearer(&admin).json(&list), "192.0.2.1").send(&world).await;
    for (ask, code) in [
        (get("/api/v2/oauth/clients").bearer(&nobody), "ip.not.authorized"),
        (delete("/api/v2/tokens/me").bearer(&admin), "ip.not.authorized"),
        (get("/api/v2/nowhere").bearer(&admin), "ip.not.authorized"),
        (patch(SETTINGS).bearer(&admin).body("rubbish"), "ip.not.authorized"),
        (get("/api/v2/oauth/clients").bearer("rubbish"), "bad.credentials"),
        (get("/api/v2/oauth/clients"), "authentication.required"),
    ] {
        let answer = from(ask, "203.0.113.1").send(&world).await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (StatusCode::UNAUTHORIZED, &json!(code)),
            "{answer}"
        );
    }
    let alive = from(get("/api/v2/tokens/me").bearer(&admin), "192.0.2.1").send(&world).await;
    assert_eq!(alive.status, StatusCode::OK, "nothing was done meanwhile: {alive}");
}

#[tokio::test]
async fn nobody_shuts_themselves_out() {
    let world = behind_a_proxy().await;
    let token = world.administrator().await;
    let list = |list: &[&str]| patch(SETTINGS).bearer(&token).json(&json!({ "ipAddressAllowlist": list }));
    for addresses in [&["203.0.113.1"][..], &["192.0.2.2", "127.0.0.1"]] {
        let answer = from(list(addresses), "192.0.2.1").send(&world).await;
        assert_eq!(answer.json()["code"], "constraint.validation", "{answer}");
        assert_eq!(answer.json()["details"][0]["fieldName"], "ipAddressAllowlist", "{answer}");
    }
    for addresses in [&["192.0.2.1"][..], &["203.0.113.1", "192.0.0.0/16"], &[]] {
        let answer = from(list(addresses), "192.0.2.1").send(&world).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer}");
    }
    let anywhere = from(get("/api/v2/tokens/me").bearer(&token), "203.0.113.1").send(&world).await;
    assert_eq!(anywhere.status, StatusCode::OK, "an empty list lets everybody in: {anywhere}");
}

#[tokio::test]
async fn the_list_of_one_organization_is_not_that_of_another() {
    let world = behind_a_proxy().await;
    let other = world.found("Globex", "globex").await;
    let token = world.administrator().await;
    let list = json!({ "ipAddressAllowlist": ["192.0.2.1"] });
    from(patch(SETTINGS).bearer(&token).json(&list), "192.0.2.1").send(&world).await;
    let others = world.token(&other.robot).await;
    let answer = from(get("/api/v2/tokens/me").bearer(&others), "203.0.113.1").send(&world).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer}");
}

#[tokio::test]
async fn a_word_that_no_proxy_vouches_for_is_not_taken() {
    let world = World::new().await;
    let token = world.administrator().await;
    let list = json!({ "ipAddressAllowlist": ["127.0.0.1"] });
    let answer = from(patch(SETTINGS).bearer(&token).json(&list), "192.0.2.1").send(&world).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer}");
    let answer = from(get("/api/v2/tokens/me").bearer(&token), "192.0.2.1").send(&world).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer}");
}

#[tokio::test]
async fn tokens_are_issued_anywhere_and_used_only_there() {
    let world = behind_a_proxy().await;
    let token = world.administrator().await;
    let list = json!({ "ipAddressAllowlist": ["192.0.2.1"] });
    from(patch(SETTINGS).bearer(&token).json(&list), "192.0.2.1").send(&world).await;
    let robot = &world.acme.robot;
    let ask = post("/oauth/token").basic(&robot.id.to_string(), robot.secret.expose());
    let issued = from(ask.form("grant_type=client_credentials"), "203.0.113.1").send(&world).await;
    assert_eq!(issued.status, StatusCode::OK, "{issued}");
    let token = issued.json()["access_token"].as_str().expect("text").to_owned();
    let answer = from(get("/api/v2/tokens/me").bearer(&token), "203.0.113.1").send(&world).await;
    assert_eq!(answer.json()["code"], "ip.not.authorized", "{answer}");
}
