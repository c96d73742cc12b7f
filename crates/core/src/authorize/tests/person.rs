//! Who counts as logged in.

use super::*;
use crate::env::fixed::Counting;
use crate::ticket::Verifier;
use crate::types::{Lifetime, OrganizationId, Timestamp};
use crate::user::UserState;

fn a_moment_before(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.millis() - 1)
}

#[test]
fn a_session_counts_while_it_is_live_and_its_person_backs_it() {
    let (idle, lifetime) = (Lifetime::from_seconds(600), Lifetime::from_days(1));
    let changes: [(&str, fn(&mut World), bool); 14] = [
        ("nothing", |_| (), true),
        (
            "a moment before it idles",
            |it| it.tenant.now = a_moment_before(it.tenant.now + Lifetime::from_seconds(600)),
            true,
        ),
        ("idle", |it| it.tenant.now = it.tenant.now + Lifetime::from_seconds(600), false),
        (
            "used until a moment before its end",
            |it| {
                it.tenant.now = a_moment_before(it.tenant.now + Lifetime::from_days(1));
                it.known().seen_at = it.tenant.now;
            },
            true,
        ),
        (
            "used until its end",
            |it| {
                it.tenant.now = it.tenant.now + Lifetime::from_days(1);
                it.known().seen_at = it.tenant.now;
            },
            false,
        ),
        (
            "another organization's",
            |it| it.known().origin.organization = OrganizationId::random(&Counting::new(3)),
            false,
        ),
        ("the user's epoch counted up", |it| it.user().epoch += 1, false),
        ("inactive", |it| it.user().state = UserState::Inactive, false),
        ("deleted", |it| it.user().state = UserState::Deleted, false),
        ("the user is gone", |it| drop(it.tenant.users.remove(&it.user)), false),
        ("ended", |it| it.tenant.sessions.clear(), false),
        ("another verifier", |it| it.known().origin.digest = it.digest(), false),
        ("the same verifier, another row", |it| it.session = it.forged(), false),
        ("the client's own epoch", |it| it.client().epoch += 1, true),
    ];
    for (name, change, counts) in changes {
        let mut world = world("CODE");
        (world.tenant.policy.login.session_idle, world.tenant.policy.login.session_lifetime) =
            (idle, lifetime);
        world.session = world.tenant.session_of(world.user);
        change(&mut world);
        let seen = world.seen(&[]).person.map(|(_, user)| user.id);
        assert_eq!(seen, counts.then_some(world.user), "{name}");
        for verdict in [None, Some(Verdict::Allow), Some(Verdict::Deny)] {
            let (told, writes) = world.say(&[], verdict);
            assert_eq!(told != Told::LogIn, counts, "{name} {verdict:?}");
            assert!(counts || writes.is_empty(), "{writes:?}");
        }
    }
}

impl World {
    fn digest(&self) -> crate::types::Digest {
        Verifier::random(&Counting::new(9)).digest(self.tenant.env().keys)
    }

    /// The verifier of the session in a handle of another row, which is another session of the same person.
    fn forged(&mut self) -> String {
        let other = self.tenant.session_of(self.user);
        let row = Handle::parse(&other).expect("a handle").row;
        let verifier = Handle::parse(&self.session).expect("a handle").verifier;
        Handle { row, verifier }.expose()
    }
}

#[test]
fn without_a_cookie_a_person_logs_in() {
    let mut world = world("CODE");
    let query = world.query(&[]);
    for verdict in [None, Some(Verdict::Allow), Some(Verdict::Deny)] {
        let (told, writes) = world.tenant.authorize_at(Dialect::Genesys, &query, None, verdict);
        assert_eq!((told, writes), (Told::LogIn, vec![]));
    }
}

#[test]
fn a_session_that_ends_meanwhile_authorizes_nothing() {
    let mut world = world("CODE");
    let query = world.query(&[]);
    let form = Form::parse_all(query.as_bytes()).expect("a form");
    let handle = Handle::parse(&world.session);
    let ask = Ask { dialect: Dialect::Genesys, form: &form, session: handle.as_ref(), decision: None };
    let (decided, _) = world.tenant.run(|facts, env| authorize(facts, &ask, env));
    world.tenant.sessions.clear();
    assert!(world.tenant.commit(decided.writes).is_err());
    assert!(world.tenant.consents.is_empty());
}

#[test]
fn a_refusal_is_told_before_anybody_logs_in() {
    let mut world = world("CODE");
    let query = world.query(&[("scope", "nonsense")]);
    let (told, _) = world.tenant.authorize_at(Dialect::Genesys, &query, None, None);
    assert_eq!(told.error().as_deref(), Some("invalid_scope"));
}
