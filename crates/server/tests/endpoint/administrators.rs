//! The last administrator of an organization stays: whoever can act, and holds everything in all divisions.

use axum::http::StatusCode;
use chancery_core::client::ClientState;
use chancery_core::rbac::DivisionScope;
use serde_json::{Value, json};

use crate::world::{Ask, Robot, Table, World, delete, get, grant_types, post, put, transcript};

const REFUSED: &str =
    "400 general.bad.request [] The last administrator of the organization cannot be removed.";

/// A client for itself, as `PUT` takes it.
fn client(world: &World, with: Value) -> Value {
    let mut body = json!({
        "name": "Administrator",
        "authorizedGrantType": "CLIENT-CREDENTIALS",
        "roleDivisions": [{ "roleId": world.acme.admin.to_string(), "divisionId": "*" }],
    });
    body.as_object_mut().expect("an object").extend(with.as_object().expect("members").clone());
    body
}

/// Every way to remove the administrator `robot`.
fn ways(world: &World, robot: &Robot) -> Vec<(&'static str, Ask)> {
    let (admin, viewer) = (world.acme.admin, world.acme.viewer);
    let subject = format!("/api/v2/authorization/subjects/{}", robot.id);
    let pair = json!({ "grants": [{ "roleId": admin.to_string(), "divisionId": "*" }] });
    let home = world.acme.home;
    let changed = |with: Value| put(robot.path()).json(&client(world, with));
    let role = |with: Value| put(format!("/api/v2/authorization/roles/{admin}")).json(&with);
    let all = json!([{ "domain": "*", "entityName": "*", "actionSet": ["*"] }]);
    vec![
        ("the client is deleted", delete(robot.path())),
        ("the client is disabled", changed(json!({ "state": "disabled" }))),
        ("the client becomes inactive", changed(json!({ "state": "inactive" }))),
        (
            "the client becomes one for users",
            changed(json!({ "authorizedGrantType": "CODE", "scope": ["users"] })),
        ),
        (
            "the client gets another role",
            changed(json!({ "roleDivisions": [{ "roleId": viewer.to_string(), "divisionId": "*" }] })),
        ),
        (
            "the client gets the role at home",
            changed(json!({ "roleDivisions": null, "roleIds": [admin.to_string()] })),
        ),
        ("the grant is deleted", delete(format!("{subject}/divisions/*/roles/{admin}"))),
        ("the grant is removed", post(format!("{subject}/bulkremove")).json(&pair)),
        (
            "the grants are replaced by none",
            post(format!("{subject}/bulkreplace")).json(&json!({ "grants": [] })),
        ),
        (
            "the grants are replaced by one at home",
            post(format!("{subject}/bulkreplace")).json(
                &json!({ "grants": [{ "roleId": admin.to_string(), "divisionId": home.to_string() }] }),
            ),
        ),
        ("the roles are replaced by none", put(format!("/api/v2/users/{}/roles", robot.id)).json(&json!([]))),
        (
            "the roles are replaced by another",
            put(format!("/api/v2/users/{}/roles", robot.id)).json(&json!([viewer.to_string()])),
        ),
        ("the role is deleted", delete(format!("/api/v2/authorization/roles/{admin}"))),
        ("the role loses its word", role(json!({ "name": "admin", "permissionPolicies": all }))),
        ("the role loses its policy", role(json!({ "name": "admin", "permissions": ["admin"] }))),
        (
            "the role is narrowed to some things",
            role(json!({ "name": "admin", "permissions": ["admin"], "permissionPolicies": [{
            "domain": "*", "entityName": "*", "actionSet": ["*"], "namedResources": ["x"],
        }] })),
        ),
    ]
}

#[tokio::test]
async fn there_is_no_way_to_remove_the_last_administrator() {
    let world = World::new().await;
    let token = world.administrator().await;
    let before = get(world.acme.robot.path()).bearer(&token).send(&world).await.json();
    for (way, ask) in ways(&world, &world.acme.robot) {
        let answer = ask.bearer(&token).send(&world).await;
        assert_eq!(answer.verdict(), REFUSED, "{way}");
    }
    assert_eq!(get(world.acme.robot.path()).bearer(&token).send(&world).await.json(), before);
}

#[tokio::test]
async fn one_of_two_administrators_may_go() {
    let one = World::new().await;
    for number in 0..ways(&one, &one.acme.robot).len() {
        let world = World::new().await;
        let second = world.second_administrator().await;
        let token = world.token(&second).await;
        let (way, ask) = ways(&world, &world.acme.robot).swap_remove(number);
        let answer = ask.bearer(&token).send(&world).await;
        // Who changes the role changes it for both.
        let both = way.starts_with("the role ");
        assert_eq!(answer.verdict() == REFUSED, both, "{way}\n{answer}");
        assert_eq!(answer.status.is_success(), !both, "{way}\n{answer}");
        let still = get(second.path()).bearer(&token).send(&world).await;
        assert_eq!(still.status, StatusCode::OK, "{way}\n{still}");
    }
}

#[tokio::test]
async fn an_administrator_is_whoever_can_act_and_holds_everything_everywhere() {
    let (machine, web) = ("CLIENT-CREDENTIALS", "CODE");
    let mut table = Table::default();
    for (second, roles, everywhere, state, grant_type) in [
        ("nobody", &[][..], true, ClientState::Active, machine),
        ("a client with the role", &[&["*:*:*", "admin"][..]], true, ClientState::Active, machine),
        ("an inactive one", &[&["*:*:*", "admin"]], true, ClientState::Inactive, machine),
        ("a disabled one", &[&["*:*:*", "admin"]], true, ClientState::Disabled, machine),
        ("one for users", &[&["*:*:*", "admin"]], true, ClientState::Active, web),
        ("one with the role at home", &[&["*:*:*", "admin"]], false, ClientState::Active, machine),
        ("one without the word", &[&["*:*:*"]], true, ClientState::Active, machine),
        ("one that has it in two roles", &[&["*:*:*"], &["admin"]], true, ClientState::Active, machine),
        (
            "one with much",
            &[&["oauth:*:*", "authorization:*:*", "admin"]],
            true,
            ClientState::Active,
            machine,
        ),
    ] {
        let world = World::new().await;
        let place = if everywhere { DivisionScope::All } else { DivisionScope::One(world.acme.home) };
        let robot = world.client(|it| (it.state, it.grant_types) = (state, grant_types(grant_type))).await;
        let mut held = Vec::new();
        for permissions in roles {
            held.push((world.role(&format!("may {}", permissions.join(" ")), permissions).await, place));
        }
        world.grant(robot.id, &held).await;
        let token = world.administrator().await;
        let answer = delete(world.acme.robot.path()).bearer(&token).send(&world).await;
        table.row(format!("beside {second}"), answer.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn a_user_administers_once_users_can_get_tokens() {
    let world = World::new().await;
    let token = world.administrator().await;
    // The founder's user holds the role, and does not count yet; so it may lose it.
    let answer = put(format!("/api/v2/users/{}/roles", world.acme.user)).bearer(&token).json(&json!([]));
    assert_eq!(answer.send(&world).await.status, StatusCode::OK);
    assert_eq!(world.held(world.acme.user).await, []);
}

#[tokio::test]
async fn each_organization_has_its_own() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let token = world.token(&other.robot).await;
    let answer = delete(other.robot.path()).bearer(&token).send(&world).await;
    assert_eq!(answer.verdict(), REFUSED);
}

#[tokio::test]
async fn two_who_remove_each_other_leave_one() {
    let one = World::new().await;
    for number in 0..ways(&one, &one.acme.robot).len() {
        let world = World::new().await;
        let second = world.second_administrator().await;
        let tokens = [world.administrator().await, world.token(&second).await];
        let (way, first_goes) = ways(&world, &world.acme.robot).swap_remove(number);
        let (_, second_goes) = ways(&world, &second).swap_remove(number);
        if way.starts_with("the role ") {
            continue;
        }
        let answers = tokio::join!(
            biased;
            second_goes.bearer(&tokens[0]).send(&world),
            first_goes.bearer(&tokens[1]).send(&world),
        );
        // The second finds that it holds nothing any more, or that nobody else is left.
        assert!(answers.0.status.is_success(), "{way}\n{}", answers.0);
        assert!(answers.1.status.is_client_error(), "{way}\n{}", answers.1);
        let still = get(world.acme.robot.path()).bearer(&tokens[0]).send(&world).await;
        assert_eq!(still.status, StatusCode::OK, "{way}\n{still}");
    }
}

#[tokio::test]
async fn an_administrator_who_is_gone_elsewhere_is_nobody_to_rely_on() {
    for (counted, status) in [(false, StatusCode::NO_CONTENT), (true, StatusCode::BAD_REQUEST)] {
        let world = World::new().await;
        let second = world.second_administrator().await;
        let token = world.administrator().await;
        let request = delete(world.acme.robot.path()).bearer(&token).send(&world);
        let goes = async {
            if counted {
                world.strip_elsewhere(&second).await;
            } else {
                world.elsewhere(vec![world.grants(second.id, &[])]).await;
            }
        };
        let (answer, ()) = tokio::join!(biased; request, goes);
        assert_eq!(answer.status, status, "{answer}");
    }
}

#[tokio::test]
async fn a_built_in_role_that_administers_is_not_reset_from_under_the_last_administrator() {
    let world = World::new().await;
    let token = world.administrator().await;
    let mighty = json!({ "name": "oauth viewer", "permissions": ["admin"], "permissionPolicies": [
        { "domain": "*", "entityName": "*", "actionSet": ["*"] },
    ] });
    let viewer = format!("/api/v2/authorization/roles/{}", world.acme.viewer);
    put(viewer).bearer(&token).json(&mighty).send(&world).await;
    let own = format!("/api/v2/authorization/subjects/{}/bulkreplace", world.acme.robot.id);
    let pair = json!({ "grants": [{ "roleId": world.acme.viewer.to_string(), "divisionId": "*" }] });
    let answer = post(own).bearer(&token).json(&pair).send(&world).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer}");
    let named = json!([{ "defaultRoleId": "oauthViewer" }]);
    let answer = put("/api/v2/authorization/roles/default").bearer(&token).json(&named).send(&world).await;
    assert_eq!(answer.verdict(), REFUSED);
}
