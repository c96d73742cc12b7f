//! `/api/v2/users/{userId}/password` and `/api/v2/users/me/password`.

use axum::http::StatusCode;
use chancery_core::rbac::DivisionScope;
use serde_json::json;

use crate::world::{
    Ask, Browser, NOBODY, PASSWORD, Somebody, Table, World, patch, post, request, transcript,
};

const MINE: &str = "/api/v2/users/me/password";
/// Different enough from each other, and from nothing that is common.
const OTHERS: [&str; 6] = [
    "quartz lantern meadow 1",
    "quartz lantern meadow 2",
    "quartz lantern meadow 3",
    "quartz lantern meadow 4",
    "quartz lantern meadow 5",
    "quartz lantern meadow 6",
];

fn path(id: impl ToString) -> String {
    format!("/api/v2/users/{}/password", id.to_string())
}

fn set(token: &str, id: impl ToString, password: &str) -> Ask {
    post(path(id)).bearer(token).json(&json!({ "newPassword": password }))
}

fn change(token: &str, old: &str, new: &str) -> Ask {
    post(MINE).bearer(token).json(&json!({ "oldPassword": old, "newPassword": new }))
}

async fn require(world: &World, requirements: serde_json::Value) {
    let token = world.administrator().await;
    let body = json!({ "passwordRequirements": requirements });
    let path = "/api/v2/organizations/authentication/settings";
    assert_eq!(patch(path).bearer(&token).json(&body).send(world).await.status, StatusCode::OK);
}

/// Whether somebody can log in with a password.
async fn opens(world: &World, person: &Somebody, password: &str) -> bool {
    let app = world.app(|_| ()).await;
    let browser = Browser::of(world);
    let page = browser.authorize(&request(&app)).await;
    browser.log_in(&page, &person.email, password).await.status == StatusCode::FOUND
}

#[tokio::test]
async fn a_password_that_was_set_opens_and_the_one_before_does_not() {
    let world = World::new().await;
    let token = world.administrator().await;
    let ada = world.somebody("Ada", &[]).await;
    let answer = set(&token, ada.id, OTHERS[0]).send(&world).await;
    assert!(opens(&world, &ada, OTHERS[0]).await && !opens(&world, &ada, PASSWORD).await);
    transcript!(answer);
}

#[tokio::test]
async fn a_password_that_was_changed_opens_and_the_one_before_does_not() {
    let world = World::new().await;
    let (ada, app) = (world.somebody("Ada", &[]).await, world.app(|_| ()).await);
    let token = world.logged_in(&app, &ada).await.access;
    let answer = change(&token, PASSWORD, OTHERS[0]).send(&world).await;
    assert!(opens(&world, &ada, OTHERS[0]).await && !opens(&world, &ada, PASSWORD).await);
    transcript!(answer);
}

#[tokio::test]
async fn whoever_had_none_can_log_in_once_one_was_set() {
    let world = World::new().await;
    let token = world.administrator().await;
    let ada = world.somebody("Ada", &[]).await;
    let id = world.user(|user| user.password = None).await;
    let bare = Somebody { id, email: format!("{id}@acme.example") };
    assert!(!opens(&world, &bare, "").await && !opens(&world, &bare, PASSWORD).await);
    assert_eq!(set(&token, id, OTHERS[0]).send(&world).await.status, StatusCode::NO_CONTENT);
    assert!(opens(&world, &bare, OTHERS[0]).await && opens(&world, &ada, PASSWORD).await);
}

#[tokio::test]
async fn every_rule_has_its_code() {
    let world = World::new().await;
    let (token, ada) = (world.administrator().await, world.somebody("Ada", &[]).await);
    let own = world.logged_in(&world.app(|_| ()).await, &ada).await.access;
    require(
        &world,
        json!({ "minimumLength": 10, "minimumDigits": 2, "minimumLetters": 4, "minimumUpper": 1, "minimumLower": 2,
            "minimumSpecials": 2 }),
    )
    .await;
    let mut table = Table::default();
    let long = "Zp$k9".repeat(205);
    for (case, password) in [
        ("empty", ""),
        ("short", "Zp$k9u!Z1"),
        ("letters", "1234567$$Zp"),
        ("digits", "Zpkuzpkuzpku1$$"),
        ("specials", "Zpkuzpkuzpku11$"),
        ("lowercase", "ZPKUZPKUZPKu11$$"),
        ("uppercase", "zpkuzpkuzpku11$$"),
        ("long", &long),
        ("current", PASSWORD),
        ("good", "Zpkuzpkuzpku11$$"),
    ] {
        let others = set(&token, ada.id, password).send(&world);
        let mine = change(&own, PASSWORD, password).send(&world);
        // One's own is tried first: setting it kills the token.
        table.row(case, format!("{}\n    {}", mine.await.verdict(), others.await.verdict()));
    }
    for (case, body) in [
        ("no password", json!({})),
        ("null", json!({ "newPassword": null, "oldPassword": null })),
        ("a number", json!({ "newPassword": 12_345_678 })),
        ("a list", json!([])),
    ] {
        let answer = post(path(ada.id)).bearer(&token).json(&body).send(&world).await;
        table.row(case, answer.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn neither_the_current_password_nor_one_of_the_last_four_is_taken_again() {
    let world = World::new().await;
    let (token, ada) = (world.administrator().await, world.somebody("Ada", &[]).await);
    let code = async |password| {
        let answer = set(&token, ada.id, password).send(&world).await;
        if answer.body.is_empty() {
            "done".to_owned()
        } else {
            answer.json()["code"].as_str().expect("text").to_owned()
        }
    };
    assert_eq!(code(PASSWORD).await, "password.reused");
    for password in &OTHERS[..4] {
        assert_eq!(code(password).await, "done");
    }
    for password in [PASSWORD, OTHERS[0], OTHERS[3]] {
        assert_eq!(code(password).await, "password.reused", "{password}");
    }
    assert_eq!(code(OTHERS[4]).await, "done");
    assert_eq!(code(OTHERS[0]).await, "password.reused");
    assert_eq!(code(PASSWORD).await, "done", "the fifth before the current one is forgotten");
}

#[tokio::test]
async fn what_is_common_or_ones_own_name_is_compromised() {
    let world = World::new().await;
    let (token, ada) = (world.administrator().await, world.somebody("Administration", &[]).await);
    for password in ["password1", "administration", "ADMINISTRATION@acme.example"] {
        let answer = set(&token, ada.id, password).send(&world).await;
        assert_eq!(answer.json()["code"], "password.compromised", "{password}");
        assert!(!answer.json()["message"].as_str().expect("text").contains(password));
    }
}

#[tokio::test]
async fn ones_own_password_is_changed_with_the_old_one_only() {
    let world = World::new().await;
    let (ada, app) = (world.somebody("Ada", &[]).await, world.app(|_| ()).await);
    let token = world.logged_in(&app, &ada).await.access;
    let mut table = Table::default();
    for (case, old) in [("another", OTHERS[1]), ("none", ""), ("the new one", OTHERS[0])] {
        table.row(case, change(&token, old, OTHERS[0]).send(&world).await.verdict());
    }
    let absent = post(MINE).bearer(&token).json(&json!({ "newPassword": OTHERS[0] }));
    table.row("absent", absent.send(&world).await.verdict());
    let robot = world.administrator().await;
    table.row("a client", change(&robot, PASSWORD, OTHERS[0]).send(&world).await.verdict());
    table.row("a client's rubbish", post(MINE).bearer(&robot).body("x").send(&world).await.verdict());
    table.row("nobody", post(MINE).send(&world).await.verdict());
    transcript!(table);
    assert!(opens(&world, &ada, PASSWORD).await);
}

#[tokio::test]
async fn an_old_password_is_guessed_no_faster_than_at_the_login() {
    let world = World::new().await;
    let (ada, app) = (world.somebody("Ada", &[]).await, world.app(|_| ()).await);
    let token = world.logged_in(&app, &ada).await.access;
    let mut judged = 0;
    let refused = loop {
        let answer = change(&token, "wrong", OTHERS[0]).send(&world).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            break answer;
        }
        assert_eq!(answer.json()["code"], "invalid.old.password");
        judged += 1;
        assert!(judged < 20, "{answer}");
    };
    assert_eq!(judged, 6);
    transcript!(refused);
    let seconds: i64 = refused.header("retry-after").expect("a time").parse().expect("seconds");
    world.pass(seconds * 1000);
    assert_eq!(change(&token, PASSWORD, OTHERS[0]).send(&world).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_password_is_kept_for_as_long_as_the_organization_says_unless_an_administrator_sets_it() {
    let world = World::new().await;
    let (ada, app) = (world.somebody("Ada", &[]).await, world.app(|_| ()).await);
    require(&world, json!({ "minimumAgeSeconds": 3600 })).await;
    let admin = world.administrator().await;
    world.pass(3_599_999);
    let token = world.logged_in(&app, &ada).await.access;
    let young = change(&token, PASSWORD, OTHERS[0]).send(&world).await;
    assert_eq!(young.json()["code"], "password.too.young", "{young}");
    world.pass(1);
    assert_eq!(change(&token, PASSWORD, OTHERS[0]).send(&world).await.status, StatusCode::NO_CONTENT);
    assert_eq!(set(&admin, ada.id, OTHERS[1]).send(&world).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn checks_come_in_order() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let (ada, gone) = (world.somebody("Ada", &[]).await, world.somebody("Gone", &[]).await);
    let admin = world.administrator().await;
    crate::world::delete(format!("/api/v2/users/{}", gone.id)).bearer(&admin).send(&world).await;
    let mut table = Table::default();
    for (who, token) in [
        ("a bad token", "x".to_owned()),
        ("nobody", world.token(&world.robot(&[]).await).await),
        ("who may", world.may_in(DivisionScope::One(world.acme.home), &["directory:user:setPassword"]).await),
    ] {
        for (which, id) in [
            ("another's user", other.user.to_string()),
            ("a deleted user", gone.id.to_string()),
            ("nobody", NOBODY.to_owned()),
            ("no UUID", "ada".to_owned()),
            ("Ada", ada.id.to_string()),
        ] {
            let answer = post(path(&id)).bearer(&token).body("rubbish").send(&world).await;
            table.row(format!("{who} sets rubbish for {which}"), answer.verdict());
        }
    }
    transcript!(table);
}
