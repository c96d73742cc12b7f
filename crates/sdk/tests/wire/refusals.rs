//! What becomes of a refusal, and of what is no answer at all.

use std::time::Duration;

use chancery_sdk::login::ClientCredentials;
use chancery_sdk::{ApiError, Client, Error, Retry, Secret};
use serde_json::json;
use tokio::net::TcpListener;

use crate::canned::{Canned, answer, json};

async fn refused(answer: String) -> ApiError {
    let server = Canned::start([answer]).await;
    match server.client().oauth().get_oauth_client("c1").await {
        Err(Error::Api(error)) => *error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_refusal_is_read_whole() {
    let error = refused(json(
        400,
        &json!({
            "message": "The value is out of range", "code": "constraint.validation", "status": 400,
            "contextId": "ctx", "entityId": "c1", "entityName": "Robot",
            "messageWithParams": "The value {v} is out of range", "messageParams": { "v": "1" },
            "details": [{ "errorCode": "range", "fieldName": "accessTokenValiditySeconds" }],
            "errors": [{ "code": "invalid.value", "status": 400 }],
            "limit": { "key": "k", "namespace": "auth.api", "value": 5 },
            "surprise": [1],
        }),
    ))
    .await;
    assert_eq!((error.status, &*error.body.code), (400, "constraint.validation"));
    assert_eq!(error.body.details[0].field_name.as_deref(), Some("accessTokenValiditySeconds"));
    assert_eq!(error.body.errors[0].code, "invalid.value");
    assert_eq!(error.body.limit.as_ref().map(|it| it.value), Some(5));
    assert_eq!(error.body.message_params["v"], "1");
    assert_eq!(error.correlation_id.as_deref(), Some("ctx"));
    let said = "The value is out of range (400 constraint.validation): accessTokenValiditySeconds";
    assert_eq!(Error::from(error).to_string(), said);
}

#[tokio::test]
async fn a_member_that_is_null_takes_nothing_away_from_a_refusal() {
    let error = refused(json(
        404,
        &json!({
            "message": null, "code": "client.not.found", "status": null, "contextId": null,
            "messageParams": null, "details": null, "errors": null, "limit": { "key": null },
        }),
    ))
    .await;
    assert_eq!((error.status, &*error.body.code), (404, "client.not.found"));
    assert_eq!(error.correlation_id, None);
}

#[tokio::test]
async fn a_refusal_that_nobody_can_read_still_has_its_status() {
    for body in ["", "<html>Bad Gateway</html>", "[]", "null", r#"{"status":"x"}"#] {
        let error = refused(answer(500, &[], body)).await;
        assert_eq!((error.status, &*error.body.code), (500, ""), "{body}");
        assert!(error.to_string().starts_with("GET /api/v2/oauth/clients/c1 was refused (500"), "{error}");
    }
}

#[tokio::test]
async fn the_correlation_id_has_two_names() {
    let body = json!({ "code": "not.found", "contextId": "body" }).to_string();
    let (old, new) = (("ININ-Correlation-Id", "old"), ("Genesys-Correlation-Id", "new"));
    for (headers, expected) in [(&[old, new][..], "old"), (&[new], "new"), (&[], "body")] {
        let error = Error::from(refused(answer(404, headers, &body)).await);
        assert_eq!(error.correlation_id(), Some(expected));
    }
    let said =
        json!({ "error": "invalid_client", "description": "client not found", "error_description": null });
    let server = Canned::start([answer(400, &[new], &said.to_string())]).await;
    let login = server.builder().build().expect("a client").login().clone();
    let error =
        login.client_credentials(&ClientCredentials::new("id", "secret")).await.expect_err("a refusal");
    assert_eq!((error.correlation_id(), error.code()), (Some("new"), Some("invalid_client")));
    assert_eq!(error.to_string(), "invalid_client: client not found (400)");
}

#[tokio::test]
async fn a_login_host_that_says_nothing_useful_still_refuses() {
    for (status, body) in [(400, ""), (502, "<html>"), (302, ""), (204, "")] {
        let server = Canned::start([answer(status, &[("Location", "/elsewhere")], body)]).await;
        let login = server.builder().build().expect("a client").login().clone();
        let error = login.client_credentials(&ClientCredentials::new("id", "secret")).await;
        let error = error.expect_err("a refusal");
        assert_eq!((error.status(), error.code()), (Some(status), Some("refused")));
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_got_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let client = Client::at(&url).retry(Retry::never()).token("t0ken").build().expect("a client");
    let error = client.oauth().post_oauth_client_secret("c1").await.expect_err("nobody is there");
    assert!(matches!(&error, Error::Transport(error) if error.unsent), "{error}");
    assert!(error.is_retryable() && error.code().is_none());
    assert!(error.to_string().starts_with("POST /api/v2/oauth/clients/c1/secret got no answer: "), "{error}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", silent.local_addr().expect("an address"));
    let builder = Client::at(&url).retry(Retry::never()).timeout(Duration::from_millis(20));
    let error = builder.build().expect("a client").oauth().get_oauth_clients().await.expect_err("silence");
    assert!(matches!(&error, Error::Transport(error) if !error.unsent), "{error}");
    assert_eq!(error.to_string(), "GET /api/v2/oauth/clients got no answer: it took too long");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let there = Canned::start([json(200, &json!({}))]).await;
    let elsewhere = format!("{}/api/v2/oauth/clients/c1", there.url);
    let moved = answer(307, &[("Location", &*elsewhere)], "");
    let here = Canned::start([moved.clone(), moved]).await;
    let client = here.client();
    let read = client.oauth().get_oauth_client("c1").await;
    let deleted = client.oauth().delete_oauth_client("c1").await;
    for error in [read.expect_err("no client"), deleted.expect_err("nothing was deleted")] {
        assert!(matches!(&error, Error::Unreadable { why, .. } if why == "it is a 307"), "{error}");
    }
    assert!(there.requests().is_empty());
}

#[tokio::test]
async fn no_text_has_a_token_or_a_secret() {
    let token = json!({ "access_token": "hunter1", "expires_in": 600 });
    let odd = json(200, &json!({ "id": "c1", "secret": "hunter3", "scope": "hunter4 \"hunter5" }));
    let odder = answer(200, &[], "\"hunter6\"");
    let made = json(200, &json!({ "id": "c1", "secret": "hunter3", "otherSecret": "hunter7" }));
    let server = Canned::start([json(200, &token), odd, odder, made]).await;
    let app = ClientCredentials::new("id", "hunter2");
    let client = server.builder().credentials(app.clone()).build().expect("a client");
    let mut texts = vec![format!("{client:?} {:?} {app:?} {:?}", client.oauth(), client.login())];
    for _ in 0..2 {
        let error = client.oauth().post_oauth_client_secret("c1").await.expect_err("it is unreadable");
        assert!(matches!(error, Error::Unreadable { .. }), "{error}");
        texts.push(format!("{error} {error:?}"));
    }
    let made = client.oauth().post_oauth_client_secret("c1").await.expect("a client");
    assert_eq!(made.secret.as_ref().map(|it| it.expose()), Some("hunter3"));
    texts.push(format!("{made:?} {made:#?}"));
    let held: Option<Secret> = client.access_token().await.expect("a token");
    assert_eq!(held.as_ref().map(Secret::expose), Some("hunter1"));
    texts.push(format!("{held:?}"));
    for text in texts {
        assert!(!text.contains("hunter"), "{text}");
    }
}
