//! Roles, and grants of them.

use serde::{Deserialize, Serialize};

use crate::env::Random;
use crate::rbac::permission::{ADMIN, OAUTH_CLIENT_VIEW};
use crate::types::{DivisionId, OrganizationId, RoleId, SubjectId, Timestamp};

/// Stands for every entity or every action.
pub const WILDCARD: &str = "*";

/// A set of permissions on one kind of thing; `*` as entity or action stands for all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionPolicy {
    /// The product area; `*` stands for all of them.
    pub domain: String,
    /// The kind of thing.
    pub entity: String,
    /// What may be done to it.
    pub actions: Vec<String>,
    /// What else a caller sent, kept so that it reads back.
    #[serde(flatten)]
    pub remarks: PolicyRemarks,
}

/// The members of a policy beside its permissions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicyRemarks {
    /// A name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A text for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `allowConditions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allows_conditions: Option<bool>,
    /// The only things that are meant; empty stands for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub named_resources: Vec<String>,
    /// A condition on the thing, as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<serde_json::Value>,
}

impl PermissionPolicy {
    /// A policy without remarks.
    pub fn new(domain: &str, entity: &str, actions: &[&str]) -> Self {
        Self {
            domain: domain.to_owned(),
            entity: entity.to_owned(),
            actions: actions.iter().map(|action| (*action).to_owned()).collect(),
            remarks: PolicyRemarks::default(),
        }
    }

    fn named(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.actions.iter().map(|action| (&*self.domain, &*self.entity, &**action))
    }

    fn weight(&self) -> usize {
        let PolicyRemarks { name, description, named_resources, condition, .. } = &self.remarks;
        let texts = [name, description].into_iter().flatten().map(String::len).sum::<usize>();
        let lists = self.actions.iter().chain(named_resources).map(String::len).sum::<usize>();
        let condition = condition.as_ref().map_or(0, |condition| condition.to_string().len());
        self.domain.len() + self.entity.len() + texts + lists + condition
    }

    /// Whether it is meant for some things only. No operation of this server looks at such conditions, so a policy
    /// that has one permits nothing here.
    fn is_conditional(&self) -> bool {
        self.remarks.condition.is_some() || !self.remarks.named_resources.is_empty()
    }
}

/// A named set of permissions of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// Its name; unique in the organization.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The built-in role it was made from, if it is one.
    pub template: Option<String>,
    /// Legacy permissions of one word.
    pub permissions: Vec<String>,
    /// Everything else.
    pub policies: Vec<PermissionPolicy>,
    /// `roleNeedsUpdate`: a mark that administrators set, nothing more.
    pub needs_update: bool,
    /// Counted up by every change.
    pub version: u32,
}

impl Role {
    /// Whether it carries this permission. A wildcard of the role covers everything, another wildcard included; a name
    /// covers itself. The only place that compares permissions.
    pub fn carries(&self, domain: &str, entity: &str, action: &str) -> bool {
        let covers = |held: &str, wanted: &str| held == WILDCARD || held == wanted;
        self.policies.iter().filter(|policy| !policy.is_conditional()).any(|policy| {
            covers(&policy.domain, domain)
                && covers(&policy.entity, entity)
                && policy.actions.iter().any(|held| covers(held, action))
        })
    }

    /// What it permits: the permissions of its policies but for those that have a condition.
    pub fn effective(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.policies.iter().filter(|policy| !policy.is_conditional()).flat_map(PermissionPolicy::named)
    }

    /// Every permission that it names, whatever the condition.
    pub fn named(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.policies.iter().flat_map(PermissionPolicy::named)
    }

    /// How much room it takes, in bytes: all roles of an organization are read together.
    pub fn weight(&self) -> usize {
        let words: usize = self.permissions.iter().map(String::len).sum();
        let policies: usize = self.policies.iter().map(PermissionPolicy::weight).sum();
        self.name.len() + self.description.len() + words + policies
    }

    /// Whether it carries this legacy permission of one word.
    pub fn carries_word(&self, word: &str) -> bool {
        self.permissions.iter().any(|held| held == word)
    }

    /// Whether it carries everything: whoever holds it in all divisions is an administrator.
    pub fn is_almighty(&self) -> bool {
        self.carries_word(ADMIN) && self.carries(WILDCARD, WILDCARD, WILDCARD)
    }
}

/// The template of the role that holds everything.
pub const ADMIN_TEMPLATE: &str = "admin";
/// The template of the role that may view clients.
pub const OAUTH_VIEWER_TEMPLATE: &str = "oauthViewer";

/// The roles that every organization starts with, the administrator's first.
pub fn built_in(organization: OrganizationId, random: &dyn Random) -> [Role; 2] {
    let role =
        |name: &str, description: &str, template: &str, permissions: &[&str], policy: [&str; 3]| Role {
            id: RoleId::random(random),
            organization,
            name: name.to_owned(),
            description: description.to_owned(),
            template: Some(template.to_owned()),
            permissions: permissions.iter().map(|permission| (*permission).to_owned()).collect(),
            policies: vec![PermissionPolicy::new(policy[0], policy[1], &[policy[2]])],
            needs_update: false,
            version: 1,
        };
    let view = OAUTH_CLIENT_VIEW;
    [
        role("admin", "Holds every permission", ADMIN_TEMPLATE, &[ADMIN], [WILDCARD; 3]),
        role(
            "oauth viewer",
            "Views OAuth clients",
            OAUTH_VIEWER_TEMPLATE,
            &[],
            [view.domain, view.entity, view.action],
        ),
    ]
}

/// Where a grant holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DivisionScope {
    /// In every division; `*` on the wire.
    All,
    /// In one.
    One(DivisionId),
}

impl DivisionScope {
    /// Reads `*` or a division's id.
    pub fn parse(text: &str) -> Option<Self> {
        if text == WILDCARD { Some(Self::All) } else { DivisionId::parse(text).map(Self::One) }
    }

    /// Whether whoever has something here also has it in `other`.
    pub fn includes(self, other: Self) -> bool {
        self == Self::All || self == other
    }
}

impl std::fmt::Display for DivisionScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::All => f.write_str(WILDCARD),
            Self::One(id) => id.fmt(f),
        }
    }
}

/// What kind of subject holds a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectKind {
    /// A person.
    User,
    /// A client.
    Client,
}

impl SubjectKind {
    /// All of them with their wire names.
    pub const ALL: &[(Self, &str)] = &[(Self::User, "PC_USER"), (Self::Client, "PC_OAUTH_CLIENT")];

    /// The wire name.
    pub fn as_str(self) -> &'static str {
        crate::types::wire_name(Self::ALL, self)
    }
}

/// A role that a subject holds in a division.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleGrant {
    /// Who holds it.
    pub subject: SubjectId,
    /// What kind of subject that is.
    pub kind: SubjectKind,
    /// What is held.
    pub role: RoleId,
    /// Where.
    pub division: DivisionScope,
    /// Since when.
    pub granted_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::fixed::Counting;
    use crate::tenant::{conditional, policy};

    fn role(policies: Vec<PermissionPolicy>, words: &[&str]) -> Role {
        let random = Counting::new(3);
        let [mut role, _] = built_in(OrganizationId::random(&random), &random);
        role.permissions = words.iter().map(|word| (*word).to_owned()).collect();
        role.policies = policies;
        role
    }

    #[test]
    fn a_star_stands_for_every_word_and_a_word_for_itself() {
        for (held, wanted, carried) in [
            ("a:b:c", "a:b:c", true),
            ("a:b:c", "a:b:d", false),
            ("a:b:c", "A:b:c", false),
            ("a:b:c", "a:b:*", false),
            ("a:b:*", "a:b:c", true),
            ("a:b:*", "a:b:*", true),
            ("a:b:*", "a:x:c", false),
            ("a:*:c", "a:b:c", true),
            ("a:*:c", "a:*:c", true),
            ("a:*:c", "a:*:*", false),
            ("*:*:*", "a:b:c", true),
            ("*:*:*", "*:*:*", true),
            ("a:*:*", "*:*:*", false),
        ] {
            let parts: Vec<&str> = wanted.split(':').collect();
            let carries = role(vec![policy(held)], &[]).carries(parts[0], parts[1], parts[2]);
            assert_eq!(carries, carried, "{held} carries {wanted}");
        }
    }

    #[test]
    fn a_policy_for_some_things_only_permits_nothing() {
        let mut named = policy("a:b:c");
        named.remarks.named_resources = vec!["one".to_owned()];
        assert!(!role(vec![conditional("a:b:c"), named], &[]).carries("a", "b", "c"));
        let mut remarked = policy("a:b:c");
        remarked.remarks.name = Some("a name".to_owned());
        remarked.remarks.allows_conditions = Some(true);
        assert!(role(vec![conditional("a:b:c"), remarked], &[]).carries("a", "b", "c"));
    }

    #[test]
    fn almighty_is_who_carries_the_word_and_every_permission() {
        for (policies, words, almighty) in [
            (vec![policy("*:*:*")], &["admin"][..], true),
            (vec![policy("a:b:c"), policy("*:*:*")], &["word", "admin"], true),
            (vec![policy("*:*:*")], &[], false),
            (vec![policy("*:*:*")], &["Admin"], false),
            (vec![], &["admin"], false),
            (vec![policy("oauth:*:*"), policy("authorization:*:*")], &["admin"], false),
            (vec![conditional("*:*:*")], &["admin"], false),
        ] {
            let role = role(policies, words);
            assert_eq!(role.is_almighty(), almighty, "{role:?}");
        }
        let random = Counting::new(3);
        let built_in = built_in(OrganizationId::random(&random), &random);
        assert_eq!(built_in.map(|role| role.is_almighty()), [true, false]);
    }

    #[test]
    fn a_policy_reads_back_with_its_remarks() {
        let mut full = conditional("a:b:c");
        full.remarks.named_resources = vec!["one".to_owned()];
        full.remarks.allows_conditions = Some(false);
        for policy in [full, policy("*:*:*")] {
            let text = serde_json::to_string(&policy).expect("JSON");
            assert_eq!(serde_json::from_str::<PermissionPolicy>(&text).expect("a policy"), policy);
        }
    }

    #[test]
    fn a_place_is_a_star_or_an_id() {
        let id = DivisionId::random(&Counting::new(4));
        for place in [DivisionScope::All, DivisionScope::One(id)] {
            assert_eq!(DivisionScope::parse(&place.to_string()), Some(place));
            assert!(DivisionScope::All.includes(place) && place.includes(place));
        }
        assert!(!DivisionScope::One(id).includes(DivisionScope::All));
        for wrong in ["", "**", "home", "%2A"] {
            assert_eq!(DivisionScope::parse(wrong), None, "{wrong}");
        }
    }
}
