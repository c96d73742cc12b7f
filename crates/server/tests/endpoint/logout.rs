//! `/logout`: ends the session of a browser.

use axum::http::StatusCode;

use crate::world::{Browser, CALLBACK, NOBODY, Table, World, get, request, transcript};

#[tokio::test]
async fn a_browser_is_logged_out_and_its_tokens_live_on() {
    let world = World::new().await;
    let (app, ada) = (world.app(|_| ()).await, world.somebody("Ada", &[]).await);
    let (browser, other) = (Browser::of(&world), Browser::of(&world));
    other.code(&app, &ada).await;
    let code = browser.code(&app, &ada).await;
    let tokens = world.exchanged(&app, &code).await;
    let (_, session) = browser.cookie("session").expect("a session");
    let answer = browser.visit("/logout").await;
    assert!(browser.cookie("session").is_none() && browser.cookie("device").is_some());
    assert!(browser.authorize(&request(&app)).await.asked.contains("/oauth/login"));
    assert_eq!(get("/api/v2/tokens/me").bearer(&tokens.access).send(&world).await.status, StatusCode::OK);
    assert_eq!(
        other.authorize(&request(&app)).await.status,
        StatusCode::FOUND,
        "another browser is not concerned"
    );
    // What the cookie proved is gone too.
    other.tamper("session", &session);
    assert!(other.authorize(&request(&app)).await.asked.contains("/oauth/login"));
    let text = answer.to_string();
    let cookie = text.lines().find(|line| line.starts_with("> cookie")).expect("was sent");
    transcript!(text.replace(cookie, "> cookie: ..."));
}

#[tokio::test]
async fn it_goes_back_to_no_place_but_one_that_the_client_registered() {
    let world = World::new().await;
    let (app, other) = (world.app(|_| ()).await, world.app(|client| client.redirect_uris.clear()).await);
    let mut table = Table::default();
    table.name(app.id, "{app}");
    table.name(other.id, "{other}");
    for query in [
        String::new(),
        format!("client_id={}", app.id),
        format!("client_id={}&redirect_uri={CALLBACK}", app.id),
        format!("client_id={}&redirect_uri={CALLBACK}%3Fx=1", app.id),
        format!("client_id={}&redirect_uri=https://evil.example/", app.id),
        format!("client_id={}&redirect_uri={CALLBACK}", other.id),
        format!("client_id={NOBODY}&redirect_uri={CALLBACK}"),
        format!("client_id=x&redirect_uri={CALLBACK}"),
        format!("redirect_uri={CALLBACK}"),
        "redirect_uri=//evil.example".to_owned(),
        "client_id=%ff".to_owned(),
    ] {
        let answer = get(format!("/logout?{query}")).send(&world).await;
        assert!(answer.status != StatusCode::FOUND || answer.header("set-cookie").is_some(), "{answer}");
        table.row(&query, answer.gist());
    }
    transcript!(table);
}

#[tokio::test]
async fn the_page_speaks_the_language_that_its_reader_does() {
    let world = World::new().await;
    let app = world.app(|_| ()).await;
    let mut table = Table::default();
    for (accepted, query) in
        [("de", String::new()), ("de", "ui_locales=fr".to_owned()), ("ja", format!("client_id={}", app.id))]
    {
        let answer = get(format!("/logout?{query}")).header("accept-language", accepted).send(&world).await;
        table.row(format!("{accepted} {}", query.split('=').next().unwrap_or_default()), answer.gist());
    }
    transcript!(table);
}
