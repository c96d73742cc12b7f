//! Scripts of other sites (the Fetch standard, section 3.2): which answers they may read, which requests they may send.

use axum::http::StatusCode;
use chancery_server::api;
use chancery_server::http::ROUTES;
use chancery_server::http::cors::is_open;

use crate::world::{Answer, Ask, Table, World, get, options, post, transcript};

const ORIGIN: &str = "https://app.example";

fn cross(ask: Ask) -> Ask {
    ask.header("origin", ORIGIN)
}

fn preflight(path: &str, method: &str) -> Ask {
    cross(options(path))
        .header("access-control-request-method", method)
        .header("access-control-request-headers", "authorization,content-type,purecloud-sdk")
}

/// The headers that a browser looks at.
fn opened(answer: &Answer) -> bool {
    let credentials = answer.header("access-control-allow-credentials");
    assert_eq!(credentials, None, "no answer depends on a cookie: {answer}");
    answer.header("access-control-allow-origin") == Some("*")
}

#[tokio::test]
async fn answers_of_the_api_and_the_oauth_endpoints_can_be_read_and_no_others() {
    let world = World::new().await;
    let token = world.administrator().await;
    let mut table = Table::default();
    for ask in [
        get("/api/v2/tokens/me").bearer(&token),
        get("/api/v2/tokens/me"),
        get("/api/v2/nowhere").bearer(&token),
        post("/api/v2/tokens/me").bearer(&token),
        post("/oauth/token"),
        get("/oauth/token"),
        post("/oauth2/token"),
        get("/.well-known/jwks.json"),
        get("/openapi.json"),
        get("/docs"),
        get("/"),
        get("/health/live"),
        get("/nowhere"),
        get("/oauth/authorize"),
        get("/oauth/login"),
        post("/oauth/consent"),
        get("/account"),
        get("/logout"),
        get("/pages/pages.css"),
    ] {
        let answer = cross(ask).send(&world).await;
        let asked = answer.asked.lines().next().unwrap_or_default().to_owned();
        table.row(asked, format!("{} {}", answer.status.as_u16(), opened(&answer)));
    }
    transcript!(table);
}

#[tokio::test]
async fn a_preflight_allows_what_the_path_has() {
    let world = World::new().await;
    transcript!(
        preflight("/api/v2/oauth/clients/x", "PUT").send(&world).await,
        preflight("/oauth/token", "POST").send(&world).await,
        preflight("/oauth2/token", "POST").send(&world).await,
        preflight("/.well-known/jwks.json", "GET").send(&world).await,
        preflight("/api/v2/nowhere", "GET").send(&world).await,
        preflight("/docs", "GET").send(&world).await,
        preflight("/nowhere", "GET").send(&world).await,
    );
}

#[tokio::test]
async fn every_operation_can_be_called_from_a_page() {
    let world = World::new().await;
    let operations = api::ALL.iter().flat_map(|(_, operations)| *operations).map(|it| (it.path, it.method));
    let routes = ROUTES.iter().filter(|route| is_open(route.group)).map(|route| (route.path, route.method));
    for (path, method) in operations.chain(routes) {
        let answer = preflight(&path.replace(['{', '}'], ""), method).send(&world).await;
        let methods = answer.header("access-control-allow-methods").unwrap_or_default();
        assert!(answer.status == StatusCode::NO_CONTENT && opened(&answer), "{answer}");
        assert!(methods.split(',').any(|it| it.trim() == method), "{method}\n{answer}");
        let headers = answer.header("access-control-allow-headers").unwrap_or_default().to_lowercase();
        for header in ["authorization", "content-type", "accept", "genesys-app", "purecloud-sdk"] {
            assert!(headers.split(", ").any(|it| it == header), "{header}\n{answer}");
        }
    }
}

#[tokio::test]
async fn what_an_sdk_reads_from_an_answer_is_exposed() {
    let world = World::new().await;
    let answer = cross(get("/api/v2/tokens/me")).send(&world).await;
    let exposed = answer.header("access-control-expose-headers").unwrap_or_default().to_lowercase();
    for header in [
        "inin-correlation-id",
        "genesys-correlation-id",
        "inin-ratelimit-count",
        "inin-ratelimit-allowed",
        "inin-ratelimit-reset",
        "retry-after",
    ] {
        assert!(exposed.split(", ").any(|it| it == header), "{header}\n{answer}");
    }
}

#[tokio::test]
async fn a_preflight_needs_no_token_and_counts_for_nobody() {
    let world = World::new().await;
    let (admin, robot) = (world.administrator().await, world.robot(&[]).await);
    let own = world.token(&robot).await;
    preflight("/api/v2/oauth/clients", "POST").bearer(&own).send(&world).await;
    let path = format!("{}/usage/summary", robot.path());
    let uri =
        get(path).bearer(&admin).send(&world).await.json()["resultsUri"].as_str().expect("text").to_owned();
    assert_eq!(get(uri).bearer(&admin).send(&world).await.json()["results"], serde_json::json!([]));
}
