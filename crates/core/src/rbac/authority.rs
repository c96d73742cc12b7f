//! What a subject may do: the sum of its grants.

use crate::decision::Undecided;
use crate::facts::Facts;
use crate::rbac::{DivisionScope, Permission, Role};
use crate::types::{OrganizationId, SubjectId};
use crate::write::{Require, Write};

/// The roles of a subject, each with the division it is held in.
#[derive(Clone, Debug, Default)]
pub struct Authority<'a>(Vec<(DivisionScope, &'a Role)>);

impl<'a> Authority<'a> {
    /// Gathers the grants of `subject`. A grant of a role that is gone counts for nothing.
    pub fn load<E>(
        facts: &'a Facts,
        organization: OrganizationId,
        subject: SubjectId,
    ) -> Result<Self, Undecided<E>> {
        let roles = facts.roles(organization)?;
        let grants = facts.role_grants(subject)?;
        let held = grants.iter().filter_map(|grant| {
            roles.iter().find(|role| role.id == grant.role).map(|role| (grant.division, role))
        });
        Ok(Self(held.collect()))
    }

    /// Whether it holds the permission in any division: enough for what is not division-aware.
    pub fn has(&self, permission: &Permission) -> bool {
        if permission.entity.is_empty() {
            return self.has_word(permission.domain);
        }
        self.0.iter().any(|(_, role)| role.carries(permission.domain, permission.entity, permission.action))
    }

    /// Whether it holds the permission in this division: what is division-aware demands that.
    pub fn has_in(&self, permission: &Permission, division: DivisionScope) -> bool {
        self.0.iter().any(|(held_in, role)| {
            held_in.includes(division)
                && role.carries(permission.domain, permission.entity, permission.action)
        })
    }

    /// Whether it holds a legacy permission of one word in any division.
    pub fn has_word(&self, word: &str) -> bool {
        self.0.iter().any(|(_, role)| role.carries_word(word))
    }

    /// The divisions in which it holds anything.
    pub fn divisions(&self) -> impl Iterator<Item = DivisionScope> {
        self.0.iter().map(|(held_in, _)| *held_in)
    }

    /// The roles, each with its division.
    pub fn roles(&self) -> impl Iterator<Item = (DivisionScope, &'a Role)> {
        self.0.iter().copied()
    }
}

/// The organization's `authority`, for a decision that stands on what somebody holds: read before what it guards.
pub fn version<E>(facts: &Facts, organization: OrganizationId) -> Result<u32, Undecided<E>> {
    Ok(facts.organization(organization)?.as_ref().map_or(0, |it| it.authority))
}

/// The first write of such a decision: it counts the `authority` that was read up if it changes roles, divisions or
/// what anybody holds, else it requires it.
pub const fn stand_on(organization: OrganizationId, version: u32, changes: bool) -> Write {
    if changes {
        Write::AdvanceAuthority(organization, version)
    } else {
        Write::Require(Require::Authority(organization, version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::fixed::Counting;
    use crate::rbac::permission::{OAUTH_CLIENT_ADD, OAUTH_CLIENT_VIEW};
    use crate::rbac::role::built_in;
    use crate::rbac::{Guard, PermissionPolicy};
    use crate::tenant::Tenant;
    use crate::types::{DivisionId, RoleId};

    fn role(domain: &str, entity: &str, actions: &[&str]) -> Role {
        let random = Counting::new(9);
        let [mut role, _] = built_in(OrganizationId::random(&random), &random);
        role.id = RoleId::random(&random);
        role.permissions.clear();
        role.policies = vec![PermissionPolicy::new(domain, entity, actions)];
        role
    }

    fn holds(authority: &Authority, role: &Role, division: DivisionScope) -> bool {
        Guard::new(authority).holds(role, division)
    }

    #[test]
    fn a_wildcard_holds_what_a_name_does_not() {
        for (role, view, add) in [
            (role("*", "*", &["*"]), true, true),
            (role("oauth", "*", &["view"]), true, false),
            (role("oauth", "client", &["view", "add"]), true, true),
            (role("directory", "*", &["*"]), false, false),
            (role("oauth", "client", &[]), false, false),
        ] {
            let authority = Authority(vec![(DivisionScope::All, &role)]);
            assert_eq!(
                (authority.has(&OAUTH_CLIENT_VIEW), authority.has(&OAUTH_CLIENT_ADD)),
                (view, add),
                "{role:?}"
            );
        }
    }

    #[test]
    fn nobody_hands_out_more_than_they_hold() {
        let all = role("*", "*", &["*"]);
        let oauth = role("oauth", "*", &["*"]);
        let view = role("oauth", "client", &["view"]);
        let one = DivisionScope::One(DivisionId::random(&Counting::new(1)));
        let other = DivisionScope::One(DivisionId::random(&Counting::new(2)));
        for (held, held_in, wanted, wanted_in, expected) in [
            (&all, DivisionScope::All, &oauth, DivisionScope::All, true),
            (&oauth, DivisionScope::All, &view, one, true),
            (&view, DivisionScope::All, &oauth, DivisionScope::All, false),
            (&oauth, DivisionScope::All, &all, DivisionScope::All, false),
            (&all, one, &view, one, true),
            (&all, one, &view, other, false),
            (&all, one, &view, DivisionScope::All, false),
        ] {
            let authority = Authority(vec![(held_in, held)]);
            assert_eq!(
                holds(&authority, wanted, wanted_in),
                expected,
                "{held:?} {held_in} / {wanted:?} {wanted_in}"
            );
        }
    }

    #[test]
    fn a_legacy_word_must_be_held_too() {
        let random = Counting::new(9);
        let [admin, _] = built_in(OrganizationId::random(&random), &random);
        let everything_but_the_word = role("*", "*", &["*"]);
        assert!(!holds(
            &Authority(vec![(DivisionScope::All, &everything_but_the_word)]),
            &admin,
            DivisionScope::All
        ));
        assert!(holds(&Authority(vec![(DivisionScope::All, &admin)]), &admin, DivisionScope::All));
    }

    #[test]
    fn whoever_holds_everything_holds_every_word_there() {
        let random = Counting::new(9);
        let [admin, _] = built_in(OrganizationId::random(&random), &random);
        let mut worded = role("oauth", "client", &["view"]);
        worded.permissions = vec!["word".to_owned()];
        let here = DivisionScope::One(DivisionId::random(&Counting::new(1)));
        let authority = Authority(vec![(here, &admin)]);
        assert!(holds(&authority, &worded, here));
        assert!(!holds(&authority, &worded, DivisionScope::All));
        assert!(!authority.has_word("word"), "what it may hand out, it does not yet hold");
    }

    #[test]
    fn what_somebody_holds_is_the_sum_of_their_grants() {
        let mut tenant = Tenant::found();
        let views = tenant.role("views", &["oauth:client:view", "word"]);
        let adds = tenant.role("adds", &["oauth:client:add"]);
        let [one, other] = ["one", "other"].map(|name| DivisionScope::One(tenant.division(name)));
        let gone = RoleId::random(&tenant.random);
        let client = tenant.client(&[(views, one), (adds, other), (gone, DivisionScope::All)]);
        let mut facts = Facts::default();
        facts.put_roles(tenant.id(), std::sync::Arc::new(tenant.roles.clone()));
        facts.put_role_grants(client.into(), std::sync::Arc::new(tenant.held(client)));
        let authority =
            Authority::load::<()>(&facts, tenant.id(), client.into()).expect("all facts are there");
        assert_eq!(authority.divisions().collect::<Vec<_>>(), [one, other]);
        assert_eq!((authority.has_word("word"), authority.has_word("admin")), (true, false));
        for (permission, place, expected) in [
            (&OAUTH_CLIENT_VIEW, one, true),
            (&OAUTH_CLIENT_VIEW, other, false),
            (&OAUTH_CLIENT_VIEW, DivisionScope::All, false),
            (&OAUTH_CLIENT_ADD, other, true),
        ] {
            assert_eq!(authority.has_in(permission, place), expected, "{permission} {place}");
            assert!(authority.has(permission), "{permission}");
        }
        let both = tenant.role("both", &["oauth:client:view", "oauth:client:add", "word"]);
        let lacks = |place| Guard::new(&authority).lacks(tenant.find_role(both), place).to_vec();
        assert_eq!(lacks(one), ["oauth:client:add"]);
        assert_eq!(lacks(other), ["word", "oauth:client:view"]);
        assert_eq!(lacks(DivisionScope::All), ["word", "oauth:client:view", "oauth:client:add"]);
    }

    #[test]
    fn two_roles_in_one_place_hold_what_a_third_joins() {
        let (view, add) = (role("oauth", "client", &["view"]), role("oauth", "client", &["add"]));
        let joined = role("oauth", "client", &["add", "view"]);
        let one = DivisionScope::One(DivisionId::random(&Counting::new(1)));
        let authority = Authority(vec![(DivisionScope::All, &view), (one, &add)]);
        assert!(holds(&authority, &joined, one));
        assert!(!holds(&authority, &joined, DivisionScope::All));
    }

    #[test]
    fn a_conditional_policy_is_held_by_whoever_holds_it_for_all_things() {
        let mut some = role("oauth", "client", &["view"]);
        some.policies[0].remarks.named_resources = vec!["one".to_owned()];
        let all = role("oauth", "client", &["view"]);
        assert!(holds(&Authority(vec![(DivisionScope::All, &all)]), &some, DivisionScope::All));
        assert!(!holds(&Authority(vec![(DivisionScope::All, &some)]), &some, DivisionScope::All));
        assert!(!Authority(vec![(DivisionScope::All, &some)]).has(&OAUTH_CLIENT_VIEW));
    }
}
