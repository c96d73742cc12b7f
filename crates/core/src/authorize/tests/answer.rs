//! The URL of every answer, and what is written for it.

use super::*;
use crate::family::Family;
use crate::grants::Behalf;
use crate::grants::authorization_code::Code;
use crate::jose::sha256;
use crate::policy::{CODE, DEFAULT_TOKEN};
use crate::tenant::flow::{CHALLENGE, VERIFIER};
use crate::tokens::issue::open;
use crate::tokens::{Audience, sealed};
use crate::types::{FamilyKey, Lifetime, RedirectUri, SessionKey};

const TOKEN: (&str, &str) = ("response_type", "token");

fn url(told: Told) -> String {
    let Told::Go(url) = told else { panic!("{told:?}") };
    url
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[test]
fn a_code_stands_in_the_query_and_survives_any_url() {
    let mut world = world("CODE");
    let url = url(world.go(&[]));
    let code = url.strip_prefix("https://app.example/cb?code=").expect("the code and nothing else");
    assert!(code.len() < 300 && is_plain(code), "{code}");
}

#[test]
fn a_query_that_is_there_stays_and_the_answer_follows_it() {
    for (registered, named, begins) in [
        ("https://app.example/cb?x=1", "https://app.example/cb?x=1", "https://app.example/cb?x=1&code="),
        ("https://app.example/cb?x", "https://app.example/cb?x", "https://app.example/cb?x&code="),
        ("https://app.example/", "https://app.example/", "https://app.example/?code="),
        ("https://app.example", "https://app.example", "https://app.example?code="),
        ("http://localhost/cb", "http://localhost:8080/cb", "http://localhost:8080/cb?code="),
        ("http://localhost", "http://localhost:8080/", "http://localhost:8080/?code="),
        ("com.example.app:/cb", "com.example.app:/cb", "com.example.app:/cb?code="),
    ] {
        let mut world = world("CODE");
        world.client().redirect_uris = vec![RedirectUri::parse(registered).expect("a callback")];
        let code = url(world.go(&[("redirect_uri", named)]));
        assert!(code.starts_with(begins), "{code}");
        let error = url(world.go(&[("redirect_uri", named), ("scope", "nonsense")]));
        assert!(error.starts_with(&begins.replace("code=", "error=invalid_scope")), "{error}");

        world.client().grant_types = crate::grants::GrantTypes::default().with(GrantType::Implicit);
        let token = url(world.go(&[("redirect_uri", named), TOKEN]));
        assert!(token.starts_with(&format!("{named}#access_token=")), "{token}");
        let error = url(world.go(&[("redirect_uri", named), TOKEN, ("scope", "nonsense")]));
        assert!(error.starts_with(&format!("{named}#error=invalid_scope")), "{error}");
    }
}

#[test]
fn a_state_comes_back_as_it_was_and_breaks_nothing() {
    for state in [
        "xyz",
        "a b",
        "a&code=forged&b",
        "a#b?c=d",
        "a+b%20c",
        "\u{e9}\u{1f600}",
        "a\r\nSet-Cookie: x=y",
        "<script>\"'</script>",
        &"s".repeat(4000),
    ] {
        for (grant_type, changes) in [
            ("CODE", vec![]),
            ("CODE", vec![("scope", "nonsense")]),
            ("TOKEN", vec![TOKEN]),
            ("TOKEN", vec![TOKEN, ("scope", "nonsense")]),
        ] {
            let mut world = world(grant_type);
            let told = world.go(&[&[("state", state)], &*changes].concat());
            let (members, _) = told.members();
            let states: Vec<_> = members.iter().filter(|(name, _)| name == "state").collect();
            assert_eq!(states, [&("state".to_owned(), state.to_owned())], "{told:?}");
            assert!(members.iter().filter(|(name, _)| name == "code").all(|(_, code)| is_plain(code)));
            let url = url(told);
            assert!(url.bytes().all(|b| b.is_ascii_graphic()) && !url.contains(['<', '"', '\'']), "{url}");
        }
    }
    let mut world = world("CODE");
    assert_eq!(world.go(&[("state", "")]).member("state"), None);
}

#[test]
fn an_error_has_its_code_its_reason_and_the_state() {
    let mut world = world("CODE");
    let told = url(world.go(&[("scope", "nonsense"), ("state", "x")]));
    let expected = "error=invalid_scope&error_description=the+scope+is+not+known&state=x";
    assert_eq!(told, format!("{CALLBACK}?{expected}"));
    let (told, _) = world.say(&[("state", "x")], Some(Verdict::Deny));
    let expected = "error=access_denied&error_description=the+person+denied+the+request&state=x";
    assert_eq!(url(told), format!("{CALLBACK}?{expected}"));
}

#[test]
fn an_error_stands_where_the_answer_would_have() {
    for (grant_type, response_type, is_fragment) in [
        ("TOKEN", "token", true),
        ("CODE", "token", true),
        ("CODE", "code", false),
        ("TOKEN", "code", false),
        ("TOKEN", "", false),
        ("TOKEN", "magic", false),
    ] {
        let mut world = world(grant_type);
        let told = world.go(&[("response_type", response_type), ("scope", "nonsense")]);
        assert!(told.error().is_some());
        assert_eq!(told.members().1, is_fragment, "{grant_type} {response_type}");
    }
    let mut world = world("TOKEN");
    let (told, _) = world.say(&[TOKEN], Some(Verdict::Deny));
    assert_eq!((told.error().as_deref(), told.members().1), (Some("access_denied"), true));
}

#[test]
fn a_code_says_what_was_agreed_to_nobody_else() {
    for dialect in [Dialect::Genesys, Dialect::Standard] {
        let mut world = world("CODE");
        (world.client().epoch, world.user().epoch) = (7, 1);
        let changes = [("scope", "users"), ("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
        let (query, session) = (world.query(&changes), world.session.clone());
        let (told, _) = world.tenant.authorize_at(dialect, &query, Some(&session), None);
        let opened: Code = sealed::open(&told.code(), &world.tenant.env()).expect("a code");
        let behalf = Behalf {
            user: world.user,
            user_epoch: 1,
            client_epoch: 7,
            consent_epoch: Some(world.tenant.consents[&(world.user, world.app.id)].epoch),
        };
        let code = Code {
            id: opened.id,
            client: world.app.id,
            dialect,
            redirect_uri: sha256(CALLBACK),
            challenge: Some(sha256(VERIFIER)),
            behalf,
            scope: Scope::parse("users").expect("known"),
            audience: (dialect == Dialect::Standard).then_some(Audience::Issuer),
            login: None,
            expires_at: world.tenant.now + CODE,
        };
        assert_eq!(opened, code);
        // Not as a token, either.
        assert_eq!(open(&told.code(), &world.tenant.env()), None);
    }
}

#[test]
fn no_two_codes_are_the_same() {
    let mut world = world("CODE");
    let (one, other) = (world.go(&[]).code(), world.go(&[]).code());
    let opened = [one, other].map(|code| sealed::open::<Code>(&code, &world.tenant.env()).expect("a code"));
    assert_ne!(opened[0].id, opened[1].id);
}

#[test]
fn a_token_belongs_to_its_family_and_its_consent() {
    let mut world = world("TOKEN");
    let (query, session) = (world.query(&[TOKEN, ("scope", "users"), ("state", "x")]), world.session.clone());
    let (told, writes) = world.tenant.authorize_at(Dialect::Genesys, &query, Some(&session), None);
    assert!(
        matches!(
            writes[..],
            [Write::Require(Require::Session(_)), Write::CreateConsent(_), Write::CreateFamily(_)]
        ),
        "{writes:?}"
    );
    assert!(told.members().1, "a token never goes to the client's server by itself");
    assert_eq!(told.member("token_type").as_deref(), Some("bearer"));
    assert_eq!(told.member("expires_in"), Some(DEFAULT_TOKEN.seconds().to_string()));
    assert_eq!(told.member("state").as_deref(), Some("x"));
    let text = told.member("access_token").expect("a token");
    assert!(!text.contains('.'), "sealed");
    let token = open(&text, &world.tenant.env()).expect("one of ours");
    let epoch = world.tenant.consents[&(world.user, world.app.id)].epoch;
    let key = FamilyKey(world.tenant.made());
    assert_eq!((token.family, token.consent_epoch), (Some(key), Some(epoch)));
    assert_eq!((token.client, token.user), (world.app.id, Some((world.user, 1))));
    assert_eq!((token.scope.to_string(), token.audience), ("users".to_owned(), Audience::Management));
    assert_eq!(token.expires_at, world.tenant.now + DEFAULT_TOKEN);
    let Family { origin, generation: 0, revoked_at: None, .. } = &world.tenant.families[&key] else {
        panic!("{:?}", world.tenant.families)
    };
    assert_eq!((origin.client, origin.user, origin.consent_epoch), (world.app.id, world.user, Some(epoch)));
    assert_eq!((origin.user_epoch, origin.client_epoch), (1, token.client_epoch));
    assert_eq!((origin.dialect, origin.client_authenticated), (Dialect::Genesys, false));
    assert_eq!((origin.expires_at, &origin.scope), (token.expires_at, &token.scope));
}

#[test]
fn a_token_is_counted_and_a_code_is_not_yet() {
    for (grant_type, changes) in [("CODE", vec![]), ("TOKEN", vec![TOKEN])] {
        let world = world(grant_type);
        let query = world.query(&changes);
        let form = Form::parse_all(query.as_bytes()).expect("a form");
        let handle = Handle::parse(&world.session);
        let ask = Ask { dialect: Dialect::Genesys, form: &form, session: handle.as_ref(), decision: None };
        let (decided, _) = world.tenant.run(|facts, env| authorize(facts, &ask, env));
        let event = Event::TokenIssued {
            organization: world.tenant.id(),
            client: world.app.id,
            grant: GrantType::Implicit,
            user: Some(world.user),
            proof: (AuthMethod::None, None),
            at: world.tenant.now,
        };
        let used = Event::SessionUsed { session: SessionKey(1), at: world.tenant.now };
        let expected = if grant_type == "TOKEN" { vec![used, event] } else { vec![used] };
        assert_eq!(decided.events, expected);
    }
}

#[test]
fn a_token_without_its_key_is_none() {
    let family = FamilyKey(1);
    for (grant_type, changes, made, written) in [
        ("CODE", vec![], None, true),
        ("TOKEN", vec![TOKEN], None, false),
        ("TOKEN", vec![TOKEN], Some(family), true),
        ("CODE", vec![TOKEN], None, true),
    ] {
        let world = world(grant_type);
        let query = world.query(&changes);
        let form = Form::parse_all(query.as_bytes()).expect("a form");
        let handle = Handle::parse(&world.session);
        let ask = Ask { dialect: Dialect::Genesys, form: &form, session: handle.as_ref(), decision: None };
        let (decided, _) = world.tenant.run(|facts, env| authorize(facts, &ask, env));
        let Ok(Next::Answer(answer)) = decided.outcome else { panic!("an answer") };
        assert_eq!(answer.write(made, &world.tenant.env()).is_some(), written, "{grant_type} {made:?}");
    }
}

#[test]
fn a_token_of_a_short_lived_client_is_short_lived() {
    let mut world = world("TOKEN");
    world.client().token_lifetime = Lifetime::from_seconds(300);
    assert_eq!(world.go(&[TOKEN]).member("expires_in").as_deref(), Some("300"));
}
