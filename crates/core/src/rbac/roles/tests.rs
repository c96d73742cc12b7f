//! Decisions on roles: what is asked in, what is answered and written out.

use super::*;
use crate::rbac::role::{ADMIN_TEMPLATE, OAUTH_VIEWER_TEMPLATE};
use crate::tenant::{Tenant, conditional, policy};

const EVERYWHERE: DivisionScope = DivisionScope::All;

fn draft(name: &str, carries: &[&str]) -> Draft {
    let policies = carries.iter().map(|text| policy(text)).collect();
    Draft { name: Some(name.to_owned()), policies, ..Draft::default() }
}

fn permissions(error: &ApiError) -> (ApiCode, &str) {
    (error.code, error.params.iter().find(|(name, _)| *name == "permissions").map_or("", |(_, value)| value))
}

#[test]
fn a_role_is_made_as_it_was_described() {
    let tenant = Tenant::found();
    let asked = Draft {
        name: Some(" reader ".to_owned()),
        description: Some("reads".to_owned()),
        permissions: vec!["admin".to_owned(), "admin".to_owned()],
        policies: vec![policy("oauth:client:view"), conditional("a:b:c"), policy("oauth:client:view")],
    };
    let (role, writes) = tenant.allowed(|facts, env| create(facts, &tenant.admin(), &asked, env));
    let expected = Role {
        id: role.id,
        organization: tenant.id(),
        name: "reader".to_owned(),
        description: "reads".to_owned(),
        template: None,
        permissions: vec!["admin".to_owned()],
        policies: vec![policy("oauth:client:view"), conditional("a:b:c")],
        needs_update: false,
        version: 1,
    };
    assert_eq!(role, expected);
    assert_eq!(writes, [tenant.advance(), Write::CreateRole(role)]);
}

#[test]
fn nobody_makes_a_role_of_more_than_they_hold_in_one_division() {
    let mut tenant = Tenant::found();
    let views = tenant.role("views", &["oauth:client:view", "word"]);
    let adds = tenant.role("adds", &["oauth:client:add"]);
    let [one, other] = ["one", "other"].map(|name| DivisionScope::One(tenant.division(name)));
    let caller = tenant.client(&[(views, one), (adds, other)]);
    let caller = tenant.caller(caller);
    let with_word =
        |word: &str, carries: &[&str]| Draft { permissions: vec![word.to_owned()], ..draft("made", carries) };
    for (asked, missing) in [
        (draft("made", &["oauth:client:view"]), None),
        (draft("made", &["oauth:client:add"]), None),
        (with_word("word", &["oauth:client:view"]), None),
        (draft("made", &["oauth:client:view", "oauth:client:add"]), Some("oauth:client:add")),
        (draft("made", &["oauth:client:*"]), Some("oauth:client:*")),
        (draft("made", &["oauth:*:view"]), Some("oauth:*:view")),
        (draft("made", &["*:*:*"]), Some("*:*:*")),
        (with_word("admin", &[]), Some("admin")),
        (
            Draft { policies: vec![conditional("oauth:client:edit")], ..draft("made", &[]) },
            Some("oauth:client:edit"),
        ),
    ] {
        let decision = tenant.decide(|facts, env| create(facts, &caller, &asked, env));
        match (decision.outcome, missing) {
            (Ok(_), None) => assert_eq!(decision.writes.len(), 2, "{asked:?}"),
            (Err(error), Some(missing)) => {
                assert_eq!(permissions(&error), (ApiCode::MissingPermissions, missing), "{asked:?}");
            }
            (outcome, _) => panic!("{asked:?}: {outcome:?}"),
        }
    }
}

#[test]
fn whoever_holds_a_permission_for_some_things_hands_it_out_for_none() {
    let mut tenant = Tenant::found();
    let role = tenant.role("some queues", &[]);
    let some = conditional("oauth:client:view");
    tenant.roles.last_mut().expect("a role").policies = vec![some.clone()];
    let caller = tenant.client(&[(role, EVERYWHERE)]);
    let caller = tenant.caller(caller);
    for wanted in [policy("oauth:client:view"), some] {
        let asked = Draft { policies: vec![wanted], ..draft("made", &[]) };
        let error = tenant.refused(|facts, env| create(facts, &caller, &asked, env));
        assert_eq!(permissions(&error), (ApiCode::MissingPermissions, "oauth:client:view"));
    }
}

#[test]
fn each_member_has_its_rule() {
    let tenant = Tenant::found();
    let good = || draft("good", &["oauth:client:view"]);
    let named = |name: &str| Draft { name: Some(name.to_owned()), ..good() };
    let worded = |word: &str| Draft { permissions: vec![word.to_owned()], ..good() };
    let described = |text: String| Draft { description: Some(text), ..good() };
    let many = |count: usize| (0..count).map(|n| format!("w{n}")).collect::<Vec<_>>();
    let acting = |actions: Vec<String>| {
        let policies = vec![PermissionPolicy { actions, ..policy("oauth:client:view") }];
        Draft { policies, ..good() }
    };
    let policies = |count| many(count).iter().map(|word| policy(&format!("{word}:b:c"))).collect();
    let remarked = |remarks: PolicyRemarks| {
        let policies = vec![PermissionPolicy { remarks, ..policy("oauth:client:view") }];
        Draft { policies, ..good() }
    };
    let remark = PolicyRemarks::default;
    let (short, long) = (|| Some("é".repeat(256)), || Some("é".repeat(257)));
    let condition = |length: usize| Some(serde_json::json!("c".repeat(length)));
    for (asked, field) in [
        (named(&"é".repeat(256)), None),
        (named(&"é".repeat(257)), Some("name")),
        (named("  "), Some("name")),
        (named("bell\u{7}"), Some("name")),
        (Draft { name: None, ..good() }, Some("name")),
        (described("é".repeat(4096)), None),
        (described("two\nlines".to_owned()), None),
        (described("é".repeat(4097)), Some("description")),
        (described("nul\0".to_owned()), Some("description")),
        (worded("group_creation"), None),
        (worded(""), Some("permissions")),
        (worded("*"), Some("permissions")),
        (worded("two words"), Some("permissions")),
        (worded(&"w".repeat(129)), Some("permissions")),
        (Draft { permissions: many(2001), ..good() }, Some("permissions")),
        (draft("good", &["*:*:*"]), None),
        (draft("good", &[":client:view"]), Some("permissionPolicies")),
        (draft("good", &["oauth::view"]), Some("permissionPolicies")),
        (draft("good", &["oauth:client:"]), Some("permissionPolicies")),
        (draft("good", &["o*:client:view"]), Some("permissionPolicies")),
        (acting(Vec::new()), None),
        (acting(many(5000)), None),
        (acting(many(5001)), Some("permissionPolicies")),
        (Draft { policies: policies(2000), ..good() }, None),
        (Draft { policies: policies(2001), ..good() }, Some("permissionPolicies")),
        (remarked(PolicyRemarks { name: short(), ..remark() }), None),
        (remarked(PolicyRemarks { name: long(), ..remark() }), Some("permissionPolicies")),
        (remarked(PolicyRemarks { description: Some("é".repeat(4096)), ..remark() }), None),
        (
            remarked(PolicyRemarks { description: Some("é".repeat(4097)), ..remark() }),
            Some("permissionPolicies"),
        ),
        (remarked(PolicyRemarks { named_resources: many(100), ..remark() }), None),
        (remarked(PolicyRemarks { named_resources: many(101), ..remark() }), Some("permissionPolicies")),
        (
            remarked(PolicyRemarks { named_resources: long().into_iter().collect(), ..remark() }),
            Some("permissionPolicies"),
        ),
        (remarked(PolicyRemarks { condition: condition(8190), ..remark() }), None),
        (remarked(PolicyRemarks { condition: condition(8191), ..remark() }), Some("permissionPolicies")),
    ] {
        let decision = tenant.decide(|facts, env| create(facts, &tenant.admin(), &asked, env));
        let refused = decision.outcome.err().map(|error| (error.code, error.field));
        let expected = field.map(|field| (ApiCode::GeneralBadRequest, Some(field.to_owned())));
        assert_eq!(refused, expected, "{field:?} {:?}", asked.name);
    }
}

#[test]
fn a_name_stands_for_one_role() {
    let mut tenant = Tenant::found();
    let own = tenant.role("own", &[]);
    let caller = tenant.admin();
    for (name, taken) in
        [("admin", true), (" admin ", true), ("Admin", false), ("own", false), ("new", false)]
    {
        let asked = draft(name, &[]);
        let decision = tenant.decide(|facts, _| update(facts, &caller, own, &asked));
        let code = decision.outcome.err().map(|error| error.code);
        assert_eq!(code, taken.then_some(ApiCode::GeneralConflict), "{name}");
    }
    let error = tenant.refused(|facts, env| create(facts, &caller, &draft("own", &[]), env));
    assert_eq!((error.code, error.field.as_deref()), (ApiCode::GeneralConflict, Some("name")));
}

#[test]
fn an_organization_has_so_many_roles_and_no_more() {
    let mut tenant = Tenant::found();
    tenant.policy.max_roles = 3;
    let make = |tenant: &mut Tenant, name| {
        let caller = tenant.admin();
        tenant.settle(|facts, env| create(facts, &caller, &draft(name, &[]), env))
    };
    make(&mut tenant, "third").expect("the last that there is room for");
    let error = make(&mut tenant, "fourth").expect_err("one too many");
    assert_eq!((error.code, error.limit), (ApiCode::MaxRolesExceeded, Some(("roles", 3))));
}

#[test]
fn an_update_replaces_what_was_described_and_leaves_the_rest() {
    let mut tenant = Tenant::found();
    let id = tenant.built_in(OAUTH_VIEWER_TEMPLATE);
    tenant.roles.iter_mut().for_each(|role| role.needs_update = true);
    let asked = draft("renamed", &["oauth:client:add"]);
    let (answer, writes) = tenant.allowed(|facts, _| update(facts, &tenant.admin(), id, &asked));
    let written = Role {
        name: "renamed".to_owned(),
        description: String::new(),
        policies: vec![policy("oauth:client:add")],
        ..tenant.find_role(id).clone()
    };
    assert_eq!(answer, Role { version: 2, ..written.clone() });
    assert_eq!(writes, [tenant.advance(), Write::ReplaceRole(written)]);
}

#[test]
fn a_role_is_changed_by_whoever_holds_it_everywhere() {
    let mut tenant = Tenant::found();
    let views = tenant.role("views", &["oauth:client:view"]);
    let changed = tenant.role("changed", &["oauth:client:view"]);
    let mighty = tenant.role("mighty", &["oauth:client:view", "oauth:client:add"]);
    let here = DivisionScope::One(tenant.division("here"));
    let [everywhere, elsewhere] = [EVERYWHERE, here].map(|place| tenant.client(&[(views, place)]));
    let [everywhere, elsewhere] = [everywhere, elsewhere].map(|client| tenant.caller(client));
    let views_only = draft("new name", &["oauth:client:view"]);
    let adds_too = draft("new name", &["oauth:client:view", "oauth:client:add"]);
    let code = ApiCode::MissingPermissions;
    let somebody = tenant.client(&[]);
    for granted in [None, Some(here), Some(EVERYWHERE)] {
        // Where it is granted makes no difference: others grant it where they like.
        tenant.grants.insert(somebody.into(), Vec::new());
        granted.iter().for_each(|place| tenant.hold(somebody, changed, *place));
        for (caller, role, asked, edited, deleted) in [
            (&everywhere, changed, &views_only, None, None),
            (&elsewhere, changed, &views_only, Some("oauth:client:view"), Some("oauth:client:view")),
            (&everywhere, changed, &adds_too, Some("oauth:client:add"), None),
            (&everywhere, mighty, &views_only, Some("oauth:client:add"), Some("oauth:client:add")),
        ] {
            let edit = tenant.decide(|facts, _| update(facts, caller, role, asked)).outcome.err();
            let told = edit.as_ref().map(permissions);
            assert_eq!(told, edited.map(|missing| (code, missing)), "{granted:?}");
            let deletion = tenant.decide(|facts, _| delete(facts, caller, role)).outcome.err();
            let told = deletion.as_ref().map(permissions);
            assert_eq!(told, deleted.map(|missing| (code, missing)), "{granted:?}");
        }
    }
}

#[test]
fn the_mark_is_set_and_nothing_else() {
    let tenant = Tenant::found();
    let id = tenant.built_in(ADMIN_TEMPLATE);
    let (answer, writes) = tenant.allowed(|facts, _| mark(facts, &tenant.admin(), id, true));
    let written = Role { needs_update: true, ..tenant.find_role(id).clone() };
    assert_eq!(answer, Role { version: 2, ..written.clone() });
    assert_eq!(writes, [Write::ReplaceRole(written)]);
}

#[test]
fn a_role_is_deleted_with_its_grants() {
    let mut tenant = Tenant::found();
    let id = tenant.built_in(OAUTH_VIEWER_TEMPLATE);
    tenant.hold(tenant.admin, id, EVERYWHERE);
    let ((), writes) = tenant.allowed(|facts, _| delete(facts, &tenant.admin(), id));
    assert_eq!(writes, [tenant.advance(), Write::DeleteRole(tenant.id(), id)]);
}

#[test]
fn a_role_that_is_not_there_is_not_found() {
    let tenant = Tenant::found();
    let (caller, id) = (tenant.admin(), RoleId::random(&tenant.random));
    let asked = draft("", &[]);
    let errors = [
        tenant.refused(|facts, _| update(facts, &caller, id, &asked)),
        tenant.refused(|facts, _| mark(facts, &caller, id, true)),
        tenant.refused(|facts, _| delete(facts, &caller, id)),
    ];
    assert_eq!(errors.map(|error| error.code), [ApiCode::NotFound; 3]);
}

#[test]
fn the_last_role_that_carries_everything_stays_as_mighty_as_it_is() {
    let tenant = Tenant::found();
    let (caller, id) = (tenant.admin(), tenant.built_in(ADMIN_TEMPLATE));
    let less = Draft { permissions: vec!["admin".to_owned()], ..draft("admin", &["oauth:*:*"]) };
    let as_mighty = Draft { permissions: vec!["admin".to_owned()], ..draft("owner", &["*:*:*"]) };
    let refusals = [
        tenant.refused(|facts, _| update(facts, &caller, id, &less)),
        tenant.refused(|facts, _| update(facts, &caller, id, &draft("admin", &["*:*:*"]))),
        tenant.refused(|facts, _| delete(facts, &caller, id)),
    ];
    assert_eq!(refusals.map(|error| error.code), [ApiCode::GeneralBadRequest; 3]);
    let (_, writes) = tenant.allowed(|facts, _| update(facts, &caller, id, &as_mighty));
    assert_eq!(writes.len(), 2);
}

#[test]
fn another_role_that_carries_everything_is_enough() {
    let mut tenant = Tenant::found();
    let (first, second) = (tenant.built_in(ADMIN_TEMPLATE), tenant.role("second", &["*:*:*", "admin"]));
    let home = DivisionScope::One(tenant.home());
    let heir = tenant.client(&[(second, home)]);
    tenant.hold(tenant.founder, second, EVERYWHERE);
    let caller = tenant.admin();
    let error = tenant.refused(|facts, _| delete(facts, &caller, first));
    assert_eq!(error.code, ApiCode::GeneralBadRequest, "nobody who acts holds the other one everywhere");
    tenant.hold(heir, second, EVERYWHERE);
    let ((), writes) = tenant.allowed(|facts, _| delete(facts, &caller, first));
    assert_eq!(writes, [tenant.advance(), Write::DeleteRole(tenant.id(), first)]);
}

#[test]
fn roles_have_so_much_room_and_no_more() {
    let mut tenant = Tenant::found();
    let admin = tenant.admin();
    // 100 bytes an action, and so much for the name and the rest of the policy.
    let heavy = |name: &str, actions: usize| {
        let actions = (0..actions).map(|n| format!("{n:0>100}")).collect();
        let policies = vec![PermissionPolicy { actions, ..policy("oauth:client:view") }];
        Draft { policies, ..draft(name, &[]) }
    };
    tenant.settle(|facts, env| create(facts, &admin, &heavy("heaviest", 2621), env)).expect("room for it");
    let error = tenant.refused(|facts, env| create(facts, &admin, &heavy("too heavy", 2622), env));
    assert_eq!(error.code, ApiCode::GeneralBadRequest);
    let id = tenant.roles.last().expect("a role").id;
    for n in 0..31 {
        let copy =
            Role { id: RoleId::random(&tenant.random), name: n.to_string(), ..tenant.find_role(id).clone() };
        tenant.roles.push(copy);
    }
    let error = tenant.refused(|facts, env| create(facts, &admin, &heavy("one more", 100), env));
    assert_eq!(error.code, ApiCode::GeneralBadRequest);
    tenant.allowed(|facts, _| update(facts, &admin, id, &heavy("as heavy as it was", 2620)));
}
