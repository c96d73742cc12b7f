//! Grants and the escalation guard: nobody grants, or takes away, what they do not hold in that division.

use axum::http::StatusCode;
use chancery_core::rbac::DivisionScope;
use serde_json::json;

use crate::world::{Ask, Table, World, delete, post, put, transcript};

const PATH: &str = "/api/v2/authorization/subjects";
const ALL: DivisionScope = DivisionScope::All;

fn add(subject: impl ToString, role: impl ToString, place: DivisionScope) -> Ask {
    let (subject, role) = (subject.to_string(), role.to_string());
    post(format!("{PATH}/{subject}/bulkadd"))
        .json(&json!({ "grants": [{ "roleId": role, "divisionId": place.to_string() }] }))
}

#[tokio::test]
async fn each_operation_asks_for_its_own_permission() {
    let world = World::new().await;
    let (robot, user) = (world.robot(&[]).await.id.to_string(), world.person("Ada", &[]).await.to_string());
    let viewer = world.acme.viewer.to_string();
    let pair = json!({ "grants": [{ "roleId": viewer, "divisionId": "*" }] });
    let none = json!({ "grants": [] });
    let mut table = Table::default();
    for permissions in [
        &["authorization:grant:add", "oauth:client:view"][..],
        &["authorization:grant:delete", "oauth:client:view"],
        &["authorization:grant:add", "authorization:grant:delete", "oauth:client:view"],
        &["authorization:grant:view", "oauth:client:view"],
    ] {
        let token = world.may(permissions).await;
        let one = format!("{PATH}/{robot}/divisions/*/roles/{viewer}");
        let role = format!("/api/v2/authorization/roles/{viewer}");
        let mut allowed = Vec::new();
        for (what, ask) in [
            ("bulkadd", post(format!("{PATH}/{robot}/bulkadd")).json(&pair)),
            ("bulkremove", post(format!("{PATH}/{robot}/bulkremove")).json(&pair)),
            ("bulkreplace by it", post(format!("{PATH}/{robot}/bulkreplace")).json(&pair)),
            ("bulkreplace by none", post(format!("{PATH}/{robot}/bulkreplace")).json(&none)),
            ("grant", post(&one)),
            ("take", delete(&one)),
            ("grant to many", post(&role).json(&json!({ "subjectIds": [robot], "divisionIds": ["*"] }))),
            ("users/add", put(format!("{role}/users/add")).json(&json!([user]))),
            ("users/remove", put(format!("{role}/users/remove")).json(&json!([user]))),
            ("roles", put(format!("/api/v2/users/{user}/roles")).json(&json!([viewer]))),
            ("no roles", put(format!("/api/v2/users/{user}/roles")).json(&json!([]))),
        ] {
            let answer = ask.bearer(&token).send(&world).await;
            let code = if answer.status.is_success() { "ok".into() } else { answer.json()["code"].clone() };
            allowed.push(format!("{what}: {} {code}", answer.status.as_u16()));
        }
        table.row(permissions.join(" "), allowed.join("\n    "));
        for id in [&robot, &user] {
            let clean = post(format!("{PATH}/{id}/bulkreplace")).json(&none);
            clean.bearer(&world.administrator().await).send(&world).await;
        }
    }
    transcript!(table);
}

#[tokio::test]
async fn a_caller_grants_what_it_holds_where_it_may_grant() {
    let world = World::new().await;
    let (east, west) = (world.division("East").await, world.division("West").await);
    let one = DivisionScope::One;
    let places = [("East", one(east)), ("West", one(west)), ("everywhere", ALL)];
    let clerk = world.role("clerk", &["oauth:client:view"]).await;
    let chief = world.role("chief", &["oauth:client:view", "oauth:client:delete"]).await;
    let all_of_it = ["authorization:grant:add", "authorization:grant:delete", "oauth:client:view"];
    let in_east = world.may_in(one(east), &all_of_it).await;
    let grantor = world.role("grantor", &all_of_it[..2]).await;
    let apart = world.token(&world.robot(&[(grantor, ALL), (clerk, one(east))]).await).await;
    let both = world.token(&world.robot(&[(grantor, one(east)), (chief, ALL)]).await).await;
    let mut table = Table::default();
    table.name(east, "East");
    table.name(west, "West");
    for (who, token) in [
        ("a grantor and clerk in East", &in_east),
        ("a grantor everywhere, clerk in East", &apart),
        ("a grantor in East, chief everywhere", &both),
    ] {
        for (place, division) in places {
            for (what, role) in [("clerk", clerk), ("chief", chief)] {
                let robot = world.robot(&[]).await;
                let made = add(robot.id, role, division).bearer(token).send(&world).await;
                table.row(format!("{who} grants {what}: {place}"), made.verdict());
                assert_eq!(world.held(robot.id).await.is_empty(), !made.status.is_success());
                let robot = world.robot(&[(role, division)]).await;
                let path = format!("{PATH}/{}/divisions/{division}/roles/{role}", robot.id);
                let taken = delete(path).bearer(token).send(&world).await;
                assert_eq!(world.held(robot.id).await.is_empty(), taken.status.is_success());
                assert_eq!(taken.status, made.status, "what can be granted can be taken away: {taken}");
            }
        }
    }
    transcript!(table);
}

#[tokio::test]
async fn replacing_takes_nothing_away_that_the_caller_may_not_take() {
    let world = World::new().await;
    let east = world.division("East").await;
    let one = DivisionScope::One(east);
    let clerk = world.role("clerk", &["oauth:client:view"]).await;
    let in_east = world
        .may_in(one, &["authorization:grant:add", "authorization:grant:delete", "oauth:client:view"])
        .await;
    let replace = |robot: &crate::world::Robot, pairs: &[(&str, String)]| {
        let pairs: Vec<_> =
            pairs.iter().map(|(role, place)| json!({ "roleId": role, "divisionId": place })).collect();
        post(format!("{PATH}/{}/bulkreplace", robot.id)).bearer(&in_east).json(&json!({ "grants": pairs }))
    };
    let role = clerk.to_string();
    let robot = world.robot(&[(clerk, one), (clerk, ALL)]).await;
    let answer = replace(&robot, &[(&role, east.to_string())]).send(&world).await;
    assert_eq!(answer.json()["code"], "missing.division.permissions", "{answer}");
    assert_eq!(world.held(robot.id).await, [(clerk, one), (clerk, ALL)]);
    // What stays need not be the caller's to take.
    let answer = replace(&robot, &[(&role, "*".to_owned())]).send(&world).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer}");
    assert_eq!(world.held(robot.id).await, [(clerk, ALL)]);
    let answer = replace(&robot, &[(&role, "*".to_owned()), (&role, east.to_string())]).send(&world).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer}");
}

#[tokio::test]
async fn of_many_all_get_it_or_none() {
    let world = World::new().await;
    let grantor = world.may(&["authorization:grant:add", "oauth:client:view"]).await;
    let (clerk, chief) = (world.role("clerk", &["oauth:client:view"]).await, world.acme.admin);
    let robot = world.robot(&[]).await;
    let pairs = [clerk, chief].map(|role| json!({ "roleId": role.to_string(), "divisionId": "*" }));
    let ask = post(format!("{PATH}/{}/bulkadd", robot.id)).json(&json!({ "grants": pairs }));
    let answer = ask.bearer(&grantor).send(&world).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{answer}");
    assert_eq!(world.held(robot.id).await, []);
}

#[tokio::test]
async fn nobody_raises_themselves() {
    let world = World::new().await;
    let role = world.role("grantor", &["authorization:grant:*", "authorization:role:view"]).await;
    let robot = world.robot(&[(role, ALL)]).await;
    let token = world.token(&robot).await;
    for ask in [
        add(robot.id, world.acme.admin, ALL),
        add(robot.id, world.acme.viewer, DivisionScope::One(world.acme.home)),
        put(format!("/api/v2/users/{}/roles", robot.id)).json(&json!([world.acme.admin.to_string()])),
    ] {
        let answer = ask.bearer(&token).send(&world).await;
        assert_eq!(answer.json()["code"], "missing.division.permission.implied", "{answer}");
    }
    assert_eq!(world.held(robot.id).await, [(role, ALL)]);
}

#[tokio::test]
async fn whoever_lost_a_permission_meanwhile_grants_nothing() {
    let world = World::new().await;
    let role = world.role("grantor", &["authorization:grant:add", "oauth:client:view"]).await;
    // What the counter does not name, a commit does not see: so it is known that the loss comes between.
    for (counted, status) in [(false, StatusCode::NO_CONTENT), (true, StatusCode::FORBIDDEN)] {
        let (grantor, robot) = (world.robot(&[(role, ALL)]).await, world.robot(&[]).await);
        let token = world.token(&grantor).await;
        let request = add(robot.id, world.acme.viewer, ALL).bearer(&token).send(&world);
        let loses = async {
            if counted {
                world.strip_elsewhere(&grantor).await;
            } else {
                world.elsewhere(vec![world.grants(grantor.id, &[])]).await;
            }
        };
        let (answer, ()) = tokio::join!(biased; request, loses);
        assert_eq!(answer.status, status, "{answer}");
        assert_eq!(world.held(robot.id).await.is_empty(), counted);
    }
}

#[tokio::test]
async fn a_client_is_given_no_role_that_its_maker_lost_meanwhile() {
    let world = World::new().await;
    let role = world.role("maker", &["oauth:client:*"]).await;
    let body = json!({
        "name": "Machine", "authorizedGrantType": "CLIENT-CREDENTIALS",
        "roleDivisions": [{ "roleId": world.acme.viewer.to_string(), "divisionId": "*" }],
    });
    for (counted, status) in [(false, StatusCode::OK), (true, StatusCode::BAD_REQUEST)] {
        for which in ["create", "update", "reset"] {
            let (maker, target) =
                (world.robot(&[(role, ALL)]).await, world.robot(&[(world.acme.viewer, ALL)]).await);
            let token = world.token(&maker).await;
            let ask = match which {
                "create" => post("/api/v2/oauth/clients").json(&body),
                "update" => put(target.path()).json(&body),
                _ => post(format!("{}/secret", target.path())),
            };
            let loses = async {
                if counted {
                    world.strip_elsewhere(&maker).await;
                } else {
                    world.elsewhere(vec![world.grants(maker.id, &[])]).await;
                }
            };
            let (answer, ()) = tokio::join!(biased; ask.bearer(&token).send(&world), loses);
            assert_eq!(answer.status, status, "{which}\n{answer}");
        }
    }
}
