//! The token endpoint (RFC 6749 section 3.2): one pipeline for every grant. Each check stands here, in order,
//! so a grant cannot forget one.

use crate::client::{Client, ClientState};
use crate::client_auth::{self, Proven};
use crate::decision::{Decision, Event, Step, Undecided};
use crate::dialect::Dialect;
use crate::env::Env;
use crate::error::{ErrorCode, OAuthError};
use crate::facts::Facts;
use crate::form::Form;
use crate::grants::{ALL, Authorization, Grant};
use crate::tokens::Audience;
use crate::tokens::issue::{Issued, mint};
use crate::types::{ClientId, Scope, UserId};

/// A request at the token endpoint.
#[derive(Clone, Copy, Debug)]
pub struct TokenRequest<'a> {
    /// How the caller speaks.
    pub dialect: Dialect,
    /// The `Authorization` header.
    pub authorization: Option<&'a client_auth::Header<'a>>,
    /// The body.
    pub form: &'a Form<'a>,
}

/// Decides a token request.
pub fn exchange(facts: &Facts, request: &TokenRequest, env: &Env) -> Step<Issued, OAuthError> {
    let mut asking = None;
    match decide(facts, request, env, &mut asking) {
        Ok(decision) => Step::Done(decision),
        Err(Undecided::Need(loads)) => Step::Need(loads),
        Err(Undecided::Refused(error)) => {
            Step::Done(Decision::refuse(error).and(Event::TokenRefused { client: asking, code: error.code }))
        }
    }
}

fn decide(
    facts: &Facts,
    request: &TokenRequest,
    env: &Env,
    asking: &mut Option<ClientId>,
) -> Result<Decision<Issued, OAuthError>, Undecided<OAuthError>> {
    let form = request.form;
    let grant_type =
        form.find("grant_type").ok_or(OAuthError::new(ErrorCode::InvalidRequest, "grant_type is missing"))?;

    // First, since it is true of everybody: public clients, whose grants are not there yet, are told so too.
    let grant = ALL.iter().find(|grant| grant.grant_type().as_str() == grant_type);
    let grant =
        *grant.ok_or(OAuthError::new(ErrorCode::UnsupportedGrantType, "the grant type is not supported"))?;

    let proven = client_auth::authenticate(facts, request, env)?;
    let client = proven.client;
    *asking = Some(client.id);
    may_use(client, grant)?;
    let Authorization { user, scope: allowed } = grant.authorize(client, form)?;
    let scope = narrow_scope(form, &allowed, user.is_some(), request.dialect)?;
    let audience = narrow_audience(form, request.dialect, env)?;

    let issued = mint(client, user, scope, audience, request.dialect.token_format(), env);
    let event = issued_event(&proven, grant, user.map(|(id, _)| id), env);
    Ok(Decision::allow(issued).and(event))
}

/// The client may act at all, and is registered for the grant.
fn may_use(client: &Client, grant: &dyn Grant) -> Result<(), OAuthError> {
    if client.state != ClientState::Active {
        return Err(OAuthError::new(ErrorCode::InvalidClient, "the client is not active"));
    }
    if !client.grant_types.contains(grant.grant_type()) {
        return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "the client may not use this grant type"));
    }
    Ok(())
}

/// RFC 6749 section 3.3: never more than was allowed.
fn narrow_scope(form: &Form, allowed: &Scope, has_user: bool, dialect: Dialect) -> Result<Scope, OAuthError> {
    let Some(asked) = form.find("scope") else { return Ok(allowed.clone()) };
    let asked =
        Scope::parse(asked).ok_or(OAuthError::new(ErrorCode::InvalidScope, "the scope is not known"))?;
    let scope = asked.intersection(allowed);
    if scope.is_empty() && !asked.is_empty() && (has_user || !dialect.drops_scope_without_user()) {
        return Err(OAuthError::new(ErrorCode::InvalidScope, "the client may not ask for this scope"));
    }
    Ok(scope)
}

/// RFC 8707 section 2. The management API is the audience at `/oauth/token`; at `/oauth2/token` only if it is asked for.
fn narrow_audience(form: &Form, dialect: Dialect, env: &Env) -> Result<Audience, OAuthError> {
    if dialect == Dialect::Genesys {
        return Ok(Audience::Management);
    }
    let mut resources = form.values("resource");
    let audience = match resources.next() {
        None => Audience::Issuer,
        Some(resource) if resource == env.issuer => Audience::Issuer,
        Some(resource) if resource == env.management_audience() => Audience::Management,
        Some(_) => return Err(OAuthError::new(ErrorCode::InvalidTarget, "the resource is not known")),
    };
    if resources.next().is_some() {
        return Err(OAuthError::new(ErrorCode::InvalidTarget, "a token is for one resource"));
    }
    Ok(audience)
}

fn issued_event(proven: &Proven, grant: &dyn Grant, user: Option<UserId>, env: &Env) -> Event {
    Event::TokenIssued {
        organization: proven.client.organization,
        client: proven.client.id,
        grant: grant.grant_type(),
        user,
        proof: (proven.method, proven.secret),
        at: env.now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client_auth::Header;
    use crate::grants::GrantTypes;
    use crate::tokens::TokenFormat;
    use crate::tokens::verify::tests::{World, world};

    fn ask(world: &World, dialect: Dialect, header: Option<&str>, body: &str) -> Result<Issued, OAuthError> {
        let form = Form::parse(body.as_bytes())?;
        let header = header.map(Header::new);
        let request = TokenRequest { dialect, authorization: header.as_ref(), form: &form };
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
        let cases: [(&str, fn(&mut World), &str, ErrorCode); 7] = [
            ("no grant type", |_| (), "", ErrorCode::InvalidRequest),
            ("unknown grant", |_| (), "grant_type=magic", ErrorCode::UnsupportedGrantType),
            (
                "not registered for it",
                code_client,
                "grant_type=client_credentials",
                ErrorCode::UnauthorizedClient,
            ),
            (
                "grant not there",
                code_client,
                "grant_type=authorization_code&code=x",
                ErrorCode::UnsupportedGrantType,
            ),
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
                assert_eq!(
                    code(ask(&world, dialect, None, &with_secret(&world, body))),
                    Err(expected),
                    "{name}"
                );
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
}
