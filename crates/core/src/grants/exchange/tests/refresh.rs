//! Refresh tokens: how they rotate, and what ends them.

use super::people::{World, people};
use super::*;
use crate::audit::kinds;
use crate::family::NewFamily;
use crate::tenant::flow::Tokens;
use crate::tokens::refresh::{self, RefreshToken};
use crate::types::{FamilyKey, Lifetime};
use crate::user::UserState;

const GRANT: ErrorCode = ErrorCode::InvalidGrant;

/// A public client with its tokens.
fn started() -> (World, Tokens, String) {
    let mut world = people();
    let tokens = world.tokens(false);
    let refresh = tokens.refresh.clone().expect("a refresh token");
    (world, tokens, refresh)
}

impl World {
    fn next(&mut self, token: &str) -> Result<String, ErrorCode> {
        self.refreshed(token).map(|it| it.refresh.expect("another")).map_err(|error| error.code)
    }

    /// The family's token of that generation.
    fn nth(&self, family: FamilyKey, generation: u32) -> String {
        let origin = &self.family().origin;
        refresh::seal(family, generation, origin, self.tenant.env().keys).expect("a token")
    }

    /// What a refusal or an answer writes.
    fn writes(&self, token: &str) -> Vec<Write> {
        self.tenant.ask_token(Dialect::Genesys, None, &self.refreshing(token, false).body).0.writes
    }
}

#[test]
fn a_token_is_replaced_and_both_belong_to_one_family() {
    let (mut world, first, refresh) = started();
    world.wait(Lifetime::from_days(3));
    let (key, began) = (world.family().key, world.family().origin.created_at);
    let advance = Write::Advance { key, began, generation: 0, at: world.tenant.now };
    assert_eq!(world.writes(&refresh), [advance]);
    let second = world.refreshed(&refresh).expect("tokens");
    let (old, new) = (&first.access, &second.access);
    assert_eq!((new.client, new.user, new.family), (old.client, old.user, old.family));
    assert_eq!((new.consent_epoch, new.client_epoch), (old.consent_epoch, old.client_epoch));
    assert_eq!((&new.scope, new.audience), (&old.scope, old.audience));
    assert_ne!(new.id, old.id);
    assert_eq!(new.expires_at, world.tenant.now + crate::policy::DEFAULT_TOKEN);
    let text = second.refresh.expect("another");
    let opened = RefreshToken::open(&text, world.tenant.env().keys).expect("ours");
    let origin = NewFamily { code: None, ..world.family().origin.clone() };
    assert_eq!(opened, RefreshToken { family: key, generation: 1, origin });
    assert_eq!((world.family().generation, world.family().rotated_at), (1, world.tenant.now));
}

#[test]
fn a_repeat_in_time_gets_the_same_successor_and_writes_nothing() {
    let window = Lifetime::from_seconds(30);
    let (mut world, _, refresh) = started();
    assert_eq!(world.tenant.policy.login.refresh_reuse, window);
    let next = world.next(&refresh).expect("tokens");
    for millis in [0, 10_000, 19_999] {
        world.later(millis);
        assert_eq!(world.writes(&refresh), []);
        assert_eq!(world.next(&refresh), Ok(next.clone()), "{millis}");
    }
    assert_eq!(world.family().generation, 1);
    world.later(86_400_000);
    assert!(world.next(&next).is_ok(), "the successor does not age by a repeat");
}

#[test]
fn a_repeat_takes_the_family_down_once_it_is_late_or_its_successor_was_used() {
    for (used, millis, window, revokes) in [
        (false, 0, 30, false),
        (false, 29_999, 30, false),
        (false, 30_000, 30, true),
        (false, 86_400_000, 30, true),
        (true, 0, 30, true),
        (true, 29_999, 30, true),
        (false, 0, 0, true),
        (false, 999, 1, false),
    ] {
        let (mut world, first, refresh) = started();
        world.tenant.policy.login.refresh_reuse = Lifetime::from_seconds(window);
        let second = world.refreshed(&refresh).expect("tokens");
        let mut last = second.refresh.clone().expect("another");
        if used {
            last = world.next(&last).expect("tokens");
        }
        world.later(millis);
        let expected = world.downfall(kinds::REFRESH_REPLAYED);
        let (replay, same) = (world.writes(&refresh), world.writes(&refresh));
        assert_eq!(replay, if revokes { &expected[..] } else { &[] }, "{used} {millis}");
        assert_eq!(world.next(&refresh).is_err(), revokes, "{used} {millis} {window}");
        assert_eq!(world.audited(kinds::REFRESH_REPLAYED).len(), usize::from(revokes));
        if revokes {
            assert!(world.tenant.commit(same).is_err(), "who came at the same time finds that it was done");
            assert!(!world.lives(&first.access) && !world.lives(&second.access));
            for token in [&refresh, &last] {
                assert_eq!((world.writes(token), world.next(token)), (vec![], Err(GRANT)), "dead already");
            }
            assert_eq!(world.audited(kinds::REFRESH_REPLAYED).len(), 1, "told once");
        } else {
            assert!(world.next(&last).is_ok());
        }
    }
}

#[test]
fn one_login_does_not_answer_for_another() {
    let (mut world, first, refresh) = started();
    let other = world.tokens(false);
    let next = world.next(&refresh).expect("tokens");
    world.wait(Lifetime::from_seconds(31));
    assert_eq!(world.next(&refresh), Err(GRANT));
    assert_eq!(world.next(&next), Err(GRANT));
    assert!(!world.lives(&first.access) && world.lives(&other.access));
    assert!(world.next(&other.refresh.expect("a refresh token")).is_ok());
}

#[test]
fn whoever_proved_itself_once_proves_itself_again() {
    let mut world = people();
    let token = world.tokens(true).refresh.expect("a refresh token");
    for with_secret in [false, true] {
        let given = world.refreshing(&token, with_secret);
        let expected = if with_secret { Ok(()) } else { Err(ErrorCode::InvalidClient) };
        assert_eq!(world.tried(Dialect::Genesys, &given), expected);
    }
    let mut wrong = world.refreshing(&token, true);
    wrong.replace("client_secret", "wrong");
    assert_eq!(world.tried(Dialect::Genesys, &wrong), Err(ErrorCode::InvalidClient));
    assert_eq!(world.family().generation, 1, "who proves nothing advances nothing");
    let token = world.tokens(false).refresh.expect("a refresh token");
    let given = world.refreshing(&token, true);
    assert_eq!(world.tried(Dialect::Genesys, &given), Ok(()), "a public client may prove more");
}

#[test]
fn whoever_cannot_prove_itself_takes_nothing_down() {
    let mut world = people();
    let tokens = world.tokens(true);
    let old = tokens.refresh.clone().expect("a refresh token");
    let given = world.refreshing(&old, true);
    assert_eq!(world.tried(Dialect::Genesys, &given), Ok(()));
    world.wait(Lifetime::from_days(1));
    let given = world.refreshing(&old, false);
    let (decided, _) = world.tenant.ask_token(Dialect::Genesys, None, &given.body);
    assert_eq!(decided.outcome.err().map(|it| it.code), Some(ErrorCode::InvalidClient));
    assert!(decided.writes.is_empty());
}

#[test]
fn a_token_of_another_client_or_the_other_side_is_none() {
    for replayed in [false, true] {
        let (mut world, _, refresh) = started();
        let twin = world.twin();
        if replayed {
            assert!(world.next(&refresh).is_ok());
            world.wait(Lifetime::from_days(1));
        }
        let right = world.refreshing(&refresh, false);
        let mut foreign = world.refreshing(&refresh, true);
        foreign.replace("client_id", &twin.id.to_string());
        foreign.replace("client_secret", &twin.secret);
        for (dialect, given) in [(Dialect::Genesys, &foreign), (Dialect::Standard, &right)] {
            let (decided, _) = world.tenant.ask_token(dialect, None, &given.body);
            let error = decided.outcome.expect_err("a refusal");
            assert_eq!((error.code, error.detail), (GRANT, "the refresh token is not valid"));
            assert!(decided.writes.is_empty(), "nobody else takes the family down");
        }
        assert_eq!(world.next(&refresh).is_ok(), !replayed);
    }
}

#[test]
fn a_token_that_this_server_did_not_make_is_none() {
    let (mut world, _, refresh) = started();
    let other = world.tokens(false).refresh.expect("a refresh token");
    let changed = |place: usize| {
        let mut text = refresh.clone().into_bytes();
        text[place] = if text[place] == b'A' { b'B' } else { b'A' };
        String::from_utf8(text).expect("text")
    };
    // The family of one, the content of the other; the key, the family, the generation, the content and the tag changed; a
    // family that is not there, under a seal that is right.
    let mixed = format!("{}{}", &other[..16], &refresh[16..]);
    let unknown = world.nth(FamilyKey(9999), 0);
    let (key, family, generation) = (changed(5), changed(15), changed(20));
    let (content, tag) = (changed(50), changed(refresh.len() - 3));
    for wrong in ["x", &mixed, &key, &family, &generation, &content, &tag, &unknown] {
        assert_eq!(world.next(wrong), Err(GRANT), "{wrong}");
    }
    assert_eq!(world.next(""), Err(ErrorCode::InvalidRequest));
    assert!(world.tenant.families.values().all(|it| it.revoked_at.is_none()));
    assert!(world.next(&refresh).is_ok());
}

#[test]
fn a_token_from_the_future_can_only_be_a_copy() {
    // Nobody was ever given it: the store was put back to an older state.
    let (mut world, _, _) = started();
    let key = world.family().key;
    let token = world.nth(key, 1);
    assert_eq!(world.next(&token), Err(GRANT));
    assert!(world.family().revoked_at.is_some());
}

#[test]
fn a_key_that_is_another_familys_by_now_does_nothing_to_it() {
    let (mut world, _, refresh) = started();
    let key = world.family().key;
    world.wait(Lifetime::from_seconds(1));
    world.tokens(false);
    let other = world.family().origin.clone();
    world.tenant.families.get_mut(&key).expect("a family").origin = other;
    for generation in [0, 1] {
        world.tenant.families.get_mut(&key).expect("a family").generation = generation;
        assert_eq!((world.writes(&refresh), world.next(&refresh)), (vec![], Err(GRANT)), "{generation}");
    }
}

#[test]
fn a_family_ends_when_its_time_is_up_however_often_it_is_refreshed() {
    let lifetime = Lifetime::from_days(30);
    for (millis, lives) in [(lifetime.millis() - 1, true), (lifetime.millis(), false)] {
        let (mut world, _, refresh) = started();
        world.later(lifetime.millis() / 2);
        let next = world.next(&refresh).expect("tokens");
        world.later(millis - lifetime.millis() / 2);
        assert_eq!(world.next(&next).is_ok(), lives, "{millis}");
        assert!(world.audited(kinds::REFRESH_REPLAYED).is_empty());
    }
}

#[test]
fn a_refresh_dies_with_whatever_it_stands_on() {
    let changes: [(&str, fn(&mut World), Option<ErrorCode>); 12] = [
        ("nothing", |_| (), None),
        (
            "the client is inactive",
            |it| it.client().state = ClientState::Inactive,
            Some(ErrorCode::InvalidClient),
        ),
        (
            "the client is disabled",
            |it| it.client().state = ClientState::Disabled,
            Some(ErrorCode::InvalidClient),
        ),
        ("the client was disabled once", |it| it.client().epoch += 1, Some(GRANT)),
        (
            "the client may not refresh any more",
            |it| it.client().grant_types = "authorization_code".parse().expect("known"),
            Some(ErrorCode::UnauthorizedClient),
        ),
        ("the user is inactive", |it| it.user().state = UserState::Inactive, Some(GRANT)),
        ("the user is deleted", |it| it.user().state = UserState::Deleted, Some(GRANT)),
        ("the user's epoch", |it| it.user().epoch += 1, Some(GRANT)),
        ("the user is gone", |it| it.tenant.users.clear(), Some(GRANT)),
        ("the consent was taken back", World::take_back, Some(GRANT)),
        ("and given again", World::take_back_and_give_again, Some(GRANT)),
        (
            "the family was revoked",
            |it| {
                let key = it.family().key;
                let writes = crate::grants::spend::revoke(it.tenant.id(), key, it.tenant.now);
                it.tenant.commit(writes).expect("no conflict");
            },
            Some(GRANT),
        ),
    ];
    for (name, change, expected) in changes {
        let (mut world, _, refresh) = started();
        change(&mut world);
        let given = world.refreshing(&refresh, false);
        let (decided, _) = world.tenant.ask_token(Dialect::Genesys, None, &given.body);
        assert_eq!(decided.outcome.as_ref().err().map(|it| it.code), expected, "{name}");
        assert_eq!(decided.writes.is_empty(), expected.is_some(), "{name}");
    }
}

#[test]
fn a_scope_is_narrowed_for_once_and_never_widened() {
    let (mut world, _, refresh) = started();
    world.client().scope = Scope::parse("users oauth analytics").expect("known");
    let mut token = refresh;
    for (asked, expected) in [
        ("users", Ok("users")),
        ("analytics", Err(ErrorCode::InvalidScope)),
        ("oauth", Err(ErrorCode::InvalidScope)),
        ("openid", Err(ErrorCode::InvalidScope)),
        ("nonsense", Err(ErrorCode::InvalidScope)),
        ("oauth:readonly analytics", Ok("oauth:readonly")),
        ("", Ok("users oauth:readonly")),
    ] {
        let mut given = world.refreshing(&token, false);
        given.replace("scope", asked);
        let before = world.family().clone();
        let got = world.exchange(Dialect::Genesys, &given);
        let scope = got.as_ref().map(|it| it.access.scope.to_string()).map_err(|error| error.code);
        assert_eq!(scope, expected.map(str::to_owned), "{asked}");
        assert_eq!(world.family().origin, before.origin);
        match got {
            Ok(tokens) => token = tokens.refresh.expect("another"),
            Err(_) => assert_eq!(world.family(), &before, "what is refused is not spent"),
        }
    }
}

#[test]
fn what_the_client_lost_since_is_not_refreshed() {
    let (mut world, _, refresh) = started();
    world.client().scope = Scope::parse("users:readonly").expect("known");
    let given = world.refreshing(&refresh, false);
    let tokens = world.exchange(Dialect::Genesys, &given).expect("tokens");
    assert_eq!(tokens.access.scope.to_string(), "");
    assert_eq!(world.family().origin.scope.to_string(), "users oauth:readonly", "it may get it back");
    world.client().scope = Scope::parse("all").expect("known");
    let given = world.refreshing(&tokens.refresh.expect("another"), false);
    let tokens = world.exchange(Dialect::Genesys, &given).expect("tokens");
    assert_eq!(tokens.access.scope.to_string(), "users oauth:readonly");
}

#[test]
fn of_two_refreshes_at_once_both_get_the_same_token() {
    let (mut world, _, refresh) = started();
    let [one, other] = [(); 2].map(|()| world.writes(&refresh));
    world.tenant.commit(one).expect("nobody was faster");
    assert!(world.tenant.commit(other).is_err(), "decided anew");
    let key = world.family().key;
    let expected = world.nth(key, 1);
    assert_eq!(world.next(&refresh), Ok(expected));
}

#[test]
fn a_family_that_is_revoked_meanwhile_is_not_advanced() {
    let (mut world, _, refresh) = started();
    let advance = world.writes(&refresh);
    let writes = crate::grants::spend::revoke(world.tenant.id(), world.family().key, world.tenant.now);
    world.tenant.commit(writes).expect("no conflict");
    assert!(world.tenant.commit(advance).is_err());
}
