//! The password of a person, at the token endpoint.

use super::people::{World, people};
use super::*;
use crate::audit::{Entry, kinds};
use crate::client_auth::AuthMethod;
use crate::facts::Load;
use crate::grants::GrantType;
use crate::tokens::TokenFormat;
use crate::types::Lifetime;
use crate::user::{Password, PasswordCheck, PasswordHash, UserState};
use crate::write::Write;

const EMAIL: &str = "somebody@example.com";

fn world() -> World {
    let mut world = people();
    world.tenant.policy.password_grant = true;
    world.app = world.tenant.app("PASSWORD", "users oauth:readonly");
    world
}

impl World {
    fn body(&self, changes: &[(&str, &str)]) -> String {
        let id = self.app.id.to_string();
        let right = [
            ("grant_type", "password"),
            ("client_id", &*id),
            ("client_secret", &*self.app.secret),
            ("username", EMAIL),
            ("password", "plum tractor"),
        ];
        let kept = right.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(kept).extend_pairs(changes.iter().filter(|(_, value)| !value.is_empty()));
        form.finish()
    }

    fn code_of(&self, dialect: Dialect, changes: &[(&str, &str)]) -> Result<(), ErrorCode> {
        let (decided, _) = self.tenant.ask_token(dialect, None, &self.body(changes));
        decided.outcome.map(drop).map_err(|error| error.code)
    }
}

#[test]
fn it_is_off_by_default_and_never_at_the_standard_endpoint() {
    let unsupported = Err(ErrorCode::UnsupportedGrantType);
    assert!(!crate::policy::Policy::default().password_grant);
    for (on, dialect, expected) in [
        (false, Dialect::Genesys, unsupported),
        (false, Dialect::Standard, unsupported),
        (true, Dialect::Standard, unsupported),
        (true, Dialect::Genesys, Ok(())),
    ] {
        let mut world = world();
        world.tenant.policy.password_grant = on;
        assert_eq!(world.code_of(dialect, &[]), expected, "{on} {dialect:?}");
        let (decided, asked) = world.tenant.ask_token(dialect, None, &world.body(&[]));
        assert_eq!(asked.is_empty() && decided.writes.is_empty(), expected.is_err(), "nothing is looked at");
    }
}

#[test]
fn a_password_gets_one_token_and_nothing_to_refresh_with() {
    let mut world = world();
    // Registered for refresh tokens it gets none all the same.
    world.client().grant_types = "password refresh_token".parse().expect("known");
    let body = world.body(&[("orgName", "EXAMPLE"), ("username", " Somebody@Example.com")]);
    let (decided, _) = world.tenant.ask_token(Dialect::Genesys, None, &body);
    assert_eq!(decided.outcome.as_ref().expect("a token").format, TokenFormat::Sealed);
    let issued = Event::TokenIssued {
        organization: world.tenant.id(),
        client: world.app.id,
        grant: GrantType::Password,
        user: Some(world.user),
        proof: (AuthMethod::ClientSecretPost, Some(world.secret())),
        at: world.tenant.now,
    };
    assert_eq!(decided.events, [issued]);
    let tokens = world.tenant.token_at(Dialect::Genesys, None, &body).expect("a token");
    let token = tokens.access;
    assert_eq!((tokens.refresh, token.user, token.consent_epoch), (None, Some((world.user, 1)), None));
    assert_eq!(
        (token.scope.to_string(), token.audience),
        ("users oauth:readonly".to_owned(), Audience::Management)
    );
    let family = world.tenant.families.values().next_back().expect("a family");
    assert_eq!((token.family, family.origin.expires_at), (Some(family.key), token.expires_at));
    assert_eq!((family.origin.consent_epoch, family.origin.user), (None, world.user));
    let [Write::CreateFamily(_), Write::RecordLogin(..), Write::Audit(login)] = &decided.writes[..] else {
        panic!("{:?}", decided.writes)
    };
    assert_eq!((&*login.kind, login.client), ("login.succeeded", Some(world.app.id)));
    assert!(world.tenant.consents.is_empty());
}

/// What is wrong, by a change of the world or of the request, and whether there is such a person.
type Wrong = (&'static str, fn(&mut World), Vec<(&'static str, &'static str)>, bool);

#[test]
fn whatever_is_wrong_costs_the_same_and_is_told_the_same() {
    let changes: [Wrong; 8] = [
        ("the password", |_| (), vec![("password", "wrong")], true),
        ("the address", |_| (), vec![("username", "nobody@example.com")], false),
        ("the organization", |_| (), vec![("orgName", "other")], true),
        ("all of it", |_| (), vec![("orgName", "other"), ("username", "x"), ("password", "y")], false),
        ("the user is inactive", |it| it.user().state = UserState::Inactive, vec![], true),
        ("the user is deleted", |it| it.user().state = UserState::Deleted, vec![], false),
        ("there is no password", |it| it.user().password = None, vec![], true),
        ("another case", |_| (), vec![("password", "Plum tractor")], true),
    ];
    for (name, change, members, known) in changes {
        let mut world = world();
        change(&mut world);
        let (decided, asked) = world.tenant.ask_token(Dialect::Genesys, None, &world.body(&members));
        let error = decided.outcome.expect_err("a refusal");
        let expected = (ErrorCode::InvalidGrant, "the user name or the password is not right");
        assert_eq!((error.code, error.detail), expected, "{name}");
        let kinds = asked.iter().map(|load| match load {
            Load::Client(_) => "client",
            Load::Organization(_) => "organization",
            Load::UserByEmail(_) => "user",
            Load::Verdict(_) => "verdict",
            other => panic!("{name}: {other:?}"),
        });
        assert_eq!(kinds.collect::<Vec<_>>(), ["client", "organization", "user", "verdict"], "{name}");
        let entry = Entry {
            client: Some(world.app.id),
            entity: known.then(|| ("user".to_owned(), world.user.to_string())),
            ..Entry::of(world.tenant.id(), kinds::LOGIN_FAILED, world.tenant.now)
        };
        assert_eq!(decided.writes, [Write::Audit(Box::new(entry))], "{name}");
        let client = Some((world.app.id, world.tenant.id()));
        let refused = Event::TokenRefused { client, code: ErrorCode::InvalidGrant, at: world.tenant.now };
        assert_eq!(decided.events, [refused], "{name}");
    }
}

#[test]
fn a_password_is_compared_with_the_one_that_is_kept() {
    let world = world();
    let (_, asked) = world.tenant.ask_token(Dialect::Genesys, None, &world.body(&[("password", "typed")]));
    let check = PasswordCheck {
        password: Password::new("typed"),
        hash: Some(PasswordHash::new("plum tractor".to_owned())),
    };
    assert!(asked.contains(&Load::Verdict(check)), "{asked:?}");
}

#[test]
fn nobody_is_compared_for_a_client_that_did_not_prove_itself() {
    let world = world();
    for (members, expected) in [
        (vec![("client_secret", "")], ErrorCode::InvalidClient),
        (vec![("client_secret", "wrong")], ErrorCode::InvalidClient),
        (vec![("client_id", ""), ("client_secret", "")], ErrorCode::InvalidClient),
        (vec![("username", "")], ErrorCode::InvalidRequest),
        (vec![("password", "")], ErrorCode::InvalidRequest),
    ] {
        let (decided, asked) = world.tenant.ask_token(Dialect::Genesys, None, &world.body(&members));
        assert_eq!(decided.outcome.err().map(|error| error.code), Some(expected), "{members:?}");
        assert!(decided.writes.is_empty());
        assert!(asked.iter().all(|load| matches!(load, Load::Client(_))), "{asked:?}");
    }
    // Basic with an empty secret beside a verifier proves nothing either.
    let members =
        [("client_id", ""), ("client_secret", ""), ("code_verifier", crate::tenant::flow::VERIFIER)];
    let basic = format!("{}:", world.app.id);
    let (decided, _) = world.tenant.ask_token(Dialect::Genesys, Some(&basic), &world.body(&members));
    assert_eq!(decided.outcome.err().map(|error| error.code), Some(ErrorCode::InvalidClient));
}

#[test]
fn a_client_that_is_not_registered_for_it_may_not() {
    let mut world = world();
    world.client().grant_types = "authorization_code refresh_token".parse().expect("known");
    assert_eq!(world.code_of(Dialect::Genesys, &[]), Err(ErrorCode::UnauthorizedClient));
    // Whoever proved nothing learns nothing of what the client is registered for.
    assert_eq!(world.code_of(Dialect::Genesys, &[("client_secret", "")]), Err(ErrorCode::InvalidClient));
    world.client().grant_types = "password".parse().expect("known");
    world.client().state = ClientState::Inactive;
    assert_eq!(world.code_of(Dialect::Genesys, &[]), Err(ErrorCode::InvalidClient));
}

#[test]
fn the_scope_is_narrowed_to_the_clients() {
    let mut world = world();
    for (asked, expected) in
        [("users", Ok("users")), ("users all", Ok("users")), ("all", Err(ErrorCode::InvalidScope))]
    {
        let body = world.body(&[("scope", asked)]);
        let got = world.tenant.token_at(Dialect::Genesys, None, &body);
        let got = got.map(|it| it.access.scope.to_string()).map_err(|error| error.code);
        assert_eq!(got, expected.map(str::to_owned), "{asked}");
    }
}

#[test]
fn its_token_dies_with_the_user() {
    let mut world = world();
    let body = world.body(&[]);
    let token = world.tenant.token_at(Dialect::Genesys, None, &body).expect("a token").access;
    assert!(world.lives(&token));
    world.user().epoch += 1;
    assert!(!world.lives(&token));
    world.user().epoch -= 1;
    world.wait(Lifetime::from_days(1));
    assert!(!world.lives(&token));
}
