//! Decisions on clients: what is registered, changed, deleted, and by whom.

use super::*;
use crate::grants::GrantTypes;
use crate::rbac::role::{ADMIN_TEMPLATE, OAUTH_VIEWER_TEMPLATE};
use crate::tenant::Tenant;
use crate::types::{DivisionId, OrganizationId};

const EVERYWHERE: DivisionScope = DivisionScope::All;

fn acting_alone(roles: &[(RoleId, DivisionScope)]) -> Draft {
    Draft {
        name: Some("a client".to_owned()),
        grant_type: Some("CLIENT-CREDENTIALS".to_owned()),
        role_divisions: roles.iter().map(|(role, place)| (role.to_string(), place.to_string())).collect(),
        ..Draft::default()
    }
}

fn for_users() -> Draft {
    Draft { grant_type: Some("CODE".to_owned()), scope: vec!["users".to_owned()], ..acting_alone(&[]) }
}

fn in_state(state: &str, draft: Draft) -> Draft {
    Draft { state: Some(state.to_owned()), ..draft }
}

/// A caller who holds `carries` everywhere, and that role.
fn holder(tenant: &mut Tenant, carries: &[&str]) -> (Caller, RoleId) {
    let role = tenant.role("held", carries);
    let client = tenant.client(&[(role, EVERYWHERE)]);
    (tenant.caller(client), role)
}

fn code<T>(decision: Decision<T, ApiError>) -> Option<ApiCode> {
    decision.outcome.err().map(|error| error.code)
}

#[test]
fn a_client_is_made_with_its_grants_and_shows_its_secret_once() {
    let mut tenant = Tenant::found();
    let (caller, role) = holder(&mut tenant, &["oauth:client:view"]);
    let asked = acting_alone(&[(role, EVERYWHERE), (role, EVERYWHERE)]);
    let (made, writes) = tenant.allowed(|facts, env| create(facts, &caller, &asked, env));
    let (id, secret) = (made.client.id, made.secret.expect("a secret"));
    let subject = id.into();
    let grant =
        RoleGrant { subject, kind: SubjectKind::Client, role, division: EVERYWHERE, granted_at: tenant.now };
    assert_eq!(*made.grants, std::slice::from_ref(&grant));
    assert_eq!((made.client.state, made.client.created_by), (ClientState::Active, Some(caller.actor())));
    assert!(tenant.env().keys.matches(&made.client.secrets[0].digest, secret.expose().as_bytes()));
    let expected = [
        tenant.advance(),
        Write::Require(Require::ClientsBelow(tenant.id(), tenant.policy.max_clients)),
        Write::CreateClient(Box::new(Client::clone(&made.client))),
        Write::ReplaceRoleGrants(tenant.id(), subject, vec![grant]),
    ];
    assert_eq!(writes, expected);
    let (made, writes) = tenant.allowed(|facts, env| create(facts, &caller, &for_users(), env));
    assert!(made.grants.is_empty());
    assert!(matches!(writes[..], [Write::Require(Require::ClientsBelow(..)), Write::CreateClient(_)]));
}

#[test]
fn role_ids_mean_the_home_division_and_role_divisions_win() {
    let tenant = Tenant::found();
    let (admin, viewer) = (tenant.built_in(ADMIN_TEMPLATE), tenant.built_in(OAUTH_VIEWER_TEMPLATE));
    let by_id = Draft { role_ids: vec![admin.to_string()], ..acting_alone(&[]) };
    let both = Draft { role_ids: vec![admin.to_string()], ..acting_alone(&[(viewer, EVERYWHERE)]) };
    for (asked, expected) in
        [(by_id, (admin, DivisionScope::One(tenant.home()))), (both, (viewer, EVERYWHERE))]
    {
        let (made, _) = tenant.allowed(|facts, env| create(facts, &tenant.admin(), &asked, env));
        assert_eq!(pairs(&made.grants), [expected]);
    }
}

#[test]
fn a_client_is_refused_roles_that_are_not_there_or_not_held() {
    let mut tenant = Tenant::found();
    let (caller, held) = holder(&mut tenant, &["oauth:client:view"]);
    let worded = tenant.role("worded", &["oauth:client:view", "word"]);
    let (home, gone) =
        (DivisionScope::One(tenant.home()), DivisionScope::One(DivisionId::random(&tenant.random)));
    let limited = tenant.client(&[(held, home)]);
    let limited = tenant.caller(limited);
    let nowhere = RoleId::random(&tenant.random);
    let mut cases = vec![(&caller, acting_alone(&[]), ApiCode::MissingClientRoles, None)];
    for (who, role, place) in [
        (&caller, worded, home),
        (&caller, held, gone),
        (&limited, held, EVERYWHERE),
        (&limited, tenant.built_in(ADMIN_TEMPLATE), home),
    ] {
        let named = Some(format!("{role}:{place}"));
        cases.push((who, acting_alone(&[(held, home), (role, place)]), ApiCode::BadClientRole, named));
    }
    let named = Some(nowhere.to_string());
    cases.push((&caller, acting_alone(&[(nowhere, home)]), ApiCode::BadClientRole, named));
    let existing = tenant.client(&[]);
    for (who, asked, code, named) in cases {
        for error in [
            tenant.refused(|facts, env| create(facts, who, &asked, env)),
            tenant.refused(|facts, env| update(facts, who, existing, &asked, env)),
        ] {
            assert_eq!((error.code, error.field.as_deref()), (code, Some("roleDivisions")), "{asked:?}");
            assert_eq!(error.params.first().map(|(_, named)| named.clone()), named);
        }
    }
}

#[test]
fn there_are_so_many_clients_with_so_many_roles_and_no_more() {
    let mut tenant = Tenant::found();
    (tenant.policy.max_clients, tenant.policy.max_role_assignments) = (2, 2);
    let (admin, viewer) = (tenant.built_in(ADMIN_TEMPLATE), tenant.built_in(OAUTH_VIEWER_TEMPLATE));
    let home = DivisionScope::One(tenant.home());
    let caller = tenant.admin();
    let three = acting_alone(&[(viewer, EVERYWHERE), (viewer, home), (admin, home)]);
    let over = Some(("role.assignments", 2));
    let error = tenant.refused(|facts, env| create(facts, &caller, &three, env));
    assert_eq!((error.code, error.limit), (ApiCode::MaxRoleAssignmentsExceeded, over));
    let two = acting_alone(&[(viewer, EVERYWHERE), (viewer, home), (viewer, home)]);
    let made = tenant.settle(|facts, env| create(facts, &caller, &two, env)).expect("room for it");
    let error = tenant.refused(|facts, env| update(facts, &caller, made.client.id, &three, env));
    assert_eq!((error.code, error.limit), (ApiCode::MaxRoleAssignmentsExceeded, over));
    let error = tenant.refused(|facts, env| create(facts, &caller, &two, env));
    assert_eq!((error.code, error.limit), (ApiCode::TooManyClients, Some(("oauth.clients", 2))));
}

#[test]
fn an_update_names_the_authority_that_it_stands_on() {
    let mut tenant = Tenant::found();
    let viewer = tenant.built_in(OAUTH_VIEWER_TEMPLATE);
    let home = DivisionScope::One(tenant.home());
    let id = tenant.client(&[(viewer, home)]);
    let caller = tenant.admin();
    for (asked, grants) in [
        (acting_alone(&[(viewer, home)]), None),
        (acting_alone(&[(viewer, home), (viewer, home)]), None),
        (in_state("inactive", acting_alone(&[(viewer, home)])), None),
        (acting_alone(&[(viewer, home), (viewer, EVERYWHERE)]), Some(2)),
        (acting_alone(&[(viewer, EVERYWHERE)]), Some(1)),
        (for_users(), Some(0)),
    ] {
        let (answer, writes) = tenant.allowed(|facts, env| update(facts, &caller, id, &asked, env));
        let first = if grants.is_some() { tenant.advance() } else { tenant.unchanged() };
        assert_eq!(writes[0], first, "{asked:?}");
        assert_eq!(writes[1], Write::ReplaceClient(Box::new(Client::clone(&answer.client))));
        let written = writes.get(2).map(|write| match write {
            Write::ReplaceRoleGrants(_, subject, grants) if *subject == id.into() => grants.len(),
            other => panic!("{other:?}"),
        });
        assert_eq!((written, writes.len()), (grants, 2 + usize::from(grants.is_some())), "{asked:?}");
        assert!(answer.secret.is_none());
        assert_eq!((answer.client.version, answer.client.epoch), (1, tenant.clients[&id].epoch));
    }
}

#[test]
fn only_an_administrator_disables_a_client_and_lifts_it() {
    let mut tenant = Tenant::found();
    let (caller, role) = holder(&mut tenant, &["oauth:*:*"]);
    let id = tenant.client(&[(role, EVERYWHERE)]);
    let admin = tenant.admin();
    let asked = || acting_alone(&[(role, EVERYWHERE)]);
    let disable = in_state("disabled", asked());
    let attempt = |tenant: &Tenant, draft: &Draft| {
        code(tenant.decide(|facts, env| update(facts, &caller, id, draft, env)))
    };
    let epoch = tenant.clients[&id].epoch;
    assert_eq!(attempt(&tenant, &disable), Some(ApiCode::BadClientState));
    assert_eq!(attempt(&tenant, &in_state("inactive", asked())), None);
    assert_eq!(attempt(&tenant, &in_state("asleep", asked())), Some(ApiCode::BadClientState));
    for _ in 0..2 {
        let it = tenant.settle(|facts, env| update(facts, &admin, id, &disable, env)).expect("allowed");
        assert_eq!((it.client.state, it.client.epoch), (ClientState::Disabled, epoch + 1), "counted up once");
    }
    assert_eq!(attempt(&tenant, &asked()), Some(ApiCode::BadClientState));
    assert_eq!(attempt(&tenant, &in_state("active", asked())), Some(ApiCode::BadClientState));
    let silent = tenant.settle(|facts, env| update(facts, &admin, id, &asked(), env)).expect("allowed");
    assert_eq!(silent.client.state, ClientState::Disabled, "a block is not lifted by saying nothing");
    let lift = in_state("active", asked());
    let lifted = tenant.settle(|facts, env| update(facts, &admin, id, &lift, env)).expect("allowed");
    assert_eq!((lifted.client.state, lifted.client.epoch), (ClientState::Active, epoch + 1));
    for state in ["disabled", "inactive"] {
        let error = tenant.refused(|facts, env| create(facts, &admin, &in_state(state, asked()), env));
        assert_eq!(error.code, ApiCode::BadClientState, "{state}");
    }
}

#[test]
fn nobody_takes_over_a_client_that_holds_more_than_they_do() {
    let mut tenant = Tenant::found();
    let (caller, role) = holder(&mut tenant, &["oauth:*:*"]);
    let (admin, home) = (tenant.built_in(ADMIN_TEMPLATE), DivisionScope::One(tenant.home()));
    let (mightier, equal) =
        (tenant.client(&[(role, EVERYWHERE), (admin, home)]), tenant.client(&[(role, home)]));
    let asked = acting_alone(&[(role, home)]);
    for (id, expected) in [(mightier, Some(ApiCode::BadClientRole)), (equal, None)] {
        let updated = tenant.decide(|facts, env| update(facts, &caller, id, &asked, env));
        let reset = tenant.decide(|facts, env| reset_secret(facts, &caller, id, env));
        assert_eq!((code(updated), code(reset)), (expected, expected));
    }
}

#[test]
fn a_secret_is_replaced_and_nothing_else_is() {
    let mut tenant = Tenant::found();
    let id = tenant.client(&[]);
    tenant.now = tenant.now + crate::policy::DEFAULT_TOKEN;
    let caller = tenant.admin();
    let (answer, writes) = tenant.allowed(|facts, env| reset_secret(facts, &caller, id, env));
    let secret = answer.secret.expect("a secret");
    let secrets = answer.client.secrets.clone();
    assert!(tenant.env().keys.matches(&secrets[0].digest, secret.expose().as_bytes()));
    let (modified_at, modified_by) = (tenant.now, Some(caller.actor()));
    let client = Client { secrets: secrets.clone(), modified_at, modified_by, ..tenant.clients[&id].clone() };
    let expected =
        [tenant.unchanged(), Write::ReplaceClient(Box::new(client)), Write::ReplaceSecrets(id, secrets)];
    assert_eq!(writes, expected);
}

#[test]
fn a_deletion_names_the_version_that_it_read() {
    let mut tenant = Tenant::found();
    let admin = tenant.built_in(ADMIN_TEMPLATE);
    let (plain, second) = (tenant.client(&[]), tenant.client(&[(admin, EVERYWHERE)]));
    let caller = tenant.admin();
    for (id, first) in [(plain, tenant.unchanged()), (second, tenant.advance())] {
        let ((), writes) = tenant.allowed(|facts, env| delete(facts, &caller, id, env));
        let require = Write::Require(Require::Client(id, 1));
        assert_eq!(writes, [first, require, Write::DeleteClient(tenant.id(), id)]);
    }
}

#[test]
fn where_the_policy_says_so_only_an_inactive_client_is_deleted() {
    let mut tenant = Tenant::found();
    tenant.policy.delete_requires_inactive = true;
    let (id, caller) = (tenant.client(&[]), tenant.admin());
    for (state, expected) in [
        (ClientState::Active, Some(ApiCode::CannotDeleteClient)),
        (ClientState::Disabled, Some(ApiCode::CannotDeleteClient)),
        (ClientState::Inactive, None),
    ] {
        tenant.clients.get_mut(&id).expect("a client").state = state;
        assert_eq!(code(tenant.decide(|facts, env| delete(facts, &caller, id, env))), expected, "{state:?}");
    }
}

#[test]
fn the_last_administrator_stays_one_who_works() {
    let mut tenant = Tenant::found();
    let (admin, viewer) = (tenant.built_in(ADMIN_TEMPLATE), tenant.built_in(OAUTH_VIEWER_TEMPLATE));
    let home = DivisionScope::One(tenant.home());
    let (id, caller) = (tenant.admin, tenant.admin());
    let changes = [
        in_state("inactive", acting_alone(&[(admin, EVERYWHERE)])),
        in_state("disabled", acting_alone(&[(admin, EVERYWHERE)])),
        acting_alone(&[(admin, home), (viewer, EVERYWHERE)]),
        for_users(),
    ];
    let decide = |tenant: &Tenant| -> Vec<(Option<ApiCode>, Option<Write>)> {
        let mut all = Vec::new();
        for asked in &changes {
            let decision = tenant.decide(|facts, env| update(facts, &caller, id, asked, env));
            let first = decision.writes.first().cloned();
            all.push((code(decision), first));
        }
        let decision = tenant.decide(|facts, env| delete(facts, &caller, id, env));
        let first = decision.writes.first().cloned();
        all.push((code(decision), first));
        all
    };
    assert_eq!(decide(&tenant), vec![(Some(ApiCode::GeneralBadRequest), None); 5]);
    let second = tenant.client(&[(admin, EVERYWHERE)]);
    assert_eq!(decide(&tenant), vec![(None, Some(tenant.advance())); 5]);
    tenant.clients.get_mut(&second).expect("a client").grant_types =
        GrantTypes::from_authorized_grant_type("CODE").expect("known");
    assert_eq!(decide(&tenant), vec![(Some(ApiCode::GeneralBadRequest), None); 5]);
}

#[test]
fn whoever_administers_nothing_as_things_are_takes_nothing_away() {
    let mut tenant = Tenant::found();
    let admin = tenant.built_in(ADMIN_TEMPLATE);
    let (id, caller) = (tenant.client(&[(admin, EVERYWHERE)]), tenant.admin());
    tenant.clients.get_mut(&id).expect("a client").state = ClientState::Inactive;
    let asked = in_state("inactive", acting_alone(&[(admin, EVERYWHERE)]));
    let (_, writes) = tenant.allowed(|facts, env| update(facts, &caller, id, &asked, env));
    assert_eq!((&writes[0], writes.len()), (&tenant.unchanged(), 2));
    let ((), writes) = tenant.allowed(|facts, env| delete(facts, &caller, id, env));
    let require = Write::Require(Require::Client(id, 1));
    assert_eq!(writes, [tenant.unchanged(), require, Write::DeleteClient(tenant.id(), id)]);
}

#[test]
fn another_organizations_client_does_not_exist() {
    let mut tenant = Tenant::found();
    let (id, caller) = (tenant.client(&[]), tenant.admin());
    tenant.clients.get_mut(&id).expect("a client").organization = OrganizationId::random(&tenant.random);
    let asked = acting_alone(&[(tenant.built_in(ADMIN_TEMPLATE), EVERYWHERE)]);
    let codes = [
        code(tenant.decide(|facts, _| read(facts, &caller, id))),
        code(tenant.decide(|facts, env| update(facts, &caller, id, &asked, env))),
        code(tenant.decide(|facts, env| reset_secret(facts, &caller, id, env))),
        code(tenant.decide(|facts, env| delete(facts, &caller, id, env))),
    ];
    assert_eq!(codes, [Some(ApiCode::ClientNotFound); 4]);
}

#[test]
fn an_update_keeps_the_date_of_what_stays() {
    let mut tenant = Tenant::found();
    let (viewer, home) = (tenant.built_in(OAUTH_VIEWER_TEMPLATE), DivisionScope::One(tenant.home()));
    let (id, caller, since) = (tenant.client(&[(viewer, home)]), tenant.admin(), tenant.now);
    tenant.now = tenant.now + crate::policy::DEFAULT_TOKEN;
    let asked = acting_alone(&[(viewer, EVERYWHERE), (viewer, home)]);
    tenant.settle(|facts, env| update(facts, &caller, id, &asked, env)).expect("allowed");
    let dates: Vec<_> = tenant.held(id).iter().map(|grant| (grant.division, grant.granted_at)).collect();
    assert_eq!(dates, [(EVERYWHERE, tenant.now), (home, since)]);
}

#[test]
fn whoever_begins_to_administer_counts_the_authority_up() {
    let mut tenant = Tenant::found();
    let admin = tenant.built_in(ADMIN_TEMPLATE);
    let (id, caller) = (tenant.client(&[(admin, EVERYWHERE)]), tenant.admin());
    let asked = in_state("active", acting_alone(&[(admin, EVERYWHERE)]));
    for (state, first) in
        [(ClientState::Active, tenant.unchanged()), (ClientState::Inactive, tenant.advance())]
    {
        tenant.clients.get_mut(&id).expect("a client").state = state;
        let (_, writes) = tenant.allowed(|facts, env| update(facts, &caller, id, &asked, env));
        assert_eq!((&writes[0], writes.len()), (&first, 2), "{state:?}");
    }
}
