//! The races that the counter of an organization is there for: two decide on the same facts, then both write.

use super::acts::drop_answer;
use super::administrators;
use crate::access::Caller;
use crate::client::{Draft, registry};
use crate::decision::Decision;
use crate::error::{ApiCode, ApiError};
use crate::policy::Policy;
use crate::rbac::grants::{self, Change, Unknown};
use crate::rbac::role::{ADMIN_TEMPLATE, OAUTH_VIEWER_TEMPLATE};
use crate::rbac::{DivisionScope, divisions, roles};
use crate::tenant::{Conflict, Tenant, policy};
use crate::types::{ClientId, DivisionId, RoleId, SubjectId};

const EVERYWHERE: DivisionScope = DivisionScope::All;

/// What one of the two decides as things are.
type Decide<'a> = &'a dyn Fn(&Tenant) -> Decision<(), ApiError>;

/// The first is faster. The second finds a conflict and decides again: what is it told?
fn told_again(tenant: &mut Tenant, first: Decide, second: Decide) -> Option<ApiCode> {
    let (one, other) = (first(tenant), second(tenant));
    assert!(one.outcome.is_ok() && other.outcome.is_ok(), "{:?} {:?}", one.outcome, other.outcome);
    tenant.commit(one.writes).expect("nobody was faster");
    assert_eq!(tenant.commit(other.writes), Err(Conflict));
    let again = second(tenant);
    tenant.commit(again.writes).expect("nobody else writes");
    again.outcome.err().map(|error| error.code)
}

fn change(tenant: &Tenant, caller: &Caller, subject: SubjectId, by: &Change) -> Decision<(), ApiError> {
    let subjects = [subject.to_string()];
    tenant.decide(|facts, env| {
        drop_answer(grants::change(facts, caller, &subjects, by, Unknown::NotFound, env))
    })
}

fn add(
    tenant: &Tenant,
    caller: &Caller,
    subject: SubjectId,
    role: RoleId,
    place: DivisionScope,
) -> Decision<(), ApiError> {
    change(tenant, caller, subject, &Change::Add(vec![(role.to_string(), place.to_string())]))
}

/// Makes a role carry these and no more.
fn edit(tenant: &Tenant, caller: &Caller, role: RoleId, carries: &[&str]) -> Decision<(), ApiError> {
    let policies = carries.iter().map(|text| policy(text)).collect();
    let draft = roles::Draft { name: Some("edited".to_owned()), policies, ..roles::Draft::default() };
    tenant.decide(|facts, _| drop_answer(roles::update(facts, caller, role, &draft)))
}

fn client(state: &str, held: &[(RoleId, DivisionScope)]) -> Draft {
    Draft {
        name: Some("a client".to_owned()),
        grant_type: Some("CLIENT-CREDENTIALS".to_owned()),
        state: Some(state.to_owned()),
        role_divisions: held.iter().map(|(role, place)| (role.to_string(), place.to_string())).collect(),
        ..Draft::default()
    }
}

fn create(tenant: &Tenant, caller: &Caller, held: &[(RoleId, DivisionScope)]) -> Decision<(), ApiError> {
    tenant.decide(|facts, env| drop_answer(registry::create(facts, caller, &client("active", held), env)))
}

fn update(tenant: &Tenant, caller: &Caller, id: ClientId, draft: &Draft) -> Decision<(), ApiError> {
    tenant.decide(|facts, env| drop_answer(registry::update(facts, caller, id, draft, env)))
}

fn delete(tenant: &Tenant, caller: &Caller, id: ClientId) -> Decision<(), ApiError> {
    tenant.decide(|facts, env| registry::delete(facts, caller, id, env))
}

fn reset(tenant: &Tenant, caller: &Caller, id: ClientId) -> Decision<(), ApiError> {
    tenant.decide(|facts, env| drop_answer(registry::reset_secret(facts, caller, id, env)))
}

fn delete_division(tenant: &Tenant, caller: &Caller, id: DivisionId, force: bool) -> Decision<(), ApiError> {
    tenant.decide(|facts, env| divisions::delete(facts, caller, id, force, env))
}

#[test]
fn a_role_is_not_made_mightier_while_somebody_gives_it_away() {
    let told = [ApiCode::MissingDivisionPermissionImplied, ApiCode::BadClientRole, ApiCode::BadClientRole];
    for (number, told) in told.into_iter().enumerate() {
        for edited_first in [true, false] {
            let mut tenant = Tenant::found();
            let [views, adds] = ["oauth:client:view", "oauth:client:add"].map(|it| tenant.role(it, &[it]));
            let given = tenant.role("given", &["oauth:client:view"]);
            let grants = tenant.role("grants", &["authorization:grant:add"]);
            let editor = tenant.client(&[(views, EVERYWHERE), (adds, EVERYWHERE)]);
            let giver = tenant.client(&[(views, EVERYWHERE), (grants, EVERYWHERE)]);
            let (editor, giver, poor) = (tenant.caller(editor), tenant.caller(giver), tenant.client(&[]));
            let edits: Decide = &|tenant| edit(tenant, &editor, given, &["oauth:client:add"]);
            let gives: [Decide; 3] = [
                &|tenant| add(tenant, &giver, poor.into(), given, EVERYWHERE),
                &|tenant| create(tenant, &giver, &[(given, EVERYWHERE)]),
                &|tenant| update(tenant, &giver, poor, &client("active", &[(given, EVERYWHERE)])),
            ];
            if edited_first {
                assert_eq!(told_again(&mut tenant, edits, gives[number]), Some(told));
            } else {
                assert_eq!(told_again(&mut tenant, gives[number], edits), None, "it holds what it gives");
            }
        }
    }
}

#[test]
fn of_two_grants_to_one_subject_neither_is_lost() {
    let mut tenant = Tenant::found();
    let admin = tenant.admin();
    let roles = ["first", "second"].map(|name| tenant.role(name, &[]));
    for subject in [SubjectId::from(tenant.client(&[])), tenant.user("somebody@example.com").into()] {
        let [one, other] = roles.map(|role| {
            let admin = &admin;
            move |tenant: &Tenant| add(tenant, admin, subject, role, EVERYWHERE)
        });
        assert_eq!(told_again(&mut tenant, &one, &other), None);
        assert_eq!(tenant.held(subject).iter().map(|grant| grant.role).collect::<Vec<_>>(), roles);
    }
}

#[test]
fn of_the_last_two_administrators_one_stays() {
    let ways: [fn(&Tenant, &Caller, ClientId) -> Decision<(), ApiError>; 6] = [
        |tenant, caller, id| change(tenant, caller, id.into(), &Change::Replace(vec![])),
        |tenant, caller, id| change(tenant, caller, id.into(), &Change::Hold(vec![])),
        |tenant, caller, id| {
            let by = Change::Withdraw(tenant.held(id)[0].role.to_string());
            change(tenant, caller, id.into(), &by)
        },
        delete,
        |tenant, caller, id| {
            update(tenant, caller, id, &client("inactive", &[(tenant.held(id)[0].role, EVERYWHERE)]))
        },
        |tenant, caller, id| {
            let role = tenant.held(id)[0].role;
            tenant.decide(|facts, _| roles::delete(facts, caller, role))
        },
    ];
    for first in ways {
        for second in ways {
            let mut tenant = Tenant::found();
            let other_role = tenant.role("second", &["*:*:*", "admin"]);
            let one = tenant.client(&[(other_role, EVERYWHERE)]);
            let (other, caller) = (tenant.admin, tenant.admin());
            let first: Decide = &|tenant| first(tenant, &caller, one);
            let second: Decide = &|tenant| second(tenant, &caller, other);
            assert_eq!(told_again(&mut tenant, first, second), Some(ApiCode::GeneralBadRequest));
            assert_eq!(administrators(&tenant), [other]);
        }
    }
}

#[test]
fn a_client_that_is_gone_is_granted_nothing() {
    let mut tenant = Tenant::found();
    let (role, admin, user) =
        (tenant.built_in(ADMIN_TEMPLATE), tenant.admin(), tenant.user("somebody@example.com"));
    let id = tenant.client(&[]);
    let (deletes, grants): (Decide, Decide) =
        (&|tenant| delete(tenant, &admin, id), &|tenant| add(tenant, &admin, id.into(), role, EVERYWHERE));
    assert_eq!(told_again(&mut tenant, deletes, grants), Some(ApiCode::NotFound));
    assert_eq!(tenant.held(id), []);
    let decided = add(&tenant, &admin, user.into(), role, EVERYWHERE);
    tenant.users.get_mut(&user).expect("a user").version += 1;
    assert_eq!(tenant.commit(decided.writes), Err(Conflict), "nor is a user who has changed");
}

#[test]
fn a_client_that_became_the_last_administrator_is_not_deleted_any_more() {
    let mut tenant = Tenant::found();
    let (role, admin, id) = (tenant.built_in(ADMIN_TEMPLATE), tenant.admin(), tenant.client(&[]));
    let grants: Decide = &|tenant| add(tenant, &admin, id.into(), role, EVERYWHERE);
    assert_eq!(told_again(&mut tenant, grants, &|tenant| delete(tenant, &admin, id)), None);
    assert_eq!(tenant.held(id), []);
    let id = tenant.client(&[]);
    let deletes: Decide = &|tenant| delete(tenant, &admin, id);
    let decided = deletes(&tenant).writes;
    let granted = add(&tenant, &admin, id.into(), role, EVERYWHERE).writes;
    tenant.commit(granted).expect("nobody was faster");
    let resigned = change(&tenant, &admin, admin.subject(), &Change::Replace(vec![])).writes;
    tenant.commit(resigned).expect("nobody was faster");
    assert_eq!(tenant.commit(decided), Err(Conflict));
    assert_eq!(deletes(&tenant).outcome.err().map(|error| error.code), Some(ApiCode::GeneralBadRequest));
    assert_eq!(administrators(&tenant), [id]);
}

#[test]
fn nothing_is_granted_in_a_division_that_is_deleted() {
    let gives: [fn(&Tenant, &Caller, ClientId, DivisionId) -> Decision<(), ApiError>; 3] = [
        |tenant, caller, id, place| {
            let viewer = tenant.built_in(OAUTH_VIEWER_TEMPLATE);
            add(tenant, caller, id.into(), viewer, DivisionScope::One(place))
        },
        |tenant, caller, _, place| {
            create(tenant, caller, &[(tenant.built_in(OAUTH_VIEWER_TEMPLATE), DivisionScope::One(place))])
        },
        |tenant, caller, id, place| {
            let held = [(tenant.built_in(OAUTH_VIEWER_TEMPLATE), DivisionScope::One(place))];
            update(tenant, caller, id, &client("active", &held))
        },
    ];
    let told = [ApiCode::NotFound, ApiCode::BadClientRole, ApiCode::BadClientRole];
    for (gives, told) in gives.into_iter().zip(told) {
        for (force, granted_first) in [(false, true), (true, true), (false, false)] {
            let mut tenant = Tenant::found();
            let (place, id, admin) = (tenant.division("here"), tenant.client(&[]), tenant.admin());
            let deletes: Decide = &|tenant| delete_division(tenant, &admin, place, force);
            let gives: Decide = &|tenant| gives(tenant, &admin, id, place);
            if granted_first {
                let told = (!force).then_some(ApiCode::PreconditionFailure);
                assert_eq!(told_again(&mut tenant, gives, deletes), told);
            } else {
                assert_eq!(told_again(&mut tenant, deletes, gives), Some(told));
            }
            let here = tenant.grants.values().flatten().any(|it| it.division == DivisionScope::One(place));
            assert_eq!(here, tenant.divisions.iter().any(|division| division.id == place));
        }
    }
}

#[test]
fn what_was_decided_with_a_permission_is_not_written_once_it_is_gone() {
    let told = [
        ApiCode::BadClientRole,
        ApiCode::BadClientRole,
        ApiCode::BadClientRole,
        ApiCode::MissingDivisionPermissions,
        ApiCode::MissingPermissions,
        ApiCode::MissingPermissions,
    ];
    for (number, told) in told.into_iter().enumerate() {
        let mut tenant = Tenant::found();
        let role = tenant.role("held", &["authorization:grant:*", "oauth:client:*"]);
        let other = tenant.role("other", &["oauth:client:view"]);
        let id = tenant.client(&[(other, EVERYWHERE)]);
        let (caller, admin) = (tenant.client(&[(role, EVERYWHERE)]), tenant.admin());
        let caller = tenant.caller(caller);
        let withdraws: Decide =
            &|tenant| change(tenant, &admin, caller.subject(), &Change::Withdraw(role.to_string()));
        let draft = roles::Draft {
            name: Some("made".to_owned()),
            policies: vec![policy("oauth:client:view")],
            ..roles::Draft::default()
        };
        let decisions: [Decide; 6] = [
            &|tenant| reset(tenant, &caller, id),
            &|tenant| update(tenant, &caller, id, &client("active", &[(other, EVERYWHERE)])),
            &|tenant| create(tenant, &caller, &[(other, EVERYWHERE)]),
            &|tenant| add(tenant, &caller, id.into(), role, EVERYWHERE),
            &|tenant| edit(tenant, &caller, other, &["oauth:client:add"]),
            &|tenant| tenant.decide(|facts, env| drop_answer(roles::create(facts, &caller, &draft, env))),
        ];
        assert_eq!(told_again(&mut tenant, withdraws, decisions[number]), Some(told));
    }
}

#[test]
fn a_secret_is_not_handed_to_whoever_holds_less_than_the_client_by_then() {
    let acts: [fn(&Tenant, ClientId, RoleId) -> Decision<(), ApiError>; 2] = [
        |tenant, id, _| add(tenant, &tenant.admin(), id.into(), tenant.built_in(ADMIN_TEMPLATE), EVERYWHERE),
        |tenant, _, role| edit(tenant, &tenant.admin(), role, &["*:*:*"]),
    ];
    for grows in acts {
        let mut tenant = Tenant::found();
        let [own, held] = ["own", "held"].map(|name| tenant.role(name, &["oauth:client:view"]));
        let (caller, id) = (tenant.client(&[(own, EVERYWHERE)]), tenant.client(&[(held, EVERYWHERE)]));
        let caller = tenant.caller(caller);
        let told = told_again(&mut tenant, &|it| grows(it, id, held), &|it| reset(it, &caller, id));
        assert_eq!(told, Some(ApiCode::BadClientRole));
    }
}

#[test]
fn of_two_that_take_the_last_place_one_is_told_that_there_is_none() {
    let takes: [(fn(&Tenant) -> Decision<(), ApiError>, ApiCode); 3] = [
        (
            |tenant| {
                let (grant_type, scope) = (Some("CODE".to_owned()), vec!["users".to_owned()]);
                let draft = Draft { grant_type, scope, ..client("active", &[]) };
                let caller = tenant.admin();
                tenant.decide(|facts, env| drop_answer(registry::create(facts, &caller, &draft, env)))
            },
            ApiCode::TooManyClients,
        ),
        (
            |tenant| {
                let name = Some(RoleId::random(&tenant.random).to_string());
                let draft = roles::Draft { name, ..roles::Draft::default() };
                tenant.decide(|facts, env| drop_answer(roles::create(facts, &tenant.admin(), &draft, env)))
            },
            ApiCode::MaxRolesExceeded,
        ),
        (
            |tenant| {
                let draft = divisions::Draft { name: Some("x".to_owned()), description: None };
                tenant
                    .decide(|facts, env| drop_answer(divisions::create(facts, &tenant.admin(), &draft, env)))
            },
            ApiCode::MaxScopesExceeded,
        ),
    ];
    for (takes, told) in takes {
        let mut tenant = Tenant::found();
        tenant.policy = Policy { max_clients: 2, max_roles: 3, max_divisions: 2, ..Policy::default() };
        assert_eq!(told_again(&mut tenant, &takes, &takes), Some(told));
    }
}

#[test]
fn what_changes_nothing_that_others_stand_on_goes_side_by_side() {
    let mut tenant = Tenant::found();
    let viewer = tenant.built_in(OAUTH_VIEWER_TEMPLATE);
    let [a, b, c, d] = [(); 4].map(|()| tenant.client(&[(viewer, EVERYWHERE)]));
    let (admin, same) = (tenant.admin(), client("inactive", &[(viewer, EVERYWHERE)]));
    let decided = [
        reset(&tenant, &admin, a),
        update(&tenant, &admin, b, &same),
        delete(&tenant, &admin, c),
        tenant.decide(|facts, _| drop_answer(roles::mark(facts, &admin, viewer, true))),
        add(&tenant, &admin, d.into(), viewer, DivisionScope::One(tenant.home())),
    ];
    for decision in decided {
        assert_eq!(tenant.commit(decision.writes), Ok(()));
    }
}
