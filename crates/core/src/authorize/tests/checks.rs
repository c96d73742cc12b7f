//! Whom a refusal is told, and in which order it is looked for.

use super::*;
use crate::authorize::checks::Given;
use crate::client::ClientState;
use crate::env::fixed::Counting;
use crate::types::ClientId;

/// A way to break a rule, and what is told then.
type Breach = (&'static [(&'static str, &'static str)], Option<ClientState>, &'static str, &'static str);

/// One for each of the checks that can refuse, in their order.
const BREACHES: &[Breach] = &[
    (&[("x", "1"), ("x", "2")], None, "invalid_request", "a parameter stands more than once"),
    (&[], Some(ClientState::Inactive), "unauthorized_client", "the client is not active"),
    (&[("response_type", "magic")], None, "unsupported_response_type", "the response type is code or token"),
    (&[("code_challenge_method", "S256")], None, "invalid_request", "code_challenge is missing"),
    (&[("scope", "nonsense")], None, "invalid_scope", "the scope is not known"),
    (&[("org", "other")], None, "invalid_request", "org is not the organization of the client"),
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
    // The last check only notes.
    assert_eq!(BREACHES.len() + 1, CHECKS.len(), "every check has its breach");
    for (place, first) in BREACHES.iter().enumerate() {
        for second in &BREACHES[place..] {
            for session in [true, false] {
                let mut world = world("CODE");
                if let Some(state) = first.1.or(second.1) {
                    world.client().state = state;
                }
                let mut changes = first.0.to_vec();
                if first != second {
                    changes.extend(second.0);
                }
                let (query, cookie) = (world.query(&changes), world.session.clone());
                let cookie = session.then_some(&*cookie);
                let (told, writes) =
                    world.tenant.authorize_at(Dialect::Genesys, &query, cookie, Some(Verdict::Allow));
                let found = (told.error(), told.member("error_description"));
                assert_eq!(found, (Some(first.2.to_owned()), Some(first.3.to_owned())), "{query}");
                assert!(writes.is_empty(), "{writes:?}");
            }
        }
    }
}

#[test]
fn each_check_refuses_what_is_its_own_and_nothing_else() {
    let world = world("CODE");
    for (place, (changes, state, code, detail)) in BREACHES.iter().enumerate() {
        let mut client = world.tenant.clients[&world.app.id].clone();
        client.state = state.unwrap_or(client.state);
        let query = world.query(changes);
        let form = Form::parse_all(query.as_bytes()).expect("a form");
        let target = Target {
            client: Arc::new(client),
            redirect_uri: CALLBACK.to_owned(),
            state: None,
            response_type: ResponseType::Code,
        };
        for (number, check) in CHECKS.iter().enumerate() {
            let (decided, _) = world.tenant.run(|facts, env| {
                let given = Given { form: &form, target: &target, facts, env };
                (check.run)(&mut Wanted::default(), &given).map(Decision::allow).into()
            });
            let error = decided.outcome.err().map(|error| (error.code.as_str(), error.detail));
            let expected = (place == number).then_some((*code, *detail));
            assert_eq!(error, expected, "{}: {query}", check.name);
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
