//! People at the management API: the scopes of their tokens, and how long these may idle.

use std::net::Ipv4Addr;

use super::*;
use crate::family::NewFamily;
use crate::tenant::Tenant;
use crate::types::{FamilyKey, Lifetime, Scope, Timestamp, UserId};
use crate::write::Write;

struct World {
    tenant: Tenant,
    user: UserId,
    token: AccessToken,
}

fn world() -> World {
    let mut tenant = Tenant::found();
    let user = tenant.user("somebody@example.com");
    let token = AccessToken { user: Some((user, 1)), ..(*tenant.admin().token).clone() };
    tenant.clients.get_mut(&token.client).expect("a client").scope = Scope::parse("all").expect("known");
    World { tenant, user, token }
}

impl World {
    fn admitted(&self, scopes: &'static [&'static str]) -> Result<Caller, ApiError> {
        let address = Ipv4Addr::new(192, 0, 2, 1).into();
        let asked = Asked { demand: Demand::Nothing, scopes, address };
        let token = Arc::new(self.token.clone());
        let decided = self.tenant.decide(|facts, env| admit(facts, Some(&token), &asked, env));
        assert!(decided.writes.is_empty());
        decided.outcome
    }

    /// Puts the token into a family that lives as long as it does.
    fn in_a_family(&mut self) -> FamilyKey {
        let client = &self.tenant.clients[&self.token.client];
        let family = NewFamily {
            organization: client.organization,
            client: client.id,
            client_epoch: client.epoch,
            user: self.user,
            user_epoch: 1,
            consent_epoch: None,
            dialect: crate::dialect::Dialect::Genesys,
            scope: Scope::EMPTY,
            audience: Audience::Management,
            login: None,
            mac_key: self.tenant.env().keys.digest(b"").key,
            client_authenticated: true,
            code: None,
            created_at: self.tenant.now,
            expires_at: self.token.expires_at,
        };
        self.tenant.commit([Write::CreateFamily(family)]).expect("no conflict");
        let key = FamilyKey(self.tenant.made());
        self.token.family = Some(key);
        key
    }

    fn idling_after(&mut self, enabled: bool, seconds: u32) {
        let since = enabled.then_some(self.tenant.now);
        let idle = &mut self.tenant.organization.settings.idle;
        (idle.since, idle.after) = (since, Lifetime::from_seconds(seconds));
    }

    fn later(&mut self, millis: i64) {
        self.tenant.now = Timestamp::from_millis(self.tenant.now.millis() + millis);
    }
}

#[test]
fn a_persons_token_needs_one_of_the_scopes_where_they_are_enforced() {
    for (scope, asked, good) in [
        ("users", &["users"][..], true),
        ("users", &["users:readonly"], true),
        ("users:readonly", &["users"], false),
        ("users:readonly", &["users:readonly"], true),
        ("users:readonly", &["users", "users:readonly"], true),
        ("oauth", &["users", "users:readonly"], false),
        ("oauth", &["users", "oauth:readonly"], true),
        ("users", &["users-rules"], false),
        ("user-recordings", &["users"], false),
        ("all", &["users"], true),
        ("all", &["oauth:readonly"], true),
        ("openid profile", &["users:readonly"], false),
        ("", &["users"], false),
        ("", &[], true),
        ("openid", &[], true),
    ] {
        let mut world = world();
        world.token.scope = Scope::parse(scope).expect("known");
        for enforced in [true, false] {
            world.tenant.policy.enforce_scopes = enforced;
            let error = world.admitted(asked).err();
            let found = error.as_ref().map(|error| (error.code, error.params[0].1.clone()));
            let expected = (enforced && !good).then(|| (ApiCode::NotAuthorizedForScope, asked.join(", ")));
            assert_eq!(found, expected, "{scope} {asked:?}");
        }
        // What a client does for itself, its roles say.
        world.tenant.policy.enforce_scopes = true;
        world.token.user = None;
        assert!(world.admitted(asked).is_ok(), "{scope} {asked:?}");
    }
}

#[test]
fn what_a_client_lost_its_tokens_do_not_keep() {
    let mut world = world();
    world.tenant.policy.enforce_scopes = true;
    world.token.scope = Scope::parse("users oauth").expect("known");
    let client = world.tenant.clients.get_mut(&world.token.client).expect("a client");
    client.scope = Scope::parse("users:readonly").expect("known");
    assert!(world.admitted(&["users", "users:readonly"]).is_ok());
    for lost in [&["users"][..], &["oauth:readonly"]] {
        let code = world.admitted(lost).map_err(|error| error.code).err();
        assert_eq!(code, Some(ApiCode::NotAuthorizedForScope), "{lost:?}");
    }
}

#[test]
fn a_persons_token_lapses_when_it_is_not_used() {
    for (enabled, seconds, millis, lives) in [
        (true, 300, 0, true),
        (true, 300, 299_999, true),
        (true, 300, 300_000, false),
        (true, 300, 80_000_000, false),
        (false, 300, 80_000_000, true),
        (true, 28_800, 28_799_999, true),
        (true, 28_800, 28_800_000, false),
    ] {
        let mut world = world();
        world.in_a_family();
        world.idling_after(enabled, seconds);
        world.later(millis);
        let admitted = world.admitted(&[]).map_err(|error| error.code);
        match admitted {
            Ok(caller) => {
                assert!(lives, "{enabled} {seconds} {millis}");
                assert_eq!(caller.idle, world.tenant.organization.settings.idle.limit());
            }
            Err(code) => assert_eq!((code, lives), (ApiCode::BadCredentials, false), "{seconds} {millis}"),
        }
    }
}

#[test]
fn a_use_keeps_a_token_and_its_family_from_lapsing() {
    let mut world = world();
    let key = world.in_a_family();
    world.idling_after(true, 300);
    for _ in 0..5 {
        world.later(299_000);
        assert!(world.admitted(&[]).is_ok());
        world.tenant.families.get_mut(&key).expect("a family").last_used_at = Some(world.tenant.now);
    }
    world.later(300_000);
    assert!(world.admitted(&[]).is_err());
    world.tenant.families.get_mut(&key).expect("a family").rotated_at = world.tenant.now;
    assert!(world.admitted(&[]).is_ok(), "whoever refreshes is at work");
}

#[test]
fn what_was_not_used_before_the_timeout_was_set_is_not_held_against_anybody() {
    let mut world = world();
    world.in_a_family();
    world.later(80_000_000);
    world.idling_after(true, 300);
    assert!(world.admitted(&[]).is_ok());
    world.later(299_999);
    assert!(world.admitted(&[]).is_ok());
    world.later(1);
    assert!(world.admitted(&[]).is_err());
}

#[test]
fn a_token_without_family_and_one_of_a_client_never_lapse() {
    let mut world = world();
    world.idling_after(true, 300);
    world.later(80_000_000);
    assert!(world.admitted(&[]).is_ok(), "nobody records its use");
    world.token.family = Some(FamilyKey(99));
    let error = world.admitted(&[]).expect_err("a family that is gone");
    assert_eq!(error.code, ApiCode::BadCredentials);
    world.token.user = None;
    assert_eq!(world.admitted(&[]).expect("a client's own").idle, None);
}

#[test]
fn a_token_dies_with_its_family() {
    let mut world = world();
    let key = world.in_a_family();
    assert!(world.admitted(&[]).is_ok());
    let writes = crate::grants::spend::revoke(world.tenant.id(), key, world.tenant.now);
    world.tenant.commit(writes).expect("no conflict");
    assert_eq!(world.admitted(&[]).expect_err("revoked").code, ApiCode::BadCredentials);
}

#[test]
fn a_lapsed_token_is_told_nothing_of_its_scope() {
    let mut world = world();
    world.in_a_family();
    world.idling_after(true, 300);
    world.tenant.policy.enforce_scopes = true;
    assert_eq!(world.admitted(&["users"]).expect_err("a refusal").code, ApiCode::NotAuthorizedForScope);
    world.later(300_000);
    assert_eq!(world.admitted(&["users"]).expect_err("a refusal").code, ApiCode::BadCredentials);
}
