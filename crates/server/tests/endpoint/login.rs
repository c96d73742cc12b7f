//! The login page: its form, its cookies, and who is let in.

use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use chancery_core::policy::{Login, Policy};
use chancery_core::types::Lifetime;
use chancery_core::user::UserState;

use crate::world::{Answer, Browser, PASSWORD, Table, World, csrf, delete, get, post, request, transcript};

/// All cookies that an answer sets, without their values.
fn set(answer: &Answer) -> String {
    let all = answer.headers.get_all(SET_COOKIE).iter().map(|it| {
        let text = it.to_str().expect("text");
        let (pair, attributes) = text.split_once(';').expect("attributes");
        let (name, value) = pair.split_once('=').expect("a pair");
        format!("{name}=({}){attributes}", value.len())
    });
    all.collect::<Vec<_>>().join("\n    ")
}

#[tokio::test]
async fn the_page_as_it_is_sent() {
    let world = World::new().await;
    let app = world.app(|_| ()).await;
    let page =
        get(format!("/oauth/login?{}", request(&app))).header("accept-language", "en").send(&world).await;
    transcript!(page);
}

#[tokio::test]
async fn cookies_are_for_this_host_alone_and_for_no_script() {
    let world = World::new().await;
    let (app, ada) = (world.app(|_| ()).await, world.somebody("Ada", &[]).await);
    let browser = Browser::of(&world);
    let mut table = Table::default();
    let begun = browser.visit(format!("/oauth/authorize?{}", request(&app))).await;
    table.row("authorize", set(&begun));
    let page = browser.follow(begun).await;
    table.row("the login page", set(&page));
    table.row("the login page again", set(&browser.visit(format!("/oauth/login?{}", request(&app))).await));
    let filled = Browser::filled(&page, "/oauth/login", &[("email", &ada.email), ("password", "wrong")]);
    table.row("a wrong password", set(&browser.send(filled).await));
    let filled = Browser::filled(&page, "/oauth/login", &[("email", &ada.email), ("password", PASSWORD)]);
    table.row("the login", set(&browser.send(filled).await));
    table.row("the logout", set(&browser.visit("/logout").await));
    transcript!(table);
}

#[tokio::test]
async fn who_is_not_let_in_is_not_told_why() {
    let world = World::new().await;
    let app = world.app(|_| ()).await;
    let (ada, bob, cyd) = (
        world.somebody("Ada", &[]).await,
        world.somebody("Bob", &[]).await,
        world.somebody("Cyd", &[]).await,
    );
    let other = world.found("Globex", "globex").await;
    let admin = world.administrator().await;
    delete(format!("/api/v2/users/{}", cyd.id)).bearer(&admin).send(&world).await;
    let mut inactive =
        chancery_store::Store::find_user(&*world.store, bob.id).await.expect("reads").expect("is there");
    inactive.state = UserState::Inactive;
    world.write(vec![chancery_core::write::Write::ReplaceUser(Box::new(inactive))]).await;
    let bare = world.user(|user| user.password = None).await;
    let mut refusals = Vec::new();
    for (email, password) in [
        (ada.email.clone(), "wrong"),
        (ada.email.clone(), ""),
        (ada.email.clone(), &"x".repeat(2000)),
        ("nobody@acme.example".to_owned(), PASSWORD),
        (bob.email.clone(), PASSWORD),
        (cyd.email.clone(), PASSWORD),
        (format!("{bare}@acme.example"), ""),
        (format!("admin@{}.example", if other.id == world.acme.id { "acme" } else { "globex" }), PASSWORD),
    ] {
        let browser = Browser::of(&world);
        let page = browser.authorize(&request(&app)).await;
        let refused = browser.log_in(&page, &email, password).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{email}: {refused}");
        assert!(browser.cookie("session").is_none() && browser.cookie("device").is_none());
        let text = String::from_utf8_lossy(&refused.body)
            .replace(&email, "{email}")
            .replace(&csrf(&refused), "{csrf}");
        refusals.push(text);
    }
    refusals.dedup();
    assert_eq!(refusals.len(), 1, "{refusals:#?}");
    for spelling in ["ADA@Acme.Example", " ada@acme.example "] {
        let browser = Browser::of(&world);
        let page = browser.authorize(&request(&app)).await;
        let answer = browser.log_in(&page, spelling, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::FOUND, "{answer}");
    }
}

#[tokio::test]
async fn a_form_that_is_not_ours_lets_nobody_in() {
    let world = World::new().await;
    let (app, ada) = (world.app(|_| ()).await, world.somebody("Ada", &[]).await);
    let mut table = Table::default();
    let path = format!("/oauth/login?{}", request(&app));
    let fill = |csrf: &str| {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", csrf).append_pair("email", &ada.email).append_pair("password", PASSWORD);
        post(&path).form(body.finish())
    };
    let browser = Browser::of(&world);
    let own = csrf(&browser.visit(&path).await);
    let stranger = Browser::of(&world);
    let theirs = csrf(&stranger.visit(&path).await);
    table.row("no token", browser.send(fill("")).await.gist());
    table.row("rubbish", browser.send(fill("rubbish")).await.gist());
    table.row("another browser's token", browser.send(fill(&theirs)).await.gist());
    table.row("no cookie", fill(&own).send(&world).await.gist());
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "nonsense"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "https://id.example:8443"),
    ] {
        let ask = fill(&own).header("host", "id.example").header(name, value);
        table.row(format!("{name}: {value}"), browser.send(ask).await.gist());
    }
    // A session that was stolen before does not make a form.
    let logged_in = Browser::of(&world);
    logged_in.code(&app, &ada).await;
    let consent = logged_in.visit("/account").await;
    table.row("the token of another page", browser.send(fill(&csrf(&consent))).await.gist());
    for (name, value) in
        [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "none"), ("origin", "https://id.example")]
    {
        let browser = Browser::of(&world);
        let own = csrf(&browser.visit(&path).await);
        let answer = browser.send(fill(&own).header("host", "id.example").header(name, value)).await;
        table.row(format!("{name}: {value}"), answer.status.as_u16());
    }
    transcript!(table);
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_a_page_too() {
    let world = World::new().await;
    let app = world.app(|_| ()).await;
    let path = format!("/oauth/login?{}", request(&app));
    let mut table = Table::default();
    for (case, ask) in [
        ("JSON", post(&path).header("content-type", "application/json").body("{}")),
        ("no UTF-8", post(&path).form(&b"email=%ff"[..])),
        ("twice", post(&path).form("email=a&email=b")),
        ("no request", post("/oauth/login").form("email=a")),
        ("a request that is refused", post(format!("{path}&state=x")).form("email=a")),
        ("too large", post(&path).form("x".repeat(300_000))),
    ] {
        table.row(case, ask.send(&world).await.gist().replace(&app.id.to_string(), "{app}"));
    }
    transcript!(table);
}

#[tokio::test]
async fn after_too_many_attempts_even_the_right_password_waits() {
    let world = World::new().await;
    let (app, ada) = (world.app(|_| ()).await, world.somebody("Ada", &[]).await);
    let browser = Browser::of(&world);
    let page = browser.authorize(&request(&app)).await;
    let mut judged = 0;
    let throttled = loop {
        let answer = browser.log_in(&page, &ada.email, "wrong").await;
        if answer.status != StatusCode::BAD_REQUEST {
            break answer;
        }
        judged += 1;
        assert!(judged < 20);
    };
    assert_eq!((judged, throttled.status), (6, StatusCode::TOO_MANY_REQUESTS), "{throttled}");
    let seconds: i64 = throttled.header("retry-after").expect("a time").parse().expect("seconds");
    let right = browser.log_in(&page, &ada.email, PASSWORD).await;
    assert_eq!(right.status, StatusCode::TOO_MANY_REQUESTS, "{right}");
    world.pass(seconds * 1000);
    let right = browser.log_in(&page, &ada.email, PASSWORD).await;
    assert_eq!(right.status, StatusCode::FOUND, "{right}");
    let mut table = Table::default();
    table.row(format!("after {judged} attempts, Retry-After: {seconds}"), throttled.gist());
    transcript!(table);
}

#[tokio::test]
async fn a_page_speaks_the_language_that_its_reader_does() {
    let world = World::new().await;
    let app = world.app(|_| ()).await;
    let mut table = Table::default();
    for (accepted, wished) in [
        (None, None),
        (Some("de"), None),
        (Some("ja, fr;q=0.5"), None),
        (Some("de"), Some("es")),
        (Some("fr"), Some("ja")),
        (Some("de-AT, en;q=0.9"), None),
        (Some("*"), None),
    ] {
        let locales = wished.map(|tag| format!("&ui_locales={tag}")).unwrap_or_default();
        let mut ask = get(format!("/oauth/login?{}{locales}", request(&app)));
        if let Some(accepted) = accepted {
            ask = ask.header("accept-language", accepted);
        }
        let page = ask.send(&world).await;
        let text = String::from_utf8_lossy(&page.body).into_owned();
        let language = text
            .split_once(r#"<html lang=""#)
            .expect("a language")
            .1
            .split('"')
            .next()
            .expect("a tag")
            .to_owned();
        table.row(
            format!("accept-language {accepted:?}, ui_locales {wished:?}"),
            format!("{language} {}", page.gist()),
        );
    }
    transcript!(table);
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_at_the_latest_when_it_is_old() {
    let seconds = Lifetime::from_seconds;
    let login = Login { session_idle: seconds(600), session_lifetime: seconds(3600), ..Login::default() };
    let world = World::with(Policy { login, ..Policy::default() }).await;
    let (app, ada) = (world.app(|_| ()).await, world.somebody("Ada", &[]).await);
    let goes_on = async |browser: &Browser| {
        let answer = browser.visit(format!("/oauth/authorize?{}", request(&app))).await;
        chancery_server::jobs::flush(world.app.clone()).await.expect("writes");
        answer.gist().contains("code=")
    };
    let idle = Browser::of(&world);
    idle.code(&app, &ada).await;
    world.pass(600_000);
    assert!(!goes_on(&idle).await);
    let busy = Browser::of(&world);
    busy.code(&app, &ada).await;
    for _ in 0..6 {
        world.pass(540_000);
        assert!(goes_on(&busy).await);
    }
    world.pass(360_000);
    assert!(!goes_on(&busy).await, "an hour is over");
}

#[tokio::test]
async fn a_new_login_ends_the_session_before_it_and_a_cookie_that_proves_nothing_is_none() {
    let world = World::new().await;
    let (app, ada) = (world.app(|_| ()).await, world.somebody("Ada", &[]).await);
    let browser = Browser::of(&world);
    browser.code(&app, &ada).await;
    let (_, first) = browser.cookie("session").expect("a session");
    let page = browser.authorize(&format!("{}&prompt=login", request(&app))).await;
    browser.log_in(&page, &ada.email, PASSWORD).await;
    let (_, second) = browser.cookie("session").expect("a session");
    assert_ne!(first, second);
    for wrong in [
        &*first,
        "x",
        &second[1..],
        &format!("{second}A"),
        &second.replace(&second[second.len() - 3..], "AAA"),
    ] {
        let thief = Browser::of(&world);
        thief.code(&app, &ada).await;
        thief.tamper("session", wrong);
        let answer = thief.visit(format!("/oauth/authorize?{}", request(&app))).await;
        assert!(answer.gist().contains("-> login?"), "{wrong}: {answer}");
    }
}
