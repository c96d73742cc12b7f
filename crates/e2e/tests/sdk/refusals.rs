//! Every kind of refusal, typed.

use chancery_e2e::Builder;
use chancery_sdk::login::ClientCredentials;
use chancery_sdk::models::OAuthClientRequest;
use chancery_sdk::{ApiError, Client, Error, Retry};

use crate::place::Place;

/// The refusal of the API; that it can be found again, and says its status twice.
#[track_caller]
fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> ApiError {
    match answer {
        Err(Error::Api(error)) => {
            assert_eq!(error.correlation_id.as_ref(), Some(&error.body.context_id));
            assert_eq!(error.status, error.body.status);
            assert!(!error.body.context_id.is_empty() && !error.body.message.is_empty(), "{error:?}");
            *error
        }
        other => panic!("{other:?}"),
    }
}

fn seen(error: &ApiError) -> (u16, &str) {
    (error.status, &error.body.code)
}

fn request(kind: &str) -> OAuthClientRequest {
    OAuthClientRequest {
        name: Some("x".into()),
        authorized_grant_type: Some(kind.into()),
        scope: Some(vec!["users".into()]),
        registered_redirect_uri: Some(vec!["https://app.example/cb".into()]),
        ..OAuthClientRequest::default()
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told() {
    let place = Place::start();
    let oauth = place.sdk.oauth();
    let error = refused(oauth.post_oauth_clients(&request("NONE").into()).await);
    assert_eq!(seen(&error), (400, "bad.grant.type"));
    let short = OAuthClientRequest { access_token_validity_seconds: Some(1), ..request("CODE") };
    let error = refused(oauth.post_oauth_clients(&short.into()).await);
    assert_eq!(seen(&error), (400, "constraint.validation"));
    assert_eq!(error.body.details[0].field_name.as_deref(), Some("accessTokenValiditySeconds"));
    assert!(Error::from(error).to_string().contains("accessTokenValiditySeconds"));
    let error = refused(place.sdk.users().get_users_me(&Default::default()).await);
    assert_eq!(seen(&error), (400, "not.a.user"));
}

#[tokio::test]
async fn who_is_nobody_is_told_so() {
    let place = Place::start();
    let nobody = Client::at(place.server.url()).build().expect("a client");
    let error = refused(nobody.oauth().get_oauth_clients().await);
    assert_eq!(seen(&error), (401, "authentication.required"));
    let error = refused(place.with_token("made-up").oauth().get_oauth_clients().await);
    assert_eq!(seen(&error), (401, "bad.credentials"));
}

#[tokio::test]
async fn who_may_not_is_told_what_is_missing() {
    let place = Place::start();
    let robot = place.server.registry().create("Robot");
    let robot = ClientCredentials::new(&*robot.id, &*robot.secret);
    let client = Client::at(place.server.url()).credentials(robot).build().expect("a client");
    client.oauth().get_oauth_clients().await.expect("it may view");
    let error = refused(client.oauth().post_oauth_clients(&request("CODE").into()).await);
    assert_eq!(error.status, 403);
    assert!(error.body.code.starts_with("missing."), "{error:?}");
    assert!(error.body.message.contains("oauth:client:add"), "{error:?}");
}

#[tokio::test]
async fn what_is_not_there_and_what_has_changed_meanwhile_are_told_apart() {
    let place = Place::start();
    let missing = "00000000-0000-4000-8000-000000000000";
    let error = refused(place.sdk.oauth().get_oauth_client(missing).await);
    assert_eq!(seen(&error), (404, "client.not.found"));
    let error = refused(place.sdk.users().get_user(missing).await);
    assert_eq!(seen(&error), (404, "not.found"));
    let mut organization = place.sdk.organization().get_organizations_me().await.expect("it");
    organization.version = Some(99);
    let error = refused(place.sdk.organization().put_organizations_me(&organization).await);
    assert_eq!(seen(&error), (409, "general.conflict"));
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let place = Place::of(&Builder::fresh().env("CHANCERY_GENESYS_RATE_LIMITS", "vendor"));
    let client = place.with_token(place.server.token());
    let mut answered = 0;
    let error = loop {
        match client.tokens().get_tokens_timeout().await {
            Ok(_) => answered += 1,
            answer => break refused(answer),
        }
    };
    assert_eq!(answered, 300);
    assert_eq!(seen(&error), (429, "too.many.requests.retry.after"));
    let pause = error.retry_after.expect("a pause").as_secs();
    assert!((1..=60).contains(&pause), "{pause}");
    assert!(Error::from(error).is_retryable());
}

#[tokio::test]
async fn the_login_host_refuses_in_its_own_words() {
    let place = Place::start();
    let wrong = ClientCredentials::new(&place.made.client_id, "hunter2");
    let client = Client::at(place.server.url()).credentials(wrong).retry(Retry::never()).build();
    let error = client.expect("a client").oauth().get_oauth_clients().await.expect_err("a refusal");
    let Error::Auth(refusal) = &error else { panic!("{error:?}") };
    assert_eq!((refusal.status, &*refusal.error), (400, "invalid_client"));
    assert_eq!(refusal.description, "authentication failed");
    assert!(error.correlation_id().is_some_and(|id| !id.is_empty()));
    assert!(!error.is_retryable() && !format!("{error} {error:?}").contains("hunter2"));
}

#[tokio::test]
async fn who_asks_for_tokens_too_often_is_told_in_the_words_of_the_login_host() {
    let place = Place::of(&Builder::fresh().env("CHANCERY_GENESYS_RATE_LIMITS", "vendor"));
    let client = Client::at(place.server.url()).retry(Retry::never()).build().expect("a client");
    let robot = ClientCredentials::new(&place.made.client_id, &*place.made.client_secret);
    let error = loop {
        if let Err(error) = client.login().client_credentials(&robot).await {
            break error;
        }
    };
    let Error::Auth(refusal) = &error else { panic!("{error:?}") };
    assert_eq!((refusal.status, &*refusal.error), (400, "invalid_request"));
    assert!(refusal.is_rate_limit() && error.is_retryable(), "{error}");
}
