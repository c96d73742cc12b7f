//! Decisions on single secrets.

use super::*;
use crate::client::registry;
use crate::rbac::DivisionScope;
use crate::tenant::Tenant;
use crate::write::Write;

fn kept(writes: &[Write]) -> Vec<Secret> {
    let found = writes.iter().find_map(|write| match write {
        Write::ReplaceSecrets(_, secrets) => Some(secrets.clone()),
        _ => None,
    });
    found.expect("secrets are written")
}

fn in_days(tenant: &Tenant, days: u32) -> String {
    (tenant.now + Lifetime::from_days(days)).to_rfc3339()
}

/// A client that has a secret.
fn client(tenant: &mut Tenant) -> ClientId {
    let (id, caller) = (tenant.client(&[]), tenant.admin());
    tenant.settle(|facts, env| registry::reset_secret(facts, &caller, id, env)).expect("a secret");
    id
}

fn code<T>(decision: Decision<T, ApiError>) -> Option<ApiCode> {
    decision.outcome.err().map(|error| error.code)
}

#[test]
fn a_new_secret_comes_first_and_the_others_end_after_the_grace() {
    let mut tenant = Tenant::found();
    let id = client(&mut tenant);
    let old = tenant.clients[&id].secrets[0].clone();
    let caller = tenant.admin();
    let wanted =
        NewSecret { name: Some(" blue ".into()), expires: Some(in_days(&tenant, 30)), grace: Some(3600) };
    let ((made, value), writes) = tenant.allowed(|facts, env| add(facts, &caller, id, &wanted, env));
    assert_eq!(
        (made.name.as_deref(), made.expires_at),
        (Some("blue"), Some(tenant.now + Lifetime::from_days(30)))
    );
    assert!(tenant.env().keys.matches(&made.digest, value.expose().as_bytes()));
    let ends = Some(tenant.now + Lifetime::from_seconds(3600));
    assert_eq!(kept(&writes), [made, Secret { expires_at: ends, ..old.clone() }]);
    let at_once = NewSecret { grace: Some(0), ..NewSecret::default() };
    let (_, writes) = tenant.allowed(|facts, env| add(facts, &caller, id, &at_once, env));
    assert_eq!(kept(&writes).len(), 1, "what has ended is forgotten");
    let beside = NewSecret::default();
    let (_, writes) = tenant.allowed(|facts, env| add(facts, &caller, id, &beside, env));
    assert_eq!(kept(&writes)[1], old);
}

#[test]
fn what_a_secret_cannot_be_is_refused() {
    let mut tenant = Tenant::found();
    let id = client(&mut tenant);
    let caller = tenant.admin();
    let named = |name: &str| NewSecret { name: Some(name.into()), ..NewSecret::default() };
    let until = |text: &str| NewSecret { expires: Some(text.into()), ..NewSecret::default() };
    let with = |grace| NewSecret { grace: Some(grace), ..NewSecret::default() };
    let now = tenant.now.to_rfc3339();
    for bad in [
        named(" "),
        named("a\nb"),
        named(&"x".repeat(101)),
        until("soon"),
        until(&now),
        with(-1),
        with(7_776_001),
    ] {
        let refused = tenant.decide(|facts, env| add(facts, &caller, id, &bad, env));
        assert_eq!(code(refused), Some(ApiCode::ConstraintValidation), "{bad:?}");
    }
    for _ in 1..MOST {
        tenant.settle(|facts, env| add(facts, &caller, id, &NewSecret::default(), env)).expect("room");
    }
    let refused = tenant.decide(|facts, env| add(facts, &caller, id, &NewSecret::default(), env));
    assert_eq!(code(refused), Some(ApiCode::ConstraintValidation));
}

#[test]
fn a_secret_is_named_ended_and_removed_but_for_the_last() {
    let mut tenant = Tenant::found();
    let id = client(&mut tenant);
    let caller = tenant.admin();
    let old = tenant.clients[&id].secrets[0].id;
    tenant.settle(|facts, env| add(facts, &caller, id, &NewSecret::default(), env)).expect("a secret");
    let ended = Change { name: Some("old".into()), expires: Some("2001-01-01T00:00:00Z".into()) };
    let kept = tenant.settle(|facts, env| change(facts, &caller, id, Some(old), &ended, env)).expect("ended");
    assert_eq!((kept.name.as_deref(), kept.expires_at), (Some("old"), Some(tenant.now)), "it ends now");
    assert!(!kept.is_live(tenant.now));
    let revived = Change { expires: Some(in_days(&tenant, 1)), ..Change::default() };
    let refused = tenant.decide(|facts, env| change(facts, &caller, id, Some(old), &revived, env));
    assert_eq!(code(refused), Some(ApiCode::ConstraintValidation), "it stays ended");
    tenant.settle(|facts, env| remove(facts, &caller, id, Some(old), env)).expect("removed");
    let last = tenant.clients[&id].secrets[0].id;
    assert_eq!(
        code(tenant.decide(|facts, env| remove(facts, &caller, id, Some(last), env))),
        Some(ApiCode::ConstraintValidation)
    );
    for unknown in [Some(old), None] {
        let refused = tenant.decide(|facts, env| remove(facts, &caller, id, unknown, env));
        assert_eq!(code(refused), Some(ApiCode::NotFound));
    }
}

#[test]
fn nobody_makes_a_secret_of_a_client_mightier_than_themselves() {
    let mut tenant = Tenant::found();
    let role = tenant.role("mighty", &["directory:user:add"]);
    let (own, mighty) = (tenant.client(&[]), tenant.client(&[(role, DivisionScope::All)]));
    let (caller, secret) = (tenant.caller(own), SecretId::random(tenant.env().random));
    let refusals = [
        code(tenant.decide(|facts, env| add(facts, &caller, mighty, &NewSecret::default(), env))),
        code(
            tenant.decide(|facts, env| change(facts, &caller, mighty, Some(secret), &Change::default(), env)),
        ),
        code(tenant.decide(|facts, env| remove(facts, &caller, mighty, Some(secret), env))),
    ];
    assert_eq!(refusals, [Some(ApiCode::BadClientRole); 3]);
}
