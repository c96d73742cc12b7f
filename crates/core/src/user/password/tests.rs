//! Setting a password, one's own and another's.

use std::sync::Arc;

use super::*;
use crate::client::Actor;
use crate::rbac::DivisionScope;
use crate::session;
use crate::tenant::{Tenant, conditional};
use crate::ticket::Handle;
use crate::types::OrganizationId;
use crate::user::UserState;

const EMAIL: &str = "somebody@example.com";
const OLD: &str = "plum tractor vivid";
const NEW: &str = "quiet lantern moss";

struct World {
    tenant: Tenant,
    user: UserId,
}

fn world() -> World {
    let mut tenant = Tenant::found();
    let user = tenant.person(EMAIL, OLD);
    World { tenant, user }
}

/// What is kept of it is its plain text.
fn new(text: &str) -> NewPassword {
    NewPassword { password: Password::new(text), hash: PasswordHash::new(text.to_owned()) }
}

impl World {
    fn user(&mut self) -> &mut User {
        self.tenant.users.get_mut(&self.user).expect("a user")
    }

    fn entry(&self) -> Entry {
        Entry {
            actor: Some(Actor::User(self.user)),
            entity: Some(("user".to_owned(), self.user.to_string())),
            ..Entry::of(self.tenant.id(), "anything", self.tenant.now)
        }
    }

    fn session(&self, cookie: &str) -> Session {
        self.tenant.sessions[&Tenant::session_key(cookie)].clone()
    }

    fn change(
        &self,
        old: &str,
        text: &str,
        session: Option<&Session>,
    ) -> Decision<Option<Verifier>, ApiError> {
        let entry = self.entry();
        self.tenant.decide(|facts, env| {
            change(facts, self.user, &Password::new(old), &new(text), session, &entry, env)
        })
    }

    fn changed(&mut self, old: &str, text: &str) -> Result<(), ApiCode> {
        let decided = self.change(old, text, None);
        self.tenant.commit(decided.writes).expect("no conflict");
        decided.outcome.map(drop).map_err(|error| error.code)
    }

    fn set(&self, caller: &Caller, text: &str) -> Decision<(), ApiError> {
        self.tenant.decide(|facts, env| set(facts, caller, self.user, &new(text), env))
    }

    fn is_set(&mut self, text: &str) -> Result<(), ApiCode> {
        let decided = self.set(&self.tenant.admin(), text);
        self.tenant.commit(decided.writes).expect("no conflict");
        decided.outcome.map_err(|error| error.code)
    }

    fn proves(&self, cookie: &str) -> bool {
        let handle = Handle::parse(cookie).expect("a handle");
        let (decided, _) = self.tenant.run(|facts, env| {
            session::find::<()>(facts, &handle, env).map(|found| Decision::allow(found.is_some())).into()
        });
        decided.outcome.expect("an answer")
    }

    /// A caller of the management API who is this user.
    fn as_user(&self, user: UserId) -> Caller {
        Caller { user: Some(Arc::new(self.tenant.users[&user].clone())), ..self.tenant.admin() }
    }
}

#[test]
fn a_change_writes_the_user_and_ends_the_sessions() {
    let mut world = world();
    world.tenant.now = world.tenant.now + Lifetime::from_days(1);
    let decided = world.change(OLD, NEW, None);
    assert!(decided.outcome.expect("allowed").is_none());
    let before = &world.tenant.users[&world.user];
    let user = User {
        password: Some(PasswordHash::new(NEW.to_owned())),
        password_changed_at: Some(world.tenant.now),
        former_passwords: vec![PasswordHash::new(OLD.to_owned())],
        epoch: before.epoch + 1,
        ..before.clone()
    };
    let expected = [
        Write::ReplaceUser(Box::new(user)),
        Write::EndSessions(world.user, None),
        Write::Audit(Box::new(world.entry())),
    ];
    assert_eq!(decided.writes, expected);
}

#[test]
fn where_a_new_password_revokes_nothing_epoch_and_sessions_stay() {
    let mut world = world();
    world.tenant.policy.login.revoke_on_password_change = false;
    let cookie = world.tenant.session_of(world.user);
    let session = world.session(&cookie);
    for own in [true, false] {
        let writes = if own {
            let decided = world.change(OLD, NEW, Some(&session));
            assert!(decided.outcome.expect("allowed").is_none(), "the cookie stays");
            decided.writes
        } else {
            world.set(&world.tenant.admin(), NEW).writes
        };
        let writes: Vec<&Write> = writes.iter().filter(|it| !matches!(it, Write::Require(_))).collect();
        let [Write::ReplaceUser(user), Write::Audit(_)] = writes[..] else { panic!("{writes:?}") };
        assert_eq!(user.epoch, world.tenant.users[&world.user].epoch);
    }
    assert_eq!(world.changed(OLD, NEW), Ok(()));
    assert!(world.proves(&cookie));
}

#[test]
fn whoever_changes_their_own_password_goes_on_under_a_new_cookie() {
    let mut world = world();
    let (here, elsewhere) = (world.tenant.session_of(world.user), world.tenant.session_of(world.user));
    let other = world.tenant.person("other@example.com", OLD);
    let others = world.tenant.session_of(other);
    let session = world.session(&here);
    let decided = world.change(OLD, NEW, Some(&session));
    world.tenant.commit(decided.writes).expect("no conflict");
    let verifier = decided.outcome.expect("allowed").expect("a verifier");
    let new = Handle { row: world.tenant.made(), verifier }.expose();
    assert!(world.proves(&new) && world.proves(&others));
    assert!(!world.proves(&here) && !world.proves(&elsewhere));
    let kept = world.session(&new);
    assert_ne!(kept.key, session.key);
    let expected = NewSession {
        user_epoch: session.origin.user_epoch + 1,
        digest: kept.origin.digest.clone(),
        ..session.origin
    };
    assert_eq!(kept.origin, expected);
}

#[test]
fn a_session_that_is_old_and_in_use_goes_on_too_and_ends_when_it_would_have() {
    let mut world = world();
    let login = world.tenant.policy.login.clone();
    let cookie = world.tenant.session_of(world.user);
    let ends = world.tenant.now + login.session_lifetime;
    world.tenant.now = world.tenant.now + Lifetime::from_days(2);
    let mut session = world.session(&cookie);
    session.seen_at = world.tenant.now;
    world.tenant.sessions.insert(session.key, session.clone());
    assert!(world.proves(&cookie));
    let decided = world.change(OLD, NEW, Some(&session));
    world.tenant.commit(decided.writes).expect("no conflict");
    let verifier = decided.outcome.expect("allowed").expect("a verifier");
    let new = Handle { row: world.tenant.made(), verifier }.expose();
    assert!(world.proves(&new), "it was used a moment ago");
    assert_eq!(world.session(&new).origin.expires_at, ends);
}

#[test]
fn the_old_password_comes_first() {
    let mut world = world();
    let wrong = Err(ApiCode::InvalidOldPassword);
    for (old, text, expected) in [
        ("", NEW, wrong),
        ("Plum tractor vivid", NEW, wrong),
        (NEW, NEW, wrong),
        ("wrong", "", wrong),
        ("wrong", OLD, wrong),
        (OLD, "", Err(ApiCode::PasswordEmpty)),
        (OLD, "short", Err(ApiCode::PasswordTooShort)),
        (OLD, "somebody@example.com", Err(ApiCode::PasswordCompromised)),
        (OLD, OLD, Err(ApiCode::PasswordReused)),
    ] {
        assert_eq!(world.changed(old, text), expected, "{old} {text}");
    }
    world.user().password = None;
    assert_eq!(world.changed("", NEW), wrong, "who has none cannot change it");
    world.tenant.users.clear();
    assert_eq!(world.changed(OLD, NEW), Err(ApiCode::NotFound));
}

#[test]
fn the_current_password_and_the_last_four_are_not_taken_again() {
    let passwords: Vec<String> = (0..7).map(|n| format!("plum tractor vivid {n}")).collect();
    for own in [true, false] {
        let mut world = world();
        world.user().password = Some(PasswordHash::new(passwords[0].clone()));
        let take = |world: &mut World, from: usize, to: usize| {
            if own { world.changed(&passwords[from], &passwords[to]) } else { world.is_set(&passwords[to]) }
        };
        for now in 1..6 {
            assert_eq!(take(&mut world, now - 1, now), Ok(()), "{now}");
            for before in now.saturating_sub(4)..=now {
                assert_eq!(take(&mut world, now, before), Err(ApiCode::PasswordReused), "{now} {before}");
            }
        }
        assert_eq!(world.user().former_passwords.len(), REMEMBERED);
        assert_eq!(take(&mut world, 5, 0), Ok(()), "the fifth before is forgotten");
        let kept: Vec<_> = world.user().former_passwords.iter().map(|it| it.expose().to_owned()).collect();
        assert_eq!(kept, [5, 4, 3, 2].map(|n| passwords[n].clone()));
    }
}

#[test]
fn a_password_can_be_too_young_to_be_changed_by_its_owner() {
    for (least, seconds, expected) in [
        (None, 0, Ok(())),
        (Some(0), 0, Ok(())),
        (Some(60), 59, Err(ApiCode::PasswordTooYoung)),
        (Some(60), 60, Ok(())),
    ] {
        let mut world = world();
        let now = world.tenant.now;
        world.user().password_changed_at = Some(now);
        world.tenant.organization.settings.authentication.password.minimum_age_seconds = least;
        world.tenant.now = now + Lifetime::from_seconds(seconds);
        assert_eq!(world.changed(OLD, NEW), expected, "{least:?} {seconds}");
        assert_eq!(world.is_set("vivid oath plum tree"), Ok(()), "an administrator does not wait");
    }
    let mut world = world();
    world.tenant.organization.settings.authentication.password.minimum_age_seconds = Some(u32::MAX);
    world.user().password_changed_at = None;
    assert_eq!(world.changed(OLD, NEW), Ok(()), "another set it");
}

#[test]
fn the_organization_says_what_a_password_must_have() {
    let mut world = world();
    world.tenant.organization.settings.authentication.password.minimum_digits = Some(2);
    assert_eq!(world.changed(OLD, "quiet lantern 1"), Err(ApiCode::PasswordDigits));
    assert_eq!(world.is_set("quiet lantern 1"), Err(ApiCode::PasswordDigits));
    assert_eq!(world.changed(OLD, "quiet lantern 12"), Ok(()));
}

#[test]
fn an_administrator_sets_a_password_without_the_old_one() {
    let mut world = world();
    world.tenant.session_of(world.user);
    let caller = world.tenant.admin();
    let decided = world.set(&caller, NEW);
    let before = &world.tenant.users[&world.user];
    let user = User {
        password: Some(PasswordHash::new(NEW.to_owned())),
        password_changed_at: None,
        former_passwords: vec![PasswordHash::new(OLD.to_owned())],
        epoch: before.epoch + 1,
        ..before.clone()
    };
    let entry = Entry::by(&caller, kinds::PASSWORD_SET, ("user", world.user), world.tenant.now);
    let expected = [
        world.tenant.unchanged(),
        Write::ReplaceUser(Box::new(user)),
        Write::EndSessions(world.user, None),
        Write::Audit(Box::new(entry)),
    ];
    assert_eq!(decided.writes, expected);
    world.user().password = None;
    assert_eq!(world.is_set(NEW), Ok(()), "the first one");
    assert!(world.user().former_passwords.is_empty());
}

#[test]
fn a_password_is_set_by_whoever_may_in_that_division() {
    let mut world = world();
    let sets = world.tenant.role("sets", &["directory:user:setPassword"]);
    let edits = world.tenant.role("edits", &["directory:user:edit", "directory:user:add", "admin"]);
    let elsewhere = world.tenant.division("elsewhere");
    let home = world.tenant.home();
    let one = DivisionScope::One;
    let missing = Err(ApiCode::MissingDivisionPermission);
    for (role, place, division, expected) in [
        (sets, DivisionScope::All, home, Ok(())),
        (sets, one(home), home, Ok(())),
        (sets, one(home), elsewhere, missing),
        (sets, one(elsewhere), elsewhere, Ok(())),
        (edits, DivisionScope::All, home, missing),
    ] {
        let client = world.tenant.client(&[(role, place)]);
        world.user().division = division;
        let decided = world.set(&world.tenant.caller(client), NEW);
        assert_eq!(decided.outcome.map_err(|error| error.code), expected, "{place:?} {division}");
    }
}

#[test]
fn nobody_sets_the_password_of_who_holds_more() {
    let mut world = world();
    let sets = world.tenant.role("sets", &["directory:user:setPassword"]);
    let more = world.tenant.role("more", &["oauth:client:edit"]);
    let (home, elsewhere) = (world.tenant.home(), world.tenant.division("elsewhere"));
    let everywhere = DivisionScope::All;
    let implied = Err(ApiCode::MissingDivisionPermissionImplied);
    for (held, own, expected) in [
        (None, vec![(sets, everywhere)], Ok(())),
        (Some((sets, everywhere)), vec![(sets, everywhere)], Ok(())),
        (Some((more, everywhere)), vec![(sets, everywhere)], implied),
        (Some((more, everywhere)), vec![(sets, everywhere), (more, everywhere)], Ok(())),
        (Some((more, everywhere)), vec![(sets, everywhere), (more, DivisionScope::One(home))], implied),
        (
            Some((more, DivisionScope::One(elsewhere))),
            vec![(sets, everywhere), (more, DivisionScope::One(home))],
            implied,
        ),
        (
            Some((more, DivisionScope::One(home))),
            vec![(sets, everywhere), (more, DivisionScope::One(home))],
            Ok(()),
        ),
    ] {
        world.tenant.grants.remove(&world.user.into());
        if let Some((role, place)) = held {
            world.tenant.hold(world.user, role, place);
        }
        let client = world.tenant.client(&own);
        let decided = world.set(&world.tenant.caller(client), NEW);
        assert_eq!(decided.outcome.map_err(|error| error.code), expected, "{held:?} {own:?}");
    }
}

#[test]
fn ones_own_password_is_not_guarded_but_permitted() {
    let mut world = world();
    let sets = world.tenant.role("sets", &["directory:user:setPassword"]);
    // What is held for some things only covers nothing, not even itself.
    let some = world.tenant.role("some", &[]);
    world.tenant.roles.last_mut().expect("a role").policies = vec![conditional("oauth:client:edit")];
    world.tenant.hold(world.user, some, DivisionScope::All);
    let caller = world.as_user(world.user);
    let code = |world: &World| world.set(&caller, NEW).outcome.map_err(|error| error.code);
    assert_eq!(code(&world), Err(ApiCode::MissingDivisionPermission));
    world.tenant.hold(world.user, sets, DivisionScope::One(world.tenant.home()));
    assert_eq!(code(&world), Ok(()));
}

#[test]
fn who_is_not_there_has_no_password() {
    let mut world = world();
    world.user().state = UserState::Deleted;
    assert_eq!(world.is_set(NEW), Err(ApiCode::NotFound));
    world.user().state = UserState::Inactive;
    assert_eq!(world.is_set(NEW), Ok(()), "for when the user is back");
    let other = OrganizationId::random(&world.tenant.random);
    world.user().organization = other;
    assert_eq!(world.is_set("vivid oath plum tree"), Err(ApiCode::NotFound));
}

#[test]
fn of_two_changes_at_once_one_is_decided_anew() {
    let mut world = world();
    let (one, other) = (world.change(OLD, NEW, None), world.change(OLD, "vivid oath plum tree", None));
    world.tenant.commit(one.writes).expect("nobody was faster");
    assert!(world.tenant.commit(other.writes).is_err());
    assert_eq!(world.changed(OLD, "vivid oath plum tree"), Err(ApiCode::InvalidOldPassword));
}
