//! Whom a refusal is told, and in which order it is looked for.

use super::*;
use crate::authorize::checks::Given;
use crate::client::ClientState;
use crate::dialect::Dialect::{Genesys, Standard};
use crate::env::fixed::Counting;
use crate::types::ClientId;

/// A check, the side on which its rule can be broken so (`None`: both), how, and what is told then.
type Breach =
    (&'static str, Option<Dialect>, &'static [(&'static str, &'static str)], &'static str, &'static str);

/// One for each of the checks that can refuse, in their order.
const BREACHES: &[Breach] = &[
    (
        "no parameter stands twice",
        None,
        &[("x", "1"), ("x", "2")],
        "invalid_request",
        "a parameter stands more than once",
    ),
    (
        "the request is its parameters",
        Some(Standard),
        &[("request", "x")],
        "request_not_supported",
        "request objects are not supported",
    ),
    (
        "the answer stands where the request says",
        Some(Standard),
        &[("response_mode", "x")],
        "invalid_request",
        "the response mode is query, fragment or form_post",
    ),
    (
        "the response type is one that the client may use",
        None,
        &[("response_type", "magic")],
        "unsupported_response_type",
        "the response type is not supported",
    ),
    (
        "a challenge is one of S256, and a public client has one",
        None,
        &[("code_challenge_method", "S256")],
        "invalid_request",
        "code_challenge is missing",
    ),
    (
        "the scope is the client's",
        Some(Genesys),
        &[("scope", "nonsense")],
        "invalid_scope",
        "the scope is not known",
    ),
    (
        "the resource is one of ours, and the client's",
        Some(Standard),
        &[("resource", "https://other.example")],
        "invalid_target",
        "the resource is not known",
    ),
    (
        "the organization is the client's",
        Some(Genesys),
        &[("org", "other")],
        "invalid_request",
        "org is not the organization of the client",
    ),
    (
        "what the person is asked",
        Some(Standard),
        &[("prompt", "create")],
        "invalid_request",
        "a prompt is none, login, consent or select_account",
    ),
    (
        "how old a login may be",
        Some(Standard),
        &[("max_age", "-1")],
        "invalid_request",
        "max_age is a number of seconds",
    ),
    (
        "whom the client means",
        Some(Standard),
        &[("id_token_hint", "x")],
        "invalid_request",
        "id_token_hint is not an ID token of this server",
    ),
];

#[test]
fn what_names_no_place_for_the_answer_is_told_on_a_page() {
    let mut world = world("CODE");
    let id = world.app.id.to_string();
    let nobody = ClientId::random(&Counting::new(77)).to_string();
    let cb = "https%3A%2F%2Fapp.example%2Fcb";
    for (query, expected) in [
        (String::new(), Stray::UnknownClient),
        (format!("redirect_uri={cb}"), Stray::UnknownClient),
        (format!("client_id=&redirect_uri={cb}"), Stray::UnknownClient),
        (format!("client_id=nonsense&redirect_uri={cb}"), Stray::UnknownClient),
        (format!("client_id={nobody}&redirect_uri={cb}"), Stray::UnknownClient),
        (format!("client_id={id}"), Stray::NoRedirectUri),
        (format!("client_id={id}&redirect_uri="), Stray::NoRedirectUri),
        (format!("client_id={id}&redirect_uri={cb}%2F"), Stray::ForeignRedirectUri),
        (format!("client_id={id}&redirect_uri={cb}%3Fx"), Stray::ForeignRedirectUri),
        (format!("client_id={id}&redirect_uri={cb}%23x"), Stray::ForeignRedirectUri),
        (format!("client_id={id}&redirect_uri=https%3A%2F%2Fapp.example"), Stray::ForeignRedirectUri),
        (format!("client_id={id}&redirect_uri=https%3A%2F%2FApp.example%2Fcb"), Stray::ForeignRedirectUri),
        (format!("client_id={id}&redirect_uri=http%3A%2F%2Fapp.example%2Fcb"), Stray::ForeignRedirectUri),
        (format!("client_id={id}&client_id={id}&redirect_uri={cb}"), Stray::Malformed),
        (format!("client_id={id}&client_id=&redirect_uri={cb}"), Stray::Malformed),
        (format!("client_id={id}&redirect_uri={cb}&redirect_uri={cb}"), Stray::Malformed),
        (format!("client_id={id}&redirect_uri={cb}&redirect_uri="), Stray::Malformed),
    ] {
        let session = world.session.clone();
        for more in ["", "&response_type=code", "&response_type=magic&state=a&state=b&scope=nonsense"] {
            let query = format!("{query}{more}");
            for verdict in [None, Some(Verdict::Allow), Some(Verdict::Deny)] {
                let (told, writes) =
                    world.tenant.authorize_at(Dialect::Genesys, &query, Some(&session), verdict);
                assert_eq!((told, writes), (Told::Page(expected), vec![]), "{query}");
            }
        }
    }
}

#[test]
fn a_client_without_callbacks_has_no_place_for_an_answer() {
    let mut world = world("CODE");
    world.client().redirect_uris.clear();
    assert_eq!(world.go(&[]), Told::Page(Stray::ForeignRedirectUri));
}

#[test]
fn of_two_breaches_the_first_is_told_at_the_client() {
    for dialect in [Genesys, Standard] {
        let own: Vec<_> = BREACHES.iter().filter(|it| it.1.is_none_or(|only| only == dialect)).collect();
        for (place, first) in own.iter().enumerate() {
            for second in &own[place..] {
                for session in [true, false] {
                    let mut world = world("CODE");
                    let mut changes = first.2.to_vec();
                    if first != second {
                        changes.extend(second.2);
                    }
                    let (query, cookie) = (world.query(&changes), world.session.clone());
                    let cookie = session.then_some(&*cookie);
                    let (told, writes) =
                        world.tenant.authorize_at(dialect, &query, cookie, Some(Verdict::Allow));
                    let silent = changes.contains(&("prompt", "none"));
                    if dialect == Standard && !session && !silent {
                        // Told at the client once somebody has logged in.
                        assert_eq!((told, writes.len()), (Told::LogIn, 0), "{query}");
                        continue;
                    }
                    let found = (told.error(), told.member("error_description"));
                    assert_eq!(found, (Some(first.3.to_owned()), Some(first.4.to_owned())), "{query}");
                    assert!(writes.is_empty(), "{writes:?}");
                }
            }
        }
    }
}

#[test]
fn each_check_refuses_what_is_its_own_and_nothing_else() {
    let world = world("CODE");
    for (name, side, changes, code, detail) in BREACHES {
        assert!(CHECKS.iter().any(|check| check.name == *name), "{name}");
        let query = world.query(changes);
        let form = Form::parse_all(query.as_bytes()).expect("a form");
        for dialect in [Genesys, Standard].into_iter().filter(|it| side.is_none_or(|only| only == *it)) {
            let target = Target {
                client: Arc::new(world.tenant.clients[&world.app.id].clone()),
                redirect_uri: CALLBACK.to_owned(),
                state: None,
                mode: ResponseMode::Query,
                dialect,
            };
            for check in CHECKS.iter().filter(|check| check.dialect.is_none_or(|only| only == dialect)) {
                let (decided, _) = world.tenant.run(|facts, env| {
                    let given = Given { form: &form, target: &target, facts, env };
                    (check.run)(&mut Wanted::nothing(dialect), &given).map(Decision::allow).into()
                });
                let error = decided.outcome.err().map(|error| (error.code.as_str(), error.detail));
                let expected = (check.name == *name).then_some((*code, *detail));
                assert_eq!(error, expected, "{}: {query}", check.name);
            }
        }
    }
}

#[test]
fn a_client_that_cannot_act_gets_nothing() {
    for state in [ClientState::Inactive, ClientState::Disabled] {
        let mut world = world("CODE");
        world.client().state = state;
        assert_eq!(world.go(&[]).error().as_deref(), Some("unauthorized_client"), "{state:?}");
    }
}

#[test]
fn a_repeated_member_is_told_unless_it_may_repeat() {
    for (name, refused) in
        [("state", true), ("scope", true), ("response_type", true), ("made_up", true), ("resource", false)]
    {
        let mut world = world("CODE");
        let value = if name == "response_type" { "code" } else { "users" };
        let told = world.go(&[(name, value), (name, value)]);
        assert_eq!(told.error().is_some(), refused, "{name}");
        if name == "state" {
            assert_eq!(told.member("state").as_deref(), Some("users"));
        }
    }
    // Without value it is there all the same (RFC 6749 section 3.1).
    let mut world = world("CODE");
    let (query, session) = (format!("{}&state=&state=b", world.query(&[])), world.session.clone());
    let (told, _) = world.tenant.authorize_at(Dialect::Genesys, &query, Some(&session), None);
    assert_eq!(told.error().as_deref(), Some("invalid_request"));
}
