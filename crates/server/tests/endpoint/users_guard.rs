//! `/api/v2/users`: who may make whom of users: permissions count where the user is, and nobody becomes more by another's
//! account.

use chancery_core::rbac::DivisionScope;
use serde_json::json;

use crate::world::{Table, World, delete, patch, post, transcript};

const PATH: &str = "/api/v2/users";

#[tokio::test]
async fn a_permission_in_a_division_is_good_for_the_users_in_it() {
    let world = World::new().await;
    let (east, home) = (world.division("East").await, world.acme.home);
    let mut table = Table::default();
    for (id, name) in [(east, "{east}"), (home, "{home}")] {
        table.name(id, name);
    }
    let permissions =
        ["directory:user:add", "directory:user:edit", "directory:user:delete", "directory:user:setPassword"];
    let clerk = world.may_in(DivisionScope::One(east), &permissions).await;
    for (place, division) in [("east", east), ("home", home)] {
        let body = json!({ "name": "New", "email": format!("new@{place}.example"), "divisionId": division.to_string() });
        let made = post(PATH).bearer(&clerk).json(&body).send(&world).await;
        table.row(format!("makes one {place}"), made.verdict());
        let ada = world.user(|user| user.division = division).await;
        let path = format!("{PATH}/{ada}");
        let rename = json!({ "version": 1, "name": "Ada" });
        table.row(
            format!("renames one {place}"),
            patch(&path).bearer(&clerk).json(&rename).send(&world).await.verdict(),
        );
        for (to, id) in [("east", east), ("home", home)] {
            let version = world.version(ada).await;
            let moved = json!({ "version": version, "divisionId": id.to_string() });
            let answer = patch(&path).bearer(&clerk).json(&moved).send(&world).await;
            table.row(format!("moves one {place} to {to}"), answer.verdict());
        }
        let password = json!({ "newPassword": "plum tractor vivid oath" });
        let set = post(format!("{path}/password")).bearer(&clerk).json(&password).send(&world).await;
        table.row(format!("sets the password of one {place}"), set.verdict());
        table.row(format!("deletes one {place}"), delete(&path).bearer(&clerk).send(&world).await.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn who_administers_the_organization_edits_and_deletes_everywhere() {
    let world = World::new().await;
    let east = world.division("East").await;
    let mut table = Table::default();
    table.name(world.acme.home, "{home}");
    for permission in [
        "admin",
        "directory:organization:admin",
        "directory:user:edit",
        "directory:user:delete",
        "directory:user:add",
        "directory:user:setPassword",
    ] {
        let token = world.may_in(DivisionScope::One(east), &[permission]).await;
        let ada = world.person("Ada", &[]).await;
        let path = format!("{PATH}/{ada}");
        let rename = json!({ "version": 1, "name": "Ada" });
        let renamed = patch(&path).bearer(&token).json(&rename).send(&world).await.verdict();
        let password = json!({ "newPassword": "plum tractor vivid oath" });
        let set =
            post(format!("{path}/password")).bearer(&token).json(&password).send(&world).await.verdict();
        let deleted = delete(&path).bearer(&token).send(&world).await.verdict();
        table.row(
            format!("{permission} in the east, a user at home"),
            format!("{renamed}\n    {set}\n    {deleted}"),
        );
    }
    transcript!(table);
}

#[tokio::test]
async fn whoever_could_log_in_as_another_holds_what_the_other_holds() {
    let world = World::new().await;
    let (east, all) = (world.division("East").await, DivisionScope::All);
    let mut table = Table::default();
    table.name(east, "{east}");
    let views = world.role("views", &["oauth:client:view"]).await;
    let powers = ["directory:user:edit", "directory:user:setPassword", "oauth:client:view"];
    let clerk = world.may(&powers).await;
    let without = world.may(&powers[..2]).await;
    let admin = world.administrator().await;
    for (who, token) in [("without it", &without), ("who views", &clerk), ("the administrator", &admin)] {
        for (whose, roles) in [
            ("nothing", vec![]),
            ("viewing in the east", vec![(views, DivisionScope::One(east))]),
            ("viewing everywhere", vec![(views, all)]),
            ("everything", vec![(world.acme.admin, all)]),
        ] {
            let ada = world.person("Ada", &roles).await;
            let path = format!("{PATH}/{ada}");
            let rename = json!({ "version": 1, "name": "Ada", "title": "Engineer" });
            let renamed = patch(&path).bearer(token).json(&rename).send(&world).await;
            assert_eq!(renamed.status, 200, "a name gives nobody anything: {renamed}");
            let email = json!({ "version": 2, "email": format!("{ada}@evil.example") });
            let email = patch(&path).bearer(token).json(&email).send(&world).await.verdict();
            let password = json!({ "newPassword": "plum tractor vivid oath" });
            let set =
                post(format!("{path}/password")).bearer(token).json(&password).send(&world).await.verdict();
            table.row(format!("{who}, of one who holds {whose}"), format!("{email}\n    {set}"));
        }
    }
    transcript!(table);
}

#[tokio::test]
async fn everybody_may_change_their_own_email_who_may_edit_at_all() {
    let world = World::new().await;
    let edits = world.role("edits", &["directory:user:edit"]).await;
    let ada =
        world.somebody("Ada", &[(edits, DivisionScope::All), (world.acme.viewer, DivisionScope::All)]).await;
    let token = world.user_token(world.web().await.id, ada.id, "users").await;
    let body = json!({ "version": world.version(ada.id).await, "email": "ada.l@acme.example" });
    let answer = patch(format!("{PATH}/{}", ada.id)).bearer(&token).json(&body).send(&world).await;
    assert_eq!(answer.json()["email"], "ada.l@acme.example", "{answer}");
}

#[tokio::test]
async fn what_a_change_stands_on_is_what_the_store_says_and_not_what_memory_believes() {
    let world = World::new().await;
    let ada = world.person("Ada", &[]).await;
    let edits = world.role("edits", &["directory:user:edit"]).await;
    let robot = world.robot(&[(edits, DivisionScope::All)]).await;
    let token = world.token(&robot).await;
    let path = format!("{PATH}/{ada}");
    let rename = |version: u32| patch(&path).bearer(&token).json(&json!({ "version": version, "name": "A" }));
    assert_eq!(rename(1).send(&world).await.status, 200);
    // Taken away on another node, of which this one has not heard.
    world.strip_elsewhere(&robot).await;
    assert_eq!(rename(2).send(&world).await.json()["code"], "missing.division.permission");
}
