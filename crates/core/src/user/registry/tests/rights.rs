//! Who may do what to users, and where.

use super::*;
use crate::tenant::conditional;
use crate::types::RoleId;

const EVERYWHERE: DivisionScope = DivisionScope::All;

/// What is done to the user of a world, by a caller.
type Act = fn(&World, &Caller) -> Result<(), ApiCode>;

const ADD: Act = |world, caller| {
    let division = Some(world.tenant.users[&world.user].division.to_string());
    code(world.create(caller, &Draft { division, ..world.newcomer() }, None))
};
const EDIT: Act = |world, caller| code(world.update(caller, &world.same()));
const DELETE: Act = |world, caller| code(world.delete(caller));

#[test]
fn each_act_needs_its_permission_in_the_division_of_the_user() {
    let mut world = world();
    let (home, elsewhere) = (world.tenant.home(), world.tenant.division("elsewhere"));
    let acts = [
        ("add", "directory:user:add", ADD, false),
        ("edit", "directory:user:edit", EDIT, true),
        ("delete", "directory:user:delete", DELETE, true),
    ];
    let wide = [("word", "admin"), ("organization", "directory:organization:admin")]
        .map(|(name, carries)| (world.tenant.role(name, &[carries]), carries));
    let wildcard = world.tenant.role("wildcard", &["directory:*:*"]);
    for (name, carries, act, by_wide) in acts {
        let others: Vec<&str> = acts.iter().map(|it| it.1).filter(|it| *it != carries).collect();
        let own = world.tenant.role(name, &[carries]);
        let rest = world.tenant.role(&format!("not {name}"), &others);
        let mut cases: Vec<(RoleId, DivisionScope, [bool; 2])> = vec![
            (own, EVERYWHERE, [true, true]),
            (own, DivisionScope::One(home), [true, false]),
            (own, DivisionScope::One(elsewhere), [false, true]),
            (rest, EVERYWHERE, [false, false]),
            (wildcard, DivisionScope::One(elsewhere), [by_wide, true]),
        ];
        for (role, _) in wide {
            cases.push((role, EVERYWHERE, [by_wide; 2]));
            cases.push((role, DivisionScope::One(elsewhere), [by_wide; 2]));
        }
        for (role, place, expected) in cases {
            let client = world.tenant.client(&[(role, place)]);
            let caller = world.tenant.caller(client);
            for (division, allowed) in [home, elsewhere].into_iter().zip(expected) {
                world.user().division = division;
                let expected = if allowed { Ok(()) } else { Err(ApiCode::MissingDivisionPermission) };
                assert_eq!(act(&world, &caller), expected, "{name} {role} {place}");
            }
        }
    }
}

#[test]
fn what_is_missing_is_named_with_its_division() {
    let mut world = world();
    let client = world.tenant.client(&[]);
    let caller = world.tenant.caller(client);
    let error = world.update(&caller, &world.same()).outcome.expect_err("a refusal");
    let expected = format!("directory:user:edit:{}", world.tenant.home());
    assert_eq!(error.params, [("permissions", expected)]);
}

#[test]
fn a_user_is_moved_by_who_may_edit_in_both_divisions() {
    let mut world = world();
    let edits = world.tenant.role("edits", &["directory:user:edit"]);
    let (home, elsewhere) = (world.tenant.home(), world.tenant.division("elsewhere"));
    let one = DivisionScope::One;
    let missing = Err(ApiCode::MissingDivisionPermission);
    for (grants, expected) in [
        (vec![(edits, one(home))], missing),
        (vec![(edits, one(elsewhere))], missing),
        (vec![(edits, one(home)), (edits, one(elsewhere))], Ok(())),
        (vec![(edits, EVERYWHERE)], Ok(())),
    ] {
        let client = world.tenant.client(&grants);
        let draft = Draft { division: Some(elsewhere.to_string()), ..world.same() };
        assert_eq!(code(world.update(&world.tenant.caller(client), &draft)), expected, "{grants:?}");
    }
}

#[test]
fn nobody_changes_the_address_of_who_holds_more() {
    let mut world = world();
    let edits = world.tenant.role("edits", &["directory:user:edit"]);
    let more = world.tenant.role("more", &["oauth:client:edit"]);
    let home = DivisionScope::One(world.tenant.home());
    let implied = Err(ApiCode::MissingDivisionPermissionImplied);
    for (held, own, expected) in [
        (vec![], vec![edits], Ok(())),
        (vec![(edits, EVERYWHERE)], vec![edits], Ok(())),
        (vec![(more, home)], vec![edits], implied),
        (vec![(edits, home), (more, home)], vec![edits], implied),
        (vec![(more, home)], vec![edits, more], Ok(())),
        // A role that is gone counts for nothing.
        (vec![(RoleId::random(&world.tenant.random), EVERYWHERE)], vec![edits], Ok(())),
    ] {
        world.tenant.grants.remove(&world.user.into());
        held.iter().for_each(|(role, place)| world.tenant.hold(world.user, *role, *place));
        let own: Vec<_> = own.into_iter().map(|role| (role, EVERYWHERE)).collect();
        let client = world.tenant.client(&own);
        let caller = world.tenant.caller(client);
        let renamed = Draft { email: text("renamed@example.com"), ..world.same() };
        assert_eq!(code(world.update(&caller, &renamed)), expected, "{held:?}");
        for harmless in [
            Draft { email: text(" SOMEBODY@example.com"), ..world.same() },
            Draft { name: text("Renamed"), state: text("inactive"), ..world.same() },
        ] {
            assert_eq!(code(world.update(&caller, &harmless)), Ok(()), "{harmless:?}");
        }
    }
}

#[test]
fn ones_own_address_is_not_guarded() {
    let mut world = world();
    let edits = world.tenant.role("edits", &["directory:user:edit"]);
    // What is held for some things only covers nothing, not even itself.
    let some = world.tenant.role("some", &[]);
    world.tenant.roles.last_mut().expect("a role").policies = vec![conditional("oauth:client:edit")];
    world.tenant.hold(world.user, edits, EVERYWHERE);
    world.tenant.hold(world.user, some, EVERYWHERE);
    let other = world.tenant.user("other@example.com");
    world.tenant.grants.insert(other.into(), world.tenant.held(world.user));
    let draft = Draft { email: text("renamed@example.com"), ..world.same() };
    assert_eq!(code(world.update(&world.as_user(world.user), &draft)), Ok(()));
    let implied = Err(ApiCode::MissingDivisionPermissionImplied);
    assert_eq!(code(world.update(&world.as_user(other), &draft)), implied);
    // A client's roles are not those of the user that it acts for.
    let nobody = world.tenant.user("nobody@example.com");
    assert_eq!(code(world.update(&world.as_user(nobody), &draft)), Err(ApiCode::MissingDivisionPermission));
}

#[test]
fn a_decision_on_a_user_stands_on_the_authority_that_it_read() {
    let mut world = world();
    let caller = world.tenant.admin();
    let decided = [
        world.create(&caller, &world.newcomer(), None).writes,
        world.update(&caller, &world.same()).writes,
        world.delete(&caller).writes,
    ];
    world.tenant.organization.authority += 1;
    for writes in decided {
        assert!(
            matches!(writes[0], Write::Require(Require::Authority(..)) | Write::AdvanceAuthority(..)),
            "{writes:?}"
        );
        assert!(world.tenant.commit(writes).is_err());
    }
}
