//! What the server says of itself (OpenID Connect Discovery 1.0, RFC 8414).

use axum::http::StatusCode;
use chancery_core::policy::{Policy, Registration};

use crate::world::{World, get, transcript};

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

#[tokio::test]
async fn the_document_announces_what_there_is_and_may_be_kept_for_an_hour() {
    let world = World::new().await;
    let document = get(OPENID).send(&world).await;
    assert_eq!(get(OAUTH).send(&world).await.json(), document.json());
    transcript!(document);
}

#[tokio::test]
async fn what_is_announced_is_there() {
    let world = World::new().await;
    let document = get(OPENID).send(&world).await.json();
    let members = document.as_object().expect("an object");
    let urls = members.iter().filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri");
    let mut count = 0;
    for (name, url) in urls {
        let path =
            url.as_str().and_then(|url| url.strip_prefix(crate::world::ISSUER)).expect("below the issuer");
        let status = get(path).send(&world).await.status;
        assert_ne!(status, StatusCode::NOT_FOUND, "{name}");
        count += 1;
    }
    assert_eq!(count, 8);
}

#[tokio::test]
async fn registration_is_announced_where_somebody_may() {
    for (registration, announced) in
        [(Registration::Token, true), (Registration::Open, true), (Registration::Off, false)]
    {
        let world = World::with(Policy { registration, ..Policy::default() }).await;
        let document = get(OPENID).send(&world).await.json();
        assert_eq!(document.get("registration_endpoint").is_some(), announced, "{registration:?}");
    }
}

#[tokio::test]
async fn an_issuer_with_a_path_is_found_by_it() {
    let world = World::known_as("https://id.example/tenant").await;
    for (path, status) in [
        ("/.well-known/oauth-authorization-server/tenant", StatusCode::OK),
        ("/.well-known/oauth-authorization-server/tenant/", StatusCode::OK),
        ("/.well-known/oauth-authorization-server/other", StatusCode::NOT_FOUND),
        (OAUTH, StatusCode::OK),
    ] {
        assert_eq!(get(path).send(&world).await.status, status, "{path}");
    }
    // OpenID Connect Discovery section 4 puts it below the path, which the proxy takes away.
    let document = get(OPENID).send(&world).await.json();
    assert_eq!(document["issuer"], "https://id.example/tenant");
    assert_eq!(document["token_endpoint"], "https://id.example/tenant/oauth2/token");
    let plain = World::new().await;
    assert_eq!(
        get("/.well-known/oauth-authorization-server/x").send(&plain).await.status,
        StatusCode::NOT_FOUND
    );
}
