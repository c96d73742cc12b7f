//! What each parameter may say.

use super::*;
use crate::jose::sha256;
use crate::tenant::flow::{CHALLENGE, VERIFIER};

/// The code of the refusal, or what `read` makes of what was understood.
fn read<T>(world: &World, changes: &[(&str, &str)], read: impl Fn(Wanted) -> T) -> Result<T, &'static str> {
    world.wanted(changes).map(read).map_err(|error| error.code.as_str())
}

#[test]
fn a_response_type_is_one_that_the_client_is_registered_for() {
    let (missing, unknown, foreign) =
        (Err("invalid_request"), Err("unsupported_response_type"), Err("unauthorized_client"));
    for (grant_type, response_type, expected) in [
        ("CODE", "code", Ok(ResponseType::Code)),
        ("TOKEN", "token", Ok(ResponseType::Token)),
        ("CODE", "token", foreign),
        ("TOKEN", "code", foreign),
        ("CLIENT-CREDENTIALS", "code", foreign),
        ("CLIENT-CREDENTIALS", "token", foreign),
        ("PASSWORD", "code", foreign),
        ("PASSWORD", "token", foreign),
        ("SAML2-BEARER", "code", foreign),
        ("CODE", "", missing),
        ("TOKEN", "", missing),
        ("CODE", "CODE", unknown),
        ("CODE", "code token", unknown),
        ("CODE", "code id_token", unknown),
        ("TOKEN", "id_token", unknown),
        ("TOKEN", "id_token token", unknown),
        ("CODE", "none", unknown),
    ] {
        let mut world = world(grant_type);
        let changes = [("response_type", response_type)];
        assert_eq!(read(&world, &changes, |it| it.response_type), expected, "{grant_type} {response_type}");
        let (_, is_fragment) = match world.go(&changes) {
            told @ Told::Go(_) => told.members(),
            told => panic!("{told:?}"),
        };
        assert_eq!(is_fragment, response_type == "token", "{grant_type} {response_type}");
    }
}

#[test]
fn a_challenge_is_a_digest_by_the_method_s256() {
    let refused = Err("invalid_request");
    let kept = Ok(Some(sha256(VERIFIER)));
    let (short, long, padded) = (&CHALLENGE[1..], &*format!("{CHALLENGE}A"), &*format!("{CHALLENGE}="));
    let (standard, tail) = (CHALLENGE.replace('-', "+"), format!("{}N", &CHALLENGE[..42]));
    for (challenge, method, expected) in [
        ("", "", Ok(None)),
        (CHALLENGE, "S256", kept),
        (CHALLENGE, "", refused),
        (CHALLENGE, "plain", refused),
        (CHALLENGE, "s256", refused),
        (CHALLENGE, "S512", refused),
        ("", "S256", refused),
        ("", "plain", refused),
        (short, "S256", refused),
        (long, "S256", refused),
        (padded, "S256", refused),
        (&standard, "S256", refused),
        // The last character has bits that stand for nothing.
        (&tail, "S256", refused),
        ("x", "S256", refused),
    ] {
        let changes = [("code_challenge", challenge), ("code_challenge_method", method)];
        assert_eq!(read(&world("CODE"), &changes, |it| it.challenge), expected, "{challenge} {method}");
    }
}

#[test]
fn a_challenge_means_nothing_to_a_token_but_must_be_one() {
    let world = world("TOKEN");
    let of = |challenge, method| {
        [("response_type", "token"), ("code_challenge", challenge), ("code_challenge_method", method)]
    };
    assert_eq!(read(&world, &of(CHALLENGE, "S256"), |it| it.challenge), Ok(None));
    assert_eq!(read(&world, &of(CHALLENGE, "plain"), |it| it.challenge), Err("invalid_request"));
}

#[test]
fn the_scope_is_cut_to_what_the_client_may_have() {
    let of = |text: &str| Ok(text.to_owned());
    let refused = Err("invalid_scope");
    for (asked, expected) in [
        ("", of("users oauth:readonly")),
        ("users", of("users")),
        ("oauth:readonly users", of("oauth:readonly users")),
        ("users users", of("users")),
        (" users ", of("users")),
        ("users analytics", of("users")),
        ("users oauth", of("users")),
        ("openid", of("openid")),
        ("openid profile email users", of("openid profile email users")),
        ("offline_access", of("offline_access")),
        (" ", of("")),
        ("analytics", refused.clone()),
        ("analytics oauth all", refused.clone()),
        ("nonsense", refused.clone()),
        ("users nonsense", refused.clone()),
        ("openid nonsense", refused.clone()),
        ("Users", refused.clone()),
        ("users,oauth:readonly", refused.clone()),
    ] {
        let found = read(&world("CODE"), &[("scope", asked)], |it| it.scope.to_string());
        assert_eq!(found, expected, "{asked}");
    }
}

#[test]
fn org_and_target_name_the_clients_own_organization() {
    let world = world("CODE");
    let id = world.tenant.id().to_string();
    let (upper, other) = (id.to_uppercase(), world.app.id.to_string());
    for (changes, good) in [
        (vec![("org", "example")], true),
        (vec![("org", "EXAMPLE")], true),
        (vec![("org", "Example Ltd")], false),
        (vec![("org", "other")], false),
        (vec![("org", &id)], false),
        (vec![("target", &id)], true),
        (vec![("target", &upper)], true),
        (vec![("target", &other)], false),
        (vec![("target", "example")], false),
        (vec![("org", "example"), ("target", &id)], true),
        (vec![("org", "example"), ("target", &other)], false),
        (vec![("org", "other"), ("target", &id)], false),
        (vec![("provider", "anything")], true),
    ] {
        let expected = if good { Ok(()) } else { Err("invalid_request") };
        assert_eq!(read(&world, &changes, drop), expected, "{changes:?}");
    }
}

#[test]
fn a_prompt_asks_for_a_fresh_login() {
    for (prompt, log_in) in [
        ("", false),
        ("login", true),
        ("consent login", true),
        ("login consent", true),
        ("LOGIN", false),
        ("relogin", false),
        ("consent", false),
    ] {
        let mut world = world("CODE");
        assert_eq!(read(&world, &[("prompt", prompt)], |it| it.log_in), Ok(log_in), "{prompt}");
        for verdict in [None, Some(Verdict::Allow), Some(Verdict::Deny)] {
            let (told, writes) = world.say(&[("prompt", prompt)], verdict);
            assert_eq!(told == Told::LogIn, log_in, "{prompt} {verdict:?}");
            assert!(!log_in || writes.is_empty(), "{writes:?}");
        }
    }
}

#[test]
fn a_hint_is_an_address_whatever_stands_behind_its_colon() {
    let world = world("CODE");
    let (fits, long) = (format!("{}@x", "é".repeat(252)), format!("{}@x", "a".repeat(253)));
    for (hint, expected) in [
        ("", None),
        ("somebody@example.com", Some("somebody@example.com")),
        ("somebody@example.com:example", Some("somebody@example.com")),
        (" somebody@example.com : example", Some("somebody@example.com")),
        ("somebody@example.com:a:b", Some("somebody@example.com")),
        ("somebody@example.com:", Some("somebody@example.com")),
        ("example", None),
        ("example:somebody@example.com", None),
        (":somebody@example.com", None),
        (":", None),
        (&fits, Some(&*fits)),
        (&long, None),
    ] {
        let found = read(&world, &[("login_hint", hint)], |it| it.login_hint);
        assert_eq!(found, Ok(expected.map(str::to_owned)), "{hint}");
    }
}
