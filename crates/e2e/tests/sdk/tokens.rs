//! `TokensApi`.

use chancery_e2e::REDIRECT;
use chancery_sdk::models::IdleTokenTimeout;

use crate::place::{PASSWORD, Place};

#[tokio::test]
async fn a_token_tells_whose_it_is_until_it_is_deleted() {
    let place = Place::start();
    let client = place.with_token(&*place.server.token());
    let me = client.tokens().get_tokens_me().await.expect("a token");
    let (organization, robot) =
        (me.organization.as_ref().expect("it"), me.oauth_client.as_ref().expect("it"));
    assert_eq!(organization.id, place.made.text("/organization/id"));
    assert_eq!(robot.id.as_deref(), Some(&*place.made.client_id));
    assert_eq!(robot.organization.id, organization.id);
    client.tokens().head_tokens_me().await.expect("it is good");
    client.tokens().delete_tokens_me().await.expect("it is deleted");
    let refused = client.tokens().head_tokens_me().await.expect_err("it is bad");
    assert_eq!(refused.status(), Some(401));
}

#[tokio::test]
async fn a_client_that_deletes_its_token_goes_on_with_the_next() {
    let place = Place::start();
    let first = place.sdk.access_token().await.expect("a token");
    place.sdk.tokens().delete_tokens_me().await.expect("it is deleted");
    place.sdk.tokens().get_tokens_me().await.expect("another token");
    assert_ne!(place.sdk.access_token().await.expect("a token"), first);
}

#[tokio::test]
async fn the_tokens_of_a_person_are_deleted() {
    let place = Place::start();
    let (app, ada) = (place.app("CODE", REDIRECT).await, place.user("Ada").await);
    let token = place.logged_in(&app, "ada@example.com", PASSWORD).await;
    let client = place.with_token(token.access_token);
    client.tokens().head_tokens_me().await.expect("it is good");
    place.sdk.tokens().delete_token(&ada.id).await.expect("they are deleted");
    let refused = client.tokens().get_tokens_me().await.expect_err("it is bad");
    assert_eq!(refused.code(), Some("bad.credentials"));
}

#[tokio::test]
async fn the_idle_timeout_is_read_and_set() {
    let place = Place::start();
    let tokens = place.sdk.tokens();
    let before = tokens.get_tokens_timeout().await.expect("a timeout");
    assert_eq!(before.enable_idle_token_timeout, Some(false));
    let body = IdleTokenTimeout {
        enable_idle_token_timeout: Some(true),
        idle_token_timeout_seconds: Some(600),
        ..IdleTokenTimeout::default()
    };
    let set = tokens.put_tokens_timeout(&body.into()).await.expect("a timeout");
    assert_eq!(set.idle_token_timeout_seconds, Some(600));
    assert_eq!(tokens.get_tokens_timeout().await.expect("a timeout"), set);
}
