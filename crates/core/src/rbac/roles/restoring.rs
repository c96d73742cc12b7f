//! Decisions on bringing the built-in roles back.

use super::*;
use crate::client::ClientState;
use crate::rbac::role::{ADMIN_TEMPLATE, OAUTH_VIEWER_TEMPLATE};
use crate::tenant::{Tenant, policy};

fn names(roles: &[Role]) -> Vec<(&str, u32)> {
    roles.iter().map(|role| (role.name.as_str(), role.version)).collect()
}

/// A tenant whose role of this template carries these now.
fn edited(template: &str, carries: &[&str], words: &[&str]) -> (Tenant, RoleId) {
    let mut tenant = Tenant::found();
    let id = tenant.built_in(template);
    let role = tenant.roles.iter_mut().find(|role| role.id == id).expect("a role");
    role.name = "edited".to_owned();
    role.version = 7;
    role.policies = carries.iter().map(|text| policy(text)).collect();
    role.permissions = words.iter().map(|word| (*word).to_owned()).collect();
    (tenant, id)
}

fn named(id: Option<RoleId>, template: Option<&str>) -> (Option<String>, Option<String>) {
    (id.map(|id| id.to_string()), template.map(ToOwned::to_owned))
}

#[test]
fn nothing_is_written_while_nothing_is_missing() {
    let (tenant, _) = edited(OAUTH_VIEWER_TEMPLATE, &["oauth:*:*"], &[]);
    let (roles, writes) =
        tenant.allowed(|facts, env| restore(facts, &tenant.admin(), &Defaults::Missing, env));
    assert_eq!(names(&roles), [("admin", 1), ("edited", 7)]);
    assert_eq!(writes, []);
}

#[test]
fn what_is_missing_is_made_anew() {
    let mut tenant = Tenant::found();
    let gone = tenant.built_in(OAUTH_VIEWER_TEMPLATE);
    tenant.roles.retain(|role| role.id != gone);
    for which in [Defaults::Missing, Defaults::All, Defaults::These(&[named(None, Some("oauthViewer"))])] {
        let (roles, writes) = tenant.allowed(|facts, env| restore(facts, &tenant.admin(), &which, env));
        let made = roles.last().expect("the role that was missing");
        assert_eq!((made.template.as_deref(), made.version), (Some("oauthViewer"), 1));
        assert_ne!(made.id, gone);
        assert_eq!(writes[0], tenant.advance());
        assert_eq!(writes.last(), Some(&Write::CreateRole(made.clone())));
    }
}

#[test]
fn by_force_an_edited_role_is_as_it_was_at_first() {
    let (tenant, id) = edited(OAUTH_VIEWER_TEMPLATE, &["oauth:*:*"], &["word"]);
    let by_id = [named(Some(id), None)];
    let by_template = [named(None, Some(OAUTH_VIEWER_TEMPLATE))];
    for which in [Defaults::These(&by_id), Defaults::These(&by_template)] {
        let (roles, writes) = tenant.allowed(|facts, env| restore(facts, &tenant.admin(), &which, env));
        assert_eq!(names(&roles), [("admin", 1), ("oauth viewer", 8)]);
        let written = Role { version: 7, ..roles[1].clone() };
        assert_eq!(written.id, id);
        assert_eq!(
            (&*written.policies, &*written.permissions),
            (&[policy("oauth:client:view")][..], &[][..])
        );
        assert_eq!(writes, [tenant.advance(), Write::ReplaceRole(written)]);
    }
}

#[test]
fn a_default_that_nobody_knows_brings_nothing_back() {
    let mut tenant = Tenant::found();
    let custom = tenant.role("custom", &[]);
    for unknown in [named(Some(custom), None), named(None, Some("nonsense")), named(None, None)] {
        let which = [unknown];
        let which = Defaults::These(&which);
        let (roles, writes) = tenant.allowed(|facts, env| restore(facts, &tenant.admin(), &which, env));
        assert_eq!((roles.len(), writes), (2, vec![]));
    }
}

#[test]
fn a_default_does_not_come_back_under_a_name_that_is_taken() {
    let mut tenant = Tenant::found();
    let viewer = tenant.built_in(OAUTH_VIEWER_TEMPLATE);
    tenant.roles.retain(|role| role.id != viewer);
    tenant.role("oauth viewer", &[]);
    let error = tenant.refused(|facts, env| restore(facts, &tenant.admin(), &Defaults::Missing, env));
    assert_eq!(error.code, ApiCode::GeneralConflict);
}

#[test]
fn nobody_brings_back_more_than_they_hold() {
    let (mut tenant, id) = edited(ADMIN_TEMPLATE, &["oauth:client:view"], &[]);
    let views = tenant.role("views", &["oauth:client:view"]);
    let caller = tenant.client(&[(views, DivisionScope::All)]);
    let which = [named(Some(id), None)];
    let error =
        tenant.refused(|facts, env| restore(facts, &tenant.caller(caller), &Defaults::These(&which), env));
    assert_eq!(error.code, ApiCode::MissingPermissions);
}

#[test]
fn nobody_makes_a_default_anew_that_carries_more_than_they_hold() {
    let mut tenant = Tenant::found();
    let gone = tenant.built_in(OAUTH_VIEWER_TEMPLATE);
    tenant.roles.retain(|role| role.id != gone);
    let adds = tenant.role("adds", &["oauth:client:add"]);
    let caller = tenant.client(&[(adds, DivisionScope::All)]);
    let error = tenant.refused(|facts, env| restore(facts, &tenant.caller(caller), &Defaults::Missing, env));
    assert_eq!(error.code, ApiCode::MissingPermissions);
}

#[test]
fn nobody_resets_a_role_that_carries_more_than_they_hold() {
    let (mut tenant, _) = edited(OAUTH_VIEWER_TEMPLATE, &["oauth:*:*"], &[]);
    let views = tenant.role("views", &["oauth:client:view"]);
    let caller = tenant.client(&[(views, DivisionScope::All)]);
    let which = [named(None, Some(OAUTH_VIEWER_TEMPLATE))];
    let error =
        tenant.refused(|facts, env| restore(facts, &tenant.caller(caller), &Defaults::These(&which), env));
    assert_eq!(error.code, ApiCode::MissingPermissions);
}

#[test]
fn no_reset_takes_the_last_administrator_away() {
    let (mut tenant, mighty) = edited(OAUTH_VIEWER_TEMPLATE, &["*:*:*"], &["admin"]);
    let heir = tenant.client(&[(mighty, DivisionScope::All)]);
    let caller = tenant.caller(heir);
    let which = [named(Some(mighty), None)];
    let (_, writes) = tenant.allowed(|facts, env| restore(facts, &caller, &Defaults::These(&which), env));
    assert_eq!(writes.len(), 2, "the founder's client is left");
    tenant.clients.get_mut(&tenant.admin).expect("a client").state = ClientState::Inactive;
    let error = tenant.refused(|facts, env| restore(facts, &caller, &Defaults::These(&which), env));
    assert_eq!(error.code, ApiCode::GeneralBadRequest);
}
