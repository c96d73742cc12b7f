//! Decisions on grants: who gets which role where, who loses it, who is told no.

use super::*;
use crate::client::ClientState;
use crate::rbac::role::{ADMIN_TEMPLATE, OAUTH_VIEWER_TEMPLATE};
use crate::tenant::{Tenant, conditional};
use crate::types::DivisionId;

mod by_role;

const EVERYWHERE: DivisionScope = DivisionScope::All;

fn named(role: RoleId, place: DivisionScope) -> Named {
    (role.to_string(), place.to_string())
}

fn ids(subjects: &[SubjectId]) -> Vec<String> {
    subjects.iter().map(ToString::to_string).collect()
}

/// What `caller` decides for one subject with pairs that stand in a body.
fn one(
    tenant: &Tenant,
    caller: &Caller,
    subject: SubjectId,
    by: &Change,
) -> Decision<Vec<SubjectId>, ApiError> {
    tenant.decide(|facts, env| change(facts, caller, &ids(&[subject]), by, Unknown::BadRoleDivisions, env))
}

/// What `subject` holds after these writes, which name it as it is.
fn written(tenant: &Tenant, subject: impl Into<SubjectId>, writes: &[Write]) -> Vec<RoleGrant> {
    let subject = subject.into();
    let still_there = match tenant.users.get(&UserId::from(subject)) {
        Some(user) => Require::User(user.id, user.version),
        None => Require::Client(subject.into(), tenant.clients[&subject.into()].version),
    };
    let [first, second, Write::ReplaceRoleGrants(organization, whose, after)] = writes else {
        panic!("{writes:?}")
    };
    assert_eq!((first, second), (&tenant.advance(), &Write::Require(still_there)));
    assert_eq!((*organization, *whose), (tenant.id(), subject));
    after.clone()
}

fn code(decision: Decision<Vec<SubjectId>, ApiError>) -> Option<ApiCode> {
    decision.outcome.err().map(|error| error.code)
}

#[test]
fn what_is_added_comes_after_what_is_held() {
    let mut tenant = Tenant::found();
    let (role, home) = (tenant.built_in(OAUTH_VIEWER_TEMPLATE), DivisionScope::One(tenant.home()));
    let client = tenant.client(&[(role, home)]);
    let user = tenant.user("somebody@example.com");
    let before = tenant.held(client);
    tenant.now = tenant.now + crate::policy::DEFAULT_TOKEN;
    let by = Change::Add(vec![named(role, EVERYWHERE), named(role, home), named(role, EVERYWHERE)]);
    for (subject, kind, before) in
        [(SubjectId::from(client), SubjectKind::Client, before), (user.into(), SubjectKind::User, vec![])]
    {
        let decision = one(&tenant, &tenant.admin(), subject, &by);
        assert_eq!(decision.outcome.expect("allowed"), [subject]);
        let after = written(&tenant, subject, &decision.writes);
        assert_eq!(after[..before.len()], before);
        let grant = |division| RoleGrant { subject, kind, role, division, granted_at: tenant.now };
        let new =
            if before.is_empty() { vec![grant(EVERYWHERE), grant(home)] } else { vec![grant(EVERYWHERE)] };
        assert_eq!(after[before.len()..], new);
    }
}

#[test]
fn what_is_taken_away_is_no_longer_held() {
    let mut tenant = Tenant::found();
    let (role, home) = (tenant.built_in(OAUTH_VIEWER_TEMPLATE), DivisionScope::One(tenant.home()));
    let client = tenant.client(&[(role, home), (role, EVERYWHERE)]);
    let held = tenant.held(client);
    let admin = tenant.admin();
    for (by, left) in [
        (Change::Remove(vec![named(role, home)]), &held[1..]),
        (Change::Replace(vec![named(role, EVERYWHERE)]), &held[1..]),
        (Change::Replace(vec![]), &[]),
    ] {
        let writes = one(&tenant, &admin, client.into(), &by).writes;
        assert_eq!(written(&tenant, client, &writes), left, "{by:?}");
    }
}

#[test]
fn a_change_that_changes_nothing_writes_nothing() {
    let mut tenant = Tenant::found();
    let (role, home) = (tenant.built_in(OAUTH_VIEWER_TEMPLATE), DivisionScope::One(tenant.home()));
    let client = tenant.client(&[(role, home)]);
    for by in [
        Change::Add(vec![named(role, home)]),
        Change::Add(vec![]),
        Change::Remove(vec![named(role, EVERYWHERE)]),
        Change::Remove(vec![]),
        Change::Replace(vec![named(role, home), named(role, home)]),
    ] {
        let decision = one(&tenant, &tenant.admin(), client.into(), &by);
        assert_eq!((decision.outcome.is_ok(), decision.writes), (true, vec![]), "{by:?}");
    }
}

#[test]
fn a_replacement_keeps_the_date_of_what_stays() {
    let mut tenant = Tenant::found();
    let (role, home) = (tenant.built_in(OAUTH_VIEWER_TEMPLATE), DivisionScope::One(tenant.home()));
    let client = tenant.client(&[(role, home)]);
    let since = tenant.now;
    tenant.now = tenant.now + crate::policy::DEFAULT_TOKEN;
    let by = Change::Replace(vec![named(role, EVERYWHERE), named(role, home)]);
    let decision = one(&tenant, &tenant.admin(), client.into(), &by);
    let after = written(&tenant, client, &decision.writes);
    let dates: Vec<_> = after.iter().map(|grant| (grant.division, grant.granted_at)).collect();
    assert_eq!(dates, [(home, since), (EVERYWHERE, tenant.now)]);
}

#[test]
fn several_subjects_change_together_or_not_at_all() {
    let mut tenant = Tenant::found();
    let role = tenant.built_in(OAUTH_VIEWER_TEMPLATE);
    let has_it = tenant.client(&[(role, EVERYWHERE)]);
    let (lacks_it, user) = (tenant.client(&[]), tenant.user("somebody@example.com"));
    let deleted = tenant.user("gone@example.com");
    tenant.users.get_mut(&deleted).expect("a user").state = UserState::Deleted;
    let elsewhere = tenant.client(&[]);
    tenant.clients.get_mut(&elsewhere).expect("a client").organization =
        OrganizationId::random(&tenant.random);
    let caller = tenant.admin();
    let by = Change::Add(vec![named(role, EVERYWHERE)]);
    let subjects = [has_it.into(), lacks_it.into(), user.into(), lacks_it.into()];
    let add = |subjects: &[String]| {
        tenant.decide(|facts, env| change(facts, &caller, subjects, &by, Unknown::NotFound, env))
    };
    let decision = add(&ids(&subjects));
    assert_eq!(decision.outcome.expect("allowed"), subjects[..3]);
    assert_eq!(decision.writes.len(), 5, "nothing of the one who has it");
    let [first, others @ ..] = &decision.writes[..] else { panic!("no writes") };
    for (subject, of_one) in [SubjectId::from(lacks_it), user.into()].into_iter().zip(others.chunks(2)) {
        assert_eq!(written(&tenant, subject, &[std::slice::from_ref(first), of_one].concat()).len(), 1);
    }
    for unknown in [
        deleted.to_string(),
        elsewhere.to_string(),
        RoleId::random(&tenant.random).to_string(),
        "x".to_owned(),
    ] {
        assert_eq!(code(add(&[lacks_it.to_string(), unknown])), Some(ApiCode::NotFound));
    }
}

#[test]
fn nobody_grants_more_than_they_hold_there() {
    let mut tenant = Tenant::found();
    let grants = tenant.role("grants", &["authorization:grant:add"]);
    let takes = tenant.role("takes", &["authorization:grant:delete"]);
    let views = tenant.role("views", &["oauth:client:view"]);
    let worded = tenant.role("worded", &["oauth:client:view", "word"]);
    let sometimes = tenant.role("sometimes", &[]);
    tenant.roles.last_mut().expect("a role").policies = vec![conditional("oauth:client:view")];
    let [here, there] = ["here", "there"].map(|name| DivisionScope::One(tenant.division(name)));
    let missing = Some(ApiCode::MissingDivisionPermissions);
    let implied = Some(ApiCode::MissingDivisionPermissionImplied);
    for (held, role, place, added, removed) in [
        (vec![(grants, here), (takes, here), (views, here)], views, here, None, None),
        (vec![(grants, here), (views, here)], views, here, None, missing),
        (vec![(takes, here), (views, here)], views, here, missing, None),
        (vec![(grants, EVERYWHERE), (takes, EVERYWHERE), (views, here)], views, here, None, None),
        (vec![(grants, EVERYWHERE), (takes, EVERYWHERE), (views, here)], views, there, implied, implied),
        (vec![(grants, EVERYWHERE), (takes, EVERYWHERE), (views, here)], views, EVERYWHERE, implied, implied),
        (vec![(grants, here), (takes, here), (views, EVERYWHERE)], views, there, missing, missing),
        (vec![(grants, here), (takes, here), (views, EVERYWHERE)], views, EVERYWHERE, missing, missing),
        (vec![(grants, here), (takes, here), (views, here)], worded, here, implied, implied),
        (vec![(grants, here), (takes, here), (views, here)], sometimes, here, None, None),
        (vec![(grants, here), (takes, here), (sometimes, here)], sometimes, here, implied, implied),
        (vec![(grants, here), (takes, here), (sometimes, here)], views, here, implied, implied),
        (vec![], views, here, missing, missing),
    ] {
        let caller = tenant.client(&held);
        let (empty, full) = (tenant.client(&[]), tenant.client(&[(role, place)]));
        let caller = tenant.caller(caller);
        let decide = |subject: ClientId, by: Change| code(one(&tenant, &caller, subject.into(), &by));
        let pair = || vec![named(role, place)];
        assert_eq!(decide(empty, Change::Add(pair())), added, "{held:?} adds {role} in {place}");
        assert_eq!(decide(empty, Change::Replace(pair())), added, "{held:?} adds {role} in {place}");
        assert_eq!(decide(full, Change::Remove(pair())), removed, "{held:?} removes {role} in {place}");
        assert_eq!(decide(full, Change::Replace(vec![])), removed, "{held:?} removes {role} in {place}");
        // To leave what somebody holds as it is takes nothing.
        assert_eq!(decide(full, Change::Add(pair())), None, "{held:?}");
        assert_eq!(decide(empty, Change::Remove(pair())), None, "{held:?}");
    }
}

#[test]
fn a_refusal_names_what_is_missing_and_where() {
    let mut tenant = Tenant::found();
    let grants = tenant.role("grants", &["authorization:grant:add"]);
    let here = tenant.division("here");
    let caller = tenant.client(&[(grants, DivisionScope::One(here))]);
    let caller = tenant.caller(caller);
    let role = tenant.built_in(ADMIN_TEMPLATE);
    for (place, expected) in [
        (EVERYWHERE, "authorization:grant:add:*".to_owned()),
        (DivisionScope::One(tenant.home()), format!("authorization:grant:add:{}", tenant.home())),
        (DivisionScope::One(here), "admin, *:*:*".to_owned()),
    ] {
        let by = Change::Add(vec![named(role, place)]);
        let error = one(&tenant, &caller, caller.subject(), &by).outcome.expect_err("a refusal");
        assert_eq!(error.params, [("permissions", expected)]);
    }
}

#[test]
fn a_pair_that_does_not_exist_is_refused_where_it_stands() {
    let mut tenant = Tenant::found();
    let (role, home) = (tenant.built_in(OAUTH_VIEWER_TEMPLATE), tenant.home().to_string());
    let client = tenant.client(&[]);
    let (unknown, caller) = (DivisionId::random(&tenant.random).to_string(), tenant.admin());
    let role = role.to_string();
    for (role, division, removable) in [
        (role.as_str(), unknown.as_str(), true),
        (role.as_str(), "home", false),
        (role.as_str(), "", false),
        (unknown.as_str(), home.as_str(), false),
        ("admin", home.as_str(), false),
    ] {
        let pairs = vec![(role.to_owned(), division.to_owned())];
        for (unknown, expected) in
            [(Unknown::NotFound, ApiCode::NotFound), (Unknown::BadRoleDivisions, ApiCode::BadRoleDivisions)]
        {
            let decide = |by: Change| {
                let subjects = ids(&[client.into()]);
                tenant.decide(|facts, env| change(facts, &caller, &subjects, &by, unknown, env))
            };
            let error = decide(Change::Add(pairs.clone())).outcome.expect_err("a refusal");
            assert_eq!(error.code, expected);
            if expected == ApiCode::BadRoleDivisions {
                assert_eq!(error.params, [("roles", format!("{role}:{division}"))]);
            }
            assert_eq!(code(decide(Change::Replace(pairs.clone()))), Some(expected));
            let removal = code(decide(Change::Remove(pairs.clone())));
            assert_eq!(removal, (!removable).then_some(expected), "{role}:{division}");
        }
    }
}

#[test]
fn a_subject_holds_so_many_roles_and_no_more() {
    let mut tenant = Tenant::found();
    tenant.policy.max_role_assignments = 2;
    let role = tenant.built_in(OAUTH_VIEWER_TEMPLATE);
    let places = ["a", "b", "c", "d"].map(|name| DivisionScope::One(tenant.division(name)));
    let pairs = |count: usize| places[..count].iter().map(|place| named(role, *place)).collect::<Vec<_>>();
    let none = tenant.client(&[]);
    let four = tenant.client(&places.map(|place| (role, place)));
    let caller = tenant.admin();
    let decide = |subject: ClientId, by: Change| one(&tenant, &caller, subject.into(), &by);
    assert_eq!(code(decide(none, Change::Add(pairs(2)))), None);
    for by in [Change::Add(pairs(3)), Change::Replace(pairs(3))] {
        let error = decide(none, by).outcome.expect_err("one too many");
        let limit = Some(("role.assignments", 2));
        assert_eq!((error.code, error.limit), (ApiCode::MaxRoleAssignmentsExceeded, limit));
    }
    // Whoever is over a limit that was lowered can come down step by step.
    assert_eq!(code(decide(four, Change::Remove(pairs(1)))), None);
    assert_eq!(code(decide(four, Change::Replace(pairs(3)))), None);
    let more = Change::Add(vec![named(role, EVERYWHERE)]);
    assert_eq!(code(decide(four, more)), Some(ApiCode::MaxRoleAssignmentsExceeded));
}

#[test]
fn the_last_administrator_keeps_the_role() {
    let mut tenant = Tenant::found();
    let (role, home) = (tenant.built_in(ADMIN_TEMPLATE), DivisionScope::One(tenant.home()));
    let viewer = tenant.built_in(OAUTH_VIEWER_TEMPLATE);
    let (admin, caller) = (SubjectId::from(tenant.admin), tenant.admin());
    let taken = || {
        [
            Change::Remove(vec![named(role, EVERYWHERE)]),
            Change::Replace(vec![]),
            Change::Replace(vec![named(role, home), named(viewer, EVERYWHERE)]),
        ]
    };
    for by in taken() {
        assert_eq!(code(one(&tenant, &caller, admin, &by)), Some(ApiCode::GeneralBadRequest), "{by:?}");
    }
    let second = tenant.client(&[(role, EVERYWHERE)]);
    for by in taken() {
        let decision = one(&tenant, &caller, admin, &by);
        assert_eq!((decision.outcome.is_ok(), &decision.writes[0]), (true, &tenant.advance()), "{by:?}");
        let both = ids(&[admin, second.into()]);
        let error =
            tenant.refused(|facts, env| change(facts, &caller, &both, &by, Unknown::BadRoleDivisions, env));
        assert_eq!(error.code, ApiCode::GeneralBadRequest, "both at once: {by:?}");
    }
    tenant.clients.get_mut(&second).expect("a client").state = ClientState::Disabled;
    for by in taken() {
        assert_eq!(code(one(&tenant, &caller, admin, &by)), Some(ApiCode::GeneralBadRequest), "{by:?}");
    }
}

#[test]
fn a_client_that_registered_itself_is_given_no_role_and_can_lose_one() {
    let mut tenant = Tenant::found();
    let (role, caller) = (tenant.built_in(OAUTH_VIEWER_TEMPLATE), tenant.admin());
    let (none, had) = (tenant.client(&[]), tenant.client(&[(role, EVERYWHERE)]));
    for id in [none, had] {
        tenant.clients.get_mut(&id).expect("a client").metadata.self_registered = true;
    }
    let pair = || vec![named(role, EVERYWHERE)];
    for by in [Change::Add(pair()), Change::Replace(pair()), Change::Hold(vec![role.to_string()])] {
        let refused = code(one(&tenant, &caller, none.into(), &by));
        assert_eq!(refused, Some(ApiCode::ConstraintValidation), "{by:?}");
    }
    assert_eq!(code(one(&tenant, &caller, had.into(), &Change::Remove(pair()))), None);
}
