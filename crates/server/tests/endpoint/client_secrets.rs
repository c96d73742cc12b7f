//! `/api/v2/chancery/clients/{clientId}/secrets`: secrets one by one.

use chancery_core::rbac::DivisionScope;
use serde_json::json;

use crate::world::{NOBODY, Robot, Table, World, delete, get, patch, post, transcript};

fn path(robot: &Robot) -> String {
    format!("/api/v2/chancery/clients/{}/secrets", robot.id)
}

async fn proves(world: &World, robot: &Robot, secret: &str) -> bool {
    let request = post("/oauth/token").basic(&robot.id.to_string(), secret);
    request.form("grant_type=client_credentials").send(world).await.status.is_success()
}

#[tokio::test]
async fn a_new_secret_is_good_beside_the_old_one_until_the_grace_is_over() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let robot = world.robot(&[(world.acme.viewer, DivisionScope::All)]).await;
    let wanted = json!({ "name": "blue", "graceSeconds": 3600 });
    let made = post(path(&robot)).bearer(&admin).json(&wanted).send(&world).await;
    let new = made.json()["secret"].as_str().expect("is shown").to_owned();
    assert!(proves(&world, &robot, robot.secret.expose()).await && proves(&world, &robot, &new).await);
    let listed = get(path(&robot)).bearer(&admin).send(&world).await;
    assert_eq!(listed.json()["entities"][0]["id"], made.json()["id"]);
    assert!(!listed.gist().contains(&new));
    world.pass(3_600_000);
    assert!(!proves(&world, &robot, robot.secret.expose()).await && proves(&world, &robot, &new).await);
    transcript!(made, listed);
}

#[tokio::test]
async fn a_secret_is_ended_and_removed() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let robot = world.robot(&[(world.acme.viewer, DivisionScope::All)]).await;
    let made = post(path(&robot)).bearer(&admin).json(&json!({})).send(&world).await.json();
    let (id, new) = (made["id"].as_str().expect("an id"), made["secret"].as_str().expect("is shown"));
    let one = format!("{}/{id}", path(&robot));
    let change = json!({ "name": "leaked", "dateExpires": "2001-01-01T00:00:00Z" });
    let ended = patch(&one).bearer(&admin).json(&change).send(&world).await;
    assert!(!proves(&world, &robot, new).await && proves(&world, &robot, robot.secret.expose()).await);
    let removed = delete(&one).bearer(&admin).send(&world).await;
    let again = delete(&one).bearer(&admin).send(&world).await;
    let last = get(path(&robot)).bearer(&admin).send(&world).await.ids().remove(0);
    let kept = delete(format!("{}/{last}", path(&robot))).bearer(&admin).send(&world).await;
    let told = world.audited().await;
    let kinds: Vec<_> = told.iter().filter_map(|it| it["kind"].as_str()).collect();
    for kind in ["client.secret_added", "client.secret_changed", "client.secret_removed"] {
        let entry = told.iter().find(|it| it["kind"] == kind).expect(kind);
        assert_eq!(
            (&entry["detail"], &entry["actor"]["id"]),
            (&made["id"], &world.acme.robot.id.to_string().into())
        );
    }
    assert!(!kinds.contains(&"client.secret_replaced"), "{kinds:?}");
    transcript!(ended, removed, again, kept);
}

#[tokio::test]
async fn checks_come_in_order() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let robot = world.robot(&[(world.acme.viewer, DivisionScope::All)]).await;
    let other = world.found("Globex", "globex").await;
    let (views, edits) = (world.may(&["oauth:client:view"]).await, world.may(&["oauth:client:edit"]).await);
    let mut table = Table::default();
    let none = "/api/v2/chancery/clients/x/secrets".to_owned();
    let theirs = format!("/api/v2/chancery/clients/{}/secrets", other.robot.id);
    let body = json!({});
    table.row("without a token", get(path(&robot)).send(&world).await.verdict());
    table.row("who may view lists", get(path(&robot)).bearer(&views).send(&world).await.verdict());
    table
        .row("who may view adds", post(path(&robot)).bearer(&views).json(&body).send(&world).await.verdict());
    table.row(
        "who holds less adds",
        post(path(&robot)).bearer(&edits).json(&body).send(&world).await.verdict(),
    );
    for (what, path) in [("no UUID", &none), ("of another organization", &theirs)] {
        table.row(format!("{what} lists"), get(path).bearer(&admin).send(&world).await.verdict());
        table.row(format!("{what} adds"), post(path).bearer(&admin).json(&body).send(&world).await.verdict());
    }
    for bad in
        [json!([]), json!({ "name": "" }), json!({ "graceSeconds": -1 }), json!({ "dateExpires": "soon" })]
    {
        table.row(&bad, post(path(&robot)).bearer(&admin).json(&bad).send(&world).await.verdict());
    }
    for secret in [NOBODY, "x"] {
        let one = format!("{}/{secret}", path(&robot));
        table.row("nothing changed", patch(&one).bearer(&admin).json(&body).send(&world).await.verdict());
        table.row("nothing removed", delete(&one).bearer(&admin).send(&world).await.verdict());
    }
    transcript!(table);
}
