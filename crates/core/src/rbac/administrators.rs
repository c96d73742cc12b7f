//! The last administrator of an organization stays: whoever can act and holds an almighty role in all divisions.

use crate::decision::Undecided;
use crate::error::ApiError;
use crate::facts::Facts;
use crate::grants;
use crate::rbac::{DivisionScope, Role, RoleGrant, SubjectKind};
use crate::types::{OrganizationId, RoleId, SubjectId};

/// Whether `grants` make their holder an administrator.
pub fn administers(roles: &[Role], grants: &[RoleGrant]) -> bool {
    grants.iter().any(|grant| {
        grant.division == DivisionScope::All
            && roles.iter().any(|role| role.id == grant.role && role.is_almighty())
    })
}

/// Refuses unless somebody is left when these subjects, or the holders of this role, are administrators no more.
pub fn keep_one(
    facts: &Facts,
    organization: OrganizationId,
    losing: &[SubjectId],
    without: Option<RoleId>,
) -> Result<(), Undecided<ApiError>> {
    // Nobody administers by a token that no grant of this server issues.
    let acts = |kind: SubjectKind| match kind {
        SubjectKind::Client => true,
        SubjectKind::User => grants::ALL.iter().any(|grant| grant.involves_user()),
    };
    let roles = facts.roles(organization)?;
    for role in roles.iter().filter(|role| role.is_almighty() && Some(role.id) != without) {
        let holders = facts.working_holders(role.id)?;
        if holders.iter().any(|(subject, kind)| acts(*kind) && !losing.contains(subject)) {
            return Ok(());
        }
    }
    Err(ApiError::because(
        crate::error::ApiCode::GeneralBadRequest,
        "The last administrator of the organization cannot be removed.",
    )
    .into())
}
