//! What two callers decide on the same facts and write one after the other: the second finds a conflict, or both are as
//! good as one after the other.

use proptest::prelude::*;
use proptest::sample::Index;

use super::acts::{Act, Bound, Start, act, places, start};
use super::{administrators, holdings, reach};
use crate::access::Caller;
use crate::env::fixed::Counting;
use crate::rbac::{DivisionScope, Role, RoleGrant};
use crate::tenant::Tenant;
use crate::types::SubjectId;
use crate::write::Write;

/// Who tries what; the founder's client, which may do everything, more often than another.
#[derive(Clone, Debug)]
struct Try(Option<Index>, Act);

fn one() -> impl Strategy<Value = Try> {
    (prop::option::weighted(0.4, any::<Index>()), act()).prop_map(|(who, act)| Try(who, act))
}

impl Try {
    fn bind(&self, start: &Start) -> Option<(Caller, Bound)> {
        let (tenant, clients) = start.build();
        let caller = tenant.caller(self.0.as_ref().map_or(tenant.admin, |pick| *pick.get(&clients)));
        let bound = self.1.bind(&tenant, &caller)?;
        Some((caller, bound))
    }
}

/// What is decided as things are, if it is allowed and changes anything. Equal seeds make equal ids and secrets.
fn writes(tenant: &mut Tenant, seed: u64, decision: &Bound) -> Option<Vec<Write>> {
    tenant.random = Counting::new(seed);
    let decided = tenant.decide(|facts, env| decision(facts, env));
    decided.outcome.ok().map(|()| decided.writes).filter(|writes| !writes.is_empty())
}

/// Everything that the store has.
fn everything(tenant: &Tenant) -> impl PartialEq + use<> {
    let grants: Vec<RoleGrant> = tenant.grants.values().flatten().cloned().collect();
    let sorted = |mut roles: Vec<Role>| {
        roles.sort_by_key(|role| role.id);
        roles
    };
    (
        (tenant.organization.clone(), sorted(tenant.roles.clone()), grants),
        (tenant.divisions.clone(), tenant.deleted.clone()),
        (tenant.clients.clone(), tenant.users.clone()),
    )
}

/// What decisions on roles, divisions and grants stand on.
fn standing(tenant: &Tenant) -> impl PartialEq + use<> {
    let carried = |role: &Role| (role.id, role.name.clone(), role.permissions.clone(), role.policies.clone());
    let held: Vec<(SubjectId, _, DivisionScope)> =
        tenant.grants.values().flatten().map(|grant| (grant.subject, grant.role, grant.division)).collect();
    let roles: Vec<_> = tenant.roles.iter().map(carried).collect();
    (roles, tenant.divisions.clone(), held, administrators(tenant))
}

/// What there is when one came after the other; `None` if the second was told no.
fn in_turn(start: &Start, decisions: [(u64, &Bound); 2]) -> Option<Tenant> {
    let (mut tenant, _) = start.build();
    for (seed, decision) in decisions {
        let writes = writes(&mut tenant, seed, decision)?;
        tenant.commit(writes).expect("nobody else writes");
    }
    Some(tenant)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn what_passes_side_by_side_is_as_good_as_one_after_the_other(
        start in start(), first in one(), second in one(),
    ) {
        let Some(((one, first), (other, second))) = first.bind(&start).zip(second.bind(&start)) else {
            return Ok(());
        };
        let (mut tenant, _) = start.build();
        let (roles, before) = (tenant.roles.clone(), tenant.grants.clone());
        let decided = writes(&mut tenant, 101, &first).zip(writes(&mut tenant, 102, &second));
        let Some((firsts, seconds)) = decided else { return Ok(()) };
        tenant.commit(firsts).expect("nobody was faster");
        if tenant.commit(seconds).is_err() {
            return Ok(());
        }
        let orders = [[(101, &first), (102, &second)], [(102, &second), (101, &first)]];
        let found = everything(&tenant);
        let in_turn = orders.map(|order| in_turn(&start, order));
        prop_assert!(in_turn.iter().flatten().any(|tenant| everything(tenant) == found));
        prop_assert!(!administrators(&tenant).is_empty(), "both together took the last one");
        let places = places(&tenant);
        let at_first = |subject: SubjectId| {
            holdings(&roles, before.get(&subject).map_or(&[][..], Vec::as_slice), &places)
        };
        for (subject, held) in &tenant.grants {
            let mut may_hold = at_first(*subject);
            [&one, &other].iter().for_each(|caller| may_hold.extend(at_first(caller.subject())));
            prop_assert!(holdings(&tenant.roles, held, &places).is_subset(&reach(may_hold)));
        }
    }

    #[test]
    fn of_two_that_change_what_others_stand_on_one_conflicts(
        start in start(), first in one(), second in one(),
    ) {
        let deletes = |it: &Try| matches!(it.1, Act::DeleteClient(_));
        // Nothing but the deleted client stood on what it held.
        prop_assume!(!deletes(&first) && !deletes(&second));
        let Some(((_, first), (_, second))) = first.bind(&start).zip(second.bind(&start)) else {
            return Ok(());
        };
        let changes = |decision: &Bound| {
            let (mut tenant, _) = start.build();
            let before = standing(&tenant);
            let writes = writes(&mut tenant, 101, decision)?;
            tenant.commit(writes.clone()).expect("nobody else writes");
            (standing(&tenant) != before).then_some(writes)
        };
        let (mut tenant, _) = start.build();
        if let Some((firsts, seconds)) = changes(&first).zip(changes(&second)) {
            tenant.commit(firsts).expect("nobody was faster");
            prop_assert!(tenant.commit(seconds).is_err());
        }
    }
}
