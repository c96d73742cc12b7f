//! `chancery client secret`: several a client, each with a name and an end.

use std::time::Duration;

use chancery_e2e::until;

use crate::place::{Place, ROBOT, redact, shows};

/// The server writes by then what was used.
const WRITTEN: Duration = Duration::from_secs(30);

#[test]
fn a_secret_is_added_named_expired_and_removed() {
    let place = Place::start();
    let (id, first) = place.client("Robot", ROBOT);
    let client = place.server.client();
    let mut text = place.session(&[&["client", "secret", "list", "Robot"]]);
    let add = ["client", "secret", "add", "Robot", "--name", "spring"];
    let added =
        place.part(&[&add[..], &["--expires", "2099-01-01T00:00:00Z"]].concat(), "[id, secret, dateExpires]");
    let part = |index: usize| added[index].as_str().expect("a text");
    assert_eq!(part(2), "2099-01-01T00:00:00.000Z");
    assert!(client.authenticates(&id, &first) && client.authenticates(&id, part(1)), "both are good");
    let later = ["client", "secret", "expire", "Robot", "spring", "--at", "2098-01-01T00:00:00Z", "--yes"];
    // A server that has the client in memory shows what was written by the next change.
    until("the use is shown", WRITTEN, || {
        let shown = place.part(&later, "[dateExpires, dateLastUsed]");
        assert_eq!(shown[0], "2098-01-01T00:00:00.000Z");
        shown[1].is_string().then_some(())
    });
    assert!(client.authenticates(&id, part(1)), "not yet");
    let said = place.refused(1, &["client", "secret", "expire", "Robot", part(0)]);
    assert!(said.contains("Every user of this secret stops working"), "{said}");
    place.done(&["client", "secret", "expire", "Robot", part(0), "--yes"]);
    assert!(!client.authenticates(&id, part(1)));
    place.refused(5, &later);
    assert!(!client.authenticates(&id, part(1)), "what has ended stays ended");
    let said = place.refused(1, &["client", "secret", "remove", "Robot", part(0)]);
    assert!(said.contains("--yes"), "{said}");
    place.done(&["client", "secret", "remove", "Robot", part(0), "--yes"]);
    text += &redact(&place.refused(4, &["client", "secret", "remove", "Robot", part(0), "--yes"]));
    shows!(text);
}

#[test]
fn with_a_grace_the_others_end_and_without_one_they_do_not() {
    let place = Place::start();
    let (id, first) = place.client("Robot", ROBOT);
    let ends = || place.part(&["client", "secret", "list", "Robot"], "entities[?dateExpires].dateExpires");
    place.done(&["client", "secret", "add", "Robot"]);
    assert_eq!(ends(), serde_json::json!([]));
    place.done(&["client", "secret", "add", "Robot", "--name", "new", "--grace", "3600"]);
    assert_eq!(ends().as_array().map(Vec::len), Some(2), "the two before it end");
    assert!(place.server.client().authenticates(&id, &first), "in an hour");
    place.done(&["client", "secret", "add", "Robot", "--grace", "0", "--yes"]);
    assert!(!place.server.client().authenticates(&id, &first), "now");
}
