//! The escalation guard: whether a caller holds what a role carries, asked of many roles and divisions in one decision.

use std::collections::{BTreeMap, BTreeSet};

use crate::rbac::permission::ADMIN;
use crate::rbac::role::WILDCARD;
use crate::rbac::{Authority, DivisionScope, Role};
use crate::types::RoleId;

/// What a caller lacks of roles in divisions; each pair is judged once.
pub struct Guard<'a> {
    authority: &'a Authority<'a>,
    coverage: BTreeMap<DivisionScope, Coverage<'a>>,
    verdicts: BTreeMap<(RoleId, DivisionScope), Vec<String>>,
}

/// All that is held in one division, in sets: roles can carry thousands of permissions.
#[derive(Default)]
struct Coverage<'a> {
    words: BTreeSet<&'a str>,
    permissions: BTreeSet<(&'a str, &'a str, &'a str)>,
}

impl<'a> Guard<'a> {
    /// For whoever has this authority.
    pub fn new(authority: &'a Authority<'a>) -> Self {
        Self { authority, coverage: BTreeMap::new(), verdicts: BTreeMap::new() }
    }

    /// What of `role` the caller's own permissions in `division` do not cover.
    pub fn lacks(&mut self, role: &Role, division: DivisionScope) -> &[String] {
        let authority = self.authority;
        let coverage = self.coverage.entry(division).or_insert_with(|| Coverage::of(authority, division));
        self.verdicts.entry((role.id, division)).or_insert_with(|| coverage.lacks(role))
    }

    /// Whether the caller holds `role` in `division`.
    pub fn holds(&mut self, role: &Role, division: DivisionScope) -> bool {
        self.lacks(role, division).is_empty()
    }
}

impl<'a> Coverage<'a> {
    fn of(authority: &Authority<'a>, division: DivisionScope) -> Self {
        let mut all = Self::default();
        for (_, role) in authority.roles().filter(|(held_in, _)| held_in.includes(division)) {
            all.words.extend(role.permissions.iter().map(String::as_str));
            all.permissions.extend(role.effective());
        }
        all
    }

    fn lacks(&self, role: &Role) -> Vec<String> {
        // Whoever holds everything holds words too that this server does not know.
        let almighty =
            self.words.contains(ADMIN) && self.permissions.contains(&(WILDCARD, WILDCARD, WILDCARD));
        let words = role.permissions.iter().filter(|word| !almighty && !self.words.contains(word.as_str()));
        let wanted = role.named().filter(|permission| !self.covers(*permission));
        words
            .cloned()
            .chain(wanted.map(|(domain, entity, action)| format!("{domain}:{entity}:{action}")))
            .collect()
    }

    /// A wildcard that is held covers everything in its place, another wildcard included.
    fn covers(&self, (domain, entity, action): (&str, &str, &str)) -> bool {
        [domain, WILDCARD].iter().any(|domain| {
            [entity, WILDCARD].iter().any(|entity| {
                [action, WILDCARD]
                    .iter()
                    .any(|action| self.permissions.contains(&(*domain, *entity, *action)))
            })
        })
    }
}
