//! `POST /api/v2/oauth/clients/{clientId}/secret`: a fresh secret instead of all others.

use axum::http::StatusCode;
use chancery_core::client::ClientState;
use chancery_core::rbac::DivisionScope;
use chancery_core::types::ClientSecret;

use crate::world::{Robot, Table, World, get, post, transcript};

fn path(robot: &Robot) -> String {
    format!("{}/secret", robot.path())
}

async fn proves(world: &World, robot: &Robot, secret: &str) -> bool {
    let request = post("/oauth/token").basic(&robot.id.to_string(), secret);
    request.form("grant_type=client_credentials").send(world).await.status.is_success()
}

#[tokio::test]
async fn the_new_secret_is_shown_once_and_the_old_one_is_dead() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let robot = world.robot(&[(world.acme.viewer, DivisionScope::All)]).await;
    assert!(proves(&world, &robot, robot.secret.expose()).await);
    world.pass(1000);
    let answer = post(path(&robot)).bearer(&admin).send(&world).await;
    transcript!(answer);
    let mut json = answer.json();
    let secret = json.as_object_mut().expect("an object").remove("secret").expect("is shown");
    assert!(ClientSecret::chosen(secret.as_str().expect("text")).is_ok());
    assert!(!proves(&world, &robot, robot.secret.expose()).await);
    assert!(proves(&world, &robot, secret.as_str().expect("text")).await);
    assert_eq!(get(robot.path()).bearer(&admin).send(&world).await.json(), json);
}

#[tokio::test]
async fn all_secrets_of_the_client_are_replaced() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let (one, two) = (world.fresh_secret(), world.fresh_secret());
    let secrets = vec![world.secret(&one, None), world.secret(&two, None)];
    let robot = world.client(|client| client.secrets = secrets).await;
    assert!(proves(&world, &robot, one.expose()).await && proves(&world, &robot, two.expose()).await);
    assert_eq!(post(path(&robot)).bearer(&admin).send(&world).await.status, StatusCode::OK);
    assert!(!proves(&world, &robot, one.expose()).await && !proves(&world, &robot, two.expose()).await);
}

#[tokio::test]
async fn whatever_stands_for_no_body_is_taken() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let robot = world.robot(&[]).await;
    let ask = || post(path(&robot)).bearer(&admin);
    for request in [
        ask(),
        ask().header("content-type", "application/json"),
        ask().header("content-type", "application/json").body("null"),
        ask().header("content-type", "application/json").body("{}"),
        ask().header("content-type", "application/json").body("\"\""),
        ask().header("content-type", "text/plain").body("rubbish"),
    ] {
        let answer = request.send(&world).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer}");
    }
}

#[tokio::test]
async fn a_secret_can_be_reset_for_every_kind_of_client() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let inactive = world.client(|client| client.state = ClientState::Inactive).await;
    for robot in [world.web().await, inactive, world.client(|client| client.secrets.clear()).await] {
        let answer = post(path(&robot)).bearer(&admin).send(&world).await;
        assert!(answer.json()["secret"].is_string(), "{answer}");
    }
}

#[tokio::test]
async fn checks_come_in_order() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let mut table = Table::default();
    for (who, token) in [
        ("a bad token", "x".to_owned()),
        ("nobody", world.token(&world.robot(&[]).await).await),
        ("an editor", world.may(&["oauth:client:edit"]).await),
    ] {
        for (which, path) in [
            ("the administrator's", path(&world.acme.robot)),
            ("another organization's", path(&other.robot)),
            ("unknown", "/api/v2/oauth/clients/3d3a6f0e-7c1f-4f6b-9d53-0a6f1f1f1f1f/secret".to_owned()),
            ("no UUID", "/api/v2/oauth/clients/my-client/secret".to_owned()),
        ] {
            let verdict = post(path).bearer(&token).send(&world).await.verdict();
            let verdict = verdict.replace(&world.acme.admin.to_string(), "(the role admin)");
            table.row(format!("{who}: {which}"), verdict);
        }
    }
    transcript!(table);
    assert!(proves(&world, &world.acme.robot, world.acme.robot.secret.expose()).await);
}
