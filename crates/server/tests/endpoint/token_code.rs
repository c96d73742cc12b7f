//! The token endpoint for people: codes, refresh tokens, and passwords in the vendor's dialect.

use axum::http::StatusCode;
use chancery_core::policy::{Login, Policy};
use chancery_core::types::Lifetime;
use serde_json::json;

use crate::world::{
    Answer, Ask, Browser, CALLBACK, PASSWORD, Robot, Somebody, Table, Tokens, VERIFIER, World, challenge,
    code, get, grant_types, post, request, transcript,
};

async fn people() -> (World, Robot, Somebody) {
    let world = World::new().await;
    let (app, ada) = (world.app(|_| ()).await, world.somebody("Ada", &[]).await);
    (world, app, ada)
}

/// A code that is bound to `VERIFIER`.
async fn bound(world: &World, app: &Robot, ada: &Somebody) -> String {
    let browser = Browser::of(world);
    let query = format!("{}&code_challenge={}&code_challenge_method=S256", request(app), challenge());
    let page = browser.authorize(&query).await;
    code(&browser.log_in(&page, &ada.email, PASSWORD).await)
}

/// An answer without what nobody can foresee.
fn shown(answer: &Answer) -> String {
    let mut text = answer.to_string();
    for line in answer.asked.lines().filter(|line| line.contains("code=") || line.contains("refresh_token="))
    {
        let kept = line.split('&').map(|pair| match pair.split_once('=') {
            Some((name @ ("code" | "refresh_token"), _)) => format!("{name}=..."),
            _ => pair.to_owned(),
        });
        text = text.replace(line, &kept.collect::<Vec<_>>().join("&"));
    }
    text
}

#[tokio::test]
async fn a_code_is_exchanged_and_the_refresh_token_for_the_next() {
    let (world, app, ada) = people().await;
    let code = Browser::of(&world).code(&app, &ada).await;
    assert!(code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{code}");
    let first = world.exchange(&app, &code).send(&world).await;
    let tokens = Tokens::of(&first);
    let second = world.refresh(&app, &tokens).send(&world).await;
    let members: Vec<_> = first.json().as_object().expect("an object").keys().cloned().collect();
    assert_eq!(members, ["access_token", "expires_in", "refresh_token", "scope", "token_type"]);
    transcript!(shown(&first), shown(&second));
    let next = Tokens::of(&second);
    assert_ne!(next.refresh, tokens.refresh);
    for token in [&tokens.access, &next.access] {
        assert_eq!(get("/api/v2/users/me").bearer(token).send(&world).await.json()["id"], ada.id.to_string());
    }
}

#[tokio::test]
async fn a_code_is_refused_for_whatever_is_wrong_with_it() {
    let (world, app, ada) = people().await;
    let other = world.app(|_| ()).await;
    let mut table = Table::default();
    let browser = Browser::of(&world);
    let ask = |robot: &Robot, form: String| {
        post("/oauth/token").basic(&robot.id.to_string(), robot.secret.expose()).form(form)
    };
    let of = |code: &str| format!("grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}");
    let code = browser.code(&app, &ada).await;
    let bent = format!("{}AAAA", &code[..code.len() - 4]);
    for (case, ask) in [
        ("no code", ask(&app, format!("grant_type=authorization_code&redirect_uri={CALLBACK}"))),
        ("rubbish", ask(&app, of("rubbish"))),
        ("a bent code", ask(&app, of(&bent))),
        ("another client", ask(&other, of(&code))),
        (
            "a client that proves nothing",
            post("/oauth/token").form(format!("{}&client_id={}", of(&code), app.id)),
        ),
        ("no redirect URI", ask(&app, format!("grant_type=authorization_code&code={code}"))),
        (
            "another redirect URI",
            ask(
                &app,
                format!("grant_type=authorization_code&code={code}&redirect_uri=https://app.example/c"),
            ),
        ),
        ("a verifier without challenge", ask(&app, format!("{}&code_verifier={VERIFIER}", of(&code)))),
        (
            "the other side",
            post("/oauth2/token").basic(&app.id.to_string(), app.secret.expose()).form(of(&code)),
        ),
    ] {
        table.row(case, ask.send(&world).await.verdict());
    }
    let first = ask(&app, of(&code)).send(&world).await;
    table.row("nothing is wrong", first.verdict());
    world.pass(9999);
    table.row("again within ten seconds", ask(&app, of(&code)).send(&world).await.verdict());
    let access = Tokens::of(&first).access;
    assert_eq!(get("/api/v2/tokens/me").bearer(&access).send(&world).await.status, StatusCode::OK);
    world.pass(1);
    table.row("again later", ask(&app, of(&code)).send(&world).await.verdict());
    assert_eq!(get("/api/v2/tokens/me").bearer(&access).send(&world).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.refresh(&app, &Tokens::of(&first)).send(&world).await.status, StatusCode::BAD_REQUEST);
    let late = browser.code(&app, &ada).await;
    world.pass(60_000);
    table.row("after a minute", ask(&app, of(&late)).send(&world).await.verdict());
    transcript!(table);
}

#[tokio::test]
async fn a_public_client_proves_itself_with_the_verifier() {
    let (world, app, ada) = people().await;
    let mut table = Table::default();
    let code = bound(&world, &app, &ada).await;
    let of = |verifier: &str| {
        format!(
            "grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}&client_id={}{verifier}",
            app.id
        )
    };
    let wrong = "x".repeat(43);
    for (case, verifier) in [
        ("no verifier", String::new()),
        ("null", "&code_verifier=null".to_owned()),
        ("another", format!("&code_verifier={wrong}")),
        ("the challenge", format!("&code_verifier={}", challenge())),
    ] {
        table.row(case, post("/oauth/token").form(of(&verifier)).send(&world).await.verdict());
    }
    let right = format!("&code_verifier={VERIFIER}");
    let secret = post("/oauth/token").basic(&app.id.to_string(), "wrong").form(of(&right));
    table.row("a wrong secret", secret.send(&world).await.verdict());
    let answer = post("/oauth/token").form(of(&right)).send(&world).await;
    table.row("the right one", answer.verdict());
    let tokens = Tokens::of(&answer);
    let refresh = format!(
        "grant_type=refresh_token&refresh_token={}&client_id={}",
        tokens.refresh.expect("one"),
        app.id
    );
    table.row("its refresh", post("/oauth/token").form(refresh).send(&world).await.verdict());
    // As the vendor's command line does: its id by Basic, with an empty secret.
    let code = bound(&world, &app, &ada).await;
    let form = format!(
        "grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}&client_id={}{right}",
        app.id
    );
    let basic = post("/oauth/token").basic(&app.id.to_string(), "").form(form);
    table.row("with an empty secret", basic.send(&world).await.verdict());
    transcript!(table);
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_a_little_longer() {
    let (world, app, ada) = people().await;
    let tokens = world.logged_in(&app, &ada).await;
    let first = Tokens::of(&world.refresh(&app, &tokens).send(&world).await);
    world.pass(29_999);
    let again = Tokens::of(&world.refresh(&app, &tokens).send(&world).await);
    assert_eq!(first.refresh, again.refresh, "an answer that was lost is given again");
    assert_ne!(first.access, again.access);
    world.pass(1);
    let replayed = world.refresh(&app, &tokens).send(&world).await;
    transcript!(shown(&replayed));
    for token in [&tokens, &first, &again] {
        assert_eq!(
            get("/api/v2/tokens/me").bearer(&token.access).send(&world).await.status,
            StatusCode::UNAUTHORIZED
        );
        assert_eq!(world.refresh(&app, token).send(&world).await.json()["error"], "invalid_grant");
    }
}

#[tokio::test]
async fn a_refresh_token_is_refused_for_whatever_is_wrong_with_it() {
    let (world, app, ada) = people().await;
    let other = world.app(|_| ()).await;
    let tokens = world.logged_in(&app, &ada).await;
    let refresh = tokens.refresh.clone().expect("one");
    let mut table = Table::default();
    let ask = |path: &str, robot: &Robot, form: String| {
        post(path).basic(&robot.id.to_string(), robot.secret.expose()).form(form)
    };
    let of = |token: &str| format!("grant_type=refresh_token&refresh_token={token}");
    for (case, ask) in [
        ("none", ask("/oauth/token", &app, "grant_type=refresh_token".to_owned())),
        ("rubbish", ask("/oauth/token", &app, of("rubbish"))),
        ("a bent one", ask("/oauth/token", &app, of(&format!("{}AAAA", &refresh[..refresh.len() - 4])))),
        ("another client", ask("/oauth/token", &other, of(&refresh))),
        (
            "a client that proves nothing",
            post("/oauth/token").form(format!("{}&client_id={}", of(&refresh), app.id)),
        ),
        ("the other side", ask("/oauth2/token", &app, of(&refresh))),
        (
            "a scope that was not allowed",
            ask("/oauth/token", &app, format!("{}&scope=telephony", of(&refresh))),
        ),
        ("less of the scope", ask("/oauth/token", &app, format!("{}&scope=users", of(&refresh)))),
    ] {
        let answer = ask.send(&world).await;
        let scope =
            if answer.status == StatusCode::OK { answer.json()["scope"].to_string() } else { String::new() };
        table.row(case, format!("{} {scope}", answer.verdict()).trim());
    }
    transcript!(table);
}

#[tokio::test]
async fn a_login_is_refreshed_for_thirty_days_and_no_longer() {
    let login = Login { refresh_lifetime: Lifetime::from_seconds(7200), ..Login::default() };
    let world = World::with(Policy { login, ..Policy::default() }).await;
    let (app, ada) = (world.app(|_| ()).await, world.somebody("Ada", &[]).await);
    let mut tokens = world.logged_in(&app, &ada).await;
    for _ in 0..2 {
        world.pass(3_599_000);
        tokens = Tokens::of(&world.refresh(&app, &tokens).send(&world).await);
    }
    world.pass(2000);
    let ended = world.refresh(&app, &tokens).send(&world).await;
    assert_eq!(ended.json()["error"], "invalid_grant", "{ended}");
}

/// A request with a password, and these members besides.
fn password(robot: &Robot, email: &str, password: &str, more: &str) -> Ask {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "password")
        .append_pair("username", email)
        .append_pair("password", password);
    let form = format!("{}{more}", form.finish());
    post("/oauth/token").basic(&robot.id.to_string(), robot.secret.expose()).form(form)
}

#[tokio::test]
async fn a_password_is_taken_where_the_operator_wants_it() {
    let world = World::with(Policy { password_grant: true, ..Policy::default() }).await;
    let app = world.app(|client| client.grant_types = grant_types("PASSWORD")).await;
    let (web, ada) = (world.app(|_| ()).await, world.somebody("Ada", &[]).await);
    let answer = password(&app, " ADA@acme.example", PASSWORD, "&orgName=ACME").send(&world).await;
    let mut table = Table::default();
    for (case, ask) in [
        ("a wrong password", password(&app, &ada.email, "wrong", "")),
        ("nobody", password(&app, "nobody@acme.example", PASSWORD, "")),
        ("another organization", password(&app, &ada.email, PASSWORD, "&orgName=globex")),
        ("no organization", password(&app, &ada.email, PASSWORD, "")),
        ("no password", password(&app, &ada.email, "", "")),
        ("no user", password(&app, "", PASSWORD, "")),
        ("a scope of another's", password(&app, &ada.email, PASSWORD, "&scope=telephony")),
        ("a client of codes", password(&web, &ada.email, PASSWORD, "")),
        (
            "no client",
            post("/oauth/token")
                .form(format!("grant_type=password&username=a&password=b&client_id={}", app.id)),
        ),
        ("the other side", {
            let form = format!("grant_type=password&username={}&password={PASSWORD}", ada.email);
            post("/oauth2/token").basic(&app.id.to_string(), app.secret.expose()).form(form)
        }),
    ] {
        table.row(case, ask.send(&world).await.verdict());
    }
    transcript!(answer, table);
    let json = answer.json();
    assert_eq!(json.get("refresh_token"), None, "a password is asked for each time");
    let me =
        get("/api/v2/users/me").bearer(json["access_token"].as_str().expect("a token")).send(&world).await;
    assert_eq!(me.json()["id"], json!(ada.id.to_string()));
}

#[tokio::test]
async fn a_password_is_guessed_no_faster_here_than_at_the_login_and_not_at_all_by_default() {
    let world = World::with(Policy { password_grant: true, ..Policy::default() }).await;
    let app = world.app(|client| client.grant_types = grant_types("PASSWORD")).await;
    let ada = world.somebody("Ada", &[]).await;
    for _ in 0..6 {
        password(&app, &ada.email, "wrong", "").send(&world).await;
    }
    let throttled = password(&app, &ada.email, PASSWORD, "").send(&world).await;
    let world = World::new().await;
    let app = world.app(|client| client.grant_types = grant_types("PASSWORD")).await;
    let off = password(&app, &ada.email, PASSWORD, "").send(&world).await;
    let mut table = Table::default();
    table.row("throttled", throttled.verdict());
    table.row("off", off.verdict());
    transcript!(table);
}
