//! What a relying party may ask for at the standard side, and what it is told.

use super::*;
use crate::grants::authorization_code::Code;
use crate::openid::Login;
use crate::tenant::flow::{CHALLENGE, Tokens};
use crate::tokens::sealed;
use crate::types::{Lifetime, Timestamp};

pub(super) fn standard() -> World {
    world("CODE")
}

/// As if the client had registered itself, for this scope.
fn registered_itself(world: &mut World) {
    let client = world.client();
    client.metadata.self_registered = true;
    client.scope = Scope::parse("openid email phone").expect("known");
}

/// What comes of a request at the standard side.
pub(super) fn ask(world: &mut World, changes: &[(&str, &str)]) -> Told {
    said(world, changes, None)
}

fn said(world: &mut World, changes: &[(&str, &str)], verdict: Option<Verdict>) -> Told {
    let (query, session) = (world.query(changes), world.session.clone());
    world.tenant.authorize_at(Dialect::Standard, &query, Some(&session), verdict).0
}

/// The same from a browser in which nobody has logged in.
fn strangers(world: &mut World, changes: &[(&str, &str)]) -> Told {
    let query = world.query(changes);
    world.tenant.authorize_at(Dialect::Standard, &query, None, None).0
}

pub(super) fn code(world: &World, told: &Told) -> Code {
    sealed::open(&told.code(), &world.tenant.env()).expect("a code")
}

/// An ID token for whoever has logged in.
fn id_token(world: &mut World) -> String {
    let told = ask(world, &[("scope", "openid")]);
    let body = format!(
        "grant_type=authorization_code&client_id={}&client_secret={}&redirect_uri={}&code={}",
        world.app.id,
        world.app.secret,
        CALLBACK.replace(':', "%3A").replace('/', "%2F"),
        told.code()
    );
    world.tenant.clients.get_mut(&world.app.id).expect("a client").metadata.id_token_alg =
        Some(crate::jose::Alg::Es256);
    let (decided, _) = world.tenant.ask_token(Dialect::Standard, None, &body);
    let issued = decided.outcome.expect("tokens").id_token.expect("an ID token");
    crate::openid::id_token::render(&issued, "x", &world.tenant.env()).expect("signs")
}

#[test]
fn every_answer_says_who_gave_it() {
    let mut world = standard();
    for changes in [vec![("state", "s")], vec![("state", "s"), ("prompt", "create")]] {
        let told = ask(&mut world, &changes);
        assert_eq!(told.member("iss").as_deref(), Some("https://id.example"), "{told:?}");
        assert_eq!(told.member("state").as_deref(), Some("s"));
    }
    assert_eq!(world.go(&[]).member("iss"), None, "the vendor's clients know no such thing");
}

#[test]
fn an_answer_stands_where_the_request_says_and_so_does_a_refusal() {
    let mut world = standard();
    for more in [vec![], vec![("max_age", "x")]] {
        let with = |mode| [more.clone(), vec![("response_mode", mode)]].concat();
        assert!(!ask(&mut world, &with("query")).members().1);
        assert!(ask(&mut world, &with("fragment")).members().1);
        let Told::Send(uri, members) = ask(&mut world, &with("form_post")) else { panic!("a form") };
        assert_eq!(uri, CALLBACK);
        let named: Vec<_> = members.iter().map(|(name, _)| *name).collect();
        assert_eq!(named.contains(&"code"), more.is_empty(), "{named:?}");
    }
    assert_eq!(
        ask(&mut world, &[("response_mode", "web_message")]).error().as_deref(),
        Some("invalid_request")
    );
    assert!(!world.go(&[("response_mode", "fragment")]).members().1, "the vendor's side has no modes");
}

#[test]
fn a_token_is_no_answer_here() {
    let mut world = world("TOKEN");
    let told = ask(&mut world, &[("response_type", "token")]);
    assert_eq!(told.error().as_deref(), Some("unsupported_response_type"));
}

#[test]
fn nobody_is_asked_in_silence() {
    let mut world = standard();
    let silent = [("scope", "openid"), ("prompt", "none")];
    assert_eq!(strangers(&mut world, &silent).error().as_deref(), Some("login_required"));
    assert_eq!(ask(&mut world, &silent).error(), None);
    registered_itself(&mut world);
    assert_eq!(ask(&mut world, &silent).error().as_deref(), Some("consent_required"));
    for prompt in ["none login", "none consent", "none none select_account"] {
        assert_eq!(ask(&mut world, &[("prompt", prompt)]).error().as_deref(), Some("invalid_request"));
    }
}

#[test]
fn whoever_registered_itself_is_agreed_to_before_it_gets_anything() {
    let mut world = standard();
    registered_itself(&mut world);
    let request = [("scope", "openid email")];
    assert_eq!(ask(&mut world, &request), Told::Consent);
    assert_eq!(said(&mut world, &request, Some(Verdict::Deny)).error().as_deref(), Some("access_denied"));
    assert_eq!(ask(&mut world, &request), Told::Consent);
    assert_eq!(said(&mut world, &request, Some(Verdict::Allow)).error(), None);
    assert_eq!(ask(&mut world, &request).error(), None, "once said, it holds");
    assert_eq!(ask(&mut world, &[("scope", "openid phone")]), Told::Consent, "for what was said");
    let told = ask(&mut world, &[("scope", "openid address")]);
    assert_eq!(code(&world, &told).scope.to_string(), "openid", "never more than it registered");
    let at_vendors = world.go(&[]);
    assert_eq!(at_vendors, Told::Page(Stray::UnknownClient), "the vendor's side is not for it");
    let claims = r#"{"userinfo":{"phone_number":null,"address":null}}"#;
    let wished = [("scope", "openid"), ("claims", claims)];
    assert_eq!(ask(&mut world, &wished), Told::Consent, "claims by name are agreed to like scopes");
    let told = said(&mut world, &wished, Some(Verdict::Allow));
    let kept = code(&world, &told).login.expect("a login").claims;
    assert_eq!(kept.userinfo.keys().collect::<Vec<_>>(), ["phone_number"], "the address is out of reach");
}

#[test]
fn nobody_is_sent_anywhere_by_a_mistake_before_they_have_logged_in() {
    let mut world = standard();
    let wrong = [("response_type", "magic")];
    assert_eq!(strangers(&mut world, &wrong), Told::LogIn);
    assert_eq!(ask(&mut world, &wrong).error().as_deref(), Some("unsupported_response_type"));
    let silent = strangers(&mut world, &[("response_type", "magic"), ("prompt", "none")]);
    assert_eq!(silent.error().as_deref(), Some("unsupported_response_type"));
}

#[test]
fn a_native_application_may_be_called_at_any_port_of_its_machine() {
    let mut world = standard();
    world
        .client()
        .redirect_uris
        .push(crate::types::RedirectUri::parse("http://127.0.0.1:80/cb").expect("a URI"));
    let asked = [("redirect_uri", "http://127.0.0.1:51004/cb")];
    let Told::Go(url) = ask(&mut world, &asked) else { panic!("not sent on") };
    assert!(url.starts_with("http://127.0.0.1:51004/cb?code="), "{url}");
    assert_eq!(
        world.go(&asked),
        Told::Page(Stray::ForeignRedirectUri),
        "the vendor's service holds to the port"
    );
}

#[test]
fn a_refusal_of_a_request_object_stands_where_the_object_says() {
    let mut world = standard();
    let object = |payload: &str| format!("e30.{}.", crate::jose::base64url(payload.as_bytes()));
    let form = object(r#"{"response_mode":"form_post"}"#);
    let told = ask(&mut world, &[("request", &form)]);
    assert!(
        matches!(&told, Told::Send(_, members) if members.contains(&("error", "request_not_supported".to_owned()))),
        "{told:?}"
    );
    for (request, mode) in
        [(&*form, "query"), (&*object("{}"), ""), ("x", ""), (&*object(r#"{"response_mode":"magic"}"#), "")]
    {
        let told = ask(&mut world, &[("request", request), ("response_mode", mode)]);
        assert_eq!(told.error().as_deref(), Some("request_not_supported"), "{request} {mode}");
    }
}

#[test]
fn a_client_that_another_program_could_be_is_agreed_to_each_time() {
    let mut world = standard();
    registered_itself(&mut world);
    let client = world.client();
    client.metadata.auth_method = Some(AuthMethod::None);
    client.redirect_uris.push(crate::types::RedirectUri::parse("http://127.0.0.1/cb").expect("a URI"));
    let native = |place| {
        [
            ("redirect_uri", place),
            ("scope", "openid"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]
    };
    assert_eq!(ask(&mut world, &native("http://127.0.0.1:7/cb")), Told::Consent);
    said(&mut world, &native("http://127.0.0.1:7/cb"), Some(Verdict::Allow));
    assert_eq!(ask(&mut world, &native("http://127.0.0.1:8/cb")), Told::Consent);
    said(&mut world, &native(CALLBACK), Some(Verdict::Allow));
    assert_eq!(ask(&mut world, &native(CALLBACK)).error(), None, "a name in the DNS is its own");
}

#[test]
fn a_client_can_have_a_person_asked_again() {
    let mut world = standard();
    let again = [("scope", "openid"), ("prompt", "consent")];
    assert_eq!(ask(&mut world, &[("scope", "openid")]).error(), None);
    assert_eq!(ask(&mut world, &again), Told::Consent);
    assert_eq!(said(&mut world, &again, Some(Verdict::Allow)).error(), None);
    assert_eq!(ask(&mut world, &again), Told::Consent);
    assert_eq!(ask(&mut world, &[("prompt", "login")]), Told::LogIn);
    assert_eq!(ask(&mut world, &[("prompt", "select_account")]), Told::Choose);
    assert_eq!(strangers(&mut world, &[("prompt", "select_account")]), Told::LogIn);
}

#[test]
fn a_login_is_no_older_than_the_client_wants_it() {
    let mut world = standard();
    world.tenant.now = world.tenant.now + Lifetime::from_seconds(60);
    for (max_age, default, young) in [
        ("", None, true),
        ("60", None, true),
        ("59", None, false),
        ("0", None, false),
        ("", Some(59), false),
        ("61", Some(1), true),
    ] {
        world.client().metadata.default_max_age = default.map(Lifetime::from_seconds);
        let told = ask(&mut world, &[("max_age", max_age)]);
        assert_eq!(told == Told::LogIn, !young, "{max_age} {default:?}");
        let silent = ask(&mut world, &[("max_age", max_age), ("prompt", "none")]);
        assert_eq!(silent.error().as_deref(), (!young).then_some("login_required"), "{max_age} {default:?}");
    }
    for wrong in ["-1", "+1", "1.5", "soon", "99999999999", " 1"] {
        assert_eq!(
            ask(&mut world, &[("max_age", wrong)]).error().as_deref(),
            Some("invalid_request"),
            "{wrong}"
        );
    }
}

#[test]
fn a_client_that_names_a_person_gets_that_person_or_none() {
    let mut world = standard();
    let hint = id_token(&mut world);
    let silent = |hint: &str| {
        [("scope", "openid"), ("prompt", "none"), ("id_token_hint", hint)].map(|(a, b)| (a, b.to_owned()))
    };
    let asked = |world: &mut World, hint: &str| {
        let changes = silent(hint);
        let changes: Vec<_> = changes.iter().map(|(name, value)| (*name, &**value)).collect();
        ask(world, &changes).error()
    };
    assert_eq!(asked(&mut world, &hint), None);
    let other = world.tenant.person("other@example.com", "quartz lantern");
    world.session = world.tenant.session_of(other);
    assert_eq!(asked(&mut world, &hint).as_deref(), Some("login_required"));
    let just_now = ask(&mut world, &[("id_token_hint", &hint)]);
    assert_eq!(just_now.error().as_deref(), Some("login_required"), "they came for this request");
    world.tenant.now = world.tenant.now + Lifetime::from_seconds(60);
    assert_eq!(ask(&mut world, &[("id_token_hint", &hint)]), Told::LogIn);
    let claims = |sub: &str| format!(r#"{{"id_token":{{"sub":{{"value":"{sub}"}}}}}}"#);
    let by_claim = |world: &mut World, sub: &str| {
        ask(world, &[("scope", "openid"), ("prompt", "none"), ("claims", &claims(sub))]).error()
    };
    assert_eq!(by_claim(&mut world, &other.to_string()), None);
    assert_eq!(by_claim(&mut world, "somebody").as_deref(), Some("login_required"));
    let told = ask(
        &mut world,
        &[("scope", "openid"), ("id_token_hint", &hint), ("claims", &claims(&other.to_string()))],
    );
    assert_eq!(told.error().as_deref(), Some("invalid_request"), "two people");
}

#[test]
fn only_an_id_token_of_ours_for_this_client_is_a_hint() {
    let mut world = standard();
    let hint = id_token(&mut world);
    world.tenant.now = world.tenant.now + Lifetime::from_seconds(7200);
    assert_eq!(ask(&mut world, &[("id_token_hint", &hint)]).error(), None, "expired is good enough");
    let other = world.tenant.app("CODE", "users");
    let own = std::mem::replace(&mut world.app, other);
    assert_eq!(ask(&mut world, &[("id_token_hint", &hint)]).error().as_deref(), Some("invalid_request"));
    world.app = own;
    let (message, _) = hint.rsplit_once('.').expect("three parts");
    for wrong in [format!("{message}."), message.to_owned(), format!("{hint}A"), hint[1..].to_owned()] {
        assert_eq!(ask(&mut world, &[("id_token_hint", &wrong)]).error().as_deref(), Some("invalid_request"));
    }
    // What is signed alike, and is none.
    let signer =
        world.tenant.env().keys.signing_key(crate::jose::Alg::Es256, world.tenant.now).expect("a key");
    let claims = format!(r#"{{"iss":"https://id.example","sub":"x","aud":"{}"}}"#, world.app.id);
    let userinfo =
        crate::jose::jws::sign(&signer.key, &signer.plain_header, claims.as_bytes()).expect("signs");
    assert_eq!(ask(&mut world, &[("id_token_hint", &userinfo)]).error().as_deref(), Some("invalid_request"));
}

#[test]
fn what_was_asked_for_is_kept_with_the_code() {
    let mut world = standard();
    let claims = r#"{"userinfo":{"email":null}}"#;
    let told = ask(
        &mut world,
        &[("scope", "openid unheard_of"), ("nonce", "n"), ("claims", claims), ("display", "popup")],
    );
    let kept = code(&world, &told);
    let login = Login {
        auth_time: Timestamp::from_seconds(1_700_000_000),
        nonce: Some("n".to_owned()),
        claims: ClaimsRequest::parse(claims).expect("a request"),
    };
    assert_eq!((kept.login, kept.scope.to_string()), (Some(login), "openid".to_owned()));
    assert_eq!(kept.audience, Some(Audience::Issuer));
    let plain = ask(&mut world, &[("scope", "email"), ("nonce", "n")]);
    assert_eq!(code(&world, &plain).login, None, "no OpenID Connect without openid");
    for wrong in ["{", "[]", r#"{"userinfo":7}"#] {
        let told = ask(&mut world, &[("scope", "openid"), ("claims", wrong)]);
        assert_eq!(told.error().as_deref(), Some("invalid_request"), "{wrong}");
    }
    let demand = r#"{"id_token":{"acr":{"essential":true,"values":["4"]}}}"#;
    let told = ask(&mut world, &[("scope", "openid"), ("claims", demand)]);
    assert_eq!(told.error().as_deref(), Some("unmet_authentication_requirements"));
}

#[test]
fn offline_access_is_of_use_to_whoever_can_refresh() {
    let mut world = standard();
    let scope = |world: &mut World| {
        let told = ask(world, &[("scope", "openid offline_access")]);
        code(world, &told).scope.to_string()
    };
    assert_eq!(scope(&mut world), "openid offline_access");
    world.client().grant_types = crate::grants::GrantTypes::default().with(GrantType::AuthorizationCode);
    assert_eq!(scope(&mut world), "openid");
}

#[test]
fn the_management_api_is_for_clients_that_an_administrator_let_near_it() {
    let mut world = standard();
    let resource = [("resource", "https://id.example/api/v2")];
    let told = ask(&mut world, &resource);
    assert_eq!(code(&world, &told).audience, Some(Audience::Management));
    world.client().scope = Scope::parse("openid email").expect("known");
    assert_eq!(ask(&mut world, &resource).error().as_deref(), Some("invalid_target"));
    world.client().scope = Scope::parse("all").expect("known");
    assert_eq!(ask(&mut world, &resource).error(), None);
    world.client().metadata.self_registered = true;
    assert_eq!(ask(&mut world, &resource).error().as_deref(), Some("invalid_target"));
    let two = [("resource", "https://id.example"), ("resource", "https://id.example/api/v2")];
    assert_eq!(ask(&mut world, &two).error().as_deref(), Some("invalid_target"));
}

#[test]
fn a_public_client_sends_a_challenge() {
    let mut world = standard();
    world.client().metadata.auth_method = Some(AuthMethod::None);
    assert_eq!(ask(&mut world, &[]).error().as_deref(), Some("invalid_request"));
    let told = ask(&mut world, &[("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]);
    assert_eq!(told.error(), None);
}

#[test]
fn a_token_request_changes_nothing_of_what_was_agreed() {
    let mut world = standard();
    let exchanged = |world: &mut World,
                     at_authorize: &[(&str, &str)],
                     resource: &str|
     -> Result<Tokens, OAuthError> {
        let told = ask(world, at_authorize);
        let resource = if resource.is_empty() { String::new() } else { format!("&resource={resource}") };
        let body = format!(
            "grant_type=authorization_code&client_id={}&client_secret={}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&code={}{resource}",
            world.app.id,
            world.app.secret,
            told.code()
        );
        world.tenant.token_at(Dialect::Standard, None, &body)
    };
    let api = "https://id.example/api/v2";
    let plain = exchanged(&mut world, &[], "").expect("a token");
    assert_eq!((plain.access.audience, plain.access.scoped), (Audience::Issuer, true));
    let error = exchanged(&mut world, &[], api).expect_err("nobody agreed to that");
    assert_eq!(error.code, ErrorCode::InvalidTarget);
    let managing = exchanged(&mut world, &[("resource", api)], "").expect("a token");
    assert_eq!((managing.access.audience, managing.access.scoped), (Audience::Management, true));
    let error =
        exchanged(&mut world, &[("resource", api)], "https://id.example").expect_err("another resource");
    assert_eq!(error.code, ErrorCode::InvalidTarget);
}
