//! The last administrator of an organization stays: whichever client can act and holds an almighty role in all divisions.

use crate::decision::Undecided;
use crate::error::{ApiCode, ApiError};
use crate::facts::{Facts, Load};
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
    // A person needs a client to log in through, which anybody may delete; a client acts by itself.
    let acts = |kind: SubjectKind| kind == SubjectKind::Client;
    let roles = facts.roles(organization)?;
    let almighty: Vec<RoleId> = roles
        .iter()
        .filter(|role| role.is_almighty() && Some(role.id) != without)
        .map(|role| role.id)
        .collect();
    facts.together(almighty.iter().map(|role| Load::WorkingHolders(*role)))?;
    for role in almighty {
        let holders = facts.working_holders(role)?;
        if holders.iter().any(|(subject, kind)| acts(*kind) && !losing.contains(subject)) {
            return Ok(());
        }
    }
    let reason = "The last administrator of the organization cannot be removed.";
    Err(ApiError::because(ApiCode::GeneralBadRequest, reason).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ClientState;
    use crate::grants::GrantTypes;
    use crate::rbac::role::ADMIN_TEMPLATE;
    use crate::tenant::Tenant;

    /// Whether somebody is left; all facts that the tenant has are given.
    fn somebody_is_left(tenant: &Tenant, losing: &[SubjectId], without: Option<RoleId>) -> bool {
        let decision = tenant.decide(|facts, _| {
            keep_one(facts, tenant.id(), losing, without).map(crate::decision::Decision::allow).into()
        });
        match decision.outcome {
            Ok(()) => true,
            Err(error) => {
                assert_eq!(error.code, ApiCode::GeneralBadRequest);
                false
            }
        }
    }

    #[test]
    fn an_administrator_holds_one_role_that_carries_everything_everywhere() {
        let mut tenant = Tenant::found();
        let (admin, home) = (tenant.built_in(ADMIN_TEMPLATE), DivisionScope::One(tenant.home()));
        let half = tenant.role("half", &["*:*:*"]);
        let other_half = tenant.role("other half", &["admin"]);
        let gone = RoleId::random(&tenant.random);
        for (held, expected) in [
            (vec![(admin, DivisionScope::All)], true),
            (vec![(half, home), (admin, DivisionScope::All)], true),
            (vec![(admin, home)], false),
            (vec![(half, DivisionScope::All), (other_half, DivisionScope::All)], false),
            (vec![(gone, DivisionScope::All)], false),
            (vec![], false),
        ] {
            let client = tenant.client(&held);
            assert_eq!(administers(&tenant.roles, &tenant.held(client)), expected, "{held:?}");
        }
    }

    #[test]
    fn whoever_cannot_act_does_not_count() {
        let mut tenant = Tenant::found();
        let (admin, losing) = (tenant.built_in(ADMIN_TEMPLATE), [tenant.admin.into()]);
        assert!(somebody_is_left(&tenant, &[], None));
        assert!(!somebody_is_left(&tenant, &losing, None), "the founder needs a client to log in through");
        let second = tenant.client(&[(admin, DivisionScope::All)]);
        assert!(somebody_is_left(&tenant, &losing, None));
        assert!(!somebody_is_left(&tenant, &[losing[0], second.into()], None));
        for state in [ClientState::Inactive, ClientState::Disabled] {
            tenant.clients.get_mut(&second).expect("a client").state = state;
            assert!(!somebody_is_left(&tenant, &losing, None), "{state:?}");
        }
        let second = tenant.clients.get_mut(&second).expect("a client");
        second.state = ClientState::Active;
        second.grant_types = GrantTypes::from_authorized_grant_type("CODE").expect("known");
        assert!(!somebody_is_left(&tenant, &losing, None), "it acts for users");
    }

    #[test]
    fn a_role_that_goes_leaves_the_holders_of_others() {
        let mut tenant = Tenant::found();
        let first = tenant.built_in(ADMIN_TEMPLATE);
        assert!(!somebody_is_left(&tenant, &[], Some(first)));
        let second = tenant.role("second", &["*:*:*", "admin"]);
        let heir = tenant.client(&[(second, DivisionScope::All)]);
        assert!(somebody_is_left(&tenant, &[], Some(first)));
        assert!(somebody_is_left(&tenant, &[], Some(second)));
        assert!(!somebody_is_left(&tenant, &[heir.into()], Some(first)));
        assert!(somebody_is_left(&tenant, &[heir.into()], None));
    }

    #[test]
    fn one_holder_is_found_among_many_roles_that_carry_everything() {
        let mut tenant = Tenant::found();
        let roles: Vec<RoleId> =
            (0..30).map(|n| tenant.role(&format!("mighty {n}"), &["*:*:*", "admin"])).collect();
        let (losing, home) = ([tenant.admin.into()], DivisionScope::One(tenant.home()));
        let heir = tenant.client(&[(roles[0], home)]);
        assert!(!somebody_is_left(&tenant, &losing, None));
        tenant.hold(heir, roles[29], DivisionScope::All);
        assert!(somebody_is_left(&tenant, &losing, None));
        assert!(!somebody_is_left(&tenant, &losing, Some(roles[29])));
    }
}
