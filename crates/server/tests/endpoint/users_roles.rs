//! `/api/v2/users/{subjectId}/roles`, and what is known of a user's tokens.

use axum::http::StatusCode;
use chancery_core::client_auth::AuthMethod;
use chancery_core::decision::Event;
use chancery_core::grants::GrantType;
use chancery_core::rbac::{DivisionScope, RoleGrant};
use chancery_core::write::Write;
use chancery_server::jobs;
use chancery_store::Store;
use serde_json::json;

use crate::world::{NOBODY, Table, World, get, put, transcript};

const ALL: DivisionScope = DivisionScope::All;

fn path(subject: impl ToString) -> String {
    format!("/api/v2/users/{}/roles", subject.to_string())
}

#[tokio::test]
async fn the_roles_of_a_user_are_shown_and_set() {
    let world = World::new().await;
    let token = world.administrator().await;
    let (east, clerk) = (world.division("East").await, world.role("clerk", &["oauth:client:view"]).await);
    let chief = world.role("chief", &["oauth:*:*", "admin"]).await;
    let ada = world.person("Ada", &[(clerk, DivisionScope::One(east)), (clerk, ALL)]).await;
    let before = get(path(ada)).bearer(&token).send(&world).await;
    let both = json!([chief.to_string(), clerk.to_string()]);
    let set = put(path(ada)).bearer(&token).json(&both).send(&world).await;
    // One that is held stays where it is held; a new one comes in the home division.
    let home = DivisionScope::One(world.acme.home);
    assert_eq!(world.held(ada).await, [(clerk, DivisionScope::One(east)), (clerk, ALL), (chief, home)]);
    assert_eq!(get(path(ada)).bearer(&token).send(&world).await.json(), set.json());
    let none = put(path(ada)).bearer(&token).json(&json!([])).send(&world).await;
    transcript!(before, set, none);
    assert_eq!(world.held(ada).await, []);
}

#[tokio::test]
async fn a_client_is_a_subject_too() {
    let world = World::new().await;
    let token = world.administrator().await;
    let robot = world.robot(&[(world.acme.viewer, ALL)]).await;
    let shown = get(path(robot.id)).bearer(&token).send(&world).await.json();
    assert_eq!(shown["roles"], json!([{ "id": world.acme.viewer.to_string(), "name": "oauth viewer" }]));
    put(path(robot.id)).bearer(&token).json(&json!([])).send(&world).await;
    assert_eq!(world.held(robot.id).await, []);
}

#[tokio::test]
async fn what_cannot_be_set_is_refused() {
    let world = World::new().await;
    let token = world.administrator().await;
    let ada = world.person("Ada", &[(world.acme.viewer, ALL)]).await;
    let mut table = Table::default();
    for (case, body) in [
        ("1001 roles", json!(vec![world.acme.viewer.to_string(); 1001])),
        ("an object", json!({ "roles": [] })),
        ("a number", json!([1])),
        ("null", json!(null)),
    ] {
        table.row(case, put(path(ada)).bearer(&token).json(&body).send(&world).await.verdict());
    }
    transcript!(table);
    assert_eq!(world.held(ada).await, [(world.acme.viewer, ALL)]);
}

#[tokio::test]
async fn a_role_that_does_not_exist_is_refused_with_a_code_that_the_vendor_has_for_it() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let token = world.administrator().await;
    let ada = world.person("Ada", &[(world.acme.viewer, ALL)]).await;
    for id in [NOBODY.to_owned(), other.viewer.to_string(), "admin".to_owned()] {
        let answer = put(path(ada)).bearer(&token).json(&json!([id])).send(&world).await;
        assert_eq!(answer.json()["code"], "general.bad.request", "{answer}");
    }
    assert_eq!(world.held(ada).await, [(world.acme.viewer, ALL)]);
}

#[tokio::test]
async fn checks_come_in_order() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let mut table = Table::default();
    for (who, token) in [
        ("a bad token", "x".to_owned()),
        ("nobody", world.token(&world.robot(&[]).await).await),
        ("who may", world.may(&["authorization:grant:add", "authorization:grant:view"]).await),
    ] {
        for (which, id) in [
            ("another's user", other.user.to_string()),
            ("unknown", NOBODY.to_owned()),
            ("no UUID", "ada".to_owned()),
        ] {
            let answer = get(path(&id)).bearer(&token).send(&world).await;
            table.row(format!("{who} reads {which}"), answer.verdict());
            let answer = put(path(&id)).bearer(&token).body("rubbish").send(&world).await;
            table.row(format!("{who} sets rubbish for {which}"), answer.verdict());
        }
    }
    transcript!(table);
}

#[tokio::test]
async fn a_user_with_a_new_role_may_more_at_once() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let (ada, web) = (world.person("Ada", &[]).await, world.web().await);
    let own = world.user_token(web.id, ada, "users").await;
    let views = async || get("/api/v2/oauth/clients").bearer(&own).send(&world).await.status;
    assert_eq!(views().await, StatusCode::FORBIDDEN);
    let viewer = json!([world.acme.viewer.to_string()]);
    put(path(ada)).bearer(&admin).json(&viewer).send(&world).await;
    assert_eq!(views().await, StatusCode::OK);
    put(path(ada)).bearer(&admin).json(&json!([])).send(&world).await;
    assert_eq!(views().await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn where_a_role_is_held_is_what_the_store_says_and_not_what_memory_believes() {
    let world = World::new().await;
    let token = world.administrator().await;
    let robot = world.robot(&[(world.acme.viewer, ALL)]).await;
    get(path(robot.id)).bearer(&token).send(&world).await;
    // Taken away on another node, of which this one has not heard.
    world.strip_elsewhere(&robot).await;
    let viewer = json!([world.acme.viewer.to_string()]);
    put(path(robot.id)).bearer(&token).json(&viewer).send(&world).await;
    assert_eq!(world.held(robot.id).await, [(world.acme.viewer, DivisionScope::One(world.acme.home))]);
}

#[tokio::test]
async fn a_role_granted_elsewhere_meanwhile_is_taken_from_a_user_too() {
    let world = World::new().await;
    let token = world.administrator().await;
    let (role, east) = (world.role("clerk", &[]).await, world.division("East").await);
    let home = DivisionScope::One(world.acme.home);
    let ada = world.person("Ada", &[(role, home)]).await;
    let remove = format!("/api/v2/authorization/roles/{role}/users/remove");
    let request = put(remove).bearer(&token).json(&json!([ada.to_string()])).send(&world);
    let mut grants = world.store.role_grants(ada.into()).await.expect("reads");
    grants.push(RoleGrant { division: DivisionScope::One(east), ..grants[0].clone() });
    let (organization, grants) =
        (world.acme.id, vec![Write::ReplaceRoleGrants(world.acme.id, ada.into(), grants)]);
    let stored = world.store.find_organization(organization).await.expect("reads").expect("is there");
    let advance = Write::AdvanceAuthority(organization, stored.authority);
    let elsewhere = world.elsewhere([vec![advance], grants].concat());
    let (answer, ()) = tokio::join!(biased; request, elsewhere);
    assert_eq!(answer.status, StatusCode::OK, "{answer}");
    assert_eq!(world.held(ada).await, [], "wherever it is held");
}

#[tokio::test]
async fn when_a_user_last_got_a_token_is_known_to_the_minute_once_it_is_written() {
    let world = World::new().await;
    let web = world.web().await;
    let token = world.user_token(web.id, world.acme.user, "users").await;
    let shown = async || {
        let path = "/api/v2/users/me?expand=lasttokenissued";
        get(path).bearer(&token).send(&world).await.json().get("lastTokenIssued").cloned()
    };
    let issue = |user| {
        world.app.recorder.record(vec![Event::TokenIssued {
            organization: world.acme.id,
            client: web.id,
            grant: GrantType::AuthorizationCode,
            user: Some(user),
            proof: (AuthMethod::ClientSecretBasic, None),
            at: world.now(),
        }]);
    };
    assert_eq!(shown().await, None);
    issue(world.acme.user);
    assert_eq!(shown().await, None);
    jobs::flush(world.app.clone()).await.expect("writes");
    assert_eq!(shown().await, Some(json!({ "dateIssued": "2023-11-14T22:13:00.000Z" })));
    world.pass(60_000);
    issue(world.person("Ada", &[]).await);
    jobs::flush(world.app.clone()).await.expect("writes");
    assert_eq!(shown().await, Some(json!({ "dateIssued": "2023-11-14T22:13:00.000Z" })));
    issue(world.acme.user);
    jobs::flush(world.app.clone()).await.expect("writes");
    assert_eq!(shown().await, Some(json!({ "dateIssued": "2023-11-14T22:14:00.000Z" })));
}
