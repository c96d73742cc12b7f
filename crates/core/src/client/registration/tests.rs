//! Who may register a client, how many, and what a client may do to itself.

use serde_json::json;

use super::*;
use crate::tenant::Tenant;
use crate::types::Scope;

fn wanted() -> Value {
    json!({ "redirect_uris": ["https://app.example/cb"], "client_name": "An application" })
}

/// An initial access token of the organization.
fn token(tenant: &mut Tenant, once: bool) -> String {
    let verifier = Verifier::random(&tenant.random);
    let lifetime = Lifetime::from_seconds(3600);
    let ticket =
        InitialAccess { once }.ticket(tenant.id(), &verifier, lifetime, tenant.env().keys, tenant.now);
    tenant.commit([Write::CreateTicket(ticket)]).expect("no conflict");
    Handle { row: tenant.made(), verifier }.expose()
}

fn registered(
    tenant: &mut Tenant,
    document: &Value,
    token: Option<&str>,
    everybodys: bool,
) -> Result<Registered, OAuthError> {
    let organization = everybodys.then(|| tenant.id());
    let (decided, _) = tenant.run(|facts, env| register(facts, document, token, organization, env));
    tenant.commit(decided.writes).expect("no conflict");
    decided.outcome
}

fn code(result: Result<Registered, OAuthError>) -> Option<ErrorCode> {
    result.err().map(|error| error.code)
}

#[test]
fn a_token_is_needed_unless_everybody_may() {
    let mut tenant = Tenant::found();
    assert_eq!(code(registered(&mut tenant, &wanted(), None, true)), Some(ErrorCode::TokenRequired));
    tenant.policy.registration = Registration::Open;
    let client = registered(&mut tenant, &wanted(), None, true).expect("a client").client;
    assert!(client.metadata.self_registered && client.created_by.is_none());
    assert_eq!(client.scope, crate::types::Scope::openid());
    assert_eq!(code(registered(&mut tenant, &wanted(), None, false)), Some(ErrorCode::TokenRequired));
}

#[test]
fn a_token_is_good_until_it_expires_or_once() {
    let mut tenant = Tenant::found();
    let (often, once) = (token(&mut tenant, false), token(&mut tenant, true));
    for (text, refused) in [(&often, false), (&often, false), (&once, false), (&once, true)] {
        assert_eq!(registered(&mut tenant, &wanted(), Some(text), false).is_err(), refused, "{text}");
    }
    let wrong = Handle { row: tenant.made(), verifier: Verifier::random(&tenant.random) }.expose();
    let nowhere = Handle { row: 4711, verifier: Verifier::random(&tenant.random) }.expose();
    for text in ["nonsense", &wrong, &nowhere] {
        let refused = registered(&mut tenant, &wanted(), Some(text), true);
        assert_eq!(code(refused), Some(ErrorCode::InvalidToken), "{text}");
    }
    tenant.now = tenant.now + Lifetime::from_seconds(3600);
    assert_eq!(code(registered(&mut tenant, &wanted(), Some(&often), false)), Some(ErrorCode::InvalidToken));
}

#[test]
fn strangers_leave_room_for_administrators() {
    let mut tenant = Tenant::found();
    tenant.policy.registration = Registration::Open;
    tenant.policy.max_clients = 4;
    registered(&mut tenant, &wanted(), None, true).expect("the second of four");
    assert_eq!(code(registered(&mut tenant, &wanted(), None, true)), Some(ErrorCode::AccessDenied));
    let text = token(&mut tenant, false);
    registered(&mut tenant, &wanted(), Some(&text), false).expect("the third of four");
    registered(&mut tenant, &wanted(), Some(&text), false).expect("the last");
    assert_eq!(code(registered(&mut tenant, &wanted(), Some(&text), false)), Some(ErrorCode::AccessDenied));
}

#[test]
fn a_client_manages_itself_and_no_other() {
    let mut tenant = Tenant::found();
    let text = token(&mut tenant, false);
    let one = registered(&mut tenant, &wanted(), Some(&text), false).expect("a client");
    let other = registered(&mut tenant, &wanted(), Some(&text), false).expect("a client");
    let asked = |tenant: &Tenant, id: Option<ClientId>, token: Option<&str>| {
        let (decided, _) = tenant.run(|facts, env| read(facts, id, token, env));
        decided.outcome.map(|it| it.client.id).map_err(|error| error.code)
    };
    let own = one.token.expose();
    assert_eq!(asked(&tenant, Some(one.client.id), Some(own)), Ok(one.client.id));
    let invalid = Err(ErrorCode::InvalidToken);
    assert_eq!(asked(&tenant, Some(other.client.id), Some(own)), invalid);
    assert_eq!(asked(&tenant, Some(tenant.admin), Some(own)), invalid, "an administrator's");
    assert_eq!(asked(&tenant, None, Some(own)), invalid);
    assert_eq!(asked(&tenant, Some(one.client.id), Some(&text)), invalid, "the token that let it in");
    assert_eq!(asked(&tenant, Some(one.client.id), None), Err(ErrorCode::TokenRequired));
    tenant.clients.get_mut(&one.client.id).expect("a client").state = ClientState::Disabled;
    assert_eq!(asked(&tenant, Some(one.client.id), Some(own)), invalid, "blocked is blocked");
}

#[test]
fn what_a_client_calls_people_stays() {
    let mut tenant = Tenant::found();
    let text = token(&mut tenant, false);
    let mut pairwise = wanted();
    pairwise["subject_type"] = "pairwise".into();
    let one = registered(&mut tenant, &pairwise, Some(&text), false).expect("a client");
    assert_eq!(one.client.metadata.sector.as_deref(), Some("app.example"));
    let changed = |change: Value| {
        let mut document = change;
        document["client_id"] = one.client.id.to_string().into();
        let (decided, _) = tenant
            .run(|facts, env| update(facts, Some(one.client.id), Some(one.token.expose()), &document, env));
        decided.outcome.map(|it| it.client.name).map_err(|error| error.detail)
    };
    let fixed = Err("subject_type, and what it rests on, cannot be changed");
    assert_eq!(changed(wanted()), fixed);
    let elsewhere = json!({ "redirect_uris": ["https://other.example/cb"], "subject_type": "pairwise" });
    assert_eq!(changed(elsewhere), fixed);
    let mut renamed = pairwise.clone();
    renamed["client_name"] = "Another name".into();
    assert_eq!(changed(renamed), Ok("Another name".to_owned()));
}

/// The writes of an update that the client of `one` asks for.
fn update_of(tenant: &Tenant, one: &Registered, mut document: Value) -> (Client, Vec<Write>) {
    document["client_id"] = one.client.id.to_string().into();
    let (decided, _) =
        tenant.run(|facts, env| update(facts, Some(one.client.id), Some(one.token.expose()), &document, env));
    (decided.outcome.expect("an update").client, decided.writes)
}

#[test]
fn people_are_asked_again_about_a_client_that_they_would_not_recognise() {
    let mut tenant = Tenant::found();
    let text = token(&mut tenant, false);
    let mut shown = wanted();
    shown["redirect_uris"] = json!(["https://app.example/cb", "https://app.example/other"]);
    shown["logo_uri"] = "https://app.example/logo.png".into();
    let one = registered(&mut tenant, &shown, Some(&text), false).expect("a client");
    let asks = |name: &str, value: Value| {
        let mut document = shown.clone();
        document[name] = value;
        let (client, writes) = update_of(&tenant, &one, document);
        writes.contains(&Write::AskAgain(client.id))
    };
    assert!(asks("client_name", "A bank".into()));
    assert!(asks("redirect_uris", json!(["https://app.example/cb", "https://evil.example/cb"])));
    assert!(asks("logo_uri", "https://app.example/bank.png".into()));
    assert!(asks("tos_uri", "https://app.example/terms".into()));
    assert!(!asks("redirect_uris", json!(["https://app.example/new"])), "the same place");
    assert!(!asks("contacts", json!(["somebody@app.example"])));
}

#[test]
fn what_an_administrator_took_a_client_does_not_give_itself_again() {
    let mut tenant = Tenant::found();
    let text = token(&mut tenant, false);
    let one = registered(&mut tenant, &wanted(), Some(&text), false).expect("a client");
    let openid = Scope::parse("openid").expect("a scope");
    tenant.clients.get_mut(&one.client.id).expect("a client").metadata.most = Some(openid.clone());
    let (client, _) = update_of(&tenant, &one, wanted());
    assert_eq!((client.scope, client.metadata.most), (openid.clone(), Some(openid)));
}

#[test]
fn a_member_that_is_null_is_not_there() {
    let mut tenant = Tenant::found();
    let text = token(&mut tenant, false);
    let mut document = wanted();
    for name in ["id_token_encrypted_response_alg", "jwks", "scope", "software_statement", "default_max_age"]
    {
        document[name] = Value::Null;
    }
    let one = registered(&mut tenant, &document, Some(&text), false).expect("a client");
    for name in ["client_secret", "client_secret_expires_at", "registration_access_token"] {
        document[name] = Value::Null;
    }
    update_of(&tenant, &one, document);
}

#[test]
fn what_cannot_be_had_is_refused_and_not_cut() {
    let mut tenant = Tenant::found();
    let text = token(&mut tenant, false);
    let ec = json!({ "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" });
    let signs =
        |keys: Value| json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": keys } });
    let mut other_alg = signs(json!([ec]));
    other_alg["token_endpoint_auth_signing_alg"] = "RS256".into();
    for changes in [
        json!({ "logo_uri": "https://[" }),
        json!({ "policy_uri": "https://a:99999/" }),
        json!({ "client_uri": "https://a.example/%zz" }),
        json!({ "jwks_uri": "https://" }),
        json!({ "client_name": "\u{3164}" }),
        json!({ "client_name": "Chancery\u{2028}Admin" }),
        json!({ "client_name": "a\u{fe0f}b" }),
        json!({ "contacts": ["a\r\nb"] }),
        signs(json!([{ "kty": "RSA", "n": "AQAB", "e": "AQAB" }])),
        signs(json!([{ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }])),
        signs(json!(vec![ec.clone(); 17])),
        other_alg,
    ] {
        let mut document = wanted();
        document.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
        let refused = registered(&mut tenant, &document, Some(&text), false);
        assert_eq!(code(refused), Some(ErrorCode::InvalidClientMetadata), "{changes}");
    }
    let mut document = wanted();
    document.as_object_mut().expect("an object").extend(signs(json!([ec])).as_object().expect("one").clone());
    registered(&mut tenant, &document, Some(&text), false).expect("a client");
}
