//! What callers try, on organizations of any shape.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::access::Caller;
use crate::client::{Draft, registry};
use crate::decision::Step;
use crate::env::Env;
use crate::error::ApiError;
use crate::facts::Facts;
use crate::organization::Division;
use crate::rbac::grants::{self, Change, Named, Unknown};
use crate::rbac::roles::{self, Defaults};
use crate::rbac::{DivisionScope, PermissionPolicy, divisions};
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
/// Words to pick from: the administrator's, and one that means nothing here.
pub const WORDS: [&str; 2] = ["admin", "word"];

/// What a role carries: policies, each for all things or for some, and words.
#[derive(Clone, Debug)]
pub struct Content(Vec<(&'static str, bool)>, Vec<&'static str>);

impl Content {
    fn policies(&self) -> Vec<PermissionPolicy> {
        self.0.iter().map(|(text, some)| if *some { conditional(text) } else { policy(text) }).collect()
    }

    fn draft(&self, name: String) -> roles::Draft {
        roles::Draft {
            name: Some(name),
            permissions: self.words(),
            policies: self.policies(),
            ..roles::Draft::default()
        }
    }

    fn words(&self) -> Vec<String> {
        self.1.iter().map(|word| (*word).to_owned()).collect()
    }
}

/// Something that a caller tries; an index picks from what is there.
#[derive(Clone, Debug)]
pub enum Act {
    CreateRole(Content),
    UpdateRole(Index, Content),
    MarkRole(Index),
    DeleteRole(Index),
    Restore(u8, Index),
    Grant(u8, Vec<Index>, Vec<(Index, Index)>),
    CreateDivision,
    UpdateDivision(Index),
    DeleteDivision(Index, bool),
    RestoreDivision(Index),
    CreateClient(&'static str, Vec<(Index, Index)>),
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

/// One of all that can be tried.
pub fn act() -> impl Strategy<Value = Act> {
    let index = any::<Index>;
    let pairs = || vec((index(), index()), 0..4);
    let grant_type = || prop::sample::select(&["CLIENT-CREDENTIALS", "CODE"][..]);
    let state = prop::sample::select(&["active", "inactive", "disabled"][..]);
    prop_oneof![
        2 => content().prop_map(Act::CreateRole),
        4 => (index(), content()).prop_map(|(role, content)| Act::UpdateRole(role, content)),
        1 => index().prop_map(Act::MarkRole),
        1 => index().prop_map(Act::DeleteRole),
        3 => (0..3_u8, index()).prop_map(|(which, role)| Act::Restore(which, role)),
        8 => (0..5_u8, vec(index(), 1..3), pairs()).prop_map(|(how, whom, what)| Act::Grant(how, whom, what)),
        1 => Just(Act::CreateDivision),
        1 => index().prop_map(Act::UpdateDivision),
        1 => (index(), any::<bool>()).prop_map(|(division, force)| Act::DeleteDivision(division, force)),
        1 => index().prop_map(Act::RestoreDivision),
        1 => (grant_type(), pairs()).prop_map(|(grant_type, pairs)| Act::CreateClient(grant_type, pairs)),
        3 => (index(), grant_type(), state, pairs()).prop_map(|(a, b, c, d)| Act::UpdateClient(a, b, c, d)),
        1 => index().prop_map(Act::DeleteClient),
        1 => index().prop_map(Act::ResetSecret),
    ]
}

/// Many, one after the other.
pub fn acts() -> impl Strategy<Value = Vec<Act>> {
    vec(act(), 1..40)
}

/// Roles of any content, and who holds them where; divisions 0 is everywhere, 1 is home.
#[derive(Clone, Debug)]
pub struct Start {
    roles: Vec<Content>,
    viewer: Content,
    held: Vec<(Index, Index, Index)>,
}

pub fn start() -> impl Strategy<Value = Start> {
    let held = vec((any::<Index>(), any::<Index>(), any::<Index>()), 0..12);
    (vec(content(), 1..5), content(), held).prop_map(|(roles, viewer, held)| Start { roles, viewer, held })
}

impl Start {
    /// The clients but the founder's, the first of them first.
    pub fn build(&self) -> (Tenant, Vec<ClientId>) {
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

/// Everywhere, then each division.
pub fn places(tenant: &Tenant) -> Vec<DivisionScope> {
    let one = tenant.divisions.iter().map(|division| DivisionScope::One(division.id));
    std::iter::once(DivisionScope::All).chain(one).collect()
}

/// A decision of one caller on what was picked for it.
pub type Bound = Box<dyn Fn(&Facts, &Env) -> Step<(), ApiError>>;

/// The same decision, whatever it answers.
pub fn drop_answer<T>(step: Step<T, ApiError>) -> Step<(), ApiError> {
    match step {
        Step::Need(loads) => Step::Need(loads),
        Step::Done(decision) => Step::Done(decision.map(drop)),
    }
}

fn bound<T: 'static>(decide: impl Fn(&Facts, &Env) -> Step<T, ApiError> + 'static) -> Option<Bound> {
    Some(Box::new(move |facts, env| drop_answer(decide(facts, env))))
}

impl Act {
    /// Picks from what is there; `None` if there is nothing.
    pub fn bind(&self, tenant: &Tenant, caller: &Caller) -> Option<Bound> {
        let caller = caller.clone();
        let name = format!("made {}", tenant.roles.len() + tenant.divisions.len() + tenant.deleted.len());
        let clients: Vec<ClientId> = tenant.clients.keys().copied().collect();
        match self {
            Self::CreateRole(content) => {
                let draft = content.draft(name);
                bound(move |facts, env| roles::create(facts, &caller, &draft, env))
            }
            Self::UpdateRole(pick, content) => {
                let id = role(tenant, pick)?;
                let draft = content.draft(tenant.find_role(id).name.clone());
                bound(move |facts, _| roles::update(facts, &caller, id, &draft))
            }
            Self::MarkRole(pick) => {
                let id = role(tenant, pick)?;
                bound(move |facts, _| roles::mark(facts, &caller, id, true))
            }
            Self::DeleteRole(pick) => {
                let id = role(tenant, pick)?;
                bound(move |facts, _| roles::delete(facts, &caller, id))
            }
            Self::Restore(which, pick) => {
                let (which, this) = (*which, [(Some(role(tenant, pick)?.to_string()), None)]);
                bound(move |facts, env| {
                    let which = match which {
                        0 => Defaults::Missing,
                        1 => Defaults::All,
                        _ => Defaults::These(&this),
                    };
                    roles::restore(facts, &caller, &which, env)
                })
            }
            Self::Grant(how, whom, what) => {
                let named = named(tenant, what);
                let by = match how {
                    0 => Change::Add(named),
                    1 => Change::Remove(named),
                    2 => Change::Replace(named),
                    3 => Change::Hold(named.into_iter().map(|(role, _)| role).collect()),
                    _ => Change::Withdraw(named.into_iter().next()?.0),
                };
                let users = tenant.users.keys().map(|id| SubjectId::from(*id));
                let subjects: Vec<_> = clients.iter().map(|id| SubjectId::from(*id)).chain(users).collect();
                let whom: Vec<String> = whom.iter().map(|pick| pick.get(&subjects).to_string()).collect();
                bound(move |facts, env| grants::change(facts, &caller, &whom, &by, Unknown::NotFound, env))
            }
            Self::CreateDivision => {
                let draft = divisions::Draft { name: Some(name), description: None };
                bound(move |facts, env| divisions::create(facts, &caller, &draft, env))
            }
            Self::UpdateDivision(pick) => {
                let id = division(&tenant.divisions, pick)?;
                let draft = divisions::Draft { name: Some(name), description: None };
                bound(move |facts, _| divisions::update(facts, &caller, id, &draft))
            }
            Self::DeleteDivision(pick, force) => {
                let (id, force) = (division(&tenant.divisions, pick)?, *force);
                bound(move |facts, env| divisions::delete(facts, &caller, id, force, env))
            }
            Self::RestoreDivision(pick) => {
                let id = division(&tenant.deleted, pick)?;
                bound(move |facts, env| divisions::restore(facts, &caller, id, env))
            }
            Self::CreateClient(grant_type, pairs) => {
                let draft = client_draft(grant_type, "active", named(tenant, pairs));
                bound(move |facts, env| registry::create(facts, &caller, &draft, env))
            }
            Self::UpdateClient(pick, grant_type, state, pairs) => {
                let id = *pick.get(&clients);
                let draft = client_draft(grant_type, state, named(tenant, pairs));
                bound(move |facts, env| registry::update(facts, &caller, id, &draft, env))
            }
            Self::DeleteClient(pick) => {
                let id = *pick.get(&clients);
                bound(move |facts, env| registry::delete(facts, &caller, id, env))
            }
            Self::ResetSecret(pick) => {
                let id = *pick.get(&clients);
                bound(move |facts, env| registry::reset_secret(facts, &caller, id, env))
            }
        }
    }
}

fn role(tenant: &Tenant, pick: &Index) -> Option<RoleId> {
    (!tenant.roles.is_empty()).then(|| pick.get(&tenant.roles).id)
}

fn division(all: &[Division], pick: &Index) -> Option<DivisionId> {
    (!all.is_empty()).then(|| pick.get(all).id)
}

fn named(tenant: &Tenant, pairs: &[(Index, Index)]) -> Vec<Named> {
    let places = places(tenant);
    let pair = |(picked, place): &(Index, Index)| {
        Some((role(tenant, picked)?.to_string(), place.get(&places).to_string()))
    };
    pairs.iter().filter_map(pair).collect()
}

fn client_draft(grant_type: &str, state: &str, role_divisions: Vec<Named>) -> Draft {
    Draft {
        name: Some("a client".to_owned()),
        grant_type: Some(grant_type.to_owned()),
        scope: vec!["users".to_owned()],
        state: Some(state.to_owned()),
        role_divisions,
        ..Draft::default()
    }
}
