//! When a person is asked, and what is kept of the answer.

use super::*;
use crate::consent::revoke;
use crate::types::Lifetime;

/// As it is where people are asked.
fn asking() -> World {
    let mut world = world("CODE");
    world.tenant.policy.require_consent = true;
    world
}

impl World {
    fn scoped(&mut self, scope: &str, verdict: Option<Verdict>) -> (Told, Vec<Write>) {
        self.tenant.now = self.tenant.now + Lifetime::from_seconds(1);
        self.say(&[("scope", scope)], verdict)
    }

    fn consent(&self) -> Option<&Consent> {
        self.tenant.consents.get(&(self.user, self.app.id))
    }

    /// Scope, whether the person was asked, state, epoch counted from the first one, version.
    fn kept(&self, first: u32) -> (String, bool, ConsentState, u32, u32) {
        let it = self.consent().expect("a consent");
        (it.scope.to_string(), it.asked, it.state, it.epoch - first, it.version)
    }

    fn take_back(&mut self) {
        let (user, client) = (self.user, self.app.id);
        let done = self.tenant.settle(|facts, env| revoke(facts, user, client, env)).expect("allowed");
        assert_eq!(Some(&done), self.consent());
    }
}

const GIVEN: ConsentState = ConsentState::Authorized;

#[test]
fn where_nobody_is_asked_the_record_says_so() {
    let mut world = world("CODE");
    let (told, writes) = world.scoped("users", None);
    assert!(matches!(told, Told::Go(_)));
    let consent = world.consent().expect("a consent").clone();
    let expected = Consent {
        organization: world.tenant.id(),
        user: world.user,
        client: world.app.id,
        scope: Scope::parse("users").expect("known"),
        asked: false,
        state: GIVEN,
        epoch: consent.epoch,
        version: 1,
        created_at: world.tenant.now,
        modified_at: world.tenant.now,
    };
    assert_eq!(consent, expected);
    let session = Write::Require(Require::Session(Tenant::session_key(&world.session)));
    assert_eq!(writes[..2], [session.clone(), Write::CreateConsent(consent)]);
    assert!(writes[2..].is_empty(), "{writes:?}");

    // The same again changes nothing, and stands on what it read.
    let (_, writes) = world.scoped("users", None);
    let same = Write::Require(Require::Consent(world.user, world.app.id, 1));
    assert_eq!(writes[..2], [session, same]);
    assert!(writes[2..].is_empty(), "{writes:?}");
}

#[test]
fn a_person_is_asked_once_and_again_for_more() {
    let mut world = asking();
    assert_eq!(world.scoped("users", None), (Told::Consent, vec![]));
    assert!(matches!(world.scoped("users", Some(Verdict::Allow)).0, Told::Go(_)));
    let first = world.consent().expect("a consent").epoch;
    assert_eq!(world.kept(first), ("users".to_owned(), true, GIVEN, 0, 1));
    for scope in ["users", " "] {
        assert!(matches!(world.scoped(scope, None).0, Told::Go(_)), "{scope}");
    }
    assert_eq!(world.kept(first), ("users".to_owned(), true, GIVEN, 0, 1));
    for scope in ["oauth:readonly", "users oauth:readonly", "users openid", ""] {
        assert_eq!(world.scoped(scope, None), (Told::Consent, vec![]), "{scope}");
    }
    assert!(matches!(world.scoped("oauth:readonly", Some(Verdict::Allow)).0, Told::Go(_)));
    assert_eq!(
        world.kept(first),
        ("users oauth:readonly".to_owned(), true, GIVEN, 0, 2),
        "old tokens live on"
    );
    for scope in ["users", "oauth:readonly users", ""] {
        assert!(matches!(world.scoped(scope, None).0, Told::Go(_)), "{scope}");
    }
    let consent = world.consent().expect("a consent");
    assert!(consent.created_at < consent.modified_at && consent.modified_at < world.tenant.now);
}

#[test]
fn what_was_taken_back_is_asked_for_anew() {
    let mut world = asking();
    world.scoped("users oauth:readonly", Some(Verdict::Allow));
    let first = world.consent().expect("a consent").epoch;
    world.take_back();
    let both = "users oauth:readonly".to_owned();
    assert_eq!(world.kept(first), (both, true, ConsentState::Revoked, 1, 2));
    let again = world.tenant.allowed(|facts, env| revoke(facts, world.user, world.app.id, env));
    assert_eq!(again, (world.consent().expect("a consent").clone(), vec![]));
    assert_eq!(world.scoped("users", None), (Told::Consent, vec![]));
    assert!(matches!(world.scoped("users", Some(Verdict::Allow)).0, Told::Go(_)));
    assert_eq!(world.kept(first), ("users".to_owned(), true, GIVEN, 1, 3), "only what was said yes to now");
    assert_eq!(world.scoped("oauth:readonly", None).0, Told::Consent);
}

#[test]
fn what_was_taken_back_is_asked_for_even_where_nobody_is_asked() {
    let mut world = asking();
    world.scoped("users oauth:readonly", Some(Verdict::Allow));
    let first = world.consent().expect("a consent").epoch;
    world.take_back();
    world.tenant.policy.require_consent = false;
    assert_eq!(world.scoped("users", None), (Told::Consent, vec![]));
    assert!(matches!(world.scoped("users", Some(Verdict::Allow)).0, Told::Go(_)));
    assert_eq!(world.kept(first), ("users".to_owned(), true, GIVEN, 1, 3));
    assert!(matches!(world.scoped("oauth:readonly", None).0, Told::Go(_)), "it is an own client again");
}

#[test]
fn what_nobody_was_asked_for_is_not_agreed_to_by_saying_yes_to_something_else() {
    let mut world = world("CODE");
    world.scoped("oauth:readonly", None);
    world.tenant.policy.require_consent = true;
    assert_eq!(world.scoped("oauth:readonly", None).0, Told::Consent);
    assert!(matches!(world.scoped("users", Some(Verdict::Allow)).0, Told::Go(_)));
    assert!(matches!(world.scoped("users", None).0, Told::Go(_)));
    assert_eq!(world.scoped("oauth:readonly", None).0, Told::Consent, "nobody ever said yes to it");
}

#[test]
fn what_is_added_while_nobody_is_asked_is_asked_for_later() {
    let mut world = asking();
    world.scoped("users", Some(Verdict::Allow));
    let first = world.consent().expect("a consent").epoch;
    world.tenant.policy.require_consent = false;
    assert!(matches!(world.scoped("oauth:readonly", None).0, Told::Go(_)));
    assert_eq!(world.kept(first), ("users oauth:readonly".to_owned(), false, GIVEN, 0, 2));
    world.tenant.policy.require_consent = true;
    assert_eq!(world.scoped("oauth:readonly", None).0, Told::Consent, "nobody ever said yes to it");
}

#[test]
fn a_narrower_request_while_nobody_is_asked_takes_nothing_away() {
    let mut world = asking();
    world.scoped("users oauth:readonly", Some(Verdict::Allow));
    world.tenant.policy.require_consent = false;
    world.scoped("users", None);
    world.tenant.policy.require_consent = true;
    assert!(matches!(world.scoped("users oauth:readonly", None).0, Told::Go(_)));
}

#[test]
fn who_says_yes_unasked_is_remembered_to_have_said_it() {
    let mut world = world("CODE");
    world.scoped("users", None);
    let first = world.consent().expect("a consent").epoch;
    world.scoped("users", Some(Verdict::Allow));
    assert_eq!(world.kept(first), ("users".to_owned(), true, GIVEN, 0, 2));
}

#[test]
fn a_denial_is_told_and_written_down_and_changes_nothing() {
    for known in [false, true] {
        let mut world = asking();
        if known {
            world.scoped("users", Some(Verdict::Allow));
        }
        let before = world.tenant.consents.clone();
        let (told, writes) = world.scoped("users", Some(Verdict::Deny));
        assert_eq!((told.error().as_deref(), told.members().1), (Some("access_denied"), false));
        let entry = Entry {
            actor: Some(Actor::User(world.user)),
            client: Some(world.app.id),
            ..Entry::of(world.tenant.id(), kinds::CONSENT_DENIED, world.tenant.now)
        };
        assert_eq!(writes, [Write::Audit(Box::new(entry))]);
        assert_eq!(world.tenant.consents, before);
    }
}

#[test]
fn a_consent_is_between_one_person_and_one_client() {
    let mut world = asking();
    world.scoped("users", Some(Verdict::Allow));
    let (app, user) = (world.app.clone(), world.user);
    world.app = world.tenant.app("CODE", "users oauth:readonly");
    assert_eq!(world.scoped("users", None).0, Told::Consent);
    world.app = app;
    world.user = world.tenant.person("other@example.com", "vivid oath");
    world.session = world.tenant.session_of(world.user);
    assert_eq!(world.scoped("users", None).0, Told::Consent);
    world.session = world.tenant.session_of(user);
    assert!(matches!(world.scoped("users", None).0, Told::Go(_)));
}

#[test]
fn of_two_answers_at_once_the_second_is_decided_anew() {
    let mut world = asking();
    let query = world.query(&[]);
    let form = Form::parse_all(query.as_bytes()).expect("a form");
    let handle = Handle::parse(&world.session);
    let decision = Some(Verdict::Allow);
    let ask = Ask { dialect: Dialect::Genesys, form: &form, session: handle.as_ref(), decision };
    let decide = |tenant: &Tenant| tenant.run(|facts, env| authorize(facts, &ask, env)).0.writes;
    let (one, other) = (decide(&world.tenant), decide(&world.tenant));
    world.tenant.commit(one).expect("nobody was faster");
    assert!(world.tenant.commit(other).is_err(), "one consent, not two");
    let before_it_was_taken_back = decide(&world.tenant);
    world.take_back();
    assert!(world.tenant.commit(before_it_was_taken_back).is_err());
}

#[test]
fn what_was_never_given_cannot_be_taken_back() {
    let world = world("CODE");
    let error = world.tenant.refused(|facts, env| revoke(facts, world.user, world.app.id, env));
    assert_eq!(error.code, crate::error::ApiCode::NotFound);
}
