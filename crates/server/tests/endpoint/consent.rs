//! The consent page, where the operator wants people to be asked.

use axum::http::StatusCode;
use chancery_core::client::Client;
use chancery_core::policy::Policy;
use chancery_core::types::Scope;
use serde_json::json;

use crate::world::{
    Answer, Browser, PASSWORD, Robot, Somebody, Table, World, code, csrf, get, post, request, transcript,
};

async fn asking() -> (World, Robot, Somebody) {
    let world = World::with(Policy { require_consent: true, ..Policy::default() }).await;
    let shape = |client: &mut Client| client.scope = Scope::parse("users oauth:readonly").expect("known");
    let (app, ada) = (world.app(shape).await, world.somebody("Ada", &[]).await);
    (world, app, ada)
}

/// The consent page, for who has just logged in.
async fn page(browser: &Browser<'_>, app: &Robot, ada: &Somebody, more: &str) -> Answer {
    let page = browser.authorize(&format!("{}{more}", request(app))).await;
    if page.asked.contains("/oauth/login") { browser.log_in(&page, &ada.email, PASSWORD).await } else { page }
}

fn decide(page: &Answer, decision: &str) -> crate::world::Ask {
    Browser::filled(page, "/oauth/consent", &[("decision", decision)])
}

#[tokio::test]
async fn the_page_as_it_is_sent() {
    let (world, app, ada) = asking().await;
    let browser = Browser::of(&world);
    let page = page(&browser, &app, &ada, "").await;
    let text = page.to_string();
    let cookies = text.lines().filter(|line| line.starts_with("> cookie")).collect::<Vec<_>>().join("\n");
    insta::with_settings!({ snapshot_path => "../snapshots", omit_expression => true }, {
        insta::assert_snapshot!(text.replace(&cookies, "> cookie: ...").replace(&csrf(&page), "{csrf}"));
    });
}

#[tokio::test]
async fn who_said_yes_is_asked_again_only_for_more() {
    let (world, app, ada) = asking().await;
    let browser = Browser::of(&world);
    let mut table = Table::default();
    table.name(app.id, "{app}");
    let users = page(&browser, &app, &ada, "&scope=users").await;
    table.row("users", users.gist());
    let allowed = browser.send(decide(&users, "allow")).await;
    assert_eq!(world.exchange(&app, &code(&allowed)).send(&world).await.json()["scope"], "users");
    table.row("yes", &allowed.gist()[..33]);
    for more in ["&scope=users", "&scope=oauth:readonly", "", "&scope=users%20oauth:readonly"] {
        let answer = page(&browser, &app, &ada, more).await;
        table.row(format!("again{more}"), &answer.gist()[..30]);
    }
    let all = page(&browser, &app, &ada, "").await;
    browser.send(decide(&all, "allow")).await;
    for more in ["", "&scope=oauth:readonly"] {
        table.row(format!("then{more}"), &page(&browser, &app, &ada, more).await.gist()[..30]);
    }
    let other = world.app(|_| ()).await;
    table.row("another client", page(&browser, &other, &ada, "").await.gist());
    transcript!(table);
}

#[tokio::test]
async fn who_says_no_sends_an_error_and_is_asked_again() {
    let (world, app, ada) = asking().await;
    let browser = Browser::of(&world);
    let asked = page(&browser, &app, &ada, "").await;
    let denied = browser.send(decide(&asked, "deny")).await;
    let expected = "303 -> https://app.example/cb?error=access_denied&error_description=the+person+denied+the+request&state=s+1";
    assert_eq!(denied.gist(), expected);
    assert_eq!(page(&browser, &app, &ada, "").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_answer_that_is_not_from_our_page_is_none() {
    let (world, app, ada) = asking().await;
    let browser = Browser::of(&world);
    let asked = page(&browser, &app, &ada, "&scope=users").await;
    let more = page(&browser, &app, &ada, "").await;
    let stranger = Browser::of(&world);
    let theirs = page(&stranger, &app, &ada, "&scope=users").await;
    let account = browser.visit("/account").await;
    let mut table = Table::default();
    let path = format!("/oauth/consent?{}&scope=users", request(&app));
    let send = |csrf: &str| {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", csrf).append_pair("decision", "allow");
        post(&path).form(body.finish())
    };
    table.row("no token", browser.send(send("")).await.gist());
    table.row("another session's token", browser.send(send(&csrf(&theirs))).await.gist());
    table.row("the token of another request", browser.send(send(&csrf(&more))).await.gist());
    table.row("the token of another page", browser.send(send(&csrf(&account))).await.gist());
    table.row("no session", send(&csrf(&asked)).send(&world).await.gist());
    let foreign = send(&csrf(&asked)).header("sec-fetch-site", "cross-site");
    table.row("from another site", browser.send(foreign).await.gist());
    let foreign = send(&csrf(&asked)).header("host", "id.example").header("origin", "https://evil.example");
    table.row("from another origin", browser.send(foreign).await.gist());
    let neither = browser.send(decide(&asked, "perhaps")).await;
    table.row("neither yes nor no", neither.gist().replace(&app.id.to_string(), "{app}"));
    table.row("ours", &browser.send(decide(&asked, "allow")).await.gist()[..33]);
    transcript!(table);
}

#[tokio::test]
async fn the_page_is_for_who_has_logged_in_and_a_request_that_is_one() {
    let (world, app, ada) = asking().await;
    let mut table = Table::default();
    table.name(app.id, "{app}");
    let path = format!("/oauth/consent?{}", request(&app));
    table.row("nobody", get(&path).send(&world).await.gist());
    table.row("no request", get("/oauth/consent").send(&world).await.gist());
    let browser = Browser::of(&world);
    let asked = page(&browser, &app, &ada, "").await;
    table.row("a request that is refused", browser.visit(format!("{path}&code_challenge=x")).await.gist());
    table.row(
        "another account",
        browser.visit(format!("/oauth/login?{}&prompt=login", request(&app))).await.gist(),
    );
    browser.visit("/logout").await;
    table.row("yes, after the logout", browser.send(decide(&asked, "allow")).await.gist());
    transcript!(table);
}

#[tokio::test]
async fn what_was_taken_back_is_asked_for_again_and_not_given_by_the_way() {
    let (world, app, ada) = asking().await;
    let browser = Browser::of(&world);
    let asked = page(&browser, &app, &ada, "").await;
    let allowed = browser.send(decide(&asked, "allow")).await;
    let tokens = world.exchanged(&app, &code(&allowed)).await;
    let path = format!("/api/v2/oauth/authorizations/{}", app.id);
    let revoked = crate::world::delete(&path).bearer(&tokens.access).send(&world).await;
    assert_eq!(revoked.status, StatusCode::NO_CONTENT, "{revoked}");
    let again = page(&browser, &app, &ada, "&scope=users").await;
    assert_eq!(again.status, StatusCode::OK, "{again}");
    let allowed = browser.send(decide(&again, "allow")).await;
    assert_eq!(allowed.status, StatusCode::SEE_OTHER);
    assert_eq!(page(&browser, &app, &ada, "").await.status, StatusCode::OK, "the rest was not given again");
    let dead = get("/api/v2/tokens/me").bearer(&tokens.access).send(&world).await;
    assert_eq!(dead.json()["code"], json!("bad.credentials"));
}
