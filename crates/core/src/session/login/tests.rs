//! Logging in: what is asked for, what is written, and what nobody learns.

use super::*;
use crate::facts::Load;
use crate::session;
use crate::tenant::Tenant;
use crate::ticket::Handle;
use crate::types::Lifetime;
use crate::user::PasswordHash;

const EMAIL: &str = "somebody@example.com";
const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

struct World {
    tenant: Tenant,
    user: UserId,
}

fn world() -> World {
    let mut tenant = Tenant::found();
    let user = tenant.person(EMAIL, "plum tractor");
    World { tenant, user }
}

impl World {
    fn attempt(
        &self,
        email: &str,
        password: &str,
        old: Option<&str>,
        agent: &str,
    ) -> (Decision<LoggedIn, WrongCredentials>, Vec<Load>) {
        let (password, old) = (Password::new(password), old.and_then(Handle::parse));
        let attempt = Attempt {
            organization: self.tenant.id(),
            email,
            password: &password,
            client: Some(self.tenant.admin),
            old: old.as_ref(),
            address: HERE,
            agent,
        };
        self.tenant.run(|facts, env| log_in(facts, &attempt, env))
    }

    /// Logs in, and gives the cookie.
    fn log_in(&mut self, old: Option<&str>, agent: &str) -> String {
        let (decided, _) = self.attempt(EMAIL, "plum tractor", old, agent);
        self.tenant.commit(decided.writes).expect("no conflict");
        let verifier = decided.outcome.expect("a login").verifier;
        Handle { row: self.tenant.made(), verifier }.expose()
    }

    fn proves(&self, cookie: &str) -> Option<UserId> {
        let handle = Handle::parse(cookie).expect("a handle");
        let (decided, _) = self.tenant.run(|facts, env| {
            session::find::<()>(facts, &handle, env)
                .map(|found| Decision::allow(found.map(|(_, user)| user.id)))
                .into()
        });
        decided.outcome.expect("an answer")
    }
}

#[test]
fn whoever_logs_in_has_a_session_and_it_is_written_down() {
    let mut world = world();
    let (decided, _) = world.attempt(" Somebody@EXAMPLE.com ", "plum tractor", None, "a browser");
    let logged_in = decided.outcome.expect("a login");
    assert_eq!(logged_in.user, world.user);
    let now = world.tenant.now;
    let session = NewSession {
        organization: world.tenant.id(),
        user: world.user,
        user_epoch: 1,
        digest: logged_in.verifier.digest(world.tenant.env().keys),
        address: Some(HERE),
        agent: "a browser".to_owned(),
        created_at: now,
        expires_at: now + world.tenant.policy.login.session_lifetime,
    };
    let entry = Entry {
        actor: Some(Actor::User(world.user)),
        client: Some(world.tenant.admin),
        ..Entry::of(world.tenant.id(), kinds::LOGIN, now)
    };
    let expected = [
        Write::Require(Require::User(world.user, 1)),
        Write::CreateSession(session),
        Write::RecordLogin(world.user, now),
        Write::Audit(Box::new(entry)),
    ];
    assert_eq!(decided.writes, expected);
    let cookie = world.log_in(None, "");
    assert_eq!(world.proves(&cookie), Some(world.user));
    assert_eq!(world.tenant.users[&world.user].last_login_at, Some(now));
}

#[test]
fn whatever_is_wrong_costs_the_same_and_is_told_the_same() {
    let changes: [(&str, fn(&mut World), &str, &str, bool, bool); 7] = [
        ("the password", |_| (), EMAIL, "wrong", true, true),
        ("its case", |_| (), EMAIL, "Plum tractor", true, true),
        ("the address", |_| (), "nobody@example.com", "plum tractor", false, false),
        (
            "there is no password",
            |it| it.tenant.users.get_mut(&it.user).expect("a user").password = None,
            EMAIL,
            "plum tractor",
            true,
            false,
        ),
        (
            "inactive",
            |it| it.tenant.users.get_mut(&it.user).expect("a user").state = UserState::Inactive,
            EMAIL,
            "plum tractor",
            true,
            true,
        ),
        (
            "deleted",
            |it| it.tenant.users.get_mut(&it.user).expect("a user").state = UserState::Deleted,
            EMAIL,
            "plum tractor",
            false,
            false,
        ),
        ("nothing was typed", |_| (), "", "", false, false),
    ];
    for (name, change, email, password, known, has_hash) in changes {
        let mut world = world();
        change(&mut world);
        let old = world.tenant.session_of(world.user);
        let (decided, asked) = world.attempt(email, password, Some(&old), "a browser");
        assert_eq!(decided.outcome.err(), Some(WrongCredentials), "{name}");
        let hash = has_hash.then(|| PasswordHash::new("plum tractor".to_owned()));
        let expected = [
            Load::UserByEmail((world.tenant.id(), email.into())),
            Load::Verdict(PasswordCheck { password: Password::new(password), hash }),
        ];
        assert_eq!(asked, expected, "{name}");
        let entry = Entry {
            client: Some(world.tenant.admin),
            entity: known.then(|| ("user".to_owned(), world.user.to_string())),
            ..Entry::of(world.tenant.id(), kinds::LOGIN_FAILED, world.tenant.now)
        };
        assert_eq!(decided.writes, [Write::Audit(Box::new(entry))], "{name}: nothing that was typed");
        assert!(decided.events.is_empty());
    }
}

#[test]
fn a_person_of_another_organization_is_nobody_here() {
    let mut world = world();
    world.tenant.users.get_mut(&world.user).expect("a user").organization =
        OrganizationId::random(&world.tenant.random);
    assert!(world.attempt(EMAIL, "plum tractor", None, "").0.outcome.is_err());
}

#[test]
fn the_session_that_the_browser_had_ends() {
    let mut world = world();
    let old = world.log_in(None, "first");
    world.tenant.now = world.tenant.now + Lifetime::from_seconds(60);
    let elsewhere = world.log_in(None, "second");
    let new = world.log_in(Some(&old), "first");
    assert_ne!(old, new);
    assert_eq!((world.proves(&old), world.proves(&new)), (None, Some(world.user)));
    assert_eq!(world.proves(&elsewhere), Some(world.user));
    // One that has ended, idled or is another person's is no hindrance.
    let other = world.tenant.person("other@example.com", "vivid oath");
    let others = world.tenant.session_of(other);
    world.tenant.now = world.tenant.now + Lifetime::from_days(3);
    for old in [&old, &others] {
        let new = world.log_in(Some(old), "first");
        assert_eq!(world.proves(&new), Some(world.user));
        assert!(!world.tenant.sessions.contains_key(&Tenant::session_key(old)));
    }
}

#[test]
fn a_cookie_that_proves_nothing_ends_nobodys_session() {
    let mut world = world();
    let other = world.tenant.person("other@example.com", "vivid oath");
    let theirs = world.tenant.session_of(other);
    let row = Handle::parse(&theirs).expect("a handle").row;
    let forged = Handle { row, verifier: Verifier::random(&world.tenant.random) }.expose();
    world.log_in(Some(&forged), "a browser");
    assert_eq!(world.proves(&theirs), Some(other));
}

#[test]
fn what_a_browser_calls_itself_is_cut_and_cleaned() {
    for (agent, kept) in [
        ("", String::new()),
        ("Mozilla/5.0 (X11)", "Mozilla/5.0 (X11)".to_owned()),
        ("a\r\nb\u{0}c\u{7f}\u{85}d", "abcd".to_owned()),
        (&"a".repeat(256), "a".repeat(256)),
        (&"a".repeat(257), "a".repeat(256)),
        (&"\u{1f600}".repeat(300), "\u{1f600}".repeat(256)),
        (&format!("{}b", "\n".repeat(1000)), "b".to_owned()),
    ] {
        let mut world = world();
        let cookie = world.log_in(None, agent);
        let session = &world.tenant.sessions[&Tenant::session_key(&cookie)];
        assert_eq!(session.origin.agent, kept);
    }
}

#[test]
fn a_password_that_is_changed_meanwhile_logs_nobody_in() {
    let mut world = world();
    let (decided, _) = world.attempt(EMAIL, "plum tractor", None, "");
    world.tenant.users.get_mut(&world.user).expect("a user").version += 1;
    assert!(world.tenant.commit(decided.writes).is_err());
    assert!(world.tenant.sessions.is_empty());
}

#[test]
fn no_two_sessions_have_the_same_proof() {
    let mut world = world();
    let (one, other) = (world.log_in(None, ""), world.log_in(None, ""));
    let verifier = |cookie: &str| Handle::parse(cookie).expect("a handle").verifier;
    let swapped =
        Handle { row: Handle::parse(&one).expect("a handle").row, verifier: verifier(&other) }.expose();
    assert_eq!(world.proves(&swapped), None);
    assert_eq!((world.proves(&one), world.proves(&other)), (Some(world.user), Some(world.user)));
}
