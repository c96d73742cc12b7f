//! What no sequence of allowed decisions breaks: nobody comes to hold more than they or the caller held, and somebody
//! stays who can administer.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::{DivisionScope, PermissionPolicy, Role, RoleGrant, divisions, grants, roles};
use crate::access::Caller;
use crate::client::{Draft, registry};
use crate::decision::Step;
use crate::env::Env;
use crate::error::ApiError;
use crate::facts::Facts;
use crate::rbac::grants::{Change, Named, Unknown};
use crate::rbac::roles::Defaults;
use crate::tenant::{Tenant, conditional, policy};
use crate::types::{ClientId, DivisionId, RoleId, SubjectId};

/// Policies to pick from: what decisions look for, what is beside it, and wildcards over both.
const POLICIES: [&str; 9] = [
    "*:*:*",
    "authorization:*:*",
    "authorization:grant:*",
    "authorization:grant:add",
    "authorization:division:delete",
    "oauth:*:*",
    "oauth:client:*",
    "oauth:client:view",
    "*:client:view",
];
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
const WORDS: [&str; 2] = ["admin", "word"];

/// What a role carries: policies, each for all things or for some, and words.
#[derive(Clone, Debug)]
struct Content(Vec<(&'static str, bool)>, Vec<&'static str>);

impl Content {
    fn policies(&self) -> Vec<PermissionPolicy> {
        self.0.iter().map(|(text, some)| if *some { conditional(text) } else { policy(text) }).collect()
    }

    fn words(&self) -> Vec<String> {
        self.1.iter().map(|word| (*word).to_owned()).collect()
    }
}

/// Something that a caller tries; an index picks from what is there.
#[derive(Clone, Debug)]
enum Act {
    CreateRole(Content),
    UpdateRole(Index, Content),
    DeleteRole(Index),
    Restore(u8, Index),
    Grant(u8, Vec<Index>, Vec<(Index, Index)>),
    CreateDivision,
    DeleteDivision(Index, bool),
    RestoreDivision(Index),
    CreateClient(Vec<(Index, Index)>),
    UpdateClient(Index, &'static str, &'static str, Vec<(Index, Index)>),
    DeleteClient(Index),
    ResetSecret(Index),
}

fn content() -> impl Strategy<Value = Content> {
    let policies = vec((prop::sample::select(&POLICIES[..]), prop::bool::weighted(0.2)), 0..3);
    let words = vec(prop::sample::select(&WORDS[..]), 0..2);
    prop_oneof![
        2 => (policies, words).prop_map(|(policies, words)| Content(policies, words)),
        1 => Just(Content(vec![("*:*:*", false)], vec!["admin"])),
    ]
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let index = any::<Index>;
    let pairs = || vec((index(), index()), 0..4);
    let grant_type = prop::sample::select(&["CLIENT-CREDENTIALS", "CODE"][..]);
    let state = prop::sample::select(&["active", "inactive", "disabled"][..]);
    let act = prop_oneof![
        2 => content().prop_map(Act::CreateRole),
        4 => (index(), content()).prop_map(|(role, content)| Act::UpdateRole(role, content)),
        1 => index().prop_map(Act::DeleteRole),
        3 => (0..3_u8, index()).prop_map(|(which, role)| Act::Restore(which, role)),
        6 => (0..3_u8, vec(index(), 1..3), pairs()).prop_map(|(how, whom, what)| Act::Grant(how, whom, what)),
        1 => Just(Act::CreateDivision),
        1 => (index(), any::<bool>()).prop_map(|(division, force)| Act::DeleteDivision(division, force)),
        1 => index().prop_map(Act::RestoreDivision),
        1 => pairs().prop_map(Act::CreateClient),
        3 => (index(), grant_type, state, pairs()).prop_map(|(a, b, c, d)| Act::UpdateClient(a, b, c, d)),
        1 => index().prop_map(Act::DeleteClient),
        1 => index().prop_map(Act::ResetSecret),
    ];
    vec(act, 1..40)
}

/// Roles of any content, and who holds them where; divisions 0 is everywhere, 1 is home.
#[derive(Clone, Debug)]
struct Start {
    roles: Vec<Content>,
    viewer: Content,
    held: Vec<(Index, Index, Index)>,
}

fn start() -> impl Strategy<Value = Start> {
    let held = vec((any::<Index>(), any::<Index>(), any::<Index>()), 0..12);
    (vec(content(), 1..5), content(), held).prop_map(|(roles, viewer, held)| Start { roles, viewer, held })
}

impl Start {
    /// The clients but the founder's, the first of them first.
    fn build(&self) -> (Tenant, Vec<ClientId>) {
        let mut tenant = Tenant::found();
        tenant.division("a");
        tenant.division("b");
        let clients = vec![tenant.client(&[]), tenant.client(&[]), tenant.client(&[])];
        let mut contents = vec![&self.viewer];
        for (number, content) in self.roles.iter().enumerate() {
            tenant.role(&format!("role {number}"), &[]);
            contents.push(content);
        }
        // The first role is the administrator's, the second the viewer's, which may have been edited to any other.
        for (role, content) in tenant.roles.iter_mut().skip(1).zip(contents) {
            (role.policies, role.permissions) = (content.policies(), content.words());
        }
        for (subject, role, place) in &self.held {
            let (role, place) = (role.get(&tenant.roles).id, *place.get(&places(&tenant)));
            let subject = SubjectId::from(*subject.get(&clients));
            if !tenant.held(subject).iter().any(|grant| (grant.role, grant.division) == (role, place)) {
                tenant.hold(subject, role, place);
            }
        }
        (tenant, clients)
    }
}

fn places(tenant: &Tenant) -> Vec<DivisionScope> {
    let one = tenant.divisions.iter().map(|division| DivisionScope::One(division.id));
    std::iter::once(DivisionScope::All).chain(one).collect()
}

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

/// Tries one thing; says whether it was allowed.
fn perform(tenant: &mut Tenant, caller: &Caller, act: &Act) -> bool {
    fn settle<T>(tenant: &mut Tenant, act: impl Fn(&Facts, &Env) -> Step<T, ApiError>) -> bool {
        tenant.settle(act).is_ok()
    }
    let name = format!("made {}", tenant.roles.len() + tenant.divisions.len() + tenant.deleted.len());
    let role_draft = |name: String, content: &Content| roles::Draft {
        name: Some(name),
        permissions: content.words(),
        policies: content.policies(),
        ..roles::Draft::default()
    };
    let role = |tenant: &Tenant, pick: &Index| -> Option<RoleId> {
        (!tenant.roles.is_empty()).then(|| pick.get(&tenant.roles).id)
    };
    let named = |tenant: &Tenant, pairs: &[(Index, Index)]| -> Vec<Named> {
        let places = places(tenant);
        let pair = |(picked, place): &(Index, Index)| {
            Some((role(tenant, picked)?.to_string(), place.get(&places).to_string()))
        };
        pairs.iter().filter_map(pair).collect()
    };
    let clients: Vec<ClientId> = tenant.clients.keys().copied().collect();
    let client_draft = |grant_type: &str, state: &str, role_divisions: Vec<Named>| Draft {
        name: Some("a client".to_owned()),
        grant_type: Some(grant_type.to_owned()),
        scope: vec!["users".to_owned()],
        state: Some(state.to_owned()),
        role_divisions,
        ..Draft::default()
    };
    let division = |all: &[crate::organization::Division], pick: &Index| -> Option<DivisionId> {
        (!all.is_empty()).then(|| pick.get(all).id)
    };
    match act {
        Act::CreateRole(content) => {
            let draft = role_draft(name, content);
            settle(tenant, |facts, env| roles::create(facts, caller, &draft, env))
        }
        Act::UpdateRole(pick, content) => {
            let Some(id) = role(tenant, pick) else { return false };
            let draft = role_draft(tenant.find_role(id).name.clone(), content);
            settle(tenant, |facts, _| roles::update(facts, caller, id, &draft))
        }
        Act::DeleteRole(pick) => {
            let Some(id) = role(tenant, pick) else { return false };
            settle(tenant, |facts, _| roles::delete(facts, caller, id))
        }
        Act::Restore(which, pick) => {
            let this = [(role(tenant, pick).map(|id| id.to_string()), None)];
            let which =
                [Defaults::Missing, Defaults::All, Defaults::These(&this)].into_iter().nth((*which).into());
            let which = which.expect("one of three");
            settle(tenant, |facts, env| roles::restore(facts, caller, &which, env))
        }
        Act::Grant(how, whom, what) => {
            let named = named(tenant, what);
            let by = match how {
                0 => Change::Add(named),
                1 => Change::Remove(named),
                _ => Change::Replace(named),
            };
            let whom: Vec<String> = whom.iter().map(|pick| pick.get(&clients).to_string()).collect();
            settle(tenant, |facts, env| grants::change(facts, caller, &whom, &by, Unknown::NotFound, env))
        }
        Act::CreateDivision => {
            let draft = divisions::Draft { name: Some(name), description: None };
            settle(tenant, |facts, env| divisions::create(facts, caller, &draft, env))
        }
        Act::DeleteDivision(pick, force) => {
            let Some(id) = division(&tenant.divisions, pick) else { return false };
            settle(tenant, |facts, env| divisions::delete(facts, caller, id, *force, env))
        }
        Act::RestoreDivision(pick) => {
            let Some(id) = division(&tenant.deleted, pick) else { return false };
            settle(tenant, |facts, env| divisions::restore(facts, caller, id, env))
        }
        Act::CreateClient(pairs) => {
            let draft = client_draft("CLIENT-CREDENTIALS", "active", named(tenant, pairs));
            settle(tenant, |facts, env| registry::create(facts, caller, &draft, env))
        }
        Act::UpdateClient(pick, grant_type, state, pairs) => {
            let id = *pick.get(&clients);
            let draft = client_draft(grant_type, state, named(tenant, pairs));
            settle(tenant, |facts, env| registry::update(facts, caller, id, &draft, env))
        }
        Act::DeleteClient(pick) => {
            let id = *pick.get(&clients);
            settle(tenant, |facts, env| registry::delete(facts, caller, id, env))
        }
        Act::ResetSecret(pick) => {
            let id = *pick.get(&clients);
            settle(tenant, |facts, env| registry::reset_secret(facts, caller, id, env))
        }
    }
}

/// A client that works and holds an almighty role everywhere.
fn administrator(tenant: &Tenant) -> Option<ClientId> {
    let almighty = |grant: &RoleGrant| {
        grant.division == DivisionScope::All
            && tenant.roles.iter().any(|role| role.id == grant.role && role.is_almighty())
    };
    let mut working = tenant.clients.values().filter(|client| client.can_act_alone());
    working.find(|client| tenant.held(client.id).iter().any(almighty)).map(|client| client.id)
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
                let may_hold: BTreeSet<_> = at_first(*subject, &places).union(&callers).cloned().collect();
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
            prop_assert!(of(victim).is_subset(&of(clients[0])));
        }
    }

    #[test]
    fn an_organization_always_has_an_administrator_who_works(start in start(), acts in acts()) {
        let (mut tenant, _) = start.build();
        for act in &acts {
            let admin = administrator(&tenant).expect("an administrator");
            let caller = tenant.caller(admin);
            perform(&mut tenant, &caller, act);
            prop_assert!(administrator(&tenant).is_some(), "{:?} took the last one", act);
        }
    }
}
