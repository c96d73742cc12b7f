//! Every way to a token.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chancery_e2e::{Client as Http, Person, REDIRECT};
use chancery_sdk::Secret;
use chancery_sdk::login::{
    Authorize, Browser, ClientCredentials, Open, RefreshedToken, Token, Verifier, implicit, random_state,
    redirected,
};

use crate::place::{PASSWORD, Place};

#[tokio::test]
async fn a_client_gets_a_token_of_its_own() {
    let place = Place::start();
    let robot = ClientCredentials::new(&place.made.client_id, &*place.made.client_secret);
    let token = place.sdk.login().client_credentials(&robot).await.expect("a token");
    assert_eq!((token.expires_in, token.refresh_token.is_none()), (Duration::from_secs(86_400), true));
    place.with_token(token.access_token).tokens().head_tokens_me().await.expect("it is good");
}

#[tokio::test]
async fn a_code_brings_a_token_and_the_next() {
    let place = Place::start();
    place.user("Ada").await;
    let app = place.app("CODE", REDIRECT).await;
    let first = place.logged_in(&app, "ada@example.com", PASSWORD).await;
    let refresh_token = first.refresh_token.expect("a refresh token");
    let next = place.sdk.login().refresh(&app.credentials(), &refresh_token).await.expect("a token");
    assert!(next.refresh_token.is_some() && next.access_token != first.access_token);
    for token in [first.access_token, next.access_token] {
        let me = place.with_token(token).users().get_users_me(&Default::default()).await.expect("a person");
        assert_eq!(me.user.name.as_deref(), Some("Ada"));
    }
    let wrong = place.sdk.login().code(&app.credentials(), "guessed", REDIRECT).await.expect_err("a refusal");
    assert_eq!((wrong.status(), wrong.code()), (Some(400), Some("invalid_grant")));
}

#[tokio::test]
async fn a_verifier_proves_who_began() {
    let place = Place::start();
    let app = place.app("CODE", REDIRECT).await;
    let (login, state) = (place.sdk.login(), random_state());
    let code = |verifier: &Verifier| {
        let request = Authorize::code(&app.id, REDIRECT).state(&state).verifier(verifier);
        let back = place.administrator_comes_back(request.url(login).as_str()).parse().expect("an address");
        redirected(&back, &state).expect("a code")
    };
    let (verifier, other) = (Verifier::random(), Verifier::random());
    let stolen = code(&verifier);
    let refused = login.code_with_verifier(&app.id, stolen.expose(), &other, REDIRECT).await;
    assert_eq!(refused.expect_err("a refusal").code(), Some("invalid_grant"));
    let own = code(&verifier);
    let token = login.code_with_verifier(&app.id, own.expose(), &verifier, REDIRECT).await.expect("a token");
    place.with_token(token.access_token).tokens().head_tokens_me().await.expect("it is good");
}

#[tokio::test]
async fn a_person_at_this_machine_logs_in_with_a_browser() {
    let place = Place::start();
    let app = place.app("CODE", "http://localhost").await;
    let (http, url) = (place.server.client(), place.server.url().to_owned());
    let made = place.made.clone();
    let pages = Arc::new(Mutex::new(None));
    let opened = Arc::clone(&pages);
    let open = Open::with(move |address| {
        let (path, http, made) = (address.as_str().replacen(&url, "", 1), http.clone(), made.clone());
        let browser = std::thread::spawn(move || {
            let (email, password) = (made.text("/admin/email"), made.text("/admin/password"));
            let back = Person::new(&http, "192.0.2.1").come_back(&path, email, password);
            Http::new("").get(&back)
        });
        *opened.lock().expect("a lock") = Some(browser);
        Ok(())
    });
    let how = Browser { open, timeout: Duration::from_secs(30), ..Browser::default() };
    let token = place.sdk.login().in_browser(&app.id, how).await.expect("a token");
    let me = place.with_token(token.access_token).users().get_users_me(&Default::default()).await;
    assert_eq!(me.expect("a person").user.id, place.made.text("/admin/userId"));
    let browser = pages.lock().expect("a lock").take().expect("a browser was opened");
    let page = browser.join().expect("a page").expect(200);
    assert!(page.text.contains("You are logged in"), "{}", page.text);
}

#[tokio::test]
async fn the_implicit_grant_brings_a_token_in_the_fragment() {
    let place = Place::start();
    let (app, state) = (place.app("TOKEN", REDIRECT).await, random_state());
    let address = Authorize::implicit(&app.id, REDIRECT).state(&state).url(place.sdk.login());
    let back = place.administrator_comes_back(address.as_str()).parse().expect("an address");
    let token = implicit(&back, &state).expect("a token");
    assert_eq!((token.expires_in, token.refresh_token.is_none()), (Duration::from_secs(86_400), true));
    place.with_token(token.access_token).tokens().head_tokens_me().await.expect("it is good");
}

#[tokio::test]
async fn an_assertion_is_refused_while_the_server_takes_none() {
    let place = Place::start();
    let app = place.app("SAML2-BEARER", REDIRECT).await;
    let assertion = Secret::from("PHNhbWw+");
    let refused = place.sdk.login().saml2_bearer(&app.credentials(), "chancery", &assertion).await;
    let refused = refused.expect_err("a refusal");
    assert_eq!((refused.status(), refused.code()), (Some(400), Some("unsupported_grant_type")));
}

#[tokio::test]
async fn a_login_goes_on_with_what_was_kept() {
    let place = Place::start();
    place.user("Ada").await;
    let app = place.app("CODE", REDIRECT).await;
    let kept: Arc<Mutex<Option<Token>>> = Arc::default();
    let begin = |mut token: Token| {
        let age = token.expires_in - Duration::from_secs(30);
        token.received_at = token.received_at.checked_sub(age).expect("a clock that goes back so far");
        let keep = Arc::clone(&kept);
        let tokens = RefreshedToken::new(place.sdk.login(), app.credentials(), token)
            .keep(move |token| *keep.lock().expect("a lock") = Some(token.clone()));
        chancery_sdk::Client::at(place.server.url()).token_source(tokens).build().expect("a client")
    };
    let first = place.logged_in(&app, "ada@example.com", PASSWORD).await;
    let mut seen = vec![first.access_token.clone()];
    let mut token = first;
    for _ in 0..2 {
        let client = begin(token);
        client.tokens().head_tokens_me().await.expect("it is good");
        token = kept.lock().expect("a lock").take().expect("it was told of");
        assert_eq!(client.access_token().await.expect("a token").as_ref(), Some(&token.access_token));
        assert!(!seen.contains(&token.access_token));
        seen.push(token.access_token.clone());
    }
}

#[tokio::test]
async fn a_browser_is_logged_out() {
    let place = Place::start();
    let app = place.app("CODE", REDIRECT).await;
    let url = place.sdk.login().logout_url(&app.id, Some(REDIRECT));
    let path = url.as_str().replacen(place.server.url(), "", 1);
    let answer = place.server.client().get(&path);
    assert!([200, 302, 303].contains(&answer.status), "{}", answer.text);
}
