//! Roles and the escalation guard: nobody puts into a role, or takes out of it, what they do not hold themselves.

use axum::http::StatusCode;
use chancery_core::rbac::DivisionScope;
use chancery_core::types::RoleId;
use chancery_store::Store;
use serde_json::{Value, json};

use crate::world::{Table, World, delete, patch, post, put, transcript};

const PATH: &str = "/api/v2/authorization/roles";

fn policy(name: &str, [domain, entity, action]: [&str; 3]) -> Value {
    json!({ "name": name, "permissionPolicies": [{ "domain": domain, "entityName": entity, "actionSet": [action] }] })
}

const VIEW: [&str; 3] = ["oauth", "client", "view"];
const ADD: [&str; 3] = ["oauth", "client", "add"];

#[tokio::test]
async fn a_role_is_made_of_what_its_maker_holds() {
    let world = World::new().await;
    let token = world.may(&["authorization:role:add", "oauth:client:view", "group_creation"]).await;
    let mut table = Table::default();
    for (case, body) in [
        ("nothing", json!({ "name": "a" })),
        ("held", policy("b", VIEW)),
        ("not held", policy("c", ADD)),
        ("every action", policy("d", ["oauth", "client", "*"])),
        ("every entity", policy("e", ["oauth", "*", "view"])),
        ("every domain", policy("f", ["*", "client", "view"])),
        (
            "no action at all",
            json!({ "name": "g", "permissionPolicies": [{ "domain": "oauth", "entityName": "token", "actionSet": [] }] }),
        ),
        ("a word that is held", json!({ "name": "h", "permissions": ["group_creation"] })),
        ("a word that is not held", json!({ "name": "i", "permissions": ["admin"] })),
        (
            "not held, on some things only",
            json!({ "name": "j", "permissionPolicies": [{
            "domain": "oauth", "entityName": "client", "actionSet": ["edit"], "namedResources": ["c1"],
        }] }),
        ),
        (
            "eleven that are not held",
            json!({ "name": "k", "permissionPolicies": [{
            "domain": "oauth", "entityName": "token",
            "actionSet": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"],
        }] }),
        ),
    ] {
        table.row(case, post(PATH).bearer(&token).json(&body).send(&world).await.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn what_is_held_on_some_things_only_is_not_handed_on() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let body = json!({ "name": "some", "permissionPolicies": [
        { "domain": "authorization", "entityName": "role", "actionSet": ["add"] },
        { "domain": "oauth", "entityName": "client", "actionSet": ["view"], "namedResources": ["c1"] },
    ] });
    let made = post(PATH).bearer(&admin).json(&body).send(&world).await.json();
    let role = RoleId::parse(made["id"].as_str().expect("text")).expect("a UUID");
    let holder = world.token(&world.robot(&[(role, DivisionScope::All)]).await).await;
    let answer = post(PATH).bearer(&holder).json(&policy("all", VIEW)).send(&world).await;
    assert_eq!(answer.json()["code"], "missing.permissions", "{answer}");
}

#[tokio::test]
async fn a_role_is_changed_by_whoever_holds_what_it_carries_before_and_after() {
    let world = World::new().await;
    let token =
        world.may(&["authorization:role:edit", "authorization:role:delete", "oauth:client:view"]).await;
    let both: &[&str] = &["oauth:client:view", "oauth:client:add"];
    let mut table = Table::default();
    for (case, before, after) in [
        ("less to nothing", &both[..1], json!({ "name": "x" })),
        ("less to other", &both[..1], policy("x", ADD)),
        ("nothing to less", &[], policy("x", VIEW)),
        ("more to less", both, policy("x", VIEW)),
        ("more to nothing", both, json!({ "name": "x" })),
        ("a word to nothing", &["admin"], json!({ "name": "x" })),
    ] {
        let role = world.role("x", before).await;
        let path = format!("{PATH}/{role}");
        let replaced = put(&path).bearer(&token).json(&after).send(&world).await;
        table.row(case, replaced.verdict());
        world.write(vec![chancery_core::write::Write::DeleteRole(world.acme.id, role)]).await;
        let role = world.role("x", before).await;
        let path = format!("{PATH}/{role}");
        let marked = patch(&path).bearer(&token).json(&json!({ "roleNeedsUpdate": true })).send(&world).await;
        assert_eq!(marked.status, StatusCode::OK, "a mark gives nobody anything: {marked}");
        let gone = delete(&path).bearer(&token).send(&world).await;
        table.row(format!("{case}: deleted"), gone.verdict());
        if !gone.status.is_success() {
            world.write(vec![chancery_core::write::Write::DeleteRole(world.acme.id, role)]).await;
        }
    }
    transcript!(table);
}

#[tokio::test]
async fn what_is_held_in_a_division_makes_roles_and_changes_none() {
    let world = World::new().await;
    let (east, west) = (world.division("East").await, world.division("West").await);
    let one = DivisionScope::One;
    let everything = ["authorization:role:*", "oauth:client:*"];
    let in_east = world.may_in(one(east), &everything).await;
    let made = post(PATH).bearer(&in_east).json(&policy("new", ADD)).send(&world).await;
    assert_eq!(made.status, StatusCode::OK, "a role that nobody holds gives nobody anything: {made}");
    let mut table = Table::default();
    for (case, places) in [
        ("nowhere", &[][..]),
        ("in East", &[one(east)]),
        ("in West", &[one(west)]),
        ("in both", &[one(east), one(west)]),
        ("everywhere", &[DivisionScope::All]),
    ] {
        let role = world.role("x", &["oauth:client:view"]).await;
        let held: Vec<_> = places.iter().map(|place| (role, *place)).collect();
        world.robot(&held).await;
        let path = format!("{PATH}/{role}");
        let replaced = put(&path).bearer(&in_east).json(&policy("x", ADD)).send(&world).await;
        table.row(format!("granted {case}: replaced"), replaced.verdict());
        let gone = delete(&path).bearer(&in_east).send(&world).await;
        table.row(format!("granted {case}: deleted"), gone.verdict());
        if !gone.status.is_success() {
            world.write(vec![chancery_core::write::Write::DeleteRole(world.acme.id, role)]).await;
        }
    }
    transcript!(table);
}

#[tokio::test]
async fn what_is_held_here_and_there_does_not_add_up_to_a_new_role() {
    let world = World::new().await;
    let (east, west) = (world.division("East").await, world.division("West").await);
    let view = world.role("view", &["oauth:client:view", "authorization:role:add"]).await;
    let add = world.role("add", &["oauth:client:add"]).await;
    let one = DivisionScope::One;
    let both = json!({ "name": "x", "permissionPolicies": [{ "domain": "oauth", "entityName": "client", "actionSet": ["view", "add"] }] });
    let ask = async |roles: &[(RoleId, DivisionScope)]| {
        let token = world.token(&world.robot(roles).await).await;
        post(PATH).bearer(&token).json(&both).send(&world).await.status.as_u16()
    };
    assert_eq!(ask(&[(view, one(east)), (add, one(west))]).await, 403);
    assert_eq!(ask(&[(view, one(east)), (add, DivisionScope::All)]).await, 200);
}

#[tokio::test]
async fn whoever_lost_a_permission_meanwhile_makes_no_role_of_it() {
    let world = World::new().await;
    let role = world.role("maker", &["authorization:role:add", "oauth:client:add"]).await;
    // What the counter does not name, a commit does not see: so it is known that the loss comes between.
    for (counted, status) in [(false, StatusCode::OK), (true, StatusCode::FORBIDDEN)] {
        let robot = world.robot(&[(role, DivisionScope::All)]).await;
        let token = world.token(&robot).await;
        let body = policy(&format!("counted {counted}"), ADD);
        let request = post(PATH).bearer(&token).json(&body).send(&world);
        let loses = async {
            if counted {
                world.strip_elsewhere(&robot).await;
            } else {
                world.elsewhere(vec![world.grants(robot.id, &[])]).await;
            }
        };
        let (answer, ()) = tokio::join!(biased; request, loses);
        assert_eq!(answer.status, status, "{answer}");
        let is_there = world
            .store
            .roles(world.acme.id)
            .await
            .expect("reads")
            .iter()
            .any(|it| it.name.starts_with("counted true"));
        assert!(!is_there);
    }
}
