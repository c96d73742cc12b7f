//! `/api/v2/authorization/roles/{roleId}/...`: who holds a role, and granting it to many.

use axum::http::StatusCode;
use chancery_core::rbac::DivisionScope;
use serde_json::json;

use crate::world::{NOBODY, Table, World, get, post, put, transcript};

const ALL: DivisionScope = DivisionScope::All;

fn path(role: impl ToString, end: &str) -> String {
    format!("/api/v2/authorization/roles/{}{end}", role.to_string())
}

#[tokio::test]
async fn many_subjects_get_a_role_in_many_divisions() {
    let world = World::new().await;
    let token = world.administrator().await;
    let (east, role) = (world.division("East").await, world.role("clerk", &["oauth:client:view"]).await);
    let (ada, robot) = (world.person("Ada", &[]).await, world.robot(&[]).await);
    let body = json!({
        "subjectIds": [ada.to_string(), robot.id.to_string(), ada.to_string()],
        "divisionIds": [east.to_string(), "*", "*"],
    });
    let made = post(path(role, "")).bearer(&token).json(&body).send(&world).await;
    for held in [world.held(ada).await, world.held(robot.id).await] {
        assert_eq!(held, [(role, DivisionScope::One(east)), (role, ALL)]);
    }
    transcript!(
        made,
        get(path(role, "/users")).bearer(&token).send(&world).await,
        get(path(role, "/subjectgrants")).bearer(&token).send(&world).await,
    );
}

#[tokio::test]
async fn users_get_a_role_at_home_and_lose_it_everywhere() {
    let world = World::new().await;
    let token = world.administrator().await;
    let (east, role) = (world.division("East").await, world.role("clerk", &["oauth:client:view"]).await);
    let other = world.role("other", &[]).await;
    let ada = world.person("Ada", &[(role, DivisionScope::One(east)), (other, ALL)]).await;
    let (ben, eve) = (world.person("Ben", &[]).await, world.person("Eve", &[(role, ALL)]).await);
    let ids = json!([ada.to_string(), ben.to_string(), ada.to_string()]);
    let added = put(path(role, "/users/add")).bearer(&token).json(&ids).send(&world).await;
    let home = (role, DivisionScope::One(world.acme.home));
    assert_eq!(world.held(ada).await, [(role, DivisionScope::One(east)), (other, ALL), home]);
    assert_eq!(world.held(ben).await, [home]);
    let removed = put(path(role, "/users/remove")).bearer(&token).json(&ids).send(&world).await;
    assert_eq!((world.held(ada).await, world.held(ben).await), (vec![(other, ALL)], vec![]));
    assert_eq!(world.held(eve).await, [(role, ALL)]);
    transcript!(added, removed);
    // Again, and it is the same.
    let again = put(path(role, "/users/remove")).bearer(&token).json(&ids).send(&world).await;
    assert_eq!((again.status, again.json()), (removed.status, removed.json()));
    let nobody = put(path(role, "/users/add")).bearer(&token).json(&json!([])).send(&world).await;
    assert_eq!((nobody.status, nobody.json()), (StatusCode::OK, json!([])));
}

#[tokio::test]
async fn holders_come_page_by_page() {
    let world = World::new().await;
    let token = world.administrator().await;
    let (role, home) = (world.role("clerk", &[]).await, DivisionScope::One(world.acme.home));
    let mut users = Vec::new();
    for number in 0..3 {
        world.pass(1000);
        users.push(world.person(&format!("Person {number}"), &[(role, ALL), (role, home)]).await.to_string());
        world.robot(&[(role, ALL)]).await;
    }
    for (end, total) in [("/users", 3), ("/subjectgrants", 6)] {
        let mut seen = Vec::new();
        let mut next = Some(path(role, &format!("{end}?pageSize=2")));
        while let Some(uri) = next {
            let answer = get(&uri).bearer(&token).send(&world).await;
            assert_eq!(answer.json()["total"], total, "{answer}");
            seen.extend(answer.ids());
            next = answer.json()["nextUri"].as_str().map(str::to_owned);
            assert!(next.iter().all(|uri| uri.starts_with(&path(role, end))), "{answer}");
        }
        assert!(end != "/users" || seen == users, "by the time of the first grant: {seen:?}");
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), total);
        let answer = get(path(role, &format!("{end}?pageSize=501"))).bearer(&token).send(&world).await;
        assert_eq!(answer.json()["code"], "invalid.query.param.value", "{answer}");
    }
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_with_its_code() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let token = world.administrator().await;
    let (role, ada) = (world.role("clerk", &[]).await, world.person("Ada", &[]).await.to_string());
    let robot = world.robot(&[(role, ALL)]).await.id.to_string();
    let mut table = Table::default();
    let to =
        |subjects: &[&str], divisions: &[&str]| json!({ "subjectIds": subjects, "divisionIds": divisions });
    for (case, body) in [
        ("no subjects", to(&[], &["*"])),
        ("no divisions", to(&[&ada], &[])),
        ("no members", json!({})),
        ("1001 subjects", to(&[&*ada; 1001], &["*"])),
        ("1001 divisions", to(&[&ada], &["*"; 1001])),
        ("an unknown subject", to(&[&ada, NOBODY], &["*"])),
        ("another's user", to(&[&other.user.to_string()], &["*"])),
        ("a list", json!([])),
    ] {
        let answer = post(path(role, "")).bearer(&token).json(&body).send(&world).await;
        table.row(format!("grant: {case}"), answer.verdict());
    }
    for end in ["/users/add", "/users/remove"] {
        for (case, body) in [
            ("an unknown user", json!([ada, NOBODY])),
            ("another's user", json!([other.user.to_string()])),
            ("a client", json!([robot])),
            ("no UUID", json!(["ada"])),
            ("1001 users", json!(vec![ada.clone(); 1001])),
            ("an object", json!({})),
            ("a number", json!([1])),
        ] {
            let answer = put(path(role, end)).bearer(&token).json(&body).send(&world).await;
            table.row(format!("{end}: {case}"), answer.verdict());
        }
    }
    transcript!(table);
    assert_eq!(world.held(chancery_core::types::UserId::parse(&ada).expect("a UUID")).await, []);
}

#[tokio::test]
async fn a_division_that_does_not_exist_is_refused_with_a_code_that_the_vendor_has_for_it() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let token = world.administrator().await;
    let (role, ada) = (world.role("clerk", &[]).await, world.person("Ada", &[]).await);
    for division in [NOBODY.to_owned(), other.home.to_string(), "home".to_owned()] {
        let body = json!({ "subjectIds": [ada.to_string()], "divisionIds": ["*", division] });
        let answer = post(path(role, "")).bearer(&token).json(&body).send(&world).await;
        assert_eq!(answer.json()["code"], "general.bad.request", "{answer}");
        assert_eq!(answer.json()["details"][0]["fieldName"], "divisionIds", "{answer}");
    }
    assert_eq!(world.held(ada).await, []);
}

#[tokio::test]
async fn checks_come_in_order() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let permissions = ["authorization:grant:add", "authorization:grant:delete", "authorization:role:view"];
    let mut table = Table::default();
    for (who, token) in [
        ("a bad token", "x".to_owned()),
        ("nobody", world.token(&world.robot(&[]).await).await),
        ("who may", world.may(&permissions).await),
    ] {
        for (which, role) in [
            ("another's", other.viewer.to_string()),
            ("unknown", NOBODY.to_owned()),
            ("no UUID", "x".to_owned()),
        ] {
            for (what, ask) in [
                ("grant", post(path(&role, "")).body("rubbish")),
                ("users", get(path(&role, "/users"))),
                ("users/add", put(path(&role, "/users/add")).body("rubbish")),
                ("users/remove", put(path(&role, "/users/remove")).body("rubbish")),
                ("subjectgrants", get(path(&role, "/subjectgrants"))),
            ] {
                table.row(
                    format!("{who}: {what} of {which}"),
                    ask.bearer(&token).send(&world).await.verdict(),
                );
            }
        }
    }
    transcript!(table);
}
