//! The escalation guard: nobody hands out, or takes over, more than they hold.

use axum::http::StatusCode;
use chancery_core::rbac::DivisionScope;
use chancery_core::types::{ClientId, DivisionId, RoleId};
use chancery_store::Store;
use serde_json::{Value, json};

use crate::clients_create::{create, machine};
use crate::world::{Robot, Table, World, delete, get, post, put, transcript};

const PATH: &str = "/api/v2/oauth/clients";

/// Clerks may do everything with clients, auditors less, treasurers something else.
struct Roles {
    clerk: RoleId,
    auditor: RoleId,
    treasurer: RoleId,
    /// A legacy permission of one word.
    word: RoleId,
}

async fn roles(world: &World) -> Roles {
    Roles {
        clerk: world.role("clerk", &["oauth:client:*"]).await,
        auditor: world.role("auditor", &["oauth:client:view"]).await,
        treasurer: world.role("treasurer", &["oauth:client:view", "billing:invoice:pay"]).await,
        word: world.role("word", &["group_creation"]).await,
    }
}

fn body(pairs: &[(RoleId, String)]) -> Value {
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(role, division)| json!({ "roleId": role.to_string(), "divisionId": division }))
        .collect();
    json!({ "name": "Machine", "authorizedGrantType": "CLIENT-CREDENTIALS", "roleDivisions": pairs })
}

/// Names instead of ids, so that a table can be read.
fn named(verdict: &str, names: &[(String, &str)]) -> String {
    names.iter().fold(verdict.to_owned(), |text, (id, name)| text.replace(id, name))
}

#[tokio::test]
async fn a_caller_hands_out_what_its_own_permissions_cover() {
    let world = World::new().await;
    let roles = roles(&world).await;
    let clerk = world.token(&world.robot(&[(roles.clerk, DivisionScope::All)]).await).await;
    let names = [
        (roles.clerk, "clerk"),
        (roles.auditor, "auditor"),
        (roles.treasurer, "treasurer"),
        (roles.word, "word"),
        (world.acme.viewer, "oauth viewer"),
        (world.acme.admin, "admin"),
    ];
    let shown: Vec<_> = names.iter().map(|(id, name)| (id.to_string(), *name)).collect();
    let mut table = Table::default();
    for (role, name) in names {
        let asked = body(&[(role, "*".to_owned())]);
        let verdict = post(PATH).bearer(&clerk).json(&asked).send(&world).await.verdict();
        table.row(format!("create with {name}"), named(&verdict, &shown));
        let own = world.robot(&[(roles.auditor, DivisionScope::All)]).await;
        let verdict = put(own.path()).bearer(&clerk).json(&asked).send(&world).await.verdict();
        table.row(format!("update to {name}"), named(&verdict, &shown));
        let robot = world.robot(&[(role, DivisionScope::All)]).await;
        let less = body(&[(roles.auditor, "*".to_owned())]);
        let verdict = put(robot.path()).bearer(&clerk).json(&less).send(&world).await.verdict();
        table.row(format!("update of {name} to auditor"), named(&verdict, &shown));
        let robot = world.robot(&[(role, DivisionScope::All)]).await;
        let verdict = post(format!("{}/secret", robot.path())).bearer(&clerk).send(&world).await.verdict();
        table.row(format!("reset the secret of {name}"), named(&verdict, &shown));
    }
    transcript!(table);
}

#[tokio::test]
async fn a_role_is_held_where_it_was_granted_and_nowhere_else() {
    let world = World::new().await;
    let roles = roles(&world).await;
    let (east, west) = (world.division("East").await, world.division("West").await);
    let one = DivisionScope::One;
    let in_east = world.token(&world.robot(&[(roles.clerk, one(east))]).await).await;
    let both = world.token(&world.robot(&[(roles.clerk, one(east)), (roles.clerk, one(west))]).await).await;
    let places = [("East", one(east)), ("West", one(west)), ("everywhere", DivisionScope::All)];
    let id = |division: &DivisionId, name| (division.to_string(), name);
    let shown = [id(&east, "East"), id(&west, "West"), (roles.auditor.to_string(), "auditor")];
    let mut table = Table::default();
    for (who, token) in [("a clerk in East", &in_east), ("a clerk in East and West", &both)] {
        for (name, place) in places {
            let asked = body(&[(roles.auditor, place.to_string())]);
            let verdict = post(PATH).bearer(token).json(&asked).send(&world).await.verdict();
            table.row(format!("{who} creates an auditor: {name}"), named(&verdict, &shown));
            let robot = world.robot(&[(roles.auditor, place)]).await;
            let verdict = post(format!("{}/secret", robot.path())).bearer(token).send(&world).await.verdict();
            table.row(format!("{who} resets an auditor: {name}"), named(&verdict, &shown));
        }
    }
    transcript!(table);
}

#[tokio::test]
async fn what_a_caller_holds_adds_up() {
    let world = World::new().await;
    let roles = roles(&world).await;
    let billing = world.role("billing", &["billing:*:*"]).await;
    let east = world.division("East").await;
    let grants = [(roles.clerk, DivisionScope::All), (billing, DivisionScope::One(east))];
    let token = world.token(&world.robot(&grants).await).await;
    let ask = |division: String| post(PATH).bearer(&token).json(&body(&[(roles.treasurer, division)]));
    assert_eq!(ask(east.to_string()).send(&world).await.status, StatusCode::OK);
    assert_eq!(ask("*".to_owned()).send(&world).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn taking_over_the_administrator_client_needs_the_administrators_role() {
    let world = World::new().await;
    let everything_but_the_word = world.role("everything", &["*:*:*"]).await;
    let mighty = world.token(&world.robot(&[(everything_but_the_word, DivisionScope::All)]).await).await;
    let clerk = world.may(&["oauth:client:*"]).await;
    let robot = &world.acme.robot;
    let before = world.stored(robot.id).await;
    for token in [&mighty, &clerk] {
        for request in [
            post(format!("{}/secret", robot.path())),
            put(robot.path()).json(&body(&[(world.acme.viewer, "*".to_owned())])),
            put(robot.path())
                .json(&json!({ "name": "x", "authorizedGrantType": "CODE", "scope": ["users"] })),
        ] {
            let answer = request.bearer(token).send(&world).await;
            assert_eq!(answer.json()["code"], "bad.client.role", "{answer}");
        }
    }
    assert_eq!(world.stored(robot.id).await, before);
}

#[tokio::test]
async fn a_client_for_users_has_no_roles_to_guard() {
    let world = World::new().await;
    let clerk = world.may(&["oauth:client:*"]).await;
    let body = json!({
        "name": "Web", "authorizedGrantType": "CODE", "scope": ["all"],
        "roleDivisions": [{ "roleId": world.acme.admin.to_string(), "divisionId": "*" }],
    });
    let answer = post(PATH).bearer(&clerk).json(&body).send(&world).await;
    assert_eq!((answer.status, &answer.json()["roleDivisions"]), (StatusCode::OK, &json!([])), "{answer}");
}

#[tokio::test]
async fn a_person_hands_out_what_the_person_holds() {
    let world = World::new().await;
    let web = world.web().await;
    let token = world.user_token(web.id, world.acme.user, "users").await;
    let asked = body(&[(world.acme.admin, "*".to_owned())]);
    assert_eq!(post(PATH).bearer(&token).json(&asked).send(&world).await.status, StatusCode::OK);
    let clerk = world.user(|_| ()).await;
    let token = world.user_token(web.id, clerk, "users").await;
    let answer = post(PATH).bearer(&token).json(&asked).send(&world).await;
    assert_eq!(answer.json()["code"], "missing.any.permissions", "{answer}");
}

#[tokio::test]
async fn each_operation_asks_for_its_own_permission() {
    let world = World::new().await;
    let target: Robot = world.robot(&[(world.acme.viewer, DivisionScope::All)]).await;
    let asked = body(&[(world.acme.viewer, "*".to_owned())]);
    let mut table = Table::default();
    for permission in ["view", "add", "edit", "delete", "authorize"] {
        let token = world.may(&[&format!("oauth:client:{permission}")]).await;
        let mut allowed = Vec::new();
        for (name, request) in [
            ("list", get(PATH)),
            ("read", get(target.path())),
            ("create", post(PATH).json(&asked)),
            ("update", put(target.path()).json(&asked)),
            ("reset", post(format!("{}/secret", target.path()))),
            ("delete", delete(format!("{PATH}/3d3a6f0e-7c1f-4f6b-9d53-0a6f1f1f1f1f"))),
        ] {
            let answer = request.bearer(&token).send(&world).await;
            let code = if answer.status.is_success() { "ok".into() } else { answer.json()["code"].clone() };
            allowed.push(format!("{name}: {} {code}", answer.status.as_u16()));
        }
        table.row(permission, allowed.join("\n    "));
    }
    transcript!(table);
}

#[tokio::test]
async fn the_roles_of_a_new_client_are_its_grants() {
    let world = World::new().await;
    let east = world.division("East").await;
    let body = machine(
        &world,
        json!({ "roleDivisions": [{ "roleId": world.acme.viewer.to_string(), "divisionId": east.to_string() }] }),
    );
    let created = create(&world, &body).await.json();
    let id = created["id"].as_str().expect("text");
    let grants = Store::role_grants(&*world.store, ClientId::parse(id).expect("a UUID").into());
    let grants = grants.await.expect("reads");
    let held: Vec<_> = grants.iter().map(|grant| (grant.role, grant.division)).collect();
    assert_eq!(held, [(world.acme.viewer, DivisionScope::One(east))]);
    let token = world.administrator().await;
    let subject = get(format!("/api/v2/authorization/subjects/{id}")).bearer(&token).send(&world).await;
    assert_eq!(subject.json()["grants"][0]["division"]["id"], east.to_string(), "{subject}");
}
