//! `/account/login`: the login of whoever is on the way to their own account.

use axum::http::StatusCode;

use crate::world::{Answer, Browser, PASSWORD, Table, World, csrf, get, post, transcript};

const PATH: &str = "/account/login";

fn filled(page: &Answer, query: &str, email: &str, password: &str) -> crate::world::Ask {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.append_pair("csrf", &csrf(page)).append_pair("email", email).append_pair("password", password);
    post(format!("{PATH}{query}")).form(body.finish())
}

#[tokio::test]
async fn a_person_gets_to_their_account_without_a_client() {
    let world = World::new().await;
    let ada = world.somebody("Ada", &[]).await;
    let browser = Browser::of(&world);
    let mut table = Table::default();
    table.row("the account", browser.visit("/account").await.gist());
    let page = browser.visit(PATH).await;
    table.row("the login", page.gist());
    table.row("a wrong password", browser.send(filled(&page, "", &ada.email, "wrong")).await.gist());
    table.row("the right one", browser.send(filled(&page, "", &ada.email, PASSWORD)).await.gist());
    table.row("the account, signed in", browser.visit("/account").await.gist());
    table.row("the login, signed in", browser.visit(PATH).await.gist());
    transcript!(table);
}

#[tokio::test]
async fn where_there_are_several_organizations_one_must_be_named() {
    let world = World::new().await;
    world.found("Globex", "globex").await;
    let ada = world.somebody("Ada", &[]).await;
    let browser = Browser::of(&world);
    let mut table = Table::default();
    for query in
        ["", "?org=nobody", "?org=ACME", "?org=globex&ui_locales=de", "?org=acme&org=globex", "?org=%ff"]
    {
        table.row(format!("/account{query}"), browser.visit(format!("/account{query}")).await.gist());
        table.row(format!("{PATH}{query}"), browser.visit(format!("{PATH}{query}")).await.gist());
    }
    let page = browser.visit(format!("{PATH}?org=globex")).await;
    let theirs = browser.send(filled(&page, "?org=globex", &ada.email, PASSWORD)).await;
    table.row("Ada at the other's", theirs.gist());
    table.row("Ada at her own", browser.send(filled(&page, "?org=acme", &ada.email, PASSWORD)).await.gist());
    table.row("her account", browser.visit("/account").await.gist());
    transcript!(table);
}

#[tokio::test]
async fn a_form_that_is_not_ours_lets_nobody_in_and_guesses_get_slower() {
    let world = World::new().await;
    let ada = world.somebody("Ada", &[]).await;
    let (browser, stranger) = (Browser::of(&world), Browser::of(&world));
    let (page, theirs) = (browser.visit(PATH).await, stranger.visit(PATH).await);
    let mut table = Table::default();
    let send = async |page, name: &'static str, value: &str| {
        let ask = filled(page, "", &ada.email, PASSWORD).header("host", "id.example");
        browser.send(if name.is_empty() { ask } else { ask.header(name, value) }).await.gist()
    };
    table.row("another browser's form", send(&theirs, "", "").await);
    table.row("from another site", send(&page, "sec-fetch-site", "cross-site").await);
    table.row("from another origin", send(&page, "origin", "https://evil.example").await);
    table.row("no cookie", filled(&page, "", &ada.email, PASSWORD).send(&world).await.gist());
    for _ in 0..6 {
        let wrong = browser.send(filled(&page, "", &ada.email, "wrong")).await;
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    let throttled = browser.send(filled(&page, "", &ada.email, PASSWORD)).await;
    assert!(throttled.header("retry-after").is_some(), "{throttled}");
    table.row("the seventh", throttled.gist());
    table.row("rubbish", post(PATH).body("x").send(&world).await.gist());
    table.row(
        "a look with a query that stands twice",
        get("/account/login?org=a&org=b").send(&world).await.gist(),
    );
    transcript!(table);
}
