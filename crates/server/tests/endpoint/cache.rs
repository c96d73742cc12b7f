//! What a node remembers, at the seams: what another node changed, a refusal, an age, a silence.

use axum::http::StatusCode;
use chancery_core::client::{Client, ClientState};
use chancery_core::organization::Division;
use chancery_core::rbac::{DivisionScope, Role};
use chancery_core::types::{DivisionId, RoleId};
use chancery_core::write::{Changed, Revoked, RevokedId, Write};
use chancery_store::Store;
use serde_json::json;

use crate::world::{Robot, START, World, delete, get, head, post, put, transcript};

/// A refusal stands on what was read within the last tenth of a second.
const A_MOMENT: i64 = 100;

async fn viewer(world: &World) -> Robot {
    world.robot(&[(world.acme.viewer, DivisionScope::All)]).await
}

/// The client as it stands in the store, changed on another node.
async fn change_elsewhere(world: &World, robot: &Robot, change: impl FnOnce(&mut Client)) {
    let mut client = world.stored(robot.id).await;
    change(&mut client);
    world.elsewhere(vec![Write::ReplaceClient(Box::new(client))]).await;
}

async fn name_of(world: &World, robot: &Robot, token: &str) -> String {
    let answer = get(robot.path()).bearer(token).send(world).await;
    answer.json()["name"].as_str().expect("text").to_owned()
}

async fn proves(world: &World, robot: &Robot, secret: &str) -> bool {
    let request = post("/oauth/token").basic(&robot.id.to_string(), secret);
    request.form("grant_type=client_credentials").send(world).await.status.is_success()
}

async fn status(world: &World, path: &str, token: &str) -> u16 {
    get(path).bearer(token).send(world).await.status.as_u16()
}

#[tokio::test]
async fn a_change_made_elsewhere_shows_once_it_is_heard_of() {
    let world = World::new().await;
    let (token, robot) = (world.administrator().await, viewer(&world).await);
    assert_eq!(name_of(&world, &robot, &token).await, "Robot");
    change_elsewhere(&world, &robot, |client| client.name = "Renamed".to_owned()).await;
    world.pass(1000);
    assert_eq!(name_of(&world, &robot, &token).await, "Robot");
    world.hears(Changed::Client(robot.id)).await;
    assert_eq!(name_of(&world, &robot, &token).await, "Renamed");
}

#[tokio::test]
async fn no_memory_is_older_than_a_minute() {
    let world = World::new().await;
    let (token, robot) = (world.administrator().await, viewer(&world).await);
    assert_eq!(name_of(&world, &robot, &token).await, "Robot");
    change_elsewhere(&world, &robot, |client| client.name = "Renamed".to_owned()).await;
    world.pass(59_999);
    assert_eq!(name_of(&world, &robot, &token).await, "Robot");
    world.pass(1);
    assert_eq!(name_of(&world, &robot, &token).await, "Renamed");
}

#[tokio::test]
async fn the_list_of_clients_is_never_from_memory() {
    let world = World::new().await;
    let (token, robot) = (world.administrator().await, viewer(&world).await);
    assert_eq!(name_of(&world, &robot, &token).await, "Robot");
    change_elsewhere(&world, &robot, |client| client.name = "Renamed".to_owned()).await;
    let listed = get("/api/v2/oauth/clients").bearer(&token).send(&world).await;
    assert_eq!(listed.each("name"), ["Administrator", "Renamed"]);
}

#[tokio::test]
async fn absence_is_not_remembered() {
    let world = World::new().await;
    let token = world.administrator().await;
    let like = world.stored(world.acme.robot.id).await;
    let robot = world.robot(&[]).await;
    let twin = Client { secrets: Vec::new(), ..world.stored(robot.id).await };
    world.write(vec![Write::DeleteClient(world.acme.id, robot.id)]).await;
    assert_eq!(status(&world, &robot.path(), &token).await, 404);
    world
        .elsewhere(vec![Write::CreateClient(Box::new(Client { organization: like.organization, ..twin }))])
        .await;
    assert_eq!(status(&world, &robot.path(), &token).await, 200);
}

#[tokio::test]
async fn a_secret_reset_elsewhere_is_good_here_at_once() {
    let world = World::new().await;
    let robot = viewer(&world).await;
    assert!(proves(&world, &robot, robot.secret.expose()).await);
    let fresh = world.fresh_secret();
    world.elsewhere(vec![Write::ReplaceSecrets(robot.id, vec![world.secret(&fresh, None)])]).await;
    world.pass(A_MOMENT);
    assert!(proves(&world, &robot, fresh.expose()).await, "no refusal is decided from memory alone");
    // What was loaded for it is remembered, so the old secret is dead as well.
    assert!(!proves(&world, &robot, robot.secret.expose()).await);
}

#[tokio::test]
async fn a_secret_replaced_elsewhere_is_good_here_until_that_is_heard_of() {
    let world = World::new().await;
    let robot = viewer(&world).await;
    assert!(proves(&world, &robot, robot.secret.expose()).await);
    let fresh = world.secret(&world.fresh_secret(), None);
    world.elsewhere(vec![Write::ReplaceSecrets(robot.id, vec![fresh])]).await;
    world.pass(A_MOMENT);
    assert!(proves(&world, &robot, robot.secret.expose()).await);
    world.hears(Changed::Client(robot.id)).await;
    assert!(!proves(&world, &robot, robot.secret.expose()).await);
}

#[tokio::test]
async fn wrong_secrets_load_the_client_once_a_moment_and_no_more() {
    let world = World::new().await;
    let robot = viewer(&world).await;
    // The first is loaded because memory is empty, the second because it is to be refused.
    assert!(!proves(&world, &robot, "wrong").await);
    assert!(!proves(&world, &robot, "wrong").await);
    let fresh = world.fresh_secret();
    world.elsewhere(vec![Write::ReplaceSecrets(robot.id, vec![world.secret(&fresh, None)])]).await;
    world.pass(A_MOMENT - 1);
    assert!(!proves(&world, &robot, fresh.expose()).await);
    world.pass(1);
    assert!(proves(&world, &robot, fresh.expose()).await);
}

#[tokio::test]
async fn a_client_disabled_elsewhere_is_out_once_that_is_heard_of() {
    let world = World::new().await;
    let robot = viewer(&world).await;
    let token = world.token(&robot).await;
    assert_eq!(status(&world, "/api/v2/tokens/me", &token).await, 200);
    change_elsewhere(&world, &robot, |client| {
        client.state = ClientState::Disabled;
        client.epoch += 1;
    })
    .await;
    world.pass(A_MOMENT);
    assert_eq!(status(&world, "/api/v2/tokens/me", &token).await, 200);
    world.hears(Changed::Client(robot.id)).await;
    assert_eq!(status(&world, "/api/v2/tokens/me", &token).await, 401);
    assert!(!proves(&world, &robot, robot.secret.expose()).await);
    // Enabled elsewhere: new tokens at once, the old ones never.
    change_elsewhere(&world, &robot, |client| client.state = ClientState::Active).await;
    world.pass(A_MOMENT);
    assert!(proves(&world, &robot, robot.secret.expose()).await);
    assert_eq!(status(&world, "/api/v2/tokens/me", &token).await, 401);
}

#[tokio::test]
async fn a_client_deleted_elsewhere_is_out_once_that_is_heard_of() {
    let world = World::new().await;
    let (admin, robot) = (world.administrator().await, viewer(&world).await);
    let token = world.token(&robot).await;
    assert_eq!(status(&world, &robot.path(), &token).await, 200);
    world.elsewhere(vec![Write::DeleteClient(world.acme.id, robot.id)]).await;
    world.pass(A_MOMENT);
    // Writers learn it from the store.
    let answer = post(format!("{}/secret", robot.path())).bearer(&admin).send(&world).await;
    assert_eq!(answer.json()["code"], "client.not.found", "{answer}");
    world.hears(Changed::Client(robot.id)).await;
    assert_eq!(status(&world, "/api/v2/tokens/me", &token).await, 401);
    assert_eq!(status(&world, &robot.path(), &admin).await, 404);
}

#[tokio::test]
async fn a_role_granted_elsewhere_counts_at_once_and_one_taken_once_that_is_heard_of() {
    let world = World::new().await;
    let robot = world.robot(&[]).await;
    let token = world.token(&robot).await;
    let path = robot.path();
    assert_eq!(status(&world, &path, &token).await, 403);
    world.elsewhere(vec![world.grants(robot.id, &[(world.acme.viewer, DivisionScope::All)])]).await;
    world.pass(A_MOMENT);
    assert_eq!(status(&world, &path, &token).await, 200);
    world.elsewhere(vec![world.grants(robot.id, &[])]).await;
    world.pass(A_MOMENT);
    assert_eq!(status(&world, &path, &token).await, 200);
    world.hears(Changed::RoleGrants(robot.id.into())).await;
    assert_eq!(status(&world, &path, &token).await, 403);
}

#[tokio::test]
async fn a_role_and_a_division_made_elsewhere_can_be_handed_out_at_once() {
    let world = World::new().await;
    let token = world.administrator().await;
    // Memory has the roles and divisions as they were.
    for path in ["/api/v2/authorization/roles", "/api/v2/authorization/divisions"] {
        assert_eq!(status(&world, path, &token).await, 200);
    }
    let (role, division) = make_elsewhere(&world).await;
    world.pass(A_MOMENT);
    let body = json!({
        "name": "Machine",
        "authorizedGrantType": "CLIENT-CREDENTIALS",
        "roleDivisions": [{ "roleId": role.to_string(), "divisionId": division.to_string() }],
    });
    let answer = post("/api/v2/oauth/clients").bearer(&token).json(&body).send(&world).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer}");
}

/// A role and a division, made on another node.
async fn make_elsewhere(world: &World) -> (RoleId, DivisionId) {
    let role = world.store.roles(world.acme.id).await.expect("reads").remove(0);
    let id = RoleId::from(uuid::Uuid::from_u128(7));
    let role = Role { id, name: "made elsewhere".to_owned(), ..role };
    let organization = world.acme.id;
    let (name, description) = ("Elsewhere".to_owned(), String::new());
    let division = DivisionId::from(uuid::Uuid::from_u128(8));
    let made = Division { id: division, organization, name, description, home: false };
    world.elsewhere(vec![Write::CreateRole(role), Write::CreateDivision(made)]).await;
    (id, division)
}

#[tokio::test]
async fn a_role_made_elsewhere_is_found_at_once() {
    let world = World::new().await;
    let token = world.administrator().await;
    assert_eq!(status(&world, "/api/v2/authorization/roles", &token).await, 200);
    let (role, _) = make_elsewhere(&world).await;
    world.pass(A_MOMENT);
    let answer = get(format!("/api/v2/authorization/roles/{role}")).bearer(&token).send(&world).await;
    assert_eq!(answer.status, StatusCode::OK, "no refusal is decided from memory alone\n{answer}");
}

#[tokio::test]
async fn a_division_made_elsewhere_is_found_at_once() {
    let world = World::new().await;
    let token = world.administrator().await;
    assert_eq!(status(&world, "/api/v2/authorization/divisions", &token).await, 200);
    let (_, division) = make_elsewhere(&world).await;
    world.pass(A_MOMENT);
    let answer = get(format!("/api/v2/authorization/divisions/{division}")).bearer(&token).send(&world).await;
    assert_eq!(answer.status, StatusCode::OK, "no refusal is decided from memory alone\n{answer}");
}

#[tokio::test]
async fn a_token_revoked_elsewhere_is_out_once_that_is_heard_of() {
    let world = World::new().await;
    let (token, sister) = (world.administrator().await, world.administrator().await);
    let opened = world.app.open_token(&token).expect("opens");
    let (organization, expires_at) = (world.acme.id, opened.expires_at);
    let revoked = Revoked { organization, id: RevokedId::Token(opened.id), expires_at };
    world.elsewhere(vec![Write::Revoke(revoked)]).await;
    assert_eq!(status(&world, "/api/v2/tokens/me", &token).await, 200);
    world.hears(Changed::Revoked(revoked.id, expires_at)).await;
    assert_eq!(status(&world, "/api/v2/tokens/me", &token).await, 401);
    assert_eq!(status(&world, "/api/v2/tokens/me", &sister).await, 200);
}

#[tokio::test]
async fn a_revocation_made_here_outlives_news_of_others() {
    let world = World::new().await;
    let token = world.administrator().await;
    delete("/api/v2/tokens/me").bearer(&token).send(&world).await;
    world.app.load_revoked().await.expect("loads");
    world.app.forget_everything();
    assert_eq!(status(&world, "/api/v2/tokens/me", &token).await, 401);
}

#[tokio::test]
async fn a_writer_whose_memory_is_old_writes_over_what_is_there_now() {
    let world = World::new().await;
    let (token, robot) = (world.administrator().await, viewer(&world).await);
    assert_eq!(name_of(&world, &robot, &token).await, "Robot");
    change_elsewhere(&world, &robot, |client| {
        client.state = ClientState::Disabled;
        client.epoch = 5;
        client.name = "Renamed".to_owned();
    })
    .await;
    let body = json!({
        "name": "Last",
        "authorizedGrantType": "CLIENT-CREDENTIALS",
        "roleDivisions": [{ "roleId": world.acme.viewer.to_string(), "divisionId": "*" }],
        "state": "disabled",
    });
    let answer = put(robot.path()).bearer(&token).json(&body).send(&world).await;
    assert_eq!((answer.status, &answer.json()["name"]), (StatusCode::OK, &json!("Last")), "{answer}");
    let stored = world.stored(robot.id).await;
    assert_eq!((stored.name.as_str(), stored.epoch, stored.version), ("Last", 5, 3));
    assert_eq!(name_of(&world, &robot, &token).await, "Last");
}

#[tokio::test]
async fn a_writer_whose_memory_is_old_is_refused_on_what_is_there_now() {
    let world = World::new().await;
    let editor = world.may(&["oauth:client:edit", "oauth:client:view"]).await;
    let robot = viewer(&world).await;
    assert_eq!(name_of(&world, &robot, &editor).await, "Robot");
    change_elsewhere(&world, &robot, |client| client.state = ClientState::Disabled).await;
    let body = json!({
        "name": "Last",
        "authorizedGrantType": "CLIENT-CREDENTIALS",
        "roleDivisions": [{ "roleId": world.acme.viewer.to_string(), "divisionId": "*" }],
    });
    let answer = put(robot.path()).bearer(&editor).json(&body).send(&world).await;
    assert_eq!(answer.json()["code"], "bad.client.state", "{answer}");
    assert_eq!(world.stored(robot.id).await.name, "Robot");
}

#[tokio::test]
async fn who_takes_over_a_client_is_judged_by_the_roles_that_it_has_now() {
    let world = World::new().await;
    let editor = world.may(&["oauth:client:edit", "oauth:client:view"]).await;
    let robot = viewer(&world).await;
    assert_eq!(name_of(&world, &robot, &editor).await, "Robot");
    // Elsewhere the client is made an administrator, through the registry: with its version.
    let client = world.stored(robot.id).await;
    let grants = world.grants(robot.id, &[(world.acme.admin, DivisionScope::All)]);
    world.elsewhere(vec![Write::ReplaceClient(Box::new(client)), grants]).await;
    let answer = post(format!("{}/secret", robot.path())).bearer(&editor).send(&world).await;
    assert_eq!(answer.json()["code"], "bad.client.role", "{answer}");
    assert!(proves(&world, &robot, robot.secret.expose()).await);
}

#[tokio::test]
async fn what_this_node_writes_it_sees_at_once() {
    let world = World::new().await;
    let (token, robot) = (world.administrator().await, viewer(&world).await);
    for name in ["One", "Two", "Three"] {
        let body = json!({
            "name": name,
            "authorizedGrantType": "CLIENT-CREDENTIALS",
            "roleDivisions": [{ "roleId": world.acme.viewer.to_string(), "divisionId": "*" }],
        });
        put(robot.path()).bearer(&token).json(&body).send(&world).await;
        assert_eq!(name_of(&world, &robot, &token).await, name);
    }
}

#[tokio::test]
async fn a_deaf_node_judges_no_tokens_but_issues_them() {
    let world = World::new().await;
    let token = world.administrator().await;
    world.pass_in_silence(60_000);
    assert_eq!(status(&world, "/api/v2/tokens/me", &token).await, 200);
    assert_eq!(get("/health/ready").send(&world).await.status, StatusCode::OK);
    world.pass_in_silence(1);
    transcript!(
        get("/api/v2/tokens/me").bearer(&token).send(&world).await,
        head("/api/v2/tokens/me").bearer("rubbish").send(&world).await,
        get("/api/v2/tokens/me").send(&world).await,
        get("/health/ready").send(&world).await,
        get("/health/live").send(&world).await,
    );
    world.pass_in_silence(1_000);
    assert_eq!(status(&world, "/api/v2/nowhere", &token).await, 503);
    let later = world.administrator().await;
    world.app.heard(&[], world.now());
    assert_eq!(world.app.heard_at().millis(), START.millis() + 61_001);
    for token in [&token, &later] {
        assert_eq!(status(&world, "/api/v2/tokens/me", token).await, 200);
    }
}

#[tokio::test]
async fn a_change_heard_before_is_no_news() {
    let world = World::new().await;
    let change = |key| chancery_store::Change { key, changed: Changed::Client(world.acme.robot.id) };
    assert_eq!(world.app.news(&[change(1), change(2)]).len(), 1);
    world.app.heard(&[change(1), change(2)], world.now());
    assert!(world.app.news(&[change(1), change(2)]).is_empty());
    assert_eq!(world.app.news(&[change(2), change(3)]).len(), 1);
}
