//! Who may register a client, how many, and what a client may do to itself.

use serde_json::json;

use super::*;
use crate::tenant::Tenant;

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
