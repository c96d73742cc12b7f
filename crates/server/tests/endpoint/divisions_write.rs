//! `POST`, `PUT` and `DELETE` of `/api/v2/authorization/divisions`, and bringing one back.

use axum::http::StatusCode;
use chancery_core::policy::Policy;
use chancery_core::rbac::DivisionScope;
use chancery_store::Store;
use serde_json::json;

use crate::world::{NOBODY, Table, World, delete, get, post, put, transcript};

const PATH: &str = "/api/v2/authorization/divisions";

#[tokio::test]
async fn a_division_is_made_renamed_deleted_and_brought_back() {
    let world = World::new().await;
    let token = world.administrator().await;
    let body =
        json!({ "name": " East ", "description": "Where the sun rises", "homeDivision": true, "id": NOBODY });
    let made = post(PATH).bearer(&token).json(&body).send(&world).await;
    let path = format!("{PATH}/{}", made.json()["id"].as_str().expect("text"));
    assert_eq!(get(&path).bearer(&token).send(&world).await.json(), made.json());
    let renamed = put(&path).bearer(&token).json(&json!({ "name": "Orient" })).send(&world).await;
    let gone = delete(&path).bearer(&token).send(&world).await;
    let missing = get(&path).bearer(&token).send(&world).await;
    let deleted = get(format!("{PATH}/deleted")).bearer(&token).send(&world).await;
    let back = post(format!("{path}/restore")).bearer(&token).send(&world).await;
    assert_eq!(back.json(), renamed.json());
    assert_eq!(get(&path).bearer(&token).send(&world).await.json(), renamed.json());
    transcript!(made, renamed, gone, missing, deleted, back);
    let deleted = get(format!("{PATH}/deleted")).bearer(&token).send(&world).await;
    assert_eq!(deleted.ids(), Vec::<String>::new());
    let again = post(format!("{path}/restore")).bearer(&token).send(&world).await;
    assert_eq!((again.status, again.json()), (StatusCode::OK, renamed.json()));
}

#[tokio::test]
async fn every_rule_has_its_code_and_names_the_member() {
    let world = World::new().await;
    let token = world.administrator().await;
    let own = world.division("Own").await;
    let mut table = Table::default();
    for (case, body) in [
        ("no name", json!({})),
        ("null for a name", json!({ "name": null, "description": null })),
        ("a blank name", json!({ "name": " " })),
        ("a star", json!({ "name": "*" })),
        ("a control character", json!({ "name": "a\u{7}" })),
        ("a name of 257 characters", json!({ "name": "ü".repeat(257) })),
        ("a description of 4097 characters", json!({ "name": "x", "description": "d".repeat(4097) })),
        ("NUL in the description", json!({ "name": "x", "description": "\0" })),
        ("a taken name", json!({ "name": "Home" })),
        ("a taken name in other letters", json!({ "name": "hOME " })),
        ("a number for the name", json!({ "name": 1 })),
        ("a list", json!([])),
    ] {
        let asks = [post(PATH), put(format!("{PATH}/{own}"))].map(|ask| ask.bearer(&token).json(&body));
        let [made, replaced] = asks;
        let (made, replaced) = (made.send(&world).await.verdict(), replaced.send(&world).await.verdict());
        assert_eq!(made, replaced, "{case}");
        table.row(case, made);
    }
    transcript!(table);
    let own = format!("{PATH}/{own}");
    let renamed = put(own).bearer(&token).json(&json!({ "name": "oWN" })).send(&world).await;
    assert_eq!(renamed.json()["name"], "oWN", "its own name is not taken: {renamed}");
}

#[tokio::test]
async fn an_organization_has_so_many_divisions_and_no_more() {
    let world = World::with(Policy { max_divisions: 2, ..Policy::default() }).await;
    let token = world.administrator().await;
    let make = |name: &str| post(PATH).bearer(&token).json(&json!({ "name": name }));
    let second = make("East").send(&world).await;
    assert_eq!(second.status, StatusCode::OK, "{second}");
    transcript!(
        make("West").send(&world).await,
        get(format!("{PATH}/limit")).bearer(&token).send(&world).await
    );
    delete(format!("{PATH}/{}", second.json()["id"].as_str().expect("text")))
        .bearer(&token)
        .send(&world)
        .await;
    assert_eq!(make("West").send(&world).await.status, StatusCode::OK);
}

#[tokio::test]
async fn bringing_divisions_back_does_not_pass_the_limit() {
    let world = World::with(Policy { max_divisions: 2, ..Policy::default() }).await;
    let token = world.administrator().await;
    let make = |name: &str| post(PATH).bearer(&token).json(&json!({ "name": name }));
    let path = format!("{PATH}/{}", make("East").send(&world).await.json()["id"].as_str().expect("text"));
    delete(&path).bearer(&token).send(&world).await;
    make("West").send(&world).await;
    let answer = post(format!("{path}/restore")).bearer(&token).send(&world).await;
    assert_eq!(answer.json()["code"], "max.scopes.exceeded", "{answer}");
}

#[tokio::test]
async fn a_division_in_use_is_deleted_by_force_and_what_was_in_it_goes_home() {
    let world = World::new().await;
    let token = world.administrator().await;
    let (east, west) = (world.division("East").await, world.division("West").await);
    let one = DivisionScope::One;
    let robot = world.robot(&[(world.acme.viewer, one(east)), (world.acme.viewer, one(west))]).await;
    let only = world.robot(&[(world.acme.viewer, one(east))]).await;
    let own = world.token(&only).await;
    let ada = world.user(|user| user.division = east).await;
    let views = async || get("/api/v2/oauth/clients").bearer(&own).send(&world).await.status;
    assert_eq!(views().await, StatusCode::OK);
    let path = format!("{PATH}/{east}");
    let counted = get(format!("{path}?objectCount=true")).bearer(&token).send(&world).await;
    assert_eq!(counted.json()["objectCounts"], json!({ "USER": 1, "GRANT": 2 }), "{counted}");
    transcript!(
        delete(&path).bearer(&token).send(&world).await,
        delete(format!("{path}?force=false")).bearer(&token).send(&world).await,
        delete(format!("{path}?force=true")).bearer(&token).send(&world).await,
        delete(format!("{path}?force=true")).bearer(&token).send(&world).await,
    );
    assert_eq!(views().await, StatusCode::FORBIDDEN, "the grants in it end at once");
    assert_eq!(world.held(robot.id).await, [(world.acme.viewer, one(west))]);
    let moved = world.store.find_user(ada).await.expect("reads").expect("is there");
    assert_eq!(moved.division, world.acme.home);
    // It comes back empty.
    post(format!("{path}/restore")).bearer(&token).send(&world).await;
    assert_eq!(views().await, StatusCode::FORBIDDEN);
    let counted = get(format!("{path}?objectCount=true")).bearer(&token).send(&world).await;
    assert_eq!(counted.json()["objectCounts"], json!({ "USER": 0, "GRANT": 0 }), "{counted}");
}

#[tokio::test]
async fn a_user_of_a_deleted_division_is_at_home_in_the_next_request() {
    let world = World::new().await;
    let token = world.administrator().await;
    let east = world.division("East").await;
    let (ada, web) = (world.user(|user| user.division = east).await, world.web().await);
    let own = world.user_token(web.id, ada, "users").await;
    let name =
        async || get("/api/v2/users/me").bearer(&own).send(&world).await.json()["division"]["name"].clone();
    assert_eq!(name().await, "East");
    delete(format!("{PATH}/{east}?force=true")).bearer(&token).send(&world).await;
    assert_eq!(name().await, "Home");
}

#[tokio::test]
async fn the_home_division_stays() {
    let world = World::new().await;
    let token = world.administrator().await;
    for query in ["", "?force=true"] {
        let answer = delete(format!("{PATH}/{}{query}", world.acme.home)).bearer(&token).send(&world).await;
        assert_eq!(answer.verdict(), "400 precondition.failure [] The home division cannot be deleted.");
    }
    let renamed = put(format!("{PATH}/{}", world.acme.home)).bearer(&token).json(&json!({ "name": "HQ" }));
    assert_eq!(renamed.send(&world).await.json()["homeDivision"], true);
    let home = get(format!("{PATH}/home")).bearer(&token).send(&world).await;
    assert_eq!(home.json()["name"], "HQ", "{home}");
}

#[tokio::test]
async fn a_name_is_free_again_once_its_division_is_deleted() {
    let world = World::new().await;
    let token = world.administrator().await;
    let east = world.division("East").await;
    delete(format!("{PATH}/{east}")).bearer(&token).send(&world).await;
    let second = post(PATH).bearer(&token).json(&json!({ "name": "east" })).send(&world).await;
    assert_eq!(second.status, StatusCode::OK, "{second}");
    transcript!(post(format!("{PATH}/{east}/restore")).bearer(&token).send(&world).await);
}

#[tokio::test]
async fn a_permission_in_a_division_is_good_for_that_division() {
    let world = World::new().await;
    let (east, west) = (world.division("East").await, world.division("West").await);
    let one = DivisionScope::One;
    let permissions = ["authorization:division:edit", "authorization:division:delete"];
    let in_east = world.may_in(one(east), &permissions).await;
    let mut table = Table::default();
    table.name(east, "(East)");
    table.name(west, "(West)");
    for (name, id) in [("West", west), ("East", east)] {
        let path = format!("{PATH}/{id}");
        let renamed =
            put(&path).bearer(&in_east).json(&json!({ "name": format!("{name}ern") })).send(&world).await;
        table.row(format!("{name} is renamed"), renamed.verdict());
        let bad = put(&path).bearer(&in_east).json(&json!({ "name": "" })).send(&world).await;
        table.row(format!("{name} is named badly"), bad.verdict());
        let gone = delete(format!("{path}?force=true")).bearer(&in_east).send(&world).await;
        table.row(format!("{name} is deleted"), gone.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn checks_come_in_order() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let permissions = [
        "authorization:division:edit",
        "authorization:division:delete",
        "authorization:division:add",
        "authorization:divisionDeleted:view",
        "authorization:grant:view",
    ];
    let mut table = Table::default();
    for (who, token) in [
        ("a bad token", "x".to_owned()),
        ("nobody", world.token(&world.robot(&[]).await).await),
        ("who may", world.may(&permissions).await),
    ] {
        for (which, id) in [
            ("another's", other.home.to_string()),
            ("unknown", NOBODY.to_owned()),
            ("no UUID", "east".to_owned()),
            ("all", "*".to_owned()),
        ] {
            let path = format!("{PATH}/{id}");
            for (what, ask) in [
                ("changes to rubbish", put(&path).body("rubbish")),
                ("deletes", delete(&path)),
                ("restores", post(format!("{path}/restore"))),
                ("sees the grants of", get(format!("{path}/grants"))),
            ] {
                table.row(format!("{who} {what} {which}"), ask.bearer(&token).send(&world).await.verdict());
            }
        }
        let answer = post(PATH).bearer(&token).body("rubbish").send(&world).await;
        table.row(format!("{who} makes rubbish"), answer.verdict());
        let answer = get(format!("{PATH}/deleted")).bearer(&token).send(&world).await;
        table.row(format!("{who} sees the deleted"), answer.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn making_a_division_takes_both_permissions() {
    let world = World::new().await;
    let (add, grant) = ("authorization:division:add", "authorization:grant:add");
    for (permissions, status) in [(&[add][..], 403), (&[grant], 403), (&[add, grant], 200)] {
        let token = world.may(permissions).await;
        let answer = post(PATH).bearer(&token).json(&json!({ "name": "East" })).send(&world).await;
        assert_eq!(answer.status.as_u16(), status, "{answer}");
    }
}

#[tokio::test]
async fn a_name_taken_elsewhere_meanwhile_is_taken() {
    let world = World::new().await;
    let token = world.administrator().await;
    let division = |name: &str| chancery_core::organization::Division {
        id: chancery_core::types::DivisionId::parse(NOBODY).expect("a UUID"),
        organization: world.acme.id,
        name: name.to_owned(),
        description: String::new(),
        home: false,
    };
    let request = post(PATH).bearer(&token).json(&json!({ "name": "East" })).send(&world);
    let writes = vec![chancery_core::write::Write::CreateDivision(division("East"))];
    let (answer, ()) = tokio::join!(biased; request, world.elsewhere(writes));
    assert_eq!(answer.json()["code"], "resource.already.exists", "{answer}");
}
