//! `/api/v2/oauth/authorizations`: what a person has allowed to clients.

use axum::http::StatusCode;
use chancery_core::rbac::DivisionScope;
use serde_json::json;

use crate::world::{NOBODY, Table, World, delete, get, transcript};

const PATH: &str = "/api/v2/oauth/authorizations";

fn one(id: impl ToString) -> String {
    format!("{PATH}/{}", id.to_string())
}

#[tokio::test]
async fn what_a_person_allowed_is_listed_and_taken_back() {
    let world = World::new().await;
    let role = world.role("owner", &["oauth:client:authorize"]).await;
    let ada = world.somebody("Ada", &[(role, DivisionScope::All)]).await;
    let (app, other) = (world.app(|_| ()).await, world.app(|_| ()).await);
    world.logged_in(&app, &ada).await;
    world.pass(1000);
    let token = world.logged_in(&other, &ada).await.access;
    let listed = get(PATH).bearer(&token).send(&world).await;
    assert_eq!(listed.json()["total"], 2);
    let shown = get(one(app.id)).bearer(&token).send(&world).await;
    assert_eq!(shown.json(), listed.json()["entities"][1], "the newest first");
    world.pass(1000);
    let revoked = delete(one(app.id)).bearer(&token).send(&world).await;
    let after = get(one(app.id)).bearer(&token).send(&world).await;
    assert_eq!((&after.json()["state"], &shown.json()["state"]), (&json!("Revoked"), &json!("Authorized")));
    assert_ne!(after.json()["dateModified"], shown.json()["dateModified"]);
    let again = delete(one(app.id)).bearer(&token).send(&world).await;
    assert_eq!(again.status, StatusCode::NO_CONTENT, "what is done is done");
    transcript!(shown, revoked);
}

#[tokio::test]
async fn a_client_has_allowed_nothing_and_what_is_not_there_is_not_found() {
    let world = World::new().await;
    let role = world.role("owner", &["oauth:client:authorize"]).await;
    let (ada, bob) =
        (world.somebody("Ada", &[(role, DivisionScope::All)]).await, world.somebody("Bob", &[]).await);
    let (app, other, gone) = (world.app(|_| ()).await, world.app(|_| ()).await, world.app(|_| ()).await);
    let token = world.logged_in(&app, &ada).await.access;
    let bobs = world.logged_in(&other, &bob).await.access;
    world.logged_in(&gone, &ada).await;
    let admin = world.administrator().await;
    delete(gone.path()).bearer(&admin).send(&world).await;
    let mut table = Table::default();
    for (who, token) in [("the administrator client", &admin), ("Ada", &token), ("Bob", &bobs)] {
        let listed = get(PATH).bearer(token).send(&world).await;
        let total = listed.json().get("total").map(ToString::to_string).unwrap_or_default();
        table.row(format!("{who} lists"), format!("{} {total}", listed.verdict()));
        for (what, id) in [
            ("a client that got nothing", other.id.to_string()),
            ("a client that is gone", gone.id.to_string()),
            ("nobody", NOBODY.to_owned()),
            ("no UUID", "x".to_owned()),
        ] {
            if who == "Bob" && what == "a client that got nothing" {
                continue;
            }
            table
                .row(format!("{who} reads {what}"), get(one(&id)).bearer(token).send(&world).await.verdict());
            table.row(
                format!("{who} revokes {what}"),
                delete(one(&id)).bearer(token).send(&world).await.verdict(),
            );
        }
    }
    let own = delete(one(other.id)).bearer(&bobs).send(&world).await;
    table.row("Bob, who may nothing, takes back what he allowed", own.verdict());
    let dead = get("/api/v2/tokens/me").bearer(&bobs).send(&world).await;
    table.row("the token that did so", dead.verdict());
    transcript!(table);
}
