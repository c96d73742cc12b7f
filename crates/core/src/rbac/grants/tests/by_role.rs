//! Decisions that name roles alone: which a subject is to hold, which it is to lose.

use super::*;

/// The code, and of what the caller lacks the part that is named.
fn refusal(decision: Decision<Vec<SubjectId>, ApiError>) -> Option<(ApiCode, String)> {
    let error = decision.outcome.err()?;
    let named = error.params.into_iter().find(|(name, _)| *name == "permissions");
    Some((error.code, named.map(|(_, named)| named).unwrap_or_default()))
}

#[test]
fn a_role_is_withdrawn_wherever_it_is_held() {
    let mut tenant = Tenant::found();
    let (role, home) = (tenant.built_in(OAUTH_VIEWER_TEMPLATE), DivisionScope::One(tenant.home()));
    let other = tenant.role("other", &[]);
    let somewhere = DivisionScope::One(tenant.division("somewhere"));
    let client = tenant.client(&[(role, home), (other, home), (role, EVERYWHERE), (role, somewhere)]);
    let (held, admin) = (tenant.held(client), tenant.admin());
    tenant.now = tenant.now + crate::policy::DEFAULT_TOKEN;
    let decision = one(&tenant, &admin, client.into(), &Change::Withdraw(role.to_string()));
    assert_eq!(written(&tenant, client, &decision.writes), held[1..2]);
    tenant.commit(decision.writes).expect("no conflict");
    let again = one(&tenant, &admin, client.into(), &Change::Withdraw(role.to_string()));
    assert_eq!((again.outcome.is_ok(), again.writes), (true, vec![]), "it is not held any more");
}

#[test]
fn roles_to_be_held_stay_where_they_are_and_new_ones_are_held_at_home() {
    let mut tenant = Tenant::found();
    let [stays, new, goes] = ["stays", "new", "goes"].map(|name| tenant.role(name, &[]));
    let (home, there) = (DivisionScope::One(tenant.home()), DivisionScope::One(tenant.division("there")));
    let held = [(stays, there), (goes, home), (stays, EVERYWHERE)];
    let (client, user) = (tenant.client(&held), tenant.user("somebody@example.com"));
    held.iter().for_each(|(role, place)| tenant.hold(user, *role, *place));
    let (since, admin) = (tenant.now, tenant.admin());
    tenant.now = tenant.now + crate::policy::DEFAULT_TOKEN;
    let by = Change::Hold([new, stays, new, stays].iter().map(ToString::to_string).collect());
    for subject in [SubjectId::from(client), user.into()] {
        let decision = one(&tenant, &admin, subject, &by);
        let after = written(&tenant, subject, &decision.writes);
        let after: Vec<_> = after.iter().map(|it| (it.role, it.division, it.granted_at)).collect();
        assert_eq!(after, [(stays, there, since), (stays, EVERYWHERE, since), (new, home, tenant.now)]);
        tenant.commit(decision.writes).expect("no conflict");
        let again = one(&tenant, &admin, subject, &by);
        assert_eq!((again.outcome.is_ok(), again.writes), (true, vec![]), "it is held already");
        let nothing = one(&tenant, &admin, subject, &Change::Hold(vec![]));
        assert_eq!(written(&tenant, subject, &nothing.writes), []);
    }
}

#[test]
fn nobody_withdraws_a_role_where_they_do_not_hold_it() {
    let mut tenant = Tenant::found();
    let takes = tenant.role("takes", &["authorization:grant:delete"]);
    let views = tenant.role("views", &["oauth:client:view"]);
    let [here, there] = ["here", "there"].map(|name| DivisionScope::One(tenant.division(name)));
    let missing =
        |place| Some((ApiCode::MissingDivisionPermissions, format!("authorization:grant:delete:{place}")));
    let implied = Some((ApiCode::MissingDivisionPermissionImplied, "oauth:client:view".to_owned()));
    for (callers, held, expected) in [
        (vec![(takes, here), (views, here)], vec![here], None),
        (vec![(takes, here), (views, here)], vec![], None),
        (vec![(takes, here), (views, EVERYWHERE)], vec![here, there], missing(there)),
        (vec![(takes, here), (views, EVERYWHERE)], vec![EVERYWHERE], missing(EVERYWHERE)),
        (vec![(takes, EVERYWHERE), (views, here)], vec![here], None),
        (vec![(takes, EVERYWHERE), (views, here)], vec![here, there], implied.clone()),
        (vec![(takes, EVERYWHERE), (views, here)], vec![EVERYWHERE], implied),
        (vec![], vec![here], missing(here)),
    ] {
        let caller = tenant.client(&callers);
        let held: Vec<_> = held.into_iter().map(|place| (views, place)).collect();
        let (caller, client) = (tenant.caller(caller), tenant.client(&held));
        for by in [Change::Withdraw(views.to_string()), Change::Hold(vec![])] {
            let refused = refusal(one(&tenant, &caller, client.into(), &by));
            assert_eq!(refused, expected, "{callers:?} {held:?} {by:?}");
        }
    }
}

#[test]
fn a_role_to_be_held_is_granted_by_whoever_holds_it_at_home() {
    let mut tenant = Tenant::found();
    let grants = tenant.role("grants", &["authorization:grant:add"]);
    let views = tenant.role("views", &["oauth:client:view"]);
    let (home, there) = (DivisionScope::One(tenant.home()), DivisionScope::One(tenant.division("there")));
    let missing = (ApiCode::MissingDivisionPermissions, format!("authorization:grant:add:{home}"));
    let implied = (ApiCode::MissingDivisionPermissionImplied, "oauth:client:view".to_owned());
    for (callers, held, expected) in [
        (vec![(grants, home), (views, home)], vec![], None),
        (vec![(grants, EVERYWHERE), (views, EVERYWHERE)], vec![], None),
        (vec![(grants, there), (views, EVERYWHERE)], vec![], Some(missing)),
        (vec![(grants, EVERYWHERE), (views, there)], vec![], Some(implied)),
        (vec![], vec![(views, there)], None),
    ] {
        let caller = tenant.client(&callers);
        let (caller, client) = (tenant.caller(caller), tenant.client(&held));
        let by = Change::Hold(vec![views.to_string()]);
        assert_eq!(refusal(one(&tenant, &caller, client.into(), &by)), expected, "{callers:?} {held:?}");
    }
}

#[test]
fn a_role_that_does_not_exist_is_refused_where_it_stands() {
    let mut tenant = Tenant::found();
    let (role, home) = (tenant.built_in(OAUTH_VIEWER_TEMPLATE).to_string(), tenant.home().to_string());
    let (subject, caller) = (ids(&[tenant.client(&[]).into()]), tenant.admin());
    for wrong in [RoleId::random(&tenant.random).to_string(), home, "admin".to_owned(), String::new()] {
        let reason = Some(("reason", format!("One or more roles or divisions are unknown: [{wrong}]")));
        for (unknown, code, field, named) in [
            (Unknown::NotFound, ApiCode::NotFound, None, None),
            (
                Unknown::BadRoleDivisions,
                ApiCode::BadRoleDivisions,
                Some("grants"),
                Some(("roles", wrong.clone())),
            ),
            (Unknown::BadRequest(None), ApiCode::GeneralBadRequest, None, reason.clone()),
            (
                Unknown::BadRequest(Some("roleIds")),
                ApiCode::GeneralBadRequest,
                Some("roleIds"),
                reason.clone(),
            ),
        ] {
            for by in [Change::Withdraw(wrong.clone()), Change::Hold(vec![role.clone(), wrong.clone()])] {
                let error = tenant.refused(|facts, env| change(facts, &caller, &subject, &by, unknown, env));
                assert_eq!((error.code, error.field.as_deref()), (code, field), "{by:?}");
                assert_eq!(error.params.first(), named.as_ref(), "{by:?}");
            }
        }
    }
}

#[test]
fn so_many_roles_can_be_held_and_no_more() {
    let mut tenant = Tenant::found();
    tenant.policy.max_role_assignments = 2;
    let roles = ["a", "b", "c"].map(|name| tenant.role(name, &[]));
    let (client, caller) = (tenant.client(&[(roles[0], EVERYWHERE)]), tenant.admin());
    let hold = |roles: &[RoleId]| {
        let by = Change::Hold(roles.iter().map(ToString::to_string).collect());
        code(one(&tenant, &caller, client.into(), &by))
    };
    assert_eq!(hold(&roles[..2]), None);
    assert_eq!(hold(&roles[1..]), None);
    assert_eq!(hold(&roles), Some(ApiCode::MaxRoleAssignmentsExceeded));
}

#[test]
fn no_role_is_withdrawn_from_the_last_administrator_that_makes_it_one() {
    let mut tenant = Tenant::found();
    let (role, viewer) = (tenant.built_in(ADMIN_TEMPLATE), tenant.built_in(OAUTH_VIEWER_TEMPLATE));
    let (admin, caller) = (SubjectId::from(tenant.admin), tenant.admin());
    let changes =
        [Change::Withdraw(role.to_string()), Change::Hold(vec![]), Change::Hold(vec![viewer.to_string()])];
    let keeps = Change::Hold(vec![viewer.to_string(), role.to_string()]);
    for by in &changes {
        assert_eq!(code(one(&tenant, &caller, admin, by)), Some(ApiCode::GeneralBadRequest), "{by:?}");
    }
    assert_eq!(code(one(&tenant, &caller, admin, &keeps)), None);
    tenant.client(&[(role, EVERYWHERE)]);
    for by in &changes {
        assert_eq!(code(one(&tenant, &caller, admin, by)), None, "{by:?}");
    }
}
