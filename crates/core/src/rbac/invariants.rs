//! What no sequence of allowed decisions breaks: nobody comes to hold more than they or the caller held, and somebody
//! stays who can administer.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;

use self::acts::{Act, WORDS, acts, places, start};
use super::{DivisionScope, Role, RoleGrant};
use crate::access::Caller;
use crate::tenant::Tenant;
use crate::types::{ClientId, SubjectId};

mod acts;
mod races;
mod side_by_side;

/// Permissions that may be held; nothing but a wildcard covers the last of each part.
const PERMISSIONS: [[&str; 3]; 9] = [
    ["authorization", "grant", "add"],
    ["authorization", "grant", "delete"],
    ["authorization", "division", "delete"],
    ["authorization", "unheard", "unheard"],
    ["oauth", "client", "view"],
    ["oauth", "client", "unheard"],
    ["oauth", "unheard", "unheard"],
    ["unheard", "client", "view"],
    ["unheard", "unheard", "unheard"],
];

/// What a subject holds where, read off its roles without the code under test.
fn holdings(
    roles: &[Role],
    held: &[RoleGrant],
    places: &[DivisionScope],
) -> BTreeSet<(DivisionScope, String)> {
    let mut all = BTreeSet::new();
    for grant in held {
        let Some(role) = roles.iter().find(|role| role.id == grant.role) else { continue };
        let here =
            places.iter().filter(|place| grant.division == DivisionScope::All || grant.division == **place);
        for place in here {
            let covers = |[domain, entity, action]: &[&str; 3]| {
                let part = |held: &str, wanted: &str| held == "*" || held == wanted;
                role.policies.iter().filter(|policy| policy.remarks.condition.is_none()).any(|policy| {
                    part(&policy.domain, domain)
                        && part(&policy.entity, entity)
                        && policy.actions.iter().any(|held| part(held, action))
                })
            };
            let permissions = PERMISSIONS.iter().filter(|it| covers(it)).map(|it| it.join(":"));
            all.extend(permissions.chain(role.permissions.iter().cloned()).map(|it| (*place, it)));
        }
    }
    all
}

/// What whoever holds these may come to hold: whoever holds everything hands every word out.
fn reach(mut held: BTreeSet<(DivisionScope, String)>) -> BTreeSet<(DivisionScope, String)> {
    let everything = |(place, permission): &(DivisionScope, String)| {
        permission == "admin" && held.contains(&(*place, "unheard:unheard:unheard".to_owned()))
    };
    let places: Vec<_> = held.iter().filter(|it| everything(it)).map(|(place, _)| *place).collect();
    held.extend(places.iter().flat_map(|place| WORDS.map(|word| (*place, word.to_owned()))));
    held
}

/// Tries one thing; says whether it was allowed.
fn perform(tenant: &mut Tenant, caller: &Caller, act: &Act) -> bool {
    act.bind(tenant, caller).is_some_and(|decision| tenant.settle(|facts, env| decision(facts, env)).is_ok())
}

/// The clients that work and hold an almighty role everywhere.
fn administrators(tenant: &Tenant) -> Vec<ClientId> {
    let almighty = |grant: &RoleGrant| {
        grant.division == DivisionScope::All
            && tenant.roles.iter().any(|role| role.id == grant.role && role.is_almighty())
    };
    let working = tenant.clients.values().filter(|client| client.can_act_alone());
    working.map(|client| client.id).filter(|id| tenant.held(*id).iter().any(almighty)).collect()
}

proptest! {
    #[test]
    fn nobody_comes_to_hold_what_neither_they_nor_the_caller_held(start in start(), acts in acts()) {
        let (mut tenant, clients) = start.build();
        let (roles, before) = (tenant.roles.clone(), tenant.grants.clone());
        let caller = tenant.caller(clients[0]);
        let at_first = |subject: SubjectId, places: &[DivisionScope]| {
            holdings(&roles, before.get(&subject).map_or(&[][..], Vec::as_slice), places)
        };
        for act in &acts {
            if !perform(&mut tenant, &caller, act) {
                continue;
            }
            let places = places(&tenant);
            let callers = at_first(caller.subject(), &places);
            for (subject, held) in &tenant.grants {
                let may_hold = reach(at_first(*subject, &places).union(&callers).cloned().collect());
                let holds = holdings(&tenant.roles, held, &places);
                let more: Vec<_> = holds.difference(&may_hold).collect();
                prop_assert!(more.is_empty(), "{:?} gave {} {:?}", act, subject, more);
            }
        }
    }

    #[test]
    fn nobody_takes_over_a_client_that_holds_more_than_they_do(start in start(), pick in any::<Index>()) {
        let (mut tenant, clients) = start.build();
        let caller = tenant.caller(clients[0]);
        let all: Vec<ClientId> = tenant.clients.keys().copied().collect();
        let (victim, places) = (*pick.get(&all), places(&tenant));
        if perform(&mut tenant, &caller, &Act::ResetSecret(pick)) {
            let of = |id: ClientId| holdings(&tenant.roles, &tenant.held(id), &places);
            prop_assert!(of(victim).is_subset(&reach(of(clients[0]))));
        }
    }

    #[test]
    fn an_organization_always_has_an_administrator_who_works(start in start(), acts in acts()) {
        let (mut tenant, _) = start.build();
        for act in &acts {
            let admin = *administrators(&tenant).first().expect("an administrator");
            let caller = tenant.caller(admin);
            perform(&mut tenant, &caller, act);
            prop_assert!(!administrators(&tenant).is_empty(), "{:?} took the last one", act);
        }
    }
}
