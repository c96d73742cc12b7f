//! Requests to the token endpoint, for every grant.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chancery_sdk::Secret;
use chancery_sdk::login::{ClientCredentials, Login, Token, Verifier};
use serde_json::json;

use crate::canned::{Canned, Request, json};

const BACK: &str = "https://app.example/back?a=b";

/// A secret that would look otherwise if it were encoded.
fn app() -> ClientCredentials {
    ClientCredentials::new("id+1", "s%2B: é&")
}

/// What is sent to get a token.
async fn sent(ask: impl AsyncFnOnce(Login) -> Result<Token, chancery_sdk::Error>) -> Request {
    let token =
        json!({ "access_token": "a", "expires_in": 600, "refresh_token": "r", "token_type": "bearer" });
    let server = Canned::start([json(200, &token)]).await;
    let login = server.builder().build().expect("a client").login().clone();
    let token = ask(login).await.expect("a token");
    assert_eq!(token.access_token.expose(), "a");
    assert_eq!(token.refresh_token.as_ref().map(Secret::expose), Some("r"));
    let request = server.request();
    assert_eq!(request.line(), "POST /oauth/token");
    assert_eq!(request.header("Content-Type"), Some("application/x-www-form-urlencoded"));
    request
}

fn basic() -> String {
    format!("Basic {}", STANDARD.encode("id+1:s%2B: é&"))
}

#[tokio::test]
async fn client_credentials_are_in_the_header_as_they_are() {
    let sent = sent(async |login| login.client_credentials(&app()).await).await;
    assert_eq!(sent.header("Authorization"), Some(&*basic()));
    assert_eq!(sent.body, "grant_type=client_credentials");
}

#[tokio::test]
async fn a_code_is_redeemed_with_the_secret() {
    let sent = sent(async |login| login.code(&app(), "c-1", BACK).await).await;
    assert_eq!(sent.header("Authorization"), Some(&*basic()));
    let back = "https%3A%2F%2Fapp.example%2Fback%3Fa%3Db";
    assert_eq!(sent.body, format!("grant_type=authorization_code&code=c-1&redirect_uri={back}"));
}

#[tokio::test]
async fn a_verifier_stands_in_for_the_secret() {
    let verifier = Verifier::from("v~1");
    let sent =
        sent(async |login| login.code_with_verifier("id", "c", &verifier, "http://localhost").await).await;
    assert_eq!(sent.header("Authorization"), None);
    let form = "grant_type=authorization_code&code=c&code_verifier=v%7E1&redirect_uri=http%3A%2F%2Flocalhost&client_id=id";
    assert_eq!(sent.body, form);
}

#[tokio::test]
async fn a_refresh_token_is_sent_with_the_secret_if_there_is_one() {
    let old = Secret::from("r+0");
    let known = sent(async |login| login.refresh(&app(), &old).await).await;
    assert_eq!(known.header("Authorization"), Some(&*basic()));
    assert_eq!(known.body, "grant_type=refresh_token&refresh_token=r%2B0");
    let public = sent(async |login| login.refresh(&ClientCredentials::public("id"), &old).await).await;
    assert_eq!(public.header("Authorization"), None);
    assert_eq!(public.body, "grant_type=refresh_token&refresh_token=r%2B0&client_id=id");
}

#[tokio::test]
async fn an_assertion_goes_with_the_name_of_the_organization() {
    let assertion = Secret::from("PHNhbWw+/w==");
    let sent = sent(async |login| login.saml2_bearer(&app(), "acme", &assertion).await).await;
    assert_eq!(sent.header("Authorization"), Some(&*basic()));
    let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Asaml2-bearer";
    assert_eq!(sent.body, format!("grant_type={grant}&orgName=acme&assertion=PHNhbWw%2B%2Fw%3D%3D"));
}
