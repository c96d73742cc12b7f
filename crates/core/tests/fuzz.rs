//! Every parser that meets the network, fed with anything: nothing panics, and what is read is what it says it is. Each target
//! runs for a second, or for as many milliseconds as `BOLERO_RANDOM_TEST_TIME_MS` says; the same targets can be led by a fuzzer
//! (`cargo bolero test`).

#![expect(clippy::expect_used, reason = "all of this is test code")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bolero::check;
use chancery_core::client::registration::register;
use chancery_core::client_auth::{self, Header};
use chancery_core::decision::Step;
use chancery_core::dialect::Dialect;
use chancery_core::env::Env;
use chancery_core::env::fixed::Counting;
use chancery_core::facts::Facts;
use chancery_core::form::Form;
use chancery_core::grants::exchange::TokenRequest;
use chancery_core::jose::jws::Foreign;
use chancery_core::jose::{Alg, KeySet, base64url, from_base64url, json};
use chancery_core::keyring::{Keyring, MasterKey, rotation};
use chancery_core::openid::ClaimsRequest;
use chancery_core::policy::{Policy, Registration};
use chancery_core::ticket::Handle;
use chancery_core::tokens::refresh::RefreshToken;
use chancery_core::tokens::{AccessToken, Revocations};
use chancery_core::types::{OrganizationId, RedirectUri, Scope, Timestamp};
use serde_json::{Value, json};

/// Each byte a character.
fn text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

#[test]
fn a_form_is_read_or_refused() {
    check!().with_type::<(bool, Vec<u8>)>().for_each(|(is_text, bytes)| {
        let bytes = if *is_text { text(bytes).into_bytes() } else { bytes.clone() };
        let Ok(form) = Form::parse_all(&bytes) else { return };
        assert_eq!(Form::parse(&bytes).is_ok(), !form.repeats());
        for name in ["client_id", "scope", "resource", ""] {
            assert!(form.values(name).all(|value| !value.is_empty()));
            assert_eq!(form.find(name), form.values(name).next());
        }
    });
}

#[test]
fn a_client_is_named_or_not() {
    check!().with_type::<(bool, Vec<u8>, Vec<u8>)>().for_each(|(standard, header, body)| {
        let body = text(body);
        let Ok(form) = Form::parse_all(body.as_bytes()) else { return };
        let (encoded, raw) = (format!("Basic {}", STANDARD.encode(header)), text(header));
        let dialect = if *standard { Dialect::Standard } else { Dialect::Genesys };
        for value in [&*encoded, &*raw] {
            let header = Header::new(value);
            let request = TokenRequest::new(dialect, Some(&header), &form);
            let _ = client_auth::claimed(&request);
        }
    });
}

#[test]
fn a_signed_token_is_read_or_refused_and_none_is_signed_by_chance() {
    let keys = KeySet::read(&json!({ "keys": [
        { "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
          "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" },
        { "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
    ] }));
    let keys = keys.expect("a key set");
    check!().with_type::<(u8, Vec<u8>, Vec<u8>, Vec<u8>)>().for_each(|(alg, header, claims, signature)| {
        // Right in part, so that what follows is reached.
        let (_, name) = Alg::ALL[usize::from(*alg) % Alg::ALL.len()];
        let good = format!(r#"{{"alg":"{name}"}}"#);
        let headers = [good.as_bytes(), header];
        let tokens = headers.iter().flat_map(|header| {
            [b"{\"sub\":1}", &**claims].map(|claims| [header, claims, signature].map(base64url).join("."))
        });
        for token in tokens.chain([text(claims)]) {
            assert!(!Foreign::read(&token).is_some_and(|it| it.is_signed_by(&keys)), "{token}");
        }
    });
}

#[test]
fn a_key_set_is_read_or_refused() {
    check!().with_type::<(Vec<u8>, Vec<u8>, u8)>().for_each(|(one, other, kind)| {
        let _ = json::read(one).map(|document| KeySet::read(&document));
        let kty = ["EC", "RSA", "OKP", "oct", ""][usize::from(*kind) % 5];
        let crv = if kty == "OKP" { "Ed25519" } else { "P-256" };
        let (x, y) =
            if kind % 2 == 0 { (text(one), text(other)) } else { (base64url(one), base64url(other)) };
        let key = json!({ "kty": kty, "crv": crv, "x": x, "y": y, "n": x, "e": y });
        let Ok(set) = KeySet::read(&json!({ "keys": [key] })) else { return };
        for (alg, _) in Alg::ALL {
            assert!(set.candidates(*alg, None).all(|key| !key.verify(*alg, b"message", other)));
        }
    });
}

#[test]
fn a_document_is_what_another_reader_reads_or_none() {
    check!().for_each(|bytes: &[u8]| {
        if let Some(read) = json::read(bytes) {
            assert_eq!(serde_json::from_slice::<Value>(bytes).ok(), Some(read));
        }
        let _ = ClaimsRequest::parse(&text(bytes));
    });
}

#[test]
fn a_redirect_uri_admits_itself_and_nothing_strange() {
    const BEGINNINGS: [&str; 5] = ["https://", "http://127.0.0.1", "http://localhost", "com.example:", ""];
    check!().with_type::<(u8, Vec<u8>, Vec<u8>)>().for_each(|(kind, one, other)| {
        let beginning = BEGINNINGS[usize::from(*kind) % BEGINNINGS.len()];
        let (one, other) = (format!("{beginning}{}", text(one)), format!("{beginning}{}", text(other)));
        let Ok(uri) = RedirectUri::parse(&one) else { return };
        assert!(uri.admits(&one) && !one.contains(['#', '*', '\\', ' ']), "{one}");
        let is_own_machine = one.to_ascii_lowercase().starts_with("http://");
        assert!(one == other || !uri.admits(&other) || is_own_machine, "{one} {other}");
        assert!(!RedirectUri::place(&one).is_empty(), "{one}");
    });
}

const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

fn keys() -> Keyring {
    let random = Counting::new(1);
    let master = MasterKey::random(&random);
    let rows = rotation::first_keys(&master, &random, NOW);
    rows.and_then(|rows| Keyring::open(&rows, &master).ok()).expect("keys")
}

#[test]
fn a_handle_is_read_or_refused() {
    let keys = keys();
    check!().for_each(|bytes: &[u8]| {
        // Under a key that there is.
        let named = [&keys.digest_key().0.to_be_bytes(), bytes].concat();
        assert_eq!(RefreshToken::open(&base64url(&named), &keys), None);
        for text in [text(bytes), base64url(bytes)] {
            if let Some(handle) = Handle::parse(&text) {
                assert_eq!(handle.expose(), text);
            }
            assert!(
                from_base64url(&text).is_none_or(|bytes| base64url(&bytes) == text),
                "one form only: {text}"
            );
            assert_eq!(RefreshToken::open(&text, &keys), None);
            let _ = (Scope::parse(&text), Scope::parse_known(&text), Timestamp::parse(&text));
        }
    });
}

/// Nothing was revoked.
struct Nothing;

impl Revocations for Nothing {
    fn covers(&self, _: &AccessToken) -> bool {
        false
    }
}

#[test]
fn a_registration_is_read_or_refused() {
    const MEMBERS: [&str; 16] = [
        "redirect_uris",
        "client_name",
        "grant_types",
        "response_types",
        "token_endpoint_auth_method",
        "jwks",
        "jwks_uri",
        "scope",
        "contacts",
        "application_type",
        "subject_type",
        "default_max_age",
        "logo_uri",
        "require_auth_time",
        "id_token_signed_response_alg",
        "post_logout_redirect_uris",
    ];
    let (random, now, keys) = (Counting::new(1), NOW, keys());
    let policy = Policy { registration: Registration::Open, ..Policy::default() };
    let organization = OrganizationId::random(&random);
    let mut facts = Facts::default();
    facts.put_client_count(organization, 0);
    check!().with_type::<Vec<(u8, u8, Vec<u8>)>>().for_each(|members| {
        let mut document = json!({ "redirect_uris": ["https://app.example/cb"] });
        for (name, kind, bytes) in members.iter().take(8) {
            let value = match kind % 4 {
                0 => json::read(bytes).unwrap_or_default(),
                1 => text(bytes).into(),
                2 => json!([text(bytes)]),
                _ => json!({ "keys": [{ "kty": "RSA", "n": text(bytes), "e": "AQAB" }] }),
            };
            document[MEMBERS[usize::from(*name) % MEMBERS.len()]] = value;
        }
        let env = Env {
            now,
            issuer: "https://id.example",
            policy: &policy,
            keys: &keys,
            revoked: &Nothing,
            random: &random,
        };
        let Step::Done(done) = register(&facts, &document, None, Some(organization), &env) else { return };
        if let Ok(registered) = done.outcome {
            let client = &registered.client;
            assert!(client.metadata.self_registered && client.scope.within(&Scope::openid()) == client.scope);
            assert!(!client.redirect_uris.is_empty() && !client.grant_types.need_roles());
            assert!(!client.name.is_empty(), "people are shown a name");
        }
    });
}
