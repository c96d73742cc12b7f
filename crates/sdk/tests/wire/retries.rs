//! What is tried again, how often, and after how long.

use std::time::Duration;

use chancery_sdk::login::ClientCredentials;
use chancery_sdk::models::{OAuthClientRequest, UpdateUser};
use chancery_sdk::{Client, Error, Retry};
use serde_json::json;

use crate::canned::{Canned, answer, json};

fn patient(server: &Canned) -> Client {
    let retry = Retry { first: Duration::from_millis(1), ..Retry::default() };
    server.builder().retry(retry).token("t0ken").build().expect("a client")
}

fn done() -> String {
    json(200, &json!({ "id": "c1" }))
}

fn busy() -> String {
    answer(503, &[], "")
}

fn limited() -> String {
    json(429, &json!({ "code": "too.many.requests.retry.after", "status": 429 }))
}

#[tokio::test]
async fn the_pause_that_the_service_names_is_kept() {
    let again = answer(429, &[("Retry-After", "0")], "");
    let server = Canned::start([again.clone(), again, done()]).await;
    let hour = Duration::from_secs(3600);
    let retry = Retry { first: hour, longest: hour, tries: 3 };
    let client = server.builder().retry(retry).build().expect("a client");
    client.oauth().get_oauth_client("c1").await.expect("a client, long before the hour is over");
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_pause_that_is_too_long_is_left_to_the_caller() {
    let server = Canned::start([answer(429, &[("Retry-After", "61")], "")]).await;
    let refused = patient(&server).oauth().get_oauth_client("c1").await.expect_err("a refusal");
    assert_eq!(refused.retry_after(), Some(Duration::from_secs(61)));
    assert!(refused.is_retryable());
}

#[tokio::test]
async fn what_may_be_repeated_is_tried_again_when_the_service_is_busy() {
    for status in [408, 429, 502, 503, 504] {
        let server = Canned::start([answer(status, &[], ""), done()]).await;
        patient(&server).oauth().get_oauth_client("c1").await.expect("a client");
    }
    let server = Canned::start([busy(), answer(204, &[], ""), busy(), done()]).await;
    let oauth = patient(&server).oauth();
    oauth.delete_oauth_client("c1").await.expect("it is gone");
    oauth.put_oauth_client("c1", &OAuthClientRequest::default().into()).await.expect("a client");
    let methods: Vec<_> = server.requests().into_iter().map(|it| it.method).collect();
    assert_eq!(methods, ["DELETE", "DELETE", "PUT", "PUT"]);
}

#[tokio::test]
async fn it_is_given_up_after_so_many_tries() {
    let server = Canned::start([busy(), busy(), busy(), busy()]).await;
    let refused = patient(&server).oauth().get_oauth_client("c1").await.expect_err("a refusal");
    assert_eq!((refused.status(), server.requests().len()), (Some(503), 4));
    let server = Canned::start([busy()]).await;
    let refused = server.client().oauth().get_oauth_client("c1").await.expect_err("a refusal");
    assert_eq!((refused.status(), server.requests().len()), (Some(503), 1));
}

#[tokio::test]
async fn what_is_done_once_is_tried_again_only_if_it_was_not_done() {
    let server = Canned::start([limited(), busy(), busy()]).await;
    let client = patient(&server);
    let refused = client.oauth().post_oauth_client_secret("c1").await.expect_err("a refusal");
    assert_eq!(refused.status(), Some(503), "after the 429");
    let refused =
        client.users().patch_user("u1", &UpdateUser::default().into()).await.expect_err("a refusal");
    assert_eq!(refused.status(), Some(503));
    let methods: Vec<_> = server.requests().into_iter().map(|it| it.method).collect();
    assert_eq!(methods, ["POST", "POST", "PATCH"]);
}

#[tokio::test]
async fn a_refusal_is_no_reason_to_ask_again() {
    for status in [400, 401, 403, 404, 409, 413, 415, 500, 501] {
        let server = Canned::start([answer(status, &[("Retry-After", "0")], "")]).await;
        let refused = patient(&server).oauth().get_oauth_client("c1").await.expect_err("a refusal");
        assert_eq!((refused.status(), refused.is_retryable()), (Some(status), false));
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_asked_for_again_if_it_may_be() {
    let broken = "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{".to_owned();
    let server = Canned::start([broken.clone(), String::new(), done(), broken, String::new()]).await;
    let oauth = patient(&server).oauth();
    oauth.get_oauth_client("c1").await.expect("a client");
    for _ in 0..2 {
        let lost = oauth.post_oauth_client_secret("c1").await.expect_err("nobody knows what became of it");
        assert!(matches!(&lost, Error::Transport(error) if !error.unsent), "{lost}");
        assert_eq!(lost.status(), None);
    }
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn the_token_endpoint_says_that_it_is_busy_with_400() {
    for said in ["error_description", "description"] {
        let limited = json!({ "error": "invalid_request", said: "rate limit exceeded; retry in 0 seconds" });
        let token = json!({ "access_token": "a", "expires_in": 600 });
        let server = Canned::start([json(400, &limited), json(200, &token)]).await;
        let app = ClientCredentials::new("id", "secret");
        patient(&server).login().client_credentials(&app).await.expect("a token");
        assert_eq!(server.lines(), ["POST /oauth/token", "POST /oauth/token"]);
    }
}

#[tokio::test]
async fn a_code_is_not_sent_twice_unless_it_was_surely_not_looked_at() {
    let limited = json!({ "error": "invalid_request", "error_description": "rate limit exceeded; wait" });
    let server = Canned::start([json(400, &limited), String::new()]).await;
    let app = ClientCredentials::new("id", "secret");
    let lost = patient(&server).login().code(&app, "c", "http://localhost").await.expect_err("no token");
    assert!(matches!(lost, Error::Transport(_)), "{lost}");
    assert_eq!(server.requests().len(), 2);
}
