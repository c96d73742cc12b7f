//! The order of the checks, and what narrows a token.

mod code;
mod model;
mod password;
mod people;
mod refresh;

use super::*;
use crate::client::ClientState;
use crate::client_auth::Header;
use crate::grants::GrantTypes;
use crate::tokens::TokenFormat;
use crate::tokens::verify::tests::{World, world};
use crate::write::Write;

fn ask(world: &World, dialect: Dialect, header: Option<&str>, body: &str) -> Result<Issued, OAuthError> {
    let form = Form::parse(body.as_bytes())?;
    let header = header.map(Header::new);
    let request = TokenRequest::new(dialect, header.as_ref(), &form);
    match exchange(&world.facts(), &request, &world.env()) {
        Step::Done(decision) => {
            assert!(decision.writes.is_empty(), "a client-credentials token writes no row");
            assert_eq!(decision.events.len(), 1, "every answer is counted once");
            decision.outcome
        }
        Step::Need(loads) => {
            // All the facts there are were given: what is asked for does not exist.
            let mut facts = world.facts();
            for load in loads {
                let crate::facts::Load::Client(id) = load else { panic!("{load:?}") };
                facts.put_client(id, None);
            }
            match exchange(&facts, &request, &world.env()) {
                Step::Done(decision) => decision.outcome,
                Step::Need(loads) => panic!("still needs {loads:?}"),
            }
        }
    }
}

fn with_secret(world: &World, rest: &str) -> String {
    format!("client_id={}&client_secret={}&{rest}", world.client.id, world.secret.expose())
}

fn code(result: Result<Issued, OAuthError>) -> Result<Audience, ErrorCode> {
    result.map(|issued| issued.token.audience).map_err(|error| error.code)
}

#[test]
fn each_dialect_issues_its_own_format_for_its_own_audience() {
    let world = world();
    let body = with_secret(&world, "grant_type=client_credentials");
    for (dialect, format, audience) in [
        (Dialect::Genesys, TokenFormat::Sealed, Audience::Management),
        (Dialect::Standard, TokenFormat::Jwt, Audience::Issuer),
    ] {
        let issued = ask(&world, dialect, None, &body).expect("a token");
        assert_eq!((issued.format, issued.token.audience), (format, audience));
        assert_eq!(issued.token.client, world.client.id);
    }
}

#[test]
fn the_checks_come_in_order() {
    let code_client = |world: &mut World| {
        world.client.grant_types = GrantTypes::from_authorized_grant_type("CODE").expect("known")
    };
    let cases: [(&str, fn(&mut World), &str, ErrorCode); 9] = [
        ("no grant type", |_| (), "", ErrorCode::InvalidRequest),
        ("no code", code_client, "grant_type=authorization_code", ErrorCode::InvalidRequest),
        ("a grant that is off", |_| (), "grant_type=password", ErrorCode::UnsupportedGrantType),
        ("unknown grant", |_| (), "grant_type=magic", ErrorCode::UnsupportedGrantType),
        (
            "not registered for it",
            code_client,
            "grant_type=client_credentials",
            ErrorCode::UnauthorizedClient,
        ),
        ("a code that is none", code_client, "grant_type=authorization_code&code=x", ErrorCode::InvalidGrant),
        (
            "inactive",
            |w| w.client.state = ClientState::Inactive,
            "grant_type=client_credentials",
            ErrorCode::InvalidClient,
        ),
        (
            "disabled",
            |w| w.client.state = ClientState::Disabled,
            "grant_type=client_credentials",
            ErrorCode::InvalidClient,
        ),
        ("scope", |_| (), "grant_type=client_credentials&scope=nonsense", ErrorCode::InvalidScope),
    ];
    for (name, change, body, expected) in cases {
        for dialect in [Dialect::Genesys, Dialect::Standard] {
            let mut world = world();
            change(&mut world);
            assert_eq!(code(ask(&world, dialect, None, &with_secret(&world, body))), Err(expected), "{name}");
        }
    }
}

#[test]
fn a_resource_that_is_not_ours_is_an_invalid_target() {
    let world = world();
    let issuer = world.env().issuer;
    for (resource, expected) in [
        (String::new(), Ok(Audience::Issuer)),
        (format!("&resource={issuer}"), Ok(Audience::Issuer)),
        (format!("&resource={issuer}/api/v2"), Ok(Audience::Management)),
        (format!("&resource={issuer}/api/v3"), Err(ErrorCode::InvalidTarget)),
        (format!("&resource={issuer}&resource={issuer}/api/v2"), Err(ErrorCode::InvalidTarget)),
    ] {
        let body = with_secret(&world, &format!("grant_type=client_credentials{resource}"));
        assert_eq!(code(ask(&world, Dialect::Standard, None, &body)), expected, "{resource}");
    }
}

#[test]
fn scope_is_narrowed_to_what_the_client_has() {
    let mut world = world();
    let body = with_secret(&world, "grant_type=client_credentials&scope=users");
    assert_eq!(code(ask(&world, Dialect::Standard, None, &body)), Err(ErrorCode::InvalidScope));
    assert_eq!(code(ask(&world, Dialect::Genesys, None, &body)), Ok(Audience::Management));
    world.client.scope = Scope::parse("users oauth").expect("known");
    let issued = ask(&world, Dialect::Standard, None, &body).expect("a token");
    assert_eq!(issued.token.scope.to_string(), "users");
}
