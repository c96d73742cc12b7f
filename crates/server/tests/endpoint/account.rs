//! `/account`: what a person sees and changes of their own account.

use axum::http::StatusCode;
use chancery_core::policy::{Login, Policy};

use crate::world::{
    Answer, Ask, Browser, PASSWORD, Robot, Somebody, Table, World, csrf, get, post, request, transcript,
};

const NEW: &str = "quartz lantern meadow";

fn act(page: &Answer, members: &[(&str, &str)]) -> Ask {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.append_pair("csrf", &csrf(page)).extend_pairs(members);
    post("/account").form(body.finish())
}

fn password(page: &Answer, old: &str, new: &str) -> Ask {
    act(page, &[("change_password", "yes"), ("old_password", old), ("new_password", new)])
}

/// Somebody in two browsers, and with a token.
async fn signed_in(policy: Policy) -> (World, Robot, Somebody) {
    let world = World::with(policy).await;
    let (app, ada) = (world.app(|_| ()).await, world.somebody("Ada", &[]).await);
    (world, app, ada)
}

/// Does something on the page, and looks at what became of it.
async fn done(browser: &Browser<'_>, ask: Ask) -> Answer {
    let answer = browser.send(ask).await;
    match answer.header("location") {
        Some(location) => browser.visit(format!("/{location}")).await,
        None => answer,
    }
}

/// The values of the buttons of that name.
fn buttons(page: &Answer, name: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(&page.body).into_owned();
    let before = format!(r#"name="{name}" value=""#);
    let found = text.split(&before).skip(1);
    found.map(|rest| rest.split('"').next().expect("a value").to_owned()).collect()
}

async fn is_in(browser: &Browser<'_>, app: &Robot) -> bool {
    browser.visit(format!("/oauth/authorize?{}", request(app))).await.gist().contains("code=")
}

#[tokio::test]
async fn the_page_as_it_is_sent() {
    let (world, app, ada) = signed_in(Policy::default()).await;
    let browser = Browser::of(&world);
    browser.code(&app, &ada).await;
    let page = browser.visit("/account").await;
    let text = page.to_string();
    let cookie = text.lines().find(|line| line.starts_with("> cookie")).expect("was sent").to_owned();
    transcript!(text.replace(&cookie, "> cookie: ...").replace(&csrf(&page), "{csrf}"));
}

#[tokio::test]
async fn nobody_sees_nothing_and_changes_nothing() {
    let (world, app, ada) = signed_in(Policy::default()).await;
    let browser = Browser::of(&world);
    browser.code(&app, &ada).await;
    let page = browser.visit("/account").await;
    let mut table = Table::default();
    table.row("nobody looks", get("/account").send(&world).await.gist());
    table.row("nobody acts", password(&page, PASSWORD, NEW).send(&world).await.gist());
    let stranger = Browser::of(&world);
    let bob = world.somebody("Bob", &[]).await;
    stranger.code(&app, &bob).await;
    table.row("another's token", stranger.send(password(&page, PASSWORD, NEW)).await.gist());
    let path = format!("/oauth/login?{}&prompt=login", request(&app));
    let login = browser.visit(path).await;
    table.row("the token of another page", browser.send(password(&login, PASSWORD, NEW)).await.gist());
    table.row("no token", browser.send(post("/account").form("log_out=yes")).await.gist());
    let foreign = act(&page, &[("log_out", "yes")]).header("sec-fetch-site", "cross-site");
    table.row("from another site", browser.send(foreign).await.gist());
    let foreign = act(&page, &[("log_out", "yes")])
        .header("host", "id.example")
        .header("origin", "https://evil.example");
    table.row("from another origin", browser.send(foreign).await.gist());
    table.row(
        "nothing of what the page offers",
        browser.send(act(&page, &[("surprise", "yes")])).await.gist(),
    );
    table.row(
        "JSON",
        browser.send(post("/account").header("content-type", "application/json").body("{}")).await.gist(),
    );
    transcript!(table);
    assert!(is_in(&browser, &app).await && is_in(&stranger, &app).await);
}

#[tokio::test]
async fn sessions_are_seen_and_ended() {
    let (world, app, ada) = signed_in(Policy::default()).await;
    let [one, two, three] = [Browser::of(&world), Browser::of(&world), Browser::of(&world)];
    for browser in [&one, &two, &three] {
        browser.code(&app, &ada).await;
        world.pass(1000);
    }
    let page = one.visit("/account").await;
    let sessions = buttons(&page, "end_session");
    assert_eq!(sessions.len(), 3, "{page}");
    // The newest first.
    let ended = done(&one, act(&page, &[("end_session", &sessions[0])])).await;
    assert_eq!(ended.gist(), r#"200 "Your account · Chancery" That session has ended."#);
    assert!(is_in(&one, &app).await && is_in(&two, &app).await && !is_in(&three, &app).await);
    let others = done(&one, act(&page, &[("end_others", "yes")])).await;
    assert_eq!(buttons(&others, "end_session").len(), 1, "{others}");
    assert!(is_in(&one, &app).await && !is_in(&two, &app).await);
    for wrong in ["0", "x", "99999", &sessions[0]] {
        assert_eq!(done(&one, act(&page, &[("end_session", wrong)])).await.status, StatusCode::OK);
    }
    assert!(is_in(&one, &app).await);
    let own = one.send(act(&page, &[("end_session", &sessions[2])])).await;
    assert!(one.cookie("session").is_none(), "{own}");
    assert!(!is_in(&one, &app).await);
}

#[tokio::test]
async fn nobody_ends_the_session_of_another() {
    let (world, app, ada) = signed_in(Policy::default()).await;
    let (hers, theirs) = (Browser::of(&world), Browser::of(&world));
    hers.code(&app, &ada).await;
    let bob = world.somebody("Bob", &[]).await;
    theirs.code(&app, &bob).await;
    let her = buttons(&hers.visit("/account").await, "end_session");
    let page = theirs.visit("/account").await;
    theirs.send(act(&page, &[("end_session", &her[0])])).await;
    assert!(is_in(&hers, &app).await && is_in(&theirs, &app).await);
}

#[tokio::test]
async fn an_application_loses_its_access() {
    let (world, app, ada) = signed_in(Policy::default()).await;
    let browser = Browser::of(&world);
    let code = browser.code(&app, &ada).await;
    let tokens = world.exchanged(&app, &code).await;
    let page = browser.visit("/account").await;
    assert_eq!(buttons(&page, "revoke_consent"), [app.id.to_string()]);
    let revoked = done(&browser, act(&page, &[("revoke_consent", &app.id.to_string())])).await;
    assert_eq!(buttons(&revoked, "revoke_consent"), Vec::<String>::new(), "{revoked}");
    assert_eq!(
        get("/api/v2/tokens/me").bearer(&tokens.access).send(&world).await.status,
        StatusCode::UNAUTHORIZED
    );
    for wrong in [crate::world::NOBODY, "x"] {
        let answer = browser.send(act(&page, &[("revoke_consent", wrong)])).await;
        assert!(answer.status.is_success() || answer.status.is_client_error(), "{answer}");
    }
}

#[tokio::test]
async fn a_password_is_changed_and_only_this_browser_stays() {
    let (world, app, ada) = signed_in(Policy::default()).await;
    let (one, two) = (Browser::of(&world), Browser::of(&world));
    two.code(&app, &ada).await;
    let code = one.code(&app, &ada).await;
    let tokens = world.exchanged(&app, &code).await;
    let page = one.visit("/account").await;
    let (_, before) = one.cookie("session").expect("a session");
    let changed = done(&one, password(&page, PASSWORD, NEW)).await;
    let (_, after) = one.cookie("session").expect("a session");
    assert_ne!(before, after);
    assert_eq!(buttons(&changed, "end_session").len(), 1, "{changed}");
    assert!(is_in(&one, &app).await && !is_in(&two, &app).await);
    assert_eq!(
        get("/api/v2/tokens/me").bearer(&tokens.access).send(&world).await.status,
        StatusCode::UNAUTHORIZED
    );
    // The forms of the page that came with it work.
    let out = one.send(act(&changed, &[("log_out", "yes")])).await;
    assert!(one.cookie("session").is_none());
    let mut table = Table::default();
    table.row("changed", changed.gist());
    table.row("logged out", out.gist());
    transcript!(table);
}

#[tokio::test]
async fn where_nothing_is_to_be_revoked_all_stay() {
    let login = Login { revoke_on_password_change: false, ..Login::default() };
    let (world, app, ada) = signed_in(Policy { login, ..Policy::default() }).await;
    let (one, two) = (Browser::of(&world), Browser::of(&world));
    two.code(&app, &ada).await;
    let code = one.code(&app, &ada).await;
    let tokens = world.exchanged(&app, &code).await;
    let page = one.visit("/account").await;
    let changed = one.send(password(&page, PASSWORD, NEW)).await;
    assert_eq!((changed.status, changed.header("set-cookie")), (StatusCode::SEE_OTHER, None), "{changed}");
    assert!(is_in(&one, &app).await && is_in(&two, &app).await);
    assert_eq!(get("/api/v2/tokens/me").bearer(&tokens.access).send(&world).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_password_that_is_not_taken_is_explained() {
    let (world, app, ada) = signed_in(Policy::default()).await;
    let browser = Browser::of(&world);
    browser.code(&app, &ada).await;
    let page = browser.visit("/account").await;
    let mut table = Table::default();
    let long = "x".repeat(1025);
    for (case, old, new) in [
        ("a wrong old one", "wrong", NEW),
        ("no old one", "", NEW),
        ("no new one", PASSWORD, ""),
        ("a short one", PASSWORD, "short"),
        ("a common one", PASSWORD, "password1"),
        ("the current one", PASSWORD, PASSWORD),
        ("a long one", PASSWORD, &long),
    ] {
        let answer = browser.send(password(&page, old, new)).await;
        assert!(!String::from_utf8_lossy(&answer.body).contains(PASSWORD), "{answer}");
        table.row(case, answer.gist());
    }
    for _ in 0..6 {
        browser.send(password(&page, "wrong", NEW)).await;
    }
    let throttled = browser.send(password(&page, PASSWORD, NEW)).await;
    table.row("the right old one after six wrong ones", throttled.gist());
    assert!(throttled.header("retry-after").is_some(), "{throttled}");
    transcript!(table);
    assert!(is_in(&browser, &app).await);
}
