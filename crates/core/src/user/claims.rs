//! The claims of a person that the management API has no member for: read and changed one by one.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::access::Caller;
use crate::client::metadata::place;
use crate::decision::{Decision, Step, Undecided};
use crate::env::Env;
use crate::error::ApiError;
use crate::facts::Facts;
use crate::openid::claims::{ALL, Claim, Kind, Source};
use crate::rbac::Permission;
use crate::rbac::authority::{self, stand_on};
use crate::rbac::permission::{ADMIN_WORD, DIRECTORY_ORGANIZATION_ADMIN, DIRECTORY_USER_EDIT};
use crate::types::UserId;
use crate::user::{User, registry};
use crate::write::Write;

/// Who may see and change them, in any division.
const ANYWHERE: [Permission; 2] = [ADMIN_WORD, DIRECTORY_ORGANIZATION_ADMIN];
/// No text is longer, in characters.
const LONGEST: usize = 2048;
/// The members of an address (OpenID Connect Core section 5.1.1).
const ADDRESS: &[&str] = &["formatted", "street_address", "locality", "region", "postal_code", "country"];

/// Reads the claims of a user: one's own, or with the permission to edit the user.
pub fn read(facts: &Facts, caller: &Caller, id: UserId) -> Step<Map<String, Value>, ApiError> {
    let decide = || -> Result<_, Undecided<ApiError>> {
        let user = registry::find(facts, caller, id)?;
        if caller.subject() != id.into() {
            registry::may(facts, caller, &[DIRECTORY_USER_EDIT], &ANYWHERE, user.division)?;
        }
        Ok(Decision::allow(user.profile.claims.clone()))
    };
    decide().into()
}

/// Changes the claims that are named (RFC 7396): null takes one away.
pub fn change(
    facts: &Facts,
    caller: &Caller,
    id: UserId,
    changes: &Map<String, Value>,
    env: &Env,
) -> Step<Map<String, Value>, ApiError> {
    let decide = || -> Result<_, Undecided<ApiError>> {
        let version = authority::version(facts, caller.organization)?;
        let current: &Arc<User> = registry::find(facts, caller, id)?;
        registry::may(facts, caller, &[DIRECTORY_USER_EDIT], &ANYWHERE, current.division)?;
        let mut user = User::clone(current);
        let claims = &mut user.profile.claims;
        for (name, value) in changes {
            let claim = ALL.iter().find(|claim| claim.name == name && claim.source == Source::Kept);
            let claim = claim.filter(|claim| claim.kind != Kind::Moment);
            let claim =
                claim.ok_or_else(|| ApiError::constraint(name, "There is no such claim to be kept here."))?;
            if value.is_null() {
                claims.remove(claim.name);
            } else {
                check(claim, value)?;
                claims.insert(claim.name.to_owned(), value.clone());
            }
        }
        claims.insert("updated_at".to_owned(), env.now.seconds().into());
        let told = claims.clone();
        let writes = vec![stand_on(caller.organization, version, false), Write::ReplaceUser(Box::new(user))];
        Ok(Decision::write(told, writes))
    };
    decide().into()
}

fn check(claim: &Claim, value: &Value) -> Result<(), ApiError> {
    let refused = |reason| Err(ApiError::constraint(claim.name, reason));
    match claim.kind {
        Kind::Text if !is_text(value) => {
            refused("The claim is a text of 1 to 2048 characters, none of them a control character.")
        }
        Kind::Url if !value.as_str().is_some_and(|text| text.len() <= LONGEST && place(text).is_some()) => {
            refused("The claim is an http or https URL.")
        }
        Kind::Flag if !value.is_boolean() => refused("The claim is true or false."),
        Kind::Address if !is_address(value) => refused(
            "The claim is an object of texts: formatted, street_address, locality, region, postal_code, country.",
        ),
        _ => Ok(()),
    }
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        !text.is_empty() && text.chars().count() <= LONGEST && !text.chars().any(char::is_control)
    })
}

fn is_address(value: &Value) -> bool {
    // Its lines may be apart.
    let is_line =
        |value: &Value| value.as_str().is_some_and(|text| is_text(&text.replace(['\r', '\n'], " ").into()));
    let is_member = |(name, value): (&String, &Value)| ADDRESS.contains(&name.as_str()) && is_line(value);
    value.as_object().is_some_and(|members| !members.is_empty() && members.iter().all(is_member))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::ApiCode;
    use crate::rbac::DivisionScope;
    use crate::tenant::Tenant;

    fn changed(tenant: &mut Tenant, user: UserId, changes: Value) -> Result<Map<String, Value>, ApiError> {
        let caller = tenant.caller(tenant.admin);
        let changes = changes.as_object().expect("an object").clone();
        let decided = tenant.decide(|facts, env| change(facts, &caller, user, &changes, env));
        tenant.commit(decided.writes).expect("no conflict");
        decided.outcome
    }

    #[test]
    fn what_is_named_changes_and_null_takes_it_away() {
        let mut tenant = Tenant::found();
        let user = tenant.user("somebody@example.com");
        let all = json!({ "given_name": "Ann", "email_verified": true, "address": { "locality": "Bonn" } });
        changed(&mut tenant, user, all).expect("good claims");
        let left = changed(&mut tenant, user, json!({ "given_name": null, "website": "https://a.example/" }));
        let mut left = left.expect("good claims");
        assert_eq!(left.remove("updated_at"), Some(tenant.now.seconds().into()));
        let expected = json!({ "email_verified": true, "address": { "locality": "Bonn" }, "website": "https://a.example/" });
        assert_eq!(Value::from(left), expected);
    }

    #[test]
    fn what_a_claim_is_not_is_refused_and_nothing_is_changed() {
        let mut tenant = Tenant::found();
        let user = tenant.user("somebody@example.com");
        for (name, value) in [
            ("name", json!("Ann")),
            ("email", json!("a@b.example")),
            ("updated_at", json!(1)),
            ("sub", json!("me")),
            ("unknown", json!("x")),
            ("given_name", json!("")),
            ("given_name", json!("a\u{0}b")),
            ("given_name", json!("x".repeat(2049))),
            ("given_name", json!(7)),
            ("picture", json!("javascript:alert(1)")),
            ("email_verified", json!("true")),
            ("address", json!("Bonn")),
            ("address", json!({})),
            ("address", json!({ "planet": "Earth" })),
            ("address", json!({ "locality": 7 })),
        ] {
            let error =
                changed(&mut tenant, user, json!({ "family_name": "x", name: value })).expect_err(name);
            assert_eq!((error.code, error.field.as_deref()), (ApiCode::ConstraintValidation, Some(name)));
            assert!(tenant.users[&user].profile.claims.is_empty(), "{name}");
        }
        let lines = json!({ "address": { "formatted": "Somewhere 1\r\nBonn" } });
        changed(&mut tenant, user, lines).expect("an address has lines");
    }

    #[test]
    fn claims_are_seen_and_changed_by_whoever_may_edit_the_user() {
        let mut tenant = Tenant::found();
        let user = tenant.user("somebody@example.com");
        let nobody = tenant.client(&[]);
        let editor = tenant.role("edits", &["directory:user:edit"]);
        let elsewhere = tenant.division("elsewhere");
        let stranger = tenant.client(&[(editor, DivisionScope::One(elsewhere))]);
        for client in [nobody, stranger] {
            let caller = tenant.caller(client);
            let seen = tenant.decide(|facts, _| read(facts, &caller, user)).outcome;
            assert_eq!(seen.expect_err("a refusal").code, ApiCode::MissingDivisionPermission);
            let done = tenant.decide(|facts, env| change(facts, &caller, user, &Map::new(), env)).outcome;
            assert_eq!(done.expect_err("a refusal").code, ApiCode::MissingDivisionPermission);
        }
        let nowhere = UserId::random(tenant.env().random);
        let gone = tenant.decide(|facts, _| read(facts, &tenant.caller(tenant.admin), nowhere));
        assert_eq!(gone.outcome.expect_err("nobody").code, ApiCode::NotFound);
    }
}
