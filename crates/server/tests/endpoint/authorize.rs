//! `/oauth/authorize`: every check with its page or its answer at the client.

use chancery_core::client::ClientState;
use chancery_core::policy::Policy;
use chancery_core::types::Scope;
use serde_json::json;

use crate::world::{
    Browser, CALLBACK, NOBODY, Table, World, challenge, code, get, grant_types, patch, request, transcript,
};

/// A request with these members instead of its own; `None` leaves one out.
fn altered(id: impl ToString, members: &[(&str, Option<&str>)]) -> String {
    let own = [
        ("client_id", id.to_string()),
        ("redirect_uri", CALLBACK.to_owned()),
        ("response_type", "code".to_owned()),
        ("state", "s 1".to_owned()),
    ];
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in &own {
        if !members.iter().any(|(altered, _)| altered == name) {
            query.append_pair(name, value);
        }
    }
    query.extend_pairs(members.iter().filter_map(|(name, value)| Some((*name, (*value)?))));
    query.finish()
}

#[tokio::test]
async fn what_cannot_be_answered_at_its_client_is_a_page() {
    let world = World::new().await;
    let app = world.app(|_| ()).await;
    let mut table = Table::default();
    table.name(app.id, "{app}");
    for (case, members) in [
        ("no client", vec![("client_id", None)]),
        ("an unknown client", vec![("client_id", Some(NOBODY))]),
        ("a client that is no UUID", vec![("client_id", Some("x"))]),
        ("two clients", vec![("client_id", Some("x")), ("client_id", Some("y"))]),
        ("no redirect URI", vec![("redirect_uri", None)]),
        ("an empty redirect URI", vec![("redirect_uri", Some(""))]),
        ("another redirect URI", vec![("redirect_uri", Some("https://evil.example/cb"))]),
        ("a longer redirect URI", vec![("redirect_uri", Some("https://app.example/cb/x"))]),
        ("one in capitals", vec![("redirect_uri", Some("https://app.example/CB"))]),
        ("one with a query", vec![("redirect_uri", Some("https://app.example/cb?x=1"))]),
        ("one with a fragment", vec![("redirect_uri", Some("https://app.example/cb#x"))]),
        ("two redirect URIs", vec![("redirect_uri", Some(CALLBACK)), ("redirect_uri", Some(CALLBACK))]),
    ] {
        let answer = get(format!("/oauth/authorize?{}", altered(app.id, &members))).send(&world).await;
        assert!(!String::from_utf8_lossy(&answer.body).contains("evil"), "{answer}");
        table.row(case, answer.gist());
    }
    for query in ["client_id=%ff", "", &"a=b&".repeat(65)] {
        table.row(
            &query[..query.len().min(12)],
            get(format!("/oauth/authorize?{query}")).send(&world).await.gist(),
        );
    }
    transcript!(table);
}

#[tokio::test]
async fn whatever_else_is_wrong_is_told_to_the_client() {
    let world = World::new().await;
    let app = world.app(|_| ()).await;
    let id = world.acme.id.to_string();
    let challenge = challenge();
    let mut table = Table::default();
    table.name(app.id, "{app}");
    table.name(&id, "{organization}");
    for (case, members) in [
        ("nothing", vec![]),
        ("no response type", vec![("response_type", None)]),
        ("another response type", vec![("response_type", Some("id_token"))]),
        ("a token", vec![("response_type", Some("token"))]),
        ("state twice", vec![("state", Some("a")), ("state", Some("b"))]),
        (
            "a plain challenge",
            vec![("code_challenge", Some(&*challenge)), ("code_challenge_method", Some("plain"))],
        ),
        ("a challenge without method", vec![("code_challenge", Some(&challenge))]),
        ("a method without challenge", vec![("code_challenge_method", Some("S256"))]),
        ("a short challenge", vec![("code_challenge", Some("abc")), ("code_challenge_method", Some("S256"))]),
        ("a challenge", vec![("code_challenge", Some(&challenge)), ("code_challenge_method", Some("S256"))]),
        ("a scope of another's", vec![("scope", Some("telephony"))]),
        ("an unknown scope", vec![("scope", Some("nonsense"))]),
        ("a scope", vec![("scope", Some("users telephony"))]),
        ("another organization's name", vec![("org", Some("globex"))]),
        ("the organization's name", vec![("org", Some("ACME"))]),
        ("another organization", vec![("target", Some(NOBODY))]),
        ("the organization", vec![("target", Some(&id))]),
        ("no state", vec![("state", None)]),
        ("no state, and nothing else", vec![("state", None), ("response_type", None)]),
    ] {
        table.row(
            case,
            get(format!("/oauth/authorize?{}", altered(app.id, &members))).send(&world).await.gist(),
        );
    }
    for (case, state) in [("inactive", ClientState::Inactive), ("disabled", ClientState::Disabled)] {
        let app = world.app(|client| client.state = state).await;
        table.name(app.id, "{app}");
        table.row(case, get(format!("/oauth/authorize?{}", request(&app))).send(&world).await.gist());
    }
    let robot = world.app(|client| client.grant_types = grant_types("CLIENT-CREDENTIALS")).await;
    table.row(
        "a client that acts for itself",
        get(format!("/oauth/authorize?{}", request(&robot))).send(&world).await.gist(),
    );
    transcript!(table);
}

#[tokio::test]
async fn a_redirect_uri_keeps_its_query_and_a_loopback_one_takes_any_port() {
    let world = World::new().await;
    let uris = ["https://app.example/cb?x=1", "http://localhost/cb", "myapp://done"];
    let parse = |text: &&str| chancery_core::types::RedirectUri::parse(text).expect("can be registered");
    let app = world.app(|client| client.redirect_uris = uris.iter().map(parse).collect()).await;
    let mut table = Table::default();
    for uri in [
        uris[0],
        "http://localhost:49152/cb",
        "http://127.0.0.1:49152/cb",
        uris[2],
        "http://localhost:49152/other",
    ] {
        let query = altered(app.id, &[("redirect_uri", Some(uri)), ("response_type", None)]);
        table.row(uri, get(format!("/oauth/authorize?{query}")).send(&world).await.gist());
    }
    transcript!(table);
}

#[tokio::test]
async fn who_has_logged_in_already_goes_straight_on_and_who_is_asked_to_logs_in_once_more() {
    let world = World::new().await;
    let (app, ada) = (world.app(|_| ()).await, world.somebody("Ada", &[]).await);
    let browser = Browser::of(&world);
    let mut table = Table::default();
    table.name(app.id, "{app}");
    let first = browser.code(&app, &ada).await;
    let second = browser.visit(format!("/oauth/authorize?{}", request(&app))).await;
    assert_ne!(code(&second), first);
    table.row("again", &second.gist()[..33]);
    let query = format!("{}&prompt=login&login_hint=ada%40acme.example:acme", request(&app));
    let begun = browser.visit(format!("/oauth/authorize?{query}")).await;
    table.row("prompt=login", begun.gist());
    let page = browser.follow(begun).await;
    table.row("the page", page.gist());
    assert!(String::from_utf8_lossy(&page.body).contains(r#"value="ada@acme.example""#), "{page}");
    let filled = Browser::filled(
        &page,
        "/oauth/login",
        &[("email", &ada.email), ("password", crate::world::PASSWORD)],
    );
    let sent = browser.send(filled).await;
    table.row("logged in", sent.gist());
    table.row("the end", &browser.follow(sent).await.gist()[..33]);
    let shown = browser.visit(format!("/oauth/login?{}", request(&app))).await;
    table.row("the login page, once logged in", shown.gist());
    transcript!(table);
}

#[tokio::test]
async fn a_login_in_another_organization_is_none_here() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let (app, ada) = (world.app(|_| ()).await, world.somebody("Ada", &[]).await);
    let theirs = world.app(|client| client.organization = other.id).await;
    let browser = Browser::of(&world);
    browser.code(&app, &ada).await;
    let answer = browser.authorize(&request(&theirs)).await;
    assert!(answer.gist().starts_with("200") && answer.asked.contains("/oauth/login"), "{answer}");
    let refused = browser.log_in(&answer, &ada.email, crate::world::PASSWORD).await;
    assert_eq!(refused.status, 400, "{refused}");
}

#[tokio::test]
async fn a_client_of_the_implicit_grant_gets_its_token_in_the_fragment() {
    let world = World::new().await;
    let ada = world.somebody("Ada", &[]).await;
    let app = world.app(|client| client.grant_types = grant_types("TOKEN")).await;
    let browser = Browser::of(&world);
    let query = altered(app.id, &[("response_type", Some("token"))]);
    let page = browser.authorize(&query).await;
    let answer = browser.log_in(&page, &ada.email, crate::world::PASSWORD).await;
    let location = answer.header("location").expect("leads on").to_owned();
    let token = location
        .split_once("#access_token=")
        .expect("a token")
        .1
        .split('&')
        .next()
        .expect("a value")
        .to_owned();
    assert_eq!(
        location.replace(&token, "..."),
        format!("{CALLBACK}#access_token=...&expires_in=86400&token_type=bearer&state=s+1")
    );
    let me = get("/api/v2/users/me").bearer(&token).send(&world).await;
    assert_eq!(me.json()["id"], ada.id.to_string(), "{me}");
    let refused = altered(app.id, &[("response_type", Some("token")), ("scope", Some("nonsense"))]);
    let refused = browser.authorize(&refused).await;
    assert!(refused.gist().starts_with(&format!("302 -> {CALLBACK}#error=invalid_scope")), "{refused}");
    let code = browser.authorize(&request(&app)).await;
    assert!(code.gist().contains("?error=unauthorized_client"), "{code}");
}

#[tokio::test]
async fn nobody_gets_more_than_was_asked_for() {
    let world = World::new().await;
    let (app, ada) = (
        world.app(|client| client.scope = Scope::parse("users oauth").expect("known")).await,
        world.somebody("Ada", &[]).await,
    );
    let browser = Browser::of(&world);
    browser.code(&app, &ada).await;
    for (asked, granted) in [
        (None, "users oauth"),
        (Some("oauth"), "oauth"),
        (Some("oauth telephony"), "oauth"),
        (Some("openid users"), "openid users"),
    ] {
        let answer = browser.authorize(&altered(app.id, &[("scope", asked)])).await;
        let exchanged = world.exchange(&app, &code(&answer)).send(&world).await;
        assert_eq!(exchanged.json()["scope"], granted, "{asked:?}");
    }
}

#[tokio::test]
async fn the_address_list_of_an_organization_is_for_its_api_and_not_for_its_pages() {
    let world = World::with(Policy::default()).await;
    let token = world.administrator().await;
    let app = world.app(|_| ()).await;
    let list = json!({ "ipAddressAllowlist": ["127.0.0.1"] });
    patch("/api/v2/organizations/authentication/settings").bearer(&token).json(&list).send(&world).await;
    let page = Browser::of(&world).authorize(&request(&app)).await;
    assert_eq!(page.status, 200, "{page}");
}
