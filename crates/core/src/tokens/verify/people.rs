//! Tokens of people: they die with the person, and with what the person agreed to.

use super::*;
use crate::consent::{Consent, revoke};
use crate::decision::Decision;
use crate::tenant::Tenant;
use crate::types::{OrganizationId, Scope};
use crate::write::{Revoked, RevokedId, Write};

struct World {
    tenant: Tenant,
    user: UserId,
    token: AccessToken,
}

/// A token of a person who agreed, at the consent's epoch 5.
fn world() -> World {
    let mut tenant = Tenant::found();
    let user = tenant.user("somebody@example.com");
    let consent = Consent {
        organization: tenant.id(),
        user,
        client: tenant.admin,
        scope: Scope::EMPTY,
        asked: true,
        state: ConsentState::Authorized,
        epoch: 5,
        version: 1,
        created_at: tenant.now,
        modified_at: tenant.now,
    };
    tenant.commit([Write::CreateConsent(consent)]).expect("no conflict");
    let token =
        AccessToken { user: Some((user, 1)), consent_epoch: Some(5), ..(*tenant.admin().token).clone() };
    World { tenant, user, token }
}

impl World {
    fn consent(&mut self) -> &mut Consent {
        self.tenant.consents.get_mut(&(self.user, self.token.client)).expect("a consent")
    }

    fn user(&mut self) -> &mut User {
        self.tenant.users.get_mut(&self.user).expect("a user")
    }

    fn lives(&self) -> bool {
        let (decided, _) =
            self.tenant.run(|facts, env| holder::<()>(facts, &self.token, env).map(Decision::allow).into());
        decided.outcome.expect("an answer").is_some_and(|(client, user)| {
            assert_eq!((client.id, user.map(|it| it.id)), (self.token.client, Some(self.user)));
            true
        })
    }
}

#[test]
fn a_persons_token_dies_with_whatever_backs_it() {
    let changes: [(&str, fn(&mut World), bool); 16] = [
        ("nothing", |_| (), true),
        ("the consent's epoch", |it| it.consent().epoch += 1, false),
        ("an older one", |it| it.consent().epoch -= 1, false),
        ("the consent's state", |it| it.consent().state = ConsentState::Revoked, false),
        ("the consent is gone", |it| it.tenant.consents.clear(), false),
        ("another scope was agreed to", |it| it.consent().scope = Scope::openid(), true),
        ("another version", |it| it.consent().version += 1, true),
        ("the user's epoch", |it| it.user().epoch += 1, false),
        ("inactive", |it| it.user().state = UserState::Inactive, false),
        ("deleted", |it| it.user().state = UserState::Deleted, false),
        ("the user is gone", |it| it.tenant.users.clear(), false),
        (
            "the user is another organization's",
            |it| it.user().organization = OrganizationId::random(&crate::env::fixed::Counting::new(4)),
            false,
        ),
        ("another version of the user", |it| it.user().version += 1, true),
        (
            "the client is inactive",
            |it| it.tenant.clients.get_mut(&it.token.client).expect("a client").state = ClientState::Inactive,
            true,
        ),
        (
            "the client is disabled",
            |it| it.tenant.clients.get_mut(&it.token.client).expect("a client").state = ClientState::Disabled,
            false,
        ),
        ("the client is gone", |it| it.tenant.clients.clear(), false),
    ];
    for (name, change, lives) in changes {
        let mut world = world();
        change(&mut world);
        assert_eq!(world.lives(), lives, "{name}");
    }
}

#[test]
fn a_token_without_consent_stands_on_none() {
    let mut world = world();
    world.token.consent_epoch = None;
    world.consent().state = ConsentState::Revoked;
    assert!(world.lives());
    world.tenant.consents.clear();
    assert!(world.lives());
    world.user().epoch += 1;
    assert!(!world.lives());
}

#[test]
fn what_was_taken_back_stays_dead_when_it_is_given_again() {
    let mut world = world();
    let (user, client) = (world.user, world.token.client);
    let done = world.tenant.settle(|facts, env| revoke(facts, user, client, env)).expect("allowed");
    assert_eq!((done.epoch, done.state), (6, ConsentState::Revoked));
    assert!(!world.lives());
    world.consent().state = ConsentState::Authorized;
    assert!(!world.lives());
    world.token.consent_epoch = Some(6);
    assert!(world.lives());
}

#[test]
fn one_token_is_revoked_and_the_others_of_its_family_are_not() {
    let mut world = world();
    let family = crate::types::FamilyKey(7);
    world.token.family = Some(family);
    let other =
        AccessToken { id: crate::types::TokenId::random(&world.tenant.random), ..world.token.clone() };
    let revoked = |id| Revoked { organization: world.tenant.id(), id, expires_at: world.token.expires_at };
    let (one, all) = (revoked(RevokedId::Token(world.token.id)), revoked(RevokedId::Family(family)));
    world.tenant.commit([Write::Revoke(one)]).expect("no conflict");
    assert!(!world.lives());
    world.token = other;
    assert!(world.lives());
    world.tenant.commit([Write::Revoke(all)]).expect("no conflict");
    assert!(!world.lives());
}
