//! Codes at the token endpoint.

use super::people::{World, people};
use super::*;
use crate::audit::kinds;
use crate::client_auth::AuthMethod;
use crate::grants::authorization_code::Code;
use crate::policy::{CODE, CODE_RETRY, DEFAULT_TOKEN};
use crate::tenant::flow::CALLBACK;
use crate::ticket::{Handle, Verifier};
use crate::tokens::sealed;
use crate::types::{Lifetime, RedirectUri, ScopeName, Timestamp};
use crate::user::UserState;

const GRANT: Result<(), ErrorCode> = Err(ErrorCode::InvalidGrant);
const CLIENT: Result<(), ErrorCode> = Err(ErrorCode::InvalidClient);

#[test]
fn a_code_becomes_tokens_by_whatever_binds_it() {
    for (challenged, body, basic, method) in [
        (false, "SECRET", None, AuthMethod::ClientSecretPost),
        (false, "", Some("ID:SECRET"), AuthMethod::ClientSecretBasic),
        (true, "ID VERIFIER", None, AuthMethod::None),
        (true, "SECRET VERIFIER", None, AuthMethod::ClientSecretPost),
        (true, "VERIFIER", Some("ID:SECRET"), AuthMethod::ClientSecretBasic),
        // The vendor's command line.
        (true, "VERIFIER", Some("ID:"), AuthMethod::None),
        (true, "ID VERIFIER", Some("ID:"), AuthMethod::None),
    ] {
        for dialect in [Dialect::Genesys, Dialect::Standard] {
            let mut world = people();
            let code = world.code(dialect, challenged, "users");
            let given = world.given(&code, body, basic);
            let (decided, _) = world.tenant.ask_token(dialect, given.basic(), &given.body);
            let expected = Event::TokenIssued {
                organization: world.tenant.id(),
                client: world.app.id,
                grant: crate::grants::GrantType::AuthorizationCode,
                user: Some(world.user),
                proof: (method, (method != AuthMethod::None).then(|| world.secret())),
                at: world.tenant.now,
            };
            assert_eq!(decided.events, [expected], "{body} {basic:?}");
            let tokens = world.exchange(dialect, &given).expect("tokens");
            let family = world.family();
            assert_eq!(decided.writes, [Write::CreateFamily(family.origin.clone())]);
            let opened: Code = sealed::open(&code, &world.tenant.env()).expect("a code");
            assert_eq!(family.origin.code, Some(opened.id));

            let consent = world.tenant.consents[&(world.user, world.app.id)].epoch;
            let token = tokens.access;
            assert_eq!((token.user, token.consent_epoch), (Some((world.user, 1)), Some(consent)));
            assert_eq!((token.family, token.scope.to_string()), (Some(family.key), "users".to_owned()));
            let audience = if dialect == Dialect::Genesys { Audience::Management } else { Audience::Issuer };
            assert_eq!(token.audience, audience);
            let refresh = tokens.refresh.expect("a refresh token");
            let refresh = RefreshToken::open(&refresh, world.tenant.env().keys).expect("ours");
            assert_eq!((refresh.family, refresh.generation, family.generation), (family.key, 0, 0));
            let origin = &family.origin;
            assert_eq!((origin.client, origin.user, origin.dialect), (world.app.id, world.user, dialect));
            assert_eq!((origin.client_epoch, origin.user_epoch), (token.client_epoch, 1));
            assert_eq!((origin.consent_epoch, origin.scope.to_string()), (Some(consent), "users".to_owned()));
            assert_eq!(origin.client_authenticated, method != AuthMethod::None);
            assert_eq!(origin.expires_at, world.tenant.now + world.tenant.policy.login.refresh_lifetime);
        }
    }
}

#[test]
fn a_code_is_refused_without_what_binds_it() {
    for (challenged, body, basic, expected) in [
        (false, "ID", None, CLIENT),
        (false, "ID VERIFIER", None, CLIENT),
        (false, "VERIFIER", Some("ID:"), CLIENT),
        (false, "", Some("ID:"), CLIENT),
        (false, "WRONG", None, CLIENT),
        (false, "", Some("ID:wrong"), CLIENT),
        // RFC 9700 section 2.1.1: a downgrade.
        (false, "SECRET VERIFIER", None, GRANT),
        (true, "SECRET", None, GRANT),
        (true, "ID", None, GRANT),
        (true, "ID OTHER_VERIFIER", None, GRANT),
        (true, "SECRET OTHER_VERIFIER", None, GRANT),
        (true, "ID CHALLENGE", None, GRANT),
        (true, "OTHER_VERIFIER", Some("ID:"), GRANT),
        (true, "WRONG VERIFIER", None, CLIENT),
        (true, "VERIFIER", Some("ID:wrong"), CLIENT),
        (true, "", Some("ID:"), CLIENT),
        (true, "VERIFIER", None, CLIENT),
        (true, "SECRET VERIFIER", Some("ID:SECRET"), Err(ErrorCode::InvalidRequest)),
        (true, "OTHER_ID VERIFIER", Some("ID:SECRET"), Err(ErrorCode::InvalidRequest)),
        (true, "OTHER_ID VERIFIER", Some("ID:"), Err(ErrorCode::InvalidRequest)),
        (true, "ID VERIFIER", Some("OTHER_ID:"), Err(ErrorCode::InvalidRequest)),
    ] {
        for dialect in [Dialect::Genesys, Dialect::Standard] {
            let mut world = people();
            let code = world.code(dialect, challenged, "users");
            let given = world.given(&code, body, basic);
            assert_eq!(world.tried(dialect, &given), expected, "{challenged} {body} {basic:?}");
            // It was not spent on that.
            let right = if challenged { "ID VERIFIER" } else { "SECRET" };
            let given = world.given(&code, right, None);
            assert_eq!(world.tried(dialect, &given), Ok(()), "{challenged} {body} {basic:?}");
        }
    }
}

#[test]
fn a_code_goes_back_to_where_it_was_sent() {
    for uri in ["", "https://app.example/", "https://app.example/cb2", "https://app.example/CB"] {
        let mut world = people();
        world.client().redirect_uris.push(RedirectUri::parse("https://app.example/cb2").expect("a callback"));
        let code = world.code(Dialect::Genesys, true, "users");
        let mut given = world.given(&code, "SECRET VERIFIER", None);
        given.replace("redirect_uri", uri);
        assert_eq!(world.tried(Dialect::Genesys, &given), GRANT, "{uri}");
    }
}

#[test]
fn a_code_is_good_until_it_expires() {
    for (millis, expected) in [(CODE.millis() - 1, Ok(())), (CODE.millis(), GRANT), (86_400_000, GRANT)] {
        let mut world = people();
        let code = world.code(Dialect::Genesys, true, "users");
        let given = world.given(&code, "ID VERIFIER", None);
        world.later(millis);
        assert_eq!(world.tried(Dialect::Genesys, &given), expected, "{millis}");
        assert_eq!(world.tenant.families.len(), usize::from(expected.is_ok()));
    }
}

#[test]
fn a_code_of_another_client_or_the_other_side_is_none() {
    for spent in [false, true] {
        let mut world = people();
        let code = world.code(Dialect::Genesys, true, "users");
        let twin = world.twin();
        let right = world.given(&code, "ID VERIFIER", None);
        if spent {
            assert_eq!(world.tried(Dialect::Genesys, &right), Ok(()));
            world.later(CODE_RETRY.millis());
        }
        let mut foreign = world.given(&code, "SECRET VERIFIER", None);
        foreign.replace("client_id", &twin.id.to_string());
        foreign.replace("client_secret", &twin.secret);
        for (dialect, given) in [(Dialect::Genesys, &foreign), (Dialect::Standard, &right)] {
            let (decided, _) = world.tenant.ask_token(dialect, given.basic(), &given.body);
            let error = decided.outcome.expect_err("a refusal");
            assert_eq!((error.code, error.detail), (ErrorCode::InvalidGrant, "the code is not valid"));
            assert!(decided.writes.is_empty(), "{:?}", decided.writes);
        }
        assert_eq!(world.tried(Dialect::Genesys, &right).is_ok(), !spent);
    }
}

#[test]
fn what_is_no_code_of_ours_is_refused() {
    let mut world = people();
    let code = world.code(Dialect::Genesys, true, "users");
    let session = Handle { row: 1, verifier: Verifier::random(&world.tenant.random) }.expose();
    let token = world.tokens(false).access;
    let token = sealed::seal(&token, &world.tenant.env()).expect("a token");
    let changed = |at: usize| {
        let other = if code.as_bytes()[at] == b'A' { "B" } else { "A" };
        format!("{}{other}{}", &code[..at], &code[at + 1..])
    };
    let (key, nonce, content, tag) = (changed(5), changed(10), changed(40), changed(code.len() - 9));
    let (shorter, longer, lower) = (&code[1..], format!("{code}A"), code.to_lowercase());
    for wrong in ["x", &session, &token, &key, &nonce, &content, &tag, shorter, &longer, &lower] {
        let given = world.given(wrong, "ID VERIFIER", None);
        assert_eq!(world.tried(Dialect::Genesys, &given), GRANT, "{wrong}");
    }
    let given = world.given("", "ID VERIFIER", None);
    assert_eq!(world.tried(Dialect::Genesys, &given), Err(ErrorCode::InvalidRequest));
    let given = world.given(&code, "ID VERIFIER", None);
    assert_eq!(world.tried(Dialect::Genesys, &given), Ok(()));
}

#[test]
fn a_code_dies_with_whatever_it_stands_on() {
    let changes: [(&str, fn(&mut World), Result<(), ErrorCode>); 9] = [
        ("nothing", |_| (), Ok(())),
        ("the client's epoch", |it| it.client().epoch += 1, GRANT),
        ("the client is inactive", |it| it.client().state = ClientState::Inactive, CLIENT),
        ("the client is disabled", |it| it.client().state = ClientState::Disabled, CLIENT),
        (
            "the client has another grant",
            |it| it.client().grant_types = "implicit".parse().expect("known"),
            Err(ErrorCode::UnauthorizedClient),
        ),
        ("the user's epoch", |it| it.user().epoch += 1, GRANT),
        ("the user is inactive", |it| it.user().state = UserState::Inactive, GRANT),
        ("the consent was taken back", World::take_back, GRANT),
        ("and given again", World::take_back_and_give_again, GRANT),
    ];
    for (name, change, expected) in changes {
        let mut world = people();
        let code = world.code(Dialect::Genesys, false, "users");
        let given = world.given(&code, "SECRET", None);
        change(&mut world);
        assert_eq!(world.tried(Dialect::Genesys, &given), expected, "{name}");
    }
}

#[test]
fn a_replay_at_once_is_refused_and_later_takes_down_all_that_came_of_it() {
    let retry = CODE_RETRY.millis();
    for (millis, revokes) in [
        (0, false),
        (retry - 1, false),
        (retry, true),
        (CODE.millis(), true),
        (CODE.millis() + 3_600_000, true),
    ] {
        let mut world = people();
        let code = world.code(Dialect::Genesys, true, "users");
        let given = world.given(&code, "ID VERIFIER", None);
        let first = world.exchange(Dialect::Genesys, &given).expect("tokens");
        let audited = world.tenant.audit.len();
        world.later(millis);
        let (decided, _) = world.tenant.ask_token(Dialect::Genesys, given.basic(), &given.body);
        assert_eq!(decided.outcome.as_ref().err().map(|it| it.code), Some(ErrorCode::InvalidGrant));
        let expected = world.downfall(kinds::CODE_REPLAYED);
        assert_eq!(decided.writes, if revokes { &expected[..] } else { &[] }, "{millis}");

        let replays = [(); 2].map(|()| world.tenant.ask_token(Dialect::Genesys, None, &given.body).0.writes);
        for _ in 0..2 {
            assert_eq!(world.tried(Dialect::Genesys, &given), GRANT);
        }
        assert_eq!(world.tenant.audit.len() - audited, usize::from(revokes), "told once");
        // Who came at the same time finds that it was done.
        assert!(replays.into_iter().all(|writes| writes.is_empty() || world.tenant.commit(writes).is_err()));
        assert_eq!(world.lives(&first.access), !revokes && millis < DEFAULT_TOKEN.millis(), "{millis}");
        let refresh = first.refresh.expect("a refresh token");
        assert_eq!(world.refreshed(&refresh).is_ok(), !revokes, "{millis}");
    }
}

#[test]
fn whoever_only_saw_a_spent_code_takes_nothing_down() {
    let mut world = people();
    let code = world.code(Dialect::Genesys, true, "users");
    let right = world.given(&code, "ID VERIFIER", None);
    let tokens = world.exchange(Dialect::Genesys, &right).expect("tokens");
    world.later(CODE_RETRY.millis());
    let other = world.tenant.app("CODE", "users");
    let mut foreign = world.given(&code, "ID VERIFIER", None);
    foreign.replace("client_id", &other.id.to_string());
    let mut elsewhere = world.given(&code, "ID VERIFIER", None);
    elsewhere.replace("redirect_uri", "https://app.example/");
    let guessed = world.given(&code, "ID OTHER_VERIFIER", None);
    let without = world.given(&code, "ID", None);
    for given in [foreign, elsewhere, guessed, without] {
        let (decided, _) = world.tenant.ask_token(Dialect::Genesys, given.basic(), &given.body);
        assert!(decided.outcome.is_err() && decided.writes.is_empty(), "{:?}", decided.writes);
    }
    assert!(world.lives(&tokens.access));
}

#[test]
fn of_two_exchanges_at_once_one_is_decided_anew() {
    let mut world = people();
    let code = world.code(Dialect::Genesys, true, "users");
    let given = world.given(&code, "ID VERIFIER", None);
    let [one, other] = [(); 2].map(|()| world.tenant.ask_token(Dialect::Genesys, None, &given.body).0.writes);
    world.tenant.commit(one).expect("nobody was faster");
    assert!(world.tenant.commit(other).is_err());
    assert_eq!(world.tenant.families.len(), 1, "the other's family is not there either");
    assert_eq!(world.tried(Dialect::Genesys, &given), GRANT);
}

#[test]
fn the_scope_was_settled_with_the_code() {
    let both = "users oauth:readonly";
    for asked in ["", "users", "oauth:readonly users", "users analytics", "analytics", "nonsense"] {
        for dialect in [Dialect::Genesys, Dialect::Standard] {
            let mut world = people();
            let code = world.code(dialect, true, both);
            let mut given = world.given(&code, "ID VERIFIER", None);
            given.replace("scope", asked);
            let got = world.exchange(dialect, &given).map(|it| it.access.scope.to_string());
            assert_eq!(got.map_err(|error| error.code), Ok(both.to_owned()), "{asked}");
            assert_eq!(world.family().origin.scope.to_string(), both);
        }
    }
}

#[test]
fn a_client_that_may_not_refresh_gets_nothing_to_refresh_with() {
    let mut world = people();
    world.client().grant_types = "authorization_code".parse().expect("known");
    let code = world.code(Dialect::Genesys, true, "users");
    let given = world.given(&code, "ID VERIFIER", None);
    let tokens = world.exchange(Dialect::Genesys, &given).expect("a token");
    assert_eq!(tokens.refresh, None);
    let it = world.family();
    assert_eq!((it.origin.expires_at, tokens.access.family), (tokens.access.expires_at, Some(it.key)));
}

#[test]
fn a_refusal_is_counted_with_the_client_that_the_request_names() {
    let mut world = people();
    let code = world.code(Dialect::Genesys, true, "users");
    let known = Some((world.app.id, world.tenant.id()));
    for (body, client, code_of) in [
        ("ID OTHER_VERIFIER", known, ErrorCode::InvalidGrant),
        ("WRONG VERIFIER", known, ErrorCode::InvalidClient),
    ] {
        let given = world.given(&code, body, None);
        let (decided, _) = world.tenant.ask_token(Dialect::Genesys, None, &given.body);
        let at: Timestamp = world.tenant.now;
        assert_eq!(decided.events, [Event::TokenRefused { client, code: code_of, at }], "{body}");
    }
}

#[test]
fn a_token_for_a_resource_is_as_short_as_its_family_is_not() {
    let mut world = people();
    let code = world.code(Dialect::Standard, true, "users");
    let given = world.given(&code, "ID VERIFIER", None);
    let tokens = world.exchange(Dialect::Standard, &given).expect("tokens");
    assert_eq!(tokens.access.expires_at, world.tenant.now + Lifetime::from_seconds(3600));
}

#[test]
fn the_longest_code_that_is_given_becomes_tokens_that_are_read() {
    let mut world = people();
    world.client().scope = Scope::parse("all").expect("known");
    let names: Vec<_> = ScopeName::all().into_iter().map(ScopeName::as_str).collect();
    let claims = format!(r#"{{"id_token":{{"acr":{{"values":["{}"]}}}}}}"#, "x".repeat(4000));
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("client_id", &world.app.id.to_string()).append_pair("redirect_uri", CALLBACK);
    form.append_pair("response_type", "code")
        .append_pair("scope", &names.join(" "))
        .append_pair("claims", &claims);
    let (query, session) = (form.finish(), world.session.clone());
    let code = world.tenant.authorize_at(Dialect::Standard, &query, Some(&session), None).0.code();
    let given = world.given(&code, "SECRET", None);
    let mut refresh =
        world.exchange(Dialect::Standard, &given).expect("tokens").refresh.expect("a refresh token");
    assert!(code.len() > 8192 && refresh.len() > 8192, "{} {}", code.len(), refresh.len());
    for _ in 0..2 {
        let given = world.refreshing(&refresh, true);
        let tokens = world.exchange(Dialect::Standard, &given).expect("tokens");
        assert_eq!(tokens.access.scope.names().count(), names.len());
        refresh = tokens.refresh.expect("another");
    }
}
