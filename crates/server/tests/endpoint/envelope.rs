//! What every answer has in common, and what stands at the edges of the paths. That the correlation ids agree, that
//! nothing is to be stored, and that each refusal has the form of its group is checked for every answer of every test,
//! as it arrives.

use axum::http::{Method, StatusCode};
use chancery_core::access::Demand;
use chancery_core::policy::Policy;
use chancery_server::api;
use chancery_server::http::ROUTES;
use chancery_server::http::address::Edges;

use crate::world::{Ask, Table, World, delete, get, head, post, put, transcript};

#[tokio::test]
async fn each_answer_has_its_own_correlation_id_and_no_callers() {
    let world = World::new().await;
    let ask = || get("/health/live").header("inin-correlation-id", "3d3a6f0e-7c1f-4f6b-9d53-0a6f1f1f1f1f");
    let ids = [ask().send(&world).await, ask().send(&world).await]
        .map(|answer| answer.header("inin-correlation-id").expect("is there").to_owned());
    assert!(ids[0] != ids[1] && !ids.iter().any(|id| id.starts_with("3d3a6f0e")), "{ids:?}");
}

#[tokio::test]
async fn where_there_is_nothing_each_group_says_so_in_its_own_words() {
    let world = World::new().await;
    let token = world.token(&world.robot(&[]).await).await;
    transcript!(
        get("/api/v2/nowhere").bearer(&token).send(&world).await,
        get("/api/v2/nowhere").send(&world).await,
        get("/nowhere").send(&world).await,
        get("/oauth/nowhere").send(&world).await,
    );
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_refused_in_the_words_of_its_group() {
    let world = World::new().await;
    let token = world.administrator().await;
    transcript!(
        get("/oauth/token").send(&world).await,
        get("/oauth2/token").send(&world).await,
        post("/.well-known/jwks.json").send(&world).await,
        put("/api/v2/oauth/clients").bearer(&token).send(&world).await,
        post("/").send(&world).await,
    );
}

#[tokio::test]
async fn each_path_tells_which_methods_it_has() {
    let world = World::new().await;
    let token = world.administrator().await;
    let mut table = Table::default();
    for path in paths() {
        let answer = Ask::new(Method::TRACE, path.replace(['{', '}'], "")).bearer(&token).send(&world).await;
        let allow = answer.header("allow").map(str::to_owned);
        table.row(path, format!("{} {allow:?}", answer.status.as_u16()));
    }
    transcript!(table);
}

/// Every path of the server, once.
fn paths() -> Vec<&'static str> {
    let operations = api::ALL.iter().flat_map(|(_, operations)| *operations).map(|it| it.path);
    let mut paths: Vec<_> = ROUTES.iter().map(|route| route.path).chain(operations).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// Every operation of the management API, and what is none.
fn calls() -> Vec<(Method, String)> {
    let operations = api::ALL.iter().flat_map(|(_, operations)| *operations);
    let method = |name: &str| Method::from_bytes(name.as_bytes()).expect("a method");
    let known = operations.map(|it| (method(it.method), it.path.replace(['{', '}'], "")));
    let nowhere = ["GET", "POST", "PATCH"].map(|name| (method(name), "/api/v2/nowhere".to_owned()));
    known.chain(nowhere).collect()
}

#[tokio::test]
async fn nothing_of_the_management_api_answers_without_a_good_token() {
    let world = World::new().await;
    for (method, path) in calls() {
        let ask = || Ask::new(method.clone(), path.clone());
        for (request, code) in [
            (ask(), "authentication.required"),
            (ask().bearer("rubbish"), "bad.credentials"),
            (ask().header("content-type", "text/plain").body("rubbish"), "authentication.required"),
        ] {
            let answer = request.send(&world).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{answer}");
            assert!(method == Method::HEAD || answer.json()["code"] == code, "{answer}");
        }
    }
}

#[tokio::test]
async fn each_operation_asks_for_what_its_row_says() {
    let world = World::new().await;
    let robot = world.robot(&[]).await;
    let mut table = Table::default();
    for it in api::ALL.iter().flat_map(|(_, operations)| *operations) {
        let method = Method::from_bytes(it.method.as_bytes()).expect("a method");
        let token = world.token(&robot).await;
        let answer = Ask::new(method, it.path.replace(['{', '}'], "")).bearer(&token).send(&world).await;
        let refused = answer.status == StatusCode::FORBIDDEN;
        assert_eq!(refused, !matches!(it.demand, Demand::Nothing), "{answer}");
        let verdict = if refused { answer.verdict() } else { "everybody".to_owned() };
        table.row(format!("{} {}", it.method, it.path), verdict);
    }
    transcript!(table);
}

#[tokio::test]
async fn a_path_that_cannot_be_decoded_is_refused_in_the_words_of_the_api() {
    let world = World::new().await;
    let token = world.administrator().await;
    for request in [
        get("/api/v2/oauth/clients/%FF"),
        put("/api/v2/oauth/clients/%FF"),
        delete("/api/v2/oauth/clients/%FF"),
        post("/api/v2/oauth/clients/%FF/secret"),
        get("/api/v2/oauth/scopes/%FF"),
        get("/api/v2/authorization/roles/%FF"),
        get("/api/v2/authorization/divisions/%FF"),
        get("/api/v2/authorization/subjects/%FF"),
        get("/api/v2/%FF"),
    ] {
        let answer = request.clone().bearer(&token).send(&world).await;
        assert!(
            answer.status == StatusCode::NOT_FOUND || answer.status == StatusCode::BAD_REQUEST,
            "{answer}"
        );
        let answer = request.send(&world).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{answer}");
    }
}

#[tokio::test]
async fn the_edges_of_the_api_belong_to_it() {
    let world = World::new().await;
    let token = world.administrator().await;
    let mut table = Table::default();
    for path in [
        "/api/v2/oauth/clients/",
        "/api/v2/oauth/clients/x/",
        "/api/v2//oauth/clients",
        "/api/v2/OAuth/Clients",
        "/api/v2/tokens/timeout/",
        "/api",
        "/api/v1/users/me",
        "/API/v2/tokens/me",
    ] {
        let answer = get(path).bearer(&token).send(&world).await;
        let kind = answer.header("content-type").unwrap_or_default();
        table.row(path, format!("{} {kind}", answer.status.as_u16()));
    }
    transcript!(table);
}

#[tokio::test]
async fn the_root_of_the_api_belongs_to_it() {
    let world = World::new().await;
    let token = world.administrator().await;
    for path in ["/api/v2", "/api/v2/"] {
        let answer = get(path).bearer(&token).send(&world).await;
        assert_eq!(answer.json()["code"], "not.found", "{answer}");
    }
}

#[tokio::test]
async fn whoever_looks_finds_the_right_port() {
    let world = World::new().await;
    transcript!(
        get("/").send(&world).await,
        get("/health/live").send(&world).await,
        get("/health/ready").send(&world).await,
    );
}

#[tokio::test]
async fn a_head_is_answered_as_a_get_without_its_body() {
    let world = World::new().await;
    let token = world.administrator().await;
    for path in
        ["/", "/health/ready", "/.well-known/jwks.json", "/api/v2/organizations/me", "/api/v2/oauth/clients"]
    {
        let answers =
            [head(path).bearer(&token).send(&world).await, get(path).bearer(&token).send(&world).await];
        assert_eq!(answers[0].status, answers[1].status, "{path}");
        assert_eq!(answers[0].header("content-type"), answers[1].header("content-type"), "{path}");
        if let Some(length) = answers[0].header("content-length") {
            assert_eq!(length, answers[1].body.len().to_string(), "{path}");
        }
    }
}

#[tokio::test]
async fn browsers_come_back_by_https_where_the_server_is_known_by_it() {
    for (https_only, told) in [(true, Some("max-age=600")), (false, None)] {
        let edges = Edges { https_only, ..Edges::default() };
        let world = World::amid(edges, Policy::default()).await;
        for path in ["/", "/docs", "/oauth/token", "/api/v2/tokens/me"] {
            let answer = get(path).send(&world).await;
            assert_eq!(answer.header("strict-transport-security"), told, "{answer}");
        }
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_in_the_words_of_its_group() {
    let world = World::new().await;
    let token = world.administrator().await;
    let large = vec![b' '; 256 * 1024 + 1];
    let verdicts = [
        post("/oauth/token").form(large.clone()).send(&world).await.verdict(),
        post("/oauth2/token").form(large.clone()).send(&world).await.verdict(),
        post("/api/v2/oauth/clients").bearer(&token).body(large.clone()).send(&world).await.verdict(),
        put(world.acme.robot.path()).bearer(&token).body(large).send(&world).await.verdict(),
    ];
    transcript!(verdicts.join("\n"));
}
