//! The idle timeout of tokens, as it is set.

use super::*;
use crate::decision::Decision;
use crate::organization::Settings;
use crate::tenant::Tenant;
use crate::write::Write;

/// What is set: seconds, whether, and the unit.
type Asked = (Option<i64>, Option<bool>, Option<&'static str>);

fn set(tenant: &Tenant, (seconds, enabled, unit): Asked) -> Decision<Organization, ApiError> {
    tenant.decide(|facts, env| idle_after(facts, &tenant.admin(), seconds, enabled, unit, env))
}

#[test]
fn what_is_left_out_stays() {
    let mut tenant = Tenant::found();
    let start = tenant.now;
    let idle = |enabled: bool, seconds, unit: Option<&str>| IdleTimeout {
        since: enabled.then_some(start),
        after: Lifetime::from_seconds(seconds),
        unit: unit.map(str::to_owned),
    };
    assert_eq!(tenant.organization.settings.idle, idle(false, 28_800, None));
    for (asked, expected) in [
        ((None, None, None), idle(false, 28_800, None)),
        ((Some(600), None, None), idle(false, 600, None)),
        ((None, Some(true), None), idle(true, 600, None)),
        ((None, None, Some("Minutes")), idle(true, 600, Some("Minutes"))),
        ((Some(300), Some(false), Some("Hours")), idle(false, 300, Some("Hours"))),
        ((Some(28_800), Some(true), None), idle(true, 28_800, Some("Hours"))),
    ] {
        let decided = set(&tenant, asked);
        let mut written = tenant.organization.clone();
        written.settings.idle = expected;
        let answer = Organization { version: written.version + 1, ..written.clone() };
        assert_eq!(decided.outcome.as_ref().expect("allowed"), &answer, "{asked:?}");
        assert_eq!(decided.writes, [Write::ReplaceOrganization(Box::new(written))]);
        tenant.commit(decided.writes).expect("no conflict");
    }
}

#[test]
fn a_timeout_has_its_range_and_its_units() {
    let tenant = Tenant::found();
    let range = Some((ApiCode::TokenTimeoutExceeded, "idleTokenTimeoutSeconds"));
    let unit = Some((ApiCode::ConstraintValidation, "inactivityTimeoutUnit"));
    for (asked, expected) in [
        ((Some(299), None, None), range),
        ((Some(28_801), None, None), range),
        ((Some(0), Some(false), None), range),
        ((Some(-300), None, None), range),
        ((Some(i64::MIN), None, None), range),
        ((Some(i64::from(u32::MAX) + 301), None, None), range),
        ((Some(i64::MAX), None, None), range),
        ((None, None, Some("minutes")), unit),
        ((Some(300), Some(true), Some("")), unit),
        ((None, None, Some("Days")), unit),
    ] {
        let error = set(&tenant, asked).outcome.expect_err("a refusal");
        assert_eq!(Some((error.code, error.field.as_deref().unwrap_or_default())), expected, "{asked:?}");
    }
}

#[test]
fn a_timeout_of_an_older_version_is_off() {
    let read: Settings = serde_json::from_str("{}").expect("settings");
    assert_eq!(read.idle, IdleTimeout::default());
    assert_eq!(read.idle.limit(), None);
}
