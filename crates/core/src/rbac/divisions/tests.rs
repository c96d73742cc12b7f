//! Decisions on divisions.

use super::*;
use crate::tenant::Tenant;

fn draft(name: &str) -> Draft {
    Draft { name: Some(name.to_owned()), description: None }
}

/// A caller who holds a role that carries these in one division only.
fn limited(tenant: &mut Tenant, carries: &[&str], place: DivisionId) -> Caller {
    let role = tenant.role("limited", carries);
    let client = tenant.client(&[(role, DivisionScope::One(place))]);
    tenant.caller(client)
}

#[test]
fn a_division_is_made_as_it_was_described() {
    let tenant = Tenant::found();
    let asked = Draft { name: Some(" Sales ".to_owned()), description: Some("sells\nthings".to_owned()) };
    let (made, writes) = tenant.allowed(|facts, env| create(facts, &tenant.admin(), &asked, env));
    let expected = Division {
        id: made.id,
        organization: tenant.id(),
        name: "Sales".to_owned(),
        description: "sells\nthings".to_owned(),
        home: false,
    };
    assert_eq!(made, expected);
    assert_eq!(writes, [tenant.advance(), Write::CreateDivision(made)]);
}

#[test]
fn a_name_and_a_description_have_their_rules() {
    let tenant = Tenant::found();
    let described = |text: String| Draft { description: Some(text), ..draft("good") };
    let name = ApiCode::DivisionNameInvalid;
    for (asked, expected) in [
        (draft(&"é".repeat(256)), None),
        (draft("a division: with *"), None),
        (draft(&"é".repeat(257)), Some((ApiCode::MaxLengthExceeded, "name"))),
        (draft(""), Some((name, "name"))),
        (draft(" \t"), Some((name, "name"))),
        (draft(" * "), Some((name, "name"))),
        (draft("bell\u{7}"), Some((name, "name"))),
        (Draft::default(), Some((name, "name"))),
        (draft("Home"), Some((ApiCode::ResourceAlreadyExists, "name"))),
        (draft(" hOME "), Some((ApiCode::ResourceAlreadyExists, "name"))),
        (described("é".repeat(4096)), None),
        (described("é".repeat(4097)), Some((ApiCode::MaxLengthExceeded, "description"))),
        (described("nul\0".to_owned()), Some((ApiCode::ConstraintValidation, "description"))),
    ] {
        let decision = tenant.decide(|facts, env| create(facts, &tenant.admin(), &asked, env));
        let refused = decision.outcome.err();
        let refused = refused.as_ref().map(|error| (error.code, error.field.as_deref().unwrap_or_default()));
        assert_eq!(refused, expected, "{asked:?}");
    }
}

#[test]
fn an_organization_has_so_many_divisions_and_no_more() {
    let mut tenant = Tenant::found();
    tenant.policy.max_divisions = 2;
    let caller = tenant.admin();
    tenant.settle(|facts, env| create(facts, &caller, &draft("second"), env)).expect("room for it");
    let error = tenant.refused(|facts, env| create(facts, &caller, &draft("third"), env));
    assert_eq!((error.code, error.limit), (ApiCode::MaxScopesExceeded, Some(("divisions", 2))));
}

#[test]
fn an_update_replaces_name_and_description_and_no_more() {
    let mut tenant = Tenant::found();
    let (home, other) = (tenant.home(), tenant.division("other"));
    tenant.divisions.iter_mut().for_each(|division| division.description = "old".to_owned());
    for (id, name, home) in [(home, "HOME", true), (home, "Base", true), (other, "Other", false)] {
        let asked = draft(name);
        let (answer, writes) = tenant.allowed(|facts, _| update(facts, &tenant.admin(), id, &asked));
        let description = String::new();
        let expected = Division { id, organization: tenant.id(), name: name.to_owned(), description, home };
        assert_eq!(answer, expected);
        assert_eq!(writes, [tenant.advance(), Write::ReplaceDivision(expected)]);
    }
    let error = tenant.refused(|facts, _| update(facts, &tenant.admin(), other, &draft("home")));
    assert_eq!(error.code, ApiCode::ResourceAlreadyExists);
}

#[test]
fn a_permission_elsewhere_changes_nothing_here() {
    let mut tenant = Tenant::found();
    let (here, there) = (tenant.division("here"), tenant.division("there"));
    let caller =
        limited(&mut tenant, &["authorization:division:edit", "authorization:division:delete"], here);
    let asked = draft("renamed");
    tenant.allowed(|facts, _| update(facts, &caller, here, &asked));
    tenant.allowed(|facts, env| delete(facts, &caller, here, true, env));
    let errors = [
        tenant.refused(|facts, _| update(facts, &caller, there, &asked)),
        tenant.refused(|facts, env| delete(facts, &caller, there, true, env)),
    ];
    let named = ["edit", "delete"].map(|action| format!("authorization:division:{action}:{there}"));
    for (error, named) in errors.into_iter().zip(named) {
        assert_eq!(error.code, ApiCode::MissingDivisionPermission);
        assert_eq!(error.params, [("permissions", named)]);
    }
}

#[test]
fn what_is_not_there_is_not_found_before_anything_else_is_said() {
    let mut tenant = Tenant::found();
    let here = tenant.division("here");
    let (caller, id) = (limited(&mut tenant, &[], here), DivisionId::random(&tenant.random));
    let errors = [
        tenant.refused(|facts, _| update(facts, &caller, id, &draft(""))),
        tenant.refused(|facts, env| delete(facts, &caller, id, true, env)),
        tenant.refused(|facts, env| restore(facts, &caller, id, env)),
    ];
    assert_eq!(errors.map(|error| error.code), [ApiCode::NotFound; 3]);
}

#[test]
fn a_division_in_use_is_deleted_by_force_only() {
    let mut tenant = Tenant::found();
    let (empty, with_user, with_grant) =
        (tenant.division("empty"), tenant.division("with a user"), tenant.division("with a grant"));
    let user = tenant.user("somebody@example.com");
    tenant.users.get_mut(&user).expect("a user").division = with_user;
    let viewer = tenant.built_in(crate::rbac::role::OAUTH_VIEWER_TEMPLATE);
    tenant.hold(user, viewer, DivisionScope::One(with_grant));
    let (caller, organization, home, at) = (tenant.admin(), tenant.id(), tenant.home(), tenant.now);
    for (id, used) in [(empty, false), (with_user, true), (with_grant, true)] {
        let gently = tenant.decide(|facts, env| delete(facts, &caller, id, false, env));
        assert_eq!(gently.outcome.err().map(|it| it.code), used.then_some(ApiCode::PreconditionFailure));
        let ((), writes) = tenant.allowed(|facts, env| delete(facts, &caller, id, true, env));
        assert_eq!(writes, [tenant.advance(), Write::DeleteDivision { organization, id, home, at }]);
    }
}

#[test]
fn the_home_division_stays() {
    let tenant = Tenant::found();
    for force in [false, true] {
        let error = tenant.refused(|facts, env| delete(facts, &tenant.admin(), tenant.home(), force, env));
        assert_eq!(error.code, ApiCode::PreconditionFailure);
    }
}

#[test]
fn a_deleted_division_comes_back_unless_its_name_is_taken() {
    let mut tenant = Tenant::found();
    let (id, caller) = (tenant.division("Sales"), tenant.admin());
    let (there, writes) = tenant.allowed(|facts, env| restore(facts, &caller, id, env));
    assert_eq!((there.id, writes), (id, vec![]), "it is there already");
    tenant.settle(|facts, env| delete(facts, &caller, id, false, env)).expect("an empty division goes");
    let (back, writes) = tenant.allowed(|facts, env| restore(facts, &caller, id, env));
    assert_eq!((back, writes), (there, vec![tenant.advance(), Write::RestoreDivision(tenant.id(), id)]));
    tenant.division("sales");
    let error = tenant.refused(|facts, env| restore(facts, &caller, id, env));
    assert_eq!((error.code, error.field.as_deref()), (ApiCode::ResourceAlreadyExists, Some("name")));
}

#[test]
fn a_deleted_division_comes_back_if_there_is_room_for_it() {
    let mut tenant = Tenant::found();
    let (id, caller) = (tenant.division("Sales"), tenant.admin());
    tenant.settle(|facts, env| delete(facts, &caller, id, false, env)).expect("an empty division goes");
    let other = tenant.division("Support");
    tenant.policy.max_divisions = 2;
    let error = tenant.refused(|facts, env| restore(facts, &caller, id, env));
    assert_eq!((error.code, error.limit), (ApiCode::MaxScopesExceeded, Some(("divisions", 2))));
    let (there, _) = tenant.allowed(|facts, env| restore(facts, &caller, other, env));
    assert_eq!(there.id, other, "one that is there takes no room");
    tenant.policy.max_divisions = 3;
    tenant.settle(|facts, env| restore(facts, &caller, id, env)).expect("room for it");
    assert!(tenant.divisions.iter().any(|division| division.id == id));
}
