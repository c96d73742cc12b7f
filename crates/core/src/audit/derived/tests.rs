//! What each write is in the audit log.

use std::collections::BTreeSet;

use super::*;
use crate::consent::Consent;
use crate::dialect::Dialect;
use crate::family::NewFamily;
use crate::keyring::{KeyRow, Purpose};
use crate::organization::Division;
use crate::session::NewSession;
use crate::tenant::Tenant;
use crate::ticket::NewTicket;
use crate::types::{FamilyKey, KeyId, Scope, SecretId, SessionKey, TicketKey, TokenId, UserId};
use crate::write::{Require, Revoked};

fn world() -> (Tenant, UserId) {
    let mut tenant = Tenant::found();
    let user = tenant.user("somebody@example.com");
    (tenant, user)
}

fn consent(tenant: &Tenant, user: UserId, state: ConsentState) -> Consent {
    Consent {
        organization: tenant.id(),
        user,
        client: tenant.admin,
        scope: Scope::EMPTY,
        asked: true,
        state,
        epoch: 1,
        version: 1,
        created_at: tenant.now,
        modified_at: tenant.now,
    }
}

/// Every write that tells something, its kind and what it was done to.
fn telling(tenant: &Tenant, user: UserId) -> Vec<(Write, &'static str, (&'static str, String))> {
    let organization = tenant.id();
    let (division, role) = (tenant.divisions[0].clone(), tenant.roles[0].clone());
    let (person, client) = (tenant.users[&user].clone(), tenant.clients[&tenant.admin].clone());
    let token = TokenId::random(&tenant.random);
    let named = |thing, id: &dyn ToString| (thing, id.to_string());
    let revoked = Revoked { organization, id: RevokedId::Token(token), expires_at: tenant.now };
    let consent = |state| consent(tenant, user, state);
    let (given, taken) = (ConsentState::Authorized, ConsentState::Revoked);
    let deleted = Write::DeleteDivision { organization, id: division.id, home: division.id, at: tenant.now };
    let whole = tenant.organization.clone();
    vec![
        (
            Write::CreateOrganization(whole.clone()),
            "organization.created",
            named("organization", &organization),
        ),
        (
            Write::ReplaceOrganization(Box::new(whole)),
            "organization.changed",
            named("organization", &organization),
        ),
        (Write::CreateDivision(division.clone()), "division.created", named("division", &division.id)),
        (Write::ReplaceDivision(division.clone()), "division.changed", named("division", &division.id)),
        (deleted, "division.deleted", named("division", &division.id)),
        (
            Write::RestoreDivision(organization, division.id),
            "division.restored",
            named("division", &division.id),
        ),
        (Write::CreateRole(role.clone()), "role.created", named("role", &role.id)),
        (Write::ReplaceRole(role.clone()), "role.changed", named("role", &role.id)),
        (Write::DeleteRole(organization, role.id), "role.deleted", named("role", &role.id)),
        (
            Write::ReplaceRoleGrants(organization, user.into(), vec![]),
            "grants.changed",
            named("subject", &user),
        ),
        (Write::CreateUser(person.clone()), "user.created", named("user", &user)),
        (Write::ReplaceUser(Box::new(person)), "user.changed", named("user", &user)),
        (Write::DeleteUser(organization, user, 1), "user.deleted", named("user", &user)),
        (Write::CreateClient(Box::new(client.clone())), "client.created", named("client", &client.id)),
        (Write::ReplaceClient(Box::new(client.clone())), "client.changed", named("client", &client.id)),
        (Write::DeleteClient(organization, client.id), "client.deleted", named("client", &client.id)),
        (Write::CreateConsent(consent(given)), "consent.given", named("client", &client.id)),
        (Write::ReplaceConsent(consent(given)), "consent.given", named("client", &client.id)),
        (Write::ReplaceConsent(consent(taken)), "consent.revoked", named("client", &client.id)),
        (Write::Revoke(revoked), "token.revoked", named("token", &token)),
    ]
}

#[test]
fn a_write_that_changes_something_is_an_entry_that_names_it() {
    let (tenant, user) = world();
    for (write, kind, (thing, id)) in telling(&tenant, user) {
        let entity = Some((thing.to_owned(), id));
        let mut expected = Entry { entity, ..Entry::of(tenant.id(), kind, tenant.now) };
        if let Write::CreateConsent(it) | Write::ReplaceConsent(it) = &write {
            (expected.actor, expected.client) = (Some(Actor::User(it.user)), Some(it.client));
        }
        assert_eq!(entries(std::slice::from_ref(&write), tenant.now), [expected], "{write:?}");
        assert!(kinds::ALL.contains(&kind), "{kind}");
    }
}

#[test]
fn the_entries_of_a_commit_come_in_its_order() {
    let (tenant, user) = world();
    let all = telling(&tenant, user);
    let writes: Vec<Write> = all.iter().map(|(write, ..)| write.clone()).collect();
    let found = entries(&writes, tenant.now);
    let kinds = found.iter().map(|entry| &*entry.kind).collect::<Vec<_>>();
    assert_eq!(kinds, all.iter().map(|(_, kind, _)| *kind).collect::<Vec<_>>());
    assert_eq!(kinds.iter().collect::<BTreeSet<_>>().len(), 19, "consents are given in two ways");
    assert_eq!(entries(&[], tenant.now), []);
}

#[test]
fn a_secret_is_replaced_with_its_client_and_by_itself_says_nothing() {
    let (tenant, _) = world();
    let client = tenant.clients[&tenant.admin].clone();
    let secrets = Write::ReplaceSecrets(client.id, client.secrets.clone());
    let whole = Write::ReplaceClient(Box::new(client.clone()));
    let entry = |kind| Entry {
        entity: Some(("client".to_owned(), client.id.to_string())),
        ..Entry::of(tenant.id(), kind, tenant.now)
    };
    let (changed, replaced) = (entry(kinds::CLIENT_CHANGED), entry(kinds::CLIENT_SECRET_REPLACED));
    let both = [changed.clone(), replaced.clone()];
    assert_eq!(entries(&[whole.clone(), secrets.clone()], tenant.now), both);
    assert_eq!(entries(&[secrets.clone(), whole], tenant.now), [replaced, changed]);
    assert_eq!(entries(&[secrets], tenant.now), []);
}

#[test]
fn what_is_bookkeeping_or_has_an_entry_of_its_own_is_no_entry() {
    let (tenant, user) = world();
    let (now, organization) = (tenant.now, tenant.id());
    let digest = tenant.env().keys.digest(b"");
    let ticket = NewTicket {
        kind: "any".to_owned(),
        digest: digest.clone(),
        organization,
        expires_at: now,
        payload: String::new(),
    };
    let family = NewFamily {
        organization,
        client: tenant.admin,
        client_epoch: 1,
        user,
        user_epoch: 1,
        consent_epoch: None,
        dialect: Dialect::Genesys,
        scope: Scope::EMPTY,
        audience: crate::tokens::Audience::Management,
        login: None,
        mac_key: digest.key,
        client_authenticated: true,
        code: None,
        created_at: now,
        expires_at: now,
    };
    let session = NewSession {
        organization,
        user,
        user_epoch: 1,
        digest: digest.clone(),
        address: None,
        agent: String::new(),
        created_at: now,
        expires_at: now,
    };
    let key =
        KeyRow { id: KeyId(9), purpose: Purpose::Digest, wrapped: vec![], created_at: now, active_from: now };
    let id = RevokedId::Family(FamilyKey(1));
    let silent = [
        Write::Require(Require::User(user, 1)),
        Write::AdvanceAuthority(organization, 1),
        Write::CreateKey(key),
        Write::DeleteKey(KeyId(1)),
        Write::CreateTicket(ticket),
        Write::Spend(TicketKey(1), now),
        Write::CreateFamily(family),
        Write::Advance { key: FamilyKey(1), began: now, generation: 0, at: now },
        Write::RevokeFamily(FamilyKey(1), now),
        Write::Revoke(Revoked { organization, id, expires_at: now }),
        Write::CreateSession(session),
        Write::EndSession(SessionKey(1)),
        Write::EndSessions(user, None),
        Write::Audit(Box::new(Entry::of(organization, kinds::LOGIN, now))),
        Write::RecordUse(SecretId::random(&tenant.random), now),
        Write::RecordToken(user, now),
        Write::RecordLogin(user, now),
        Write::RecordSession(SessionKey(1), now),
        Write::RecordFamily(FamilyKey(1), now),
        Write::CountUsage(vec![]),
    ];
    for write in silent {
        assert_eq!(entries(std::slice::from_ref(&write), now), [], "{write:?}");
    }
}

#[test]
fn an_entry_names_ids_and_nothing_that_was_typed() {
    let (mut tenant, user) = world();
    let person = tenant.users.get_mut(&user).expect("a user");
    (person.name, person.email) = ("typed".to_owned(), "typed@example.com".to_owned());
    tenant.divisions[0] = Division { name: "typed".to_owned(), ..tenant.divisions[0].clone() };
    tenant.roles[0].name = "typed".to_owned();
    let writes: Vec<Write> = telling(&tenant, user).into_iter().map(|(write, ..)| write).collect();
    assert!(!format!("{:?}", entries(&writes, tenant.now)).contains("typed"));
}
