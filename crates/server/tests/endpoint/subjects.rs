//! `/api/v2/authorization/subjects`: who holds which roles where.

use chancery_core::rbac::DivisionScope;

use crate::world::{Table, World, get, transcript};

const PATH: &str = "/api/v2/authorization/subjects";

#[tokio::test]
async fn a_caller_sees_its_own_grants() {
    let world = World::new().await;
    let east = world.division("East").await;
    let role = world.role("clerk", &["oauth:client:view", "oauth:client:add", "admin"]).await;
    let home = DivisionScope::One(world.acme.home);
    let grants = [(role, DivisionScope::One(east)), (role, home), (world.acme.viewer, DivisionScope::All)];
    let token = world.token(&world.robot(&grants).await).await;
    transcript!(get(format!("{PATH}/me")).bearer(&token).send(&world).await);
}

#[tokio::test]
async fn a_user_is_a_subject_too() {
    let world = World::new().await;
    let web = world.web().await;
    let token = world.user_token(web.id, world.acme.user, "users").await;
    transcript!(get(format!("{PATH}/me")).bearer(&token).send(&world).await);
    let admin = world.administrator().await;
    let by_id = get(format!("{PATH}/{}", world.acme.user)).bearer(&admin).send(&world).await;
    assert_eq!(by_id.json(), get(format!("{PATH}/me")).bearer(&token).send(&world).await.json());
}

#[tokio::test]
async fn whoever_holds_nothing_has_an_empty_list() {
    let world = World::new().await;
    let robot = world.robot(&[]).await;
    let token = world.token(&robot).await;
    let answer = get(format!("{PATH}/me")).bearer(&token).send(&world).await;
    assert_eq!(answer.json()["grants"], serde_json::json!([]), "{answer}");
}

#[tokio::test]
async fn only_who_may_view_grants_sees_those_of_others() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let (robot, web) = (world.robot(&[]).await, world.web().await);
    let callers = [
        ("nobody", world.token(&robot).await),
        ("a viewer of grants", world.may(&["authorization:grant:view"]).await),
    ];
    let mut table = Table::default();
    for (who, token) in &callers {
        for (whom, id) in [
            ("client", robot.id.to_string()),
            ("client in capitals", robot.id.to_string().to_uppercase()),
            ("client for users", web.id.to_string()),
            ("user", world.acme.user.to_string()),
            ("another organization's client", other.robot.id.to_string()),
            ("another organization's user", other.user.to_string()),
            ("a role", world.acme.admin.to_string()),
            ("no UUID", "nobody".to_owned()),
        ] {
            let answer = get(format!("{PATH}/{id}")).bearer(token).send(&world).await;
            table.row(format!("{who}: {whom}"), answer.verdict());
        }
    }
    transcript!(table);
}
