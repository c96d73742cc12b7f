//! `/api/v2/chancery/users/{userId}/sessions`: where a person is logged in.

use axum::http::StatusCode;
use chancery_core::rbac::DivisionScope;

use crate::world::{Browser, NOBODY, Robot, Somebody, Table, World, delete, get, request, transcript};

fn path(id: impl ToString) -> String {
    format!("/api/v2/chancery/users/{}/sessions", id.to_string())
}

async fn is_in(browser: &Browser<'_>, app: &Robot) -> bool {
    browser.visit(format!("/oauth/authorize?{}", request(app))).await.gist().contains("code=")
}

async fn people(world: &World) -> (Robot, Somebody) {
    (world.app(|_| ()).await, world.somebody("Ada", &[]).await)
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_and_together() {
    let world = World::new().await;
    let (app, ada) = people(&world).await;
    let token = world.administrator().await;
    let [one, two] = [Browser::of(&world), Browser::of(&world)];
    one.code(&app, &ada).await;
    world.pass(60_000);
    two.code(&app, &ada).await;
    let listed = get(path(ada.id)).bearer(&token).send(&world).await;
    let ids = listed.ids();
    let ended = delete(format!("{}/{}", path(ada.id), ids[0])).bearer(&token).send(&world).await;
    assert!(is_in(&one, &app).await && !is_in(&two, &app).await, "the newest comes first");
    assert_eq!(get(path(ada.id)).bearer(&token).send(&world).await.ids(), ids[1..]);
    let again = delete(format!("{}/{}", path(ada.id), ids[0])).bearer(&token).send(&world).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    let all = delete(path(ada.id)).bearer(&token).send(&world).await;
    assert!(!is_in(&one, &app).await);
    transcript!(listed, ended, all);
}

#[tokio::test]
async fn a_session_that_has_ended_by_itself_is_not_listed() {
    let world = World::new().await;
    let (app, ada) = people(&world).await;
    Browser::of(&world).code(&app, &ada).await;
    let token = world.administrator().await;
    let count = async || get(path(ada.id)).bearer(&token).send(&world).await.json()["total"].clone();
    assert_eq!(count().await, 1);
    world.pass(8 * 3_600_000);
    assert_eq!(count().await, 0);
}

#[tokio::test]
async fn everybody_sees_and_ends_their_own_and_who_may_edit_the_user_those_of_others() {
    let world = World::new().await;
    let (app, ada) = people(&world).await;
    let east = world.division("East").await;
    let other = world.found("Globex", "globex").await;
    let own = world.logged_in(&app, &ada).await.access;
    let bob = world.somebody("Bob", &[]).await;
    let bobs = world.logged_in(&app, &bob).await.access;
    let her = get(path(ada.id)).bearer(&own).send(&world).await.ids();
    let edit = ["directory:user:edit"];
    let mut table = Table::default();
    table.name(world.acme.home, "{home}");
    for (who, token) in [
        ("another", bobs.clone()),
        ("an editor elsewhere", world.may_in(DivisionScope::One(east), &edit).await),
        ("an editor here", world.may_in(DivisionScope::One(world.acme.home), &edit).await),
        ("an administrator", world.may_in(DivisionScope::One(east), &["directory:organization:admin"]).await),
        ("she", own.clone()),
    ] {
        table.row(format!("{who} looks"), get(path(ada.id)).bearer(&token).send(&world).await.verdict());
    }
    for (what, path) in [
        ("another organization's", path(other.user)),
        ("nobody's", path(NOBODY)),
        ("no UUID's", path("ada")),
        ("her session as his", format!("{}/{}", path(bob.id), her[0])),
        ("rubbish", format!("{}/x", path(bob.id))),
    ] {
        table.row(format!("he ends {what}"), delete(path).bearer(&bobs).send(&world).await.verdict());
    }
    table.row(
        "he ends hers",
        delete(format!("{}/{}", path(ada.id), her[0])).bearer(&bobs).send(&world).await.verdict(),
    );
    table.row(
        "she ends hers",
        delete(format!("{}/{}", path(ada.id), her[0])).bearer(&own).send(&world).await.verdict(),
    );
    transcript!(table);
}
