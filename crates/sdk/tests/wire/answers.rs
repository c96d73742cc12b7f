//! Answers as they are read, page after page.

use chancery_sdk::Error;
use chancery_sdk::api::{GetAudit, GetUsers};
use futures_util::TryStreamExt as _;
use serde_json::json;

use crate::canned::{Canned, answer, json};

#[tokio::test]
async fn a_listing_may_lack_all_but_its_objects() {
    let nulls = json!({
        "entities": [{ "id": "c1", "name": null, "description": null }], "pageSize": null, "total": null,
        "nextUri": null, "pageCount": null, "surprise": 1,
    });
    let bare = json!({ "entities": null });
    let answers = [nulls, bare, json!({})].map(|it| json(200, &it));
    let server = Canned::start(answers).await;
    let oauth = server.client().oauth();
    let listing = oauth.get_oauth_clients().await.expect("a listing");
    assert_eq!((&*listing.entities[0].id, listing.total, listing.next_uri), ("c1", 0, None));
    let kept: Vec<_> = listing.entities[0].unknown().collect();
    assert_eq!(kept, ["description"], "what was null is null again when it is sent");
    for _ in 0..2 {
        assert!(oauth.get_oauth_clients().await.expect("a listing").entities.is_empty());
    }
}

#[tokio::test]
async fn an_answer_of_another_kind_is_unreadable() {
    for body in ["", "<html>", "[]", "5", "null", r#"{"entities":5}"#, r#"{"entities":[5]}"#] {
        let server = Canned::start([answer(200, &[], body)]).await;
        let error = server.client().oauth().get_oauth_clients().await.expect_err("no listing");
        assert!(matches!(error, Error::Unreadable { .. }) && !error.is_retryable(), "{body}: {error}");
        let said = error.to_string();
        assert!(said.starts_with("the answer to GET /api/v2/oauth/clients cannot be understood: "), "{said}");
    }
}

#[tokio::test]
async fn what_promises_nothing_takes_any_success() {
    for (status, body) in [(200, ""), (200, "{}"), (202, "accepted"), (204, "")] {
        let server = Canned::start([answer(status, &[], body)]).await;
        server.client().oauth().delete_oauth_client("c1").await.expect("it is gone");
    }
}

#[tokio::test]
async fn numbers_and_lists_are_answers_too() {
    let answers = [json!(25), json!({ "u1": 2, "u2": 0 }), json!(["u1"])].map(|it| json(200, &it));
    let server = Canned::start(answers).await;
    let authorization = server.client().authorization();
    assert_eq!(authorization.get_authorization_divisions_limit().await.expect("a number"), 25);
    let counts = authorization.get_authorization_subjects_rolecounts(vec!["u1".into()]).await;
    assert_eq!(counts.expect("counts")["u1"], 2);
    let added = authorization.put_authorization_role_users_add("r1", &["u1".into()]).await;
    assert_eq!(added.expect("ids"), ["u1"]);
}

#[tokio::test]
async fn pages_follow_each_other_however_they_are_counted() {
    let page = |id: &str, more: serde_json::Value| {
        let mut page = json!({ "entities": [{ "id": id }] });
        page.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        json(200, &page)
    };
    let answers = [
        page("u1", json!({ "pageCount": 3 })),
        page("u2", json!({ "nextUri": "/api/v2/users?pageNumber=3" })),
        page("u3", json!({ "pageCount": 3 })),
    ];
    let server = Canned::start(answers).await;
    let query = GetUsers { page_size: Some(1), state: Some("any".into()), ..GetUsers::default() };
    let people: Vec<_> = server.client().users().all_users(&query).try_collect().await.expect("people");
    let ids: Vec<_> = people.iter().map(|it| &*it.id).collect();
    assert_eq!(ids, ["u1", "u2", "u3"]);
    let asked = [1, 2, 3].map(|it| format!("GET /api/v2/users?pageSize=1&pageNumber={it}&state=any"));
    assert_eq!(server.lines(), asked);
}

#[tokio::test]
async fn the_audit_log_is_followed_by_its_cursor() {
    let entry =
        |id: &str| json!({ "id": id, "date": "2026-07-01T12:00:00.000Z", "kind": "login", "count": 1 });
    let next = "/api/v2/chancery/audit?kind=login&before=k%3D5";
    let answers = [
        json(200, &json!({ "entities": [entry("a2")], "nextUri": next })),
        json(200, &json!({ "entities": [entry("a1")] })),
    ];
    let server = Canned::start(answers).await;
    let query = GetAudit { kind: Some("login".into()), ..GetAudit::default() };
    let entries: Vec<_> = server.client().chancery().all_audit(&query).try_collect().await.expect("entries");
    let ids: Vec<_> = entries.iter().map(|it| &*it.id).collect();
    assert_eq!(ids, ["a2", "a1"]);
    let asked =
        ["GET /api/v2/chancery/audit?kind=login", "GET /api/v2/chancery/audit?kind=login&before=k%3D5"];
    assert_eq!(server.lines(), asked);
}
