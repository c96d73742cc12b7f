//! What becomes of a user.

use super::*;
use crate::user::Contact;

#[test]
fn a_user_is_made_as_described() {
    let world = world();
    let caller = world.tenant.admin();
    let draft = Draft {
        email: text("  New@Example.COM "),
        title: text("Chief"),
        department: text(""),
        addresses: Some(vec![Contact { address: text("+41 44 000 00 00"), ..Contact::default() }]),
        acd_auto_answer: Some(true),
        ..world.newcomer()
    };
    for new in [None, Some("quiet lantern moss")] {
        let decided = world.create(&caller, &draft, new);
        let user = decided.outcome.expect("allowed");
        let profile = Profile {
            title: text("Chief"),
            addresses: draft.addresses.clone().expect("some"),
            acd_auto_answer: true,
            ..Profile::default()
        };
        let expected = User {
            id: user.id,
            organization: world.tenant.id(),
            division: world.tenant.home(),
            name: "New".to_owned(),
            email: "new@example.com".to_owned(),
            state: UserState::Active,
            password: new.map(|it| PasswordHash::new(it.to_owned())),
            password_changed_at: None,
            former_passwords: vec![],
            profile,
            epoch: 1,
            version: 1,
            created_at: world.tenant.now,
            last_token_at: None,
            last_login_at: None,
        };
        assert_eq!(user, expected);
        assert_eq!(decided.writes, [world.tenant.unchanged(), Write::CreateUser(expected)]);
    }
}

#[test]
fn each_member_of_a_new_user_has_its_rule() {
    let mut world = world();
    let gone = DivisionId::random(&world.tenant.random).to_string();
    let constraint = |field: &str| Some((ApiCode::ConstraintValidation, field.to_owned()));
    let (fits, long) = ("\u{e9}".repeat(256), "\u{e9}".repeat(257));
    let (fitting, longer) = (format!("{}@x", "a".repeat(252)), format!("{}@x", "a".repeat(253)));
    let new = || world.newcomer();
    let contact = |text: &str| {
        Some(vec![Contact::default(), Contact { kind: Some(text.to_owned()), ..Contact::default() }])
    };
    for (draft, expected) in [
        (new(), None),
        (Draft { name: None, ..new() }, constraint("name")),
        (Draft { name: text(""), ..new() }, constraint("name")),
        (Draft { name: text(" \t"), ..new() }, constraint("name")),
        (Draft { name: text("a\nb"), ..new() }, constraint("name")),
        (Draft { name: text(&fits), ..new() }, None),
        (Draft { name: text(&long), ..new() }, constraint("name")),
        (Draft { email: None, ..new() }, constraint("email")),
        (Draft { email: text(""), ..new() }, constraint("email")),
        (Draft { email: text("nobody"), ..new() }, constraint("email")),
        (Draft { email: text("@example.com"), ..new() }, constraint("email")),
        (Draft { email: text("a@"), ..new() }, constraint("email")),
        (Draft { email: text("a@b@c"), ..new() }, constraint("email")),
        (Draft { email: text("a b@c"), ..new() }, constraint("email")),
        (Draft { email: text("a\u{0}@c"), ..new() }, constraint("email")),
        (Draft { email: text(&fitting), ..new() }, None),
        (Draft { email: text(&longer), ..new() }, constraint("email")),
        (Draft { email: text(EMAIL), ..new() }, Some((ApiCode::GeneralConflict, "email".to_owned()))),
        (
            Draft { email: text("SOMEBODY@example.com"), ..new() },
            Some((ApiCode::GeneralConflict, "email".to_owned())),
        ),
        (Draft { division: None, ..new() }, constraint("divisionId")),
        (Draft { division: text("home"), ..new() }, constraint("divisionId")),
        (Draft { division: text(&gone), ..new() }, constraint("divisionId")),
        (Draft { title: text(&long), ..new() }, constraint("title")),
        (Draft { department: text("a\u{7f}"), ..new() }, constraint("department")),
        (Draft { preferred_name: text(&long), ..new() }, constraint("preferredName")),
        (Draft { addresses: contact("x"), ..new() }, None),
        (Draft { addresses: contact(&long), ..new() }, constraint("addresses")),
        (Draft { addresses: Some(vec![Contact::default(); 100]), ..new() }, None),
        (Draft { addresses: Some(vec![Contact::default(); 101]), ..new() }, constraint("addresses")),
        (Draft { state: text("inactive"), ..new() }, None),
        (Draft { state: text("deleted"), ..new() }, constraint("state")),
        (Draft { state: text("ACTIVE"), ..new() }, constraint("state")),
    ] {
        assert_eq!(told(world.create(&world.tenant.admin(), &draft, None)), expected, "{draft:?}");
        // A member that is missing stays as it is, and one's own address is one's own.
        let is_kept = draft.name.is_none() || draft.email.is_none() || draft.division.is_none();
        let own = draft.email.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(EMAIL));
        let draft = Draft { version: world.same().version, ..draft };
        let expected = expected.filter(|_| !is_kept && !own);
        assert_eq!(told(world.update(&world.tenant.admin(), &draft)), expected, "{draft:?}");
    }
    // The address of who is deleted is free, and that of another organization's user was never taken.
    world.user().state = UserState::Deleted;
    let again = Draft { email: text(EMAIL), ..world.newcomer() };
    assert_eq!(told(world.create(&world.tenant.admin(), &again, None)), None);
    world.user().state = UserState::Active;
    let other = OrganizationId::random(&world.tenant.random);
    world.user().organization = other;
    assert_eq!(told(world.create(&world.tenant.admin(), &again, None)), None);
}

#[test]
fn a_first_password_keeps_the_rules() {
    let world = world();
    for (text, expected) in [
        ("", Err(ApiCode::PasswordEmpty)),
        ("short", Err(ApiCode::PasswordTooShort)),
        ("new@example.com", Err(ApiCode::PasswordCompromised)),
        ("quiet lantern moss", Ok(())),
    ] {
        assert_eq!(
            code(world.create(&world.tenant.admin(), &world.newcomer(), Some(text))),
            expected,
            "{text}"
        );
    }
}

#[test]
fn a_change_writes_what_was_named_and_when() {
    let mut world = world();
    world.user().profile = Profile { title: text("Chief"), acd_auto_answer: true, ..Profile::default() };
    let before = world.tenant.users[&world.user].clone();
    let place = world.tenant.division("elsewhere");
    let draft = Draft {
        name: text("Renamed"),
        email: text("Renamed@example.com"),
        division: Some(place.to_string()),
        title: text(""),
        department: text("Sales"),
        ..world.same()
    };
    let mut user = User {
        name: "Renamed".to_owned(),
        email: "renamed@example.com".to_owned(),
        division: place,
        ..before.clone()
    };
    (user.profile.title, user.profile.department) = (None, text("Sales"));
    for (draft, mut written) in [(world.same(), before), (draft, user)] {
        written.profile.claims.insert("updated_at".to_owned(), world.tenant.now.seconds().into());
        let decided = world.update(&world.tenant.admin(), &draft);
        let answer = User { version: written.version + 1, ..written.clone() };
        assert_eq!(decided.outcome.expect("allowed"), answer);
        let expected = [world.tenant.unchanged(), Write::ReplaceUser(Box::new(written))];
        assert_eq!(decided.writes, expected, "{draft:?}");
    }
}

#[test]
fn a_change_is_based_on_the_version_that_is_there() {
    let mut world = world();
    world.user().version = 7;
    let conflict = Some((ApiCode::GeneralConflict, "version".to_owned()));
    for (version, expected) in [
        (Some(7), None),
        (None, Some((ApiCode::ConstraintValidation, "version".to_owned()))),
        (Some(6), conflict.clone()),
        (Some(8), conflict.clone()),
        (Some(0), conflict.clone()),
        (Some(-1), conflict.clone()),
        (Some(i64::from(u32::MAX) + 8), conflict.clone()),
        (Some(i64::MIN), conflict.clone()),
    ] {
        let draft = Draft { version, name: text("Renamed"), ..Draft::default() };
        assert_eq!(told(world.update(&world.tenant.admin(), &draft)), expected, "{version:?}");
    }
    let decided = [(); 2].map(|()| world.update(&world.tenant.admin(), &world.same()));
    let [one, other] = decided.map(|it| it.writes);
    world.tenant.commit(one).expect("nobody was faster");
    assert!(world.tenant.commit(other).is_err());
}

#[test]
fn whoever_is_deactivated_loses_tokens_and_sessions_for_good() {
    let mut world = world();
    world.tenant.session_of(world.user);
    let first = world.user().epoch;
    for (state, epoch, ends) in [
        (Some("active"), first, false),
        (None, first, false),
        (Some("inactive"), first + 1, true),
        (Some("inactive"), first + 1, false),
        (None, first + 1, false),
        (Some("active"), first + 1, false),
        (Some("inactive"), first + 2, true),
    ] {
        let draft = Draft { state: state.map(ToOwned::to_owned), ..world.same() };
        let decided = world.update(&world.tenant.admin(), &draft);
        let ended = decided.writes.contains(&Write::EndSessions(world.user, None));
        assert_eq!((ended, decided.writes.len()), (ends, 2 + usize::from(ends)), "{state:?}");
        let user = world.commit(decided);
        assert_eq!(user.epoch, epoch, "{state:?}");
        assert_eq!(user, world.tenant.users[&world.user]);
        assert!(!ends || world.tenant.sessions.is_empty());
    }
}

#[test]
fn a_deletion_names_the_version_and_counts_the_authority_up_if_grants_go() {
    let mut world = world();
    let expected = Write::DeleteUser(world.tenant.id(), world.user, 1);
    let caller = world.tenant.admin();
    assert_eq!(world.delete(&caller).writes, [world.tenant.unchanged(), expected.clone()]);
    let role = world.tenant.role("any", &["oauth:client:view"]);
    world.tenant.hold(world.user, role, DivisionScope::All);
    let decided = world.delete(&caller);
    assert_eq!(decided.writes, [world.tenant.advance(), expected]);
    let stale = world.delete(&caller);
    world.tenant.session_of(world.user);
    world.commit(decided);
    let user = &world.tenant.users[&world.user];
    assert_eq!((user.state, user.password.clone(), user.epoch), (UserState::Deleted, None, 2));
    assert!(world.tenant.held(world.user).is_empty() && world.tenant.sessions.is_empty());
    assert!(world.tenant.commit(stale.writes).is_err());
    assert_eq!(code(world.delete(&caller)), Err(ApiCode::NotFound), "gone is gone");
}

#[test]
fn tokens_are_revoked_with_the_sessions_and_it_is_written_down() {
    let mut world = world();
    world.tenant.session_of(world.user);
    let caller = world.tenant.admin();
    let decided = world.revoke(&caller);
    let before = world.tenant.users[&world.user].clone();
    let entry = Entry::by(&caller, kinds::TOKENS_REVOKED, ("user", world.user), world.tenant.now);
    let expected = [
        Write::ReplaceUser(Box::new(User { epoch: before.epoch + 1, ..before })),
        Write::EndSessions(world.user, None),
        Write::Audit(Box::new(entry)),
    ];
    assert_eq!(decided.writes, expected);
    world.commit(decided);
    assert!(world.tenant.sessions.is_empty());
    let decided = world.revoke(&caller);
    world.commit(decided);
    assert_eq!(world.user().epoch, 3, "each time anew");
}

#[test]
fn who_is_deleted_or_elsewhere_is_not_there() {
    let mut world = world();
    let caller = world.tenant.admin();
    let other = OrganizationId::random(&world.tenant.random);
    let changes: [fn(&mut User, OrganizationId); 2] = [
        |user, _| user.state = UserState::Deleted,
        |user, other| {
            (user.state, user.organization) = (UserState::Active, other);
        },
    ];
    for change in changes {
        change(world.user(), other);
        let gone = Err(ApiCode::NotFound);
        assert_eq!(code(world.update(&caller, &world.same())), gone);
        assert_eq!((code(world.delete(&caller)), code(world.revoke(&caller))), (gone, gone));
    }
}
