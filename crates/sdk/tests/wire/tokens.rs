//! When a token is fetched, shared, renewed.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chancery_sdk::login::{ClientCredentials, RefreshedToken, Token, TokenSource as _};
use chancery_sdk::{Client, Error, Secret};
use futures_util::future::join_all;
use serde_json::json;

use crate::canned::{Canned, Request, answer, json};

fn app() -> ClientCredentials {
    ClientCredentials::new("id", "secret")
}

fn token(name: &str, seconds: u32) -> String {
    json(200, &json!({ "access_token": name, "expires_in": seconds, "refresh_token": format!("r-{name}") }))
}

fn me() -> String {
    json(200, &json!({ "organization": { "id": "o1" } }))
}

fn unauthorized() -> String {
    json(401, &json!({ "code": "bad.credentials", "status": 401 }))
}

fn machine(server: &Canned) -> Client {
    server.builder().credentials(app()).build().expect("a client")
}

/// The tokens that came with the requests to the API.
fn bearers(server: &Canned) -> Vec<String> {
    let bearer = |it: Request| it.header("Authorization")?.strip_prefix("Bearer ").map(str::to_owned);
    server.requests().into_iter().filter_map(bearer).collect()
}

/// A token of a login of which so many of its 600 seconds are over.
async fn aged(login: &Client, seconds: u64) -> Token {
    let mut token = login.login().code(&app(), "c", "http://localhost").await.expect("a token");
    token.received_at =
        token.received_at.checked_sub(Duration::from_secs(seconds)).expect("a clock that goes back so far");
    token
}

fn person(server: &Canned, tokens: RefreshedToken) -> Client {
    server.builder().token_source(tokens).build().expect("a client")
}

#[tokio::test]
async fn a_token_is_fetched_when_it_is_needed_and_used_until_it_is_old() {
    let server = Canned::start([token("a", 600), me(), me()]).await;
    let client = machine(&server);
    assert!(server.requests().is_empty());
    for _ in 0..2 {
        client.tokens().get_tokens_me().await.expect("an answer");
    }
    assert_eq!(client.access_token().await.expect("a token"), Some(Secret::from("a")));
    assert_eq!(bearers(&server), ["a", "a"]);
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn however_many_ask_at_once_one_token_is_fetched() {
    let answers = std::iter::once(token("a", 600)).chain(std::iter::repeat_n(me(), 50));
    let server = Canned::start(answers).await;
    let client = machine(&server);
    let asked = (0..50).map(|_| async { client.tokens().get_tokens_me().await });
    for answered in join_all(asked).await {
        answered.expect("an answer");
    }
    assert_eq!(bearers(&server), ["a"; 50]);
    assert_eq!(server.lines().iter().filter(|line| *line == "POST /oauth/token").count(), 1);
}

#[tokio::test]
async fn a_refusal_is_for_all_who_waited_for_the_token() {
    let refused =
        json(400, &json!({ "error": "invalid_client", "error_description": "authentication failed" }));
    let server = Canned::start([refused, token("a", 600), me()]).await;
    let client = machine(&server);
    let asked = (0..20).map(|_| async { client.tokens().get_tokens_me().await });
    for answered in join_all(asked).await {
        assert_eq!(answered.expect_err("a refusal").code(), Some("invalid_client"));
    }
    assert_eq!(server.lines(), ["POST /oauth/token"]);
    client.tokens().get_tokens_me().await.expect("whoever asks later asks anew");
}

#[tokio::test]
async fn a_token_that_is_about_to_expire_is_not_used() {
    let server = Canned::start([token("a", 0), me(), token("b", 600), me()]).await;
    let client = machine(&server);
    for _ in 0..2 {
        client.tokens().get_tokens_me().await.expect("an answer");
    }
    assert_eq!(bearers(&server), ["a", "b"]);
}

#[tokio::test]
async fn a_revoked_token_is_replaced_exactly_once() {
    let server = Canned::start([token("a", 600), unauthorized(), token("b", 600), me()]).await;
    machine(&server).tokens().get_tokens_me().await.expect("an answer");
    assert_eq!(bearers(&server), ["a", "b"]);

    let answers = [token("a", 600), unauthorized(), token("b", 600), unauthorized()];
    let server = Canned::start(answers).await;
    let refused = machine(&server).tokens().get_tokens_me().await.expect_err("a refusal");
    assert_eq!((refused.status(), refused.code()), (Some(401), Some("bad.credentials")));
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn a_fixed_token_has_no_successor() {
    let server = Canned::start([unauthorized()]).await;
    let refused = server.client().tokens().get_tokens_me().await.expect_err("a refusal");
    assert_eq!((refused.status(), server.requests().len()), (Some(401), 1));
}

#[tokio::test]
async fn wrong_credentials_are_told_as_what_they_are() {
    let said = json!({ "error": "invalid_client", "error_description": "authentication failed" });
    let server = Canned::start([json(400, &said)]).await;
    let refused = machine(&server).tokens().get_tokens_me().await.expect_err("a refusal");
    assert!(
        matches!(&refused, Error::Auth(error) if error.description == "authentication failed"),
        "{refused}"
    );
    assert_eq!(refused.code(), Some("invalid_client"));
}

#[tokio::test]
async fn a_login_is_refreshed_before_it_expires_and_told_of() {
    let server = Canned::start([token("a", 600), token("b", 600), me(), me()]).await;
    let login = server.builder().build().expect("a client");
    let kept: Arc<Mutex<Vec<Token>>> = Arc::default();
    let keep = Arc::clone(&kept);
    let tokens = RefreshedToken::new(login.login(), app(), aged(&login, 545).await)
        .keep(move |token| keep.lock().expect("a lock").push(token.clone()));
    let client = person(&server, tokens);
    for _ in 0..2 {
        client.tokens().get_tokens_me().await.expect("an answer");
    }
    assert_eq!(bearers(&server), ["b", "b"]);
    assert_eq!(server.requests()[1].body, "grant_type=refresh_token&refresh_token=r-a");
    let kept = kept.lock().expect("a lock");
    let names: Vec<_> = kept.iter().map(|it| it.access_token.expose()).collect();
    assert_eq!(names, ["b"]);
}

#[tokio::test]
async fn a_login_that_is_young_is_left_alone_until_it_is_refused() {
    let server = Canned::start([token("a", 600), me(), unauthorized(), token("b", 600), me()]).await;
    let login = server.builder().build().expect("a client");
    let tokens = RefreshedToken::new(login.login(), app(), aged(&login, 500).await);
    let client = person(&server, tokens);
    for _ in 0..2 {
        client.tokens().get_tokens_me().await.expect("an answer");
    }
    assert_eq!(bearers(&server), ["a", "a", "b"]);
}

#[tokio::test]
async fn a_refresh_that_fails_is_no_matter_while_the_token_lives() {
    let ended = json(400, &json!({ "error": "invalid_grant", "error_description": "it is over" }));
    let server = Canned::start([token("a", 600), ended.clone(), me(), token("a", 600), ended]).await;
    let login = server.builder().build().expect("a client");
    let living = RefreshedToken::new(login.login(), app(), aged(&login, 545).await);
    person(&server, living).tokens().get_tokens_me().await.expect("an answer");
    assert_eq!(bearers(&server), ["a"]);
    let dead = RefreshedToken::new(login.login(), app(), aged(&login, 601).await);
    let refused = dead.token().await.expect_err("a refusal");
    assert_eq!(refused.code(), Some("invalid_grant"));
}

#[tokio::test]
async fn a_refresh_token_that_is_not_replaced_is_used_again() {
    let bare = json(200, &json!({ "access_token": "b", "expires_in": 0 }));
    let server = Canned::start([token("a", 0), bare, me(), token("c", 600), me()]).await;
    let login = server.builder().build().expect("a client");
    let client = person(&server, RefreshedToken::new(login.login(), app(), aged(&login, 0).await));
    for _ in 0..2 {
        client.tokens().get_tokens_me().await.expect("an answer");
    }
    assert_eq!(bearers(&server), ["b", "c"]);
    assert_eq!(server.requests()[3].body, "grant_type=refresh_token&refresh_token=r-a");
}

#[tokio::test]
async fn a_token_that_cannot_be_read_is_told_without_its_text() {
    for body in ["", "<html>s3cret", r#"{"access_token":["s3cret"]}"#, r#"{"token":"s3cret"}"#] {
        let server = Canned::start([answer(200, &[], body)]).await;
        let unreadable = machine(&server).tokens().get_tokens_me().await.expect_err("no token");
        assert!(matches!(unreadable, Error::Unreadable { .. }), "{unreadable}");
        assert!(!format!("{unreadable} {unreadable:?}").contains("s3cret"), "{unreadable}");
    }
}
