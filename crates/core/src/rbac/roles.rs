//! The rules for changing roles.

use crate::access::Caller;
use crate::decision::{Decision, Step, Undecided};
use crate::env::Env;
use crate::error::{ApiCode, ApiError, list};
use crate::facts::Facts;
use crate::rbac::authority::{self, stand_on};
use crate::rbac::role::built_in;
use crate::rbac::{Authority, DivisionScope, Guard, PermissionPolicy, PolicyRemarks, Role, administrators};
use crate::types::RoleId;
use crate::write::Write;

/// Most characters of a name.
const NAME_CHARACTERS: usize = 256;
/// Most characters of a description.
const DESCRIPTION_CHARACTERS: usize = 4096;
/// Most policies of a role.
const POLICIES: usize = 2000;
/// Most permissions of a role, over all its policies.
const PERMISSIONS: usize = 5000;
/// Most characters of a policy's name, and of the name of a thing that it is meant for.
const REMARK_CHARACTERS: usize = 256;
/// Most things that a policy can be meant for.
const RESOURCES: usize = 100;
/// Most bytes of a condition.
const CONDITION_BYTES: usize = 8192;
/// Most bytes of a role.
const HEAVIEST: usize = 256 * 1024;
/// Most bytes of all roles of an organization.
const HEAVIEST_TOGETHER: usize = 8 * 1024 * 1024;

/// A role as a caller describes it; `None` where the caller said nothing.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// `name`.
    pub name: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// `permissions`: legacy permissions of one word.
    pub permissions: Vec<String>,
    /// `permissionPolicies`.
    pub policies: Vec<PermissionPolicy>,
}

type Outcome<T> = Result<Decision<T, ApiError>, Undecided<ApiError>>;

/// Makes a role. The caller must hold all that it carries, in one division at least.
pub fn create(facts: &Facts, caller: &Caller, draft: &Draft, env: &Env) -> Step<Role, ApiError> {
    let decide = || -> Outcome<Role> {
        let version = authority::version(facts, caller.organization)?;
        let roles = facts.roles(caller.organization)?;
        let mut role = Role {
            id: RoleId::random(env.random),
            organization: caller.organization,
            name: String::new(),
            description: String::new(),
            template: None,
            permissions: Vec::new(),
            policies: Vec::new(),
            needs_update: false,
            version: 1,
        };
        draft.apply(&mut role, roles)?;
        let limit = env.policy.max_roles;
        if roles.len() >= limit as usize {
            let error = ApiError::new(ApiCode::MaxRolesExceeded).with("limit", limit);
            return Err(error.over("roles", limit).into());
        }
        guard(facts, caller, &role, false)?;
        let writes = vec![stand_on(caller.organization, version, true), Write::CreateRole(role.clone())];
        Ok(Decision::write(role, writes))
    };
    decide().into()
}

/// Replaces the writable members. The caller must hold what the role carries and what it is to carry, in all
/// divisions: else editing a role would be a way to more.
pub fn update(facts: &Facts, caller: &Caller, id: RoleId, draft: &Draft) -> Step<Role, ApiError> {
    let decide = || -> Outcome<Role> {
        let version = authority::version(facts, caller.organization)?;
        let roles = facts.roles(caller.organization)?;
        let current = find(roles, id)?;
        let mut role = current.clone();
        draft.apply(&mut role, roles)?;
        guard(facts, caller, current, true)?;
        guard(facts, caller, &role, true)?;
        if current.is_almighty() && !role.is_almighty() {
            administrators::keep_one(facts, caller.organization, &[], Some(id))?;
        }
        let answer = Role { version: role.version + 1, ..role.clone() };
        let writes = vec![stand_on(caller.organization, version, true), Write::ReplaceRole(role)];
        Ok(Decision::write(answer, writes))
    };
    decide().into()
}

/// Sets `roleNeedsUpdate`, and nothing else.
pub fn mark(facts: &Facts, caller: &Caller, id: RoleId, needs_update: bool) -> Step<Role, ApiError> {
    let decide = || -> Outcome<Role> {
        let role = find(facts.roles(caller.organization)?, id)?.clone();
        let role = Role { needs_update, ..role };
        let answer = Role { version: role.version + 1, ..role.clone() };
        Ok(Decision::write(answer, vec![Write::ReplaceRole(role)]))
    };
    decide().into()
}

/// Deletes a role with all grants of it.
pub fn delete(facts: &Facts, caller: &Caller, id: RoleId) -> Step<(), ApiError> {
    let decide = || -> Outcome<()> {
        let version = authority::version(facts, caller.organization)?;
        let role = find(facts.roles(caller.organization)?, id)?;
        guard(facts, caller, role, true)?;
        if role.is_almighty() {
            administrators::keep_one(facts, caller.organization, &[], Some(id))?;
        }
        let writes =
            vec![stand_on(caller.organization, version, true), Write::DeleteRole(caller.organization, id)];
        Ok(Decision::write((), writes))
    };
    decide().into()
}

/// Which built-in roles are brought back.
pub enum Defaults<'a> {
    /// Those that are missing.
    Missing,
    /// All, and those that were edited are as they were at first.
    All,
    /// These, by id or by template.
    These(&'a [(Option<String>, Option<String>)]),
}

/// Brings built-in roles back; answers all that there are.
pub fn restore(facts: &Facts, caller: &Caller, which: &Defaults, env: &Env) -> Step<Vec<Role>, ApiError> {
    let decide = || -> Outcome<Vec<Role>> {
        let version = authority::version(facts, caller.organization)?;
        let roles = facts.roles(caller.organization)?;
        let named = |text: &Option<String>, other: &str| text.as_deref() == Some(other);
        let (mut writes, mut answer) = (vec![stand_on(caller.organization, version, true)], Vec::new());
        for model in built_in(caller.organization, env.random) {
            let current = roles.iter().find(|role| role.template == model.template);
            let resets = match which {
                Defaults::Missing => false,
                Defaults::All => true,
                Defaults::These(these) => these.iter().any(|(id, template)| {
                    current.is_some_and(|role| named(id, &role.id.to_string()))
                        || model.template.as_deref().is_some_and(|own| named(template, own))
                }),
            };
            match current {
                Some(role) if !resets => answer.push(role.clone()),
                Some(current) => {
                    let role = Role { id: current.id, version: current.version, ..model };
                    refuse_taken(roles, &role)?;
                    guard(facts, caller, current, true)?;
                    guard(facts, caller, &role, true)?;
                    if current.is_almighty() && !role.is_almighty() {
                        administrators::keep_one(facts, caller.organization, &[], Some(role.id))?;
                    }
                    answer.push(Role { version: role.version + 1, ..role.clone() });
                    writes.push(Write::ReplaceRole(role));
                }
                None if matches!(which, Defaults::These(_)) && !resets => {}
                None => {
                    refuse_taken(roles, &model)?;
                    guard(facts, caller, &model, false)?;
                    answer.push(model.clone());
                    writes.push(Write::CreateRole(model));
                }
            }
        }
        if writes.len() == 1 {
            writes.clear();
        }
        Ok(Decision::write(answer, writes))
    };
    decide().into()
}

/// The role, if the organization has it.
pub fn find(roles: &[Role], id: RoleId) -> Result<&Role, ApiError> {
    roles.iter().find(|role| role.id == id).ok_or_else(|| ApiError::new(ApiCode::NotFound))
}

/// The escalation guard: whoever makes a role holds it in one division at least; whoever changes one holds it in all,
/// since others grant it where they like.
fn guard(facts: &Facts, caller: &Caller, role: &Role, everywhere: bool) -> Result<(), Undecided<ApiError>> {
    let authority = Authority::load(facts, caller.organization, caller.subject())?;
    let mut places = vec![DivisionScope::All];
    if !everywhere {
        places.extend(authority.divisions());
    }
    let mut guard = Guard::new(&authority);
    let lacking = places.iter().map(|place| guard.lacks(role, *place).to_vec()).min_by_key(Vec::len);
    let lacking = lacking.unwrap_or_default();
    if lacking.is_empty() {
        return Ok(());
    }
    Err(ApiError::new(ApiCode::MissingPermissions).with("permissions", list(&lacking)).into())
}

/// All roles of an organization are read together, so together they have a limit.
fn refuse_too_heavy(roles: &[Role], role: &Role) -> Result<(), ApiError> {
    let others = roles.iter().filter(|other| other.id != role.id).map(Role::weight).sum::<usize>();
    if role.weight() <= HEAVIEST && others + role.weight() <= HEAVIEST_TOGETHER {
        return Ok(());
    }
    let reason = "A role has at most 256 KiB, and the roles of an organization 8 MiB together.";
    Err(ApiError::because(ApiCode::GeneralBadRequest, reason))
}

fn refuse_taken(roles: &[Role], role: &Role) -> Result<(), ApiError> {
    if roles.iter().any(|other| other.id != role.id && other.name == role.name) {
        return Err(
            ApiError::because(ApiCode::GeneralConflict, "A role with this name exists already.").at("name")
        );
    }
    Ok(())
}

impl Draft {
    /// Puts the members into `role`, once each has passed.
    fn apply(&self, role: &mut Role, roles: &[Role]) -> Result<(), ApiError> {
        let refuse = |field, reason| Err(ApiError::because(ApiCode::GeneralBadRequest, reason).at(field));
        let name = self.name.as_deref().unwrap_or_default().trim();
        if name.is_empty() || name.chars().any(char::is_control) || name.chars().count() > NAME_CHARACTERS {
            return refuse(
                "name",
                "A role has a name of 1 to 256 characters, none of them a control character.",
            );
        }
        let description = self.description.clone().unwrap_or_default();
        if description.chars().count() > DESCRIPTION_CHARACTERS || description.contains('\0') {
            return refuse("description", "A description has at most 4096 characters, none of them NUL.");
        }
        if self.permissions.len() > POLICIES || !self.permissions.iter().all(|word| is_name(word)) {
            return refuse("permissions", "A legacy permission is one word of letters, digits, _ and -.");
        }
        let is_policy = |policy: &PermissionPolicy| {
            let part = |text: &str| is_name(text) || text == "*";
            part(&policy.domain) && part(&policy.entity) && policy.actions.iter().all(|action| part(action))
        };
        let permissions = self.policies.iter().map(|policy| policy.actions.len()).sum::<usize>();
        if self.policies.len() > POLICIES || permissions > PERMISSIONS {
            let reason = "A role has at most 2000 policies, with 5000 permissions together.";
            return refuse("permissionPolicies", reason);
        }
        if !self.policies.iter().all(|policy| has_short_remarks(&policy.remarks)) {
            let reason = "A policy has a policyName of 256 and a policyDescription of 4096 characters at most, \
                          100 namedResources of 256, and a condition of 8 KiB.";
            return refuse("permissionPolicies", reason);
        }
        if !self.policies.iter().all(is_policy) {
            let reason = "A policy has a domain, an entityName and an actionSet, each part a word or *.";
            return refuse("permissionPolicies", reason);
        }
        role.name = name.to_owned();
        role.description = description;
        role.permissions = unique(self.permissions.clone());
        role.policies = unique(self.policies.clone());
        refuse_taken(roles, role)?;
        refuse_too_heavy(roles, role)
    }
}

fn has_short_remarks(remarks: &PolicyRemarks) -> bool {
    let short = |text: &String, most: usize| text.chars().count() <= most && !text.contains('\0');
    remarks.name.iter().all(|name| short(name, REMARK_CHARACTERS))
        && remarks.description.iter().all(|text| short(text, DESCRIPTION_CHARACTERS))
        && remarks.named_resources.len() <= RESOURCES
        && remarks.named_resources.iter().all(|name| short(name, REMARK_CHARACTERS))
        && remarks.condition.as_ref().is_none_or(|it| it.to_string().len() <= CONDITION_BYTES)
}

fn is_name(text: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    (1..=128).contains(&text.len()) && text.chars().all(good)
}

/// Each once, in the order in which they came.
pub fn unique<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut kept = Vec::new();
    for it in all {
        if !kept.contains(&it) {
            kept.push(it);
        }
    }
    kept
}

#[cfg(test)]
mod restoring;
#[cfg(test)]
mod tests;
