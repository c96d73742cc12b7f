//! `DELETE /api/v2/oauth/clients/{clientId}`: the client and its tokens are gone at once.

use axum::http::StatusCode;
use chancery_core::client::ClientState;
use chancery_core::policy::Policy;
use chancery_core::rbac::DivisionScope;
use chancery_store::Store;
use futures_util::future::join_all;

use crate::world::{Table, World, delete, get, post, transcript};

#[tokio::test]
async fn a_deleted_client_is_gone_without_a_trace() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let robot = world.robot(&[(world.acme.viewer, DivisionScope::All)]).await;
    let content = delete(robot.path()).bearer(&admin).header("content-type", "application/json");
    transcript!(
        content.send(&world).await,
        get(robot.path()).bearer(&admin).send(&world).await,
        delete(robot.path()).bearer(&admin).send(&world).await,
    );
    let listed = get("/api/v2/oauth/clients").bearer(&admin).send(&world).await;
    assert_eq!(listed.ids(), [world.acme.robot.id.to_string()]);
    assert_eq!(world.store.role_grants(robot.id.into()).await.expect("reads"), []);
    let request = post("/oauth/token").basic(&robot.id.to_string(), robot.secret.expose());
    let answer = request.form("grant_type=client_credentials").send(&world).await;
    assert_eq!(answer.verdict(), r#"400 invalid_client "client not found""#);
}

#[tokio::test]
async fn whether_a_client_must_be_inactive_first_is_a_policy() {
    for delete_requires_inactive in [false, true] {
        let world = World::with(Policy { delete_requires_inactive, ..Policy::default() }).await;
        let admin = world.administrator().await;
        let mut table = Table::default();
        for state in [ClientState::Active, ClientState::Disabled, ClientState::Inactive] {
            let robot = world.client(|client| client.state = state).await;
            let answer = delete(robot.path()).bearer(&admin).send(&world).await;
            let is_there = world.store.find_client(robot.id).await.expect("reads").is_some();
            assert_eq!(is_there, !answer.status.is_success());
            table.row(state.as_str(), answer.verdict());
        }
        if delete_requires_inactive {
            transcript!(table);
        } else {
            assert_eq!(table.to_string(), "active\n    204\ndisabled\n    204\ninactive\n    204");
        }
    }
}

#[tokio::test]
async fn checks_come_in_order() {
    let world = World::with(Policy { delete_requires_inactive: true, ..Policy::default() }).await;
    let other = world.found("Globex", "globex").await;
    let robot = world.robot(&[]).await;
    let mut table = Table::default();
    for (who, token) in [
        ("a bad token", "x".to_owned()),
        ("nobody", world.token(&world.robot(&[]).await).await),
        ("who may", world.may(&["oauth:client:delete"]).await),
    ] {
        for (which, path) in [
            ("active", robot.path()),
            ("another organization's", other.robot.path()),
            ("unknown", "/api/v2/oauth/clients/3d3a6f0e-7c1f-4f6b-9d53-0a6f1f1f1f1f".to_owned()),
            ("no UUID", "/api/v2/oauth/clients/my-client".to_owned()),
        ] {
            let answer = delete(path).bearer(&token).send(&world).await;
            table.row(format!("{who}: {which}"), answer.verdict());
        }
    }
    transcript!(table);
    world.stored(other.robot.id).await;
}

#[tokio::test]
async fn of_many_who_delete_at_once_one_succeeds() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let robot = world.robot(&[]).await;
    let answers = join_all((0..8).map(|_| delete(robot.path()).bearer(&admin).send(&world))).await;
    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(StatusCode::NO_CONTENT), count(StatusCode::NOT_FOUND)), (1, 7));
}
