//! `GET /api/v2/oauth/clients` and `.../{clientId}`: all on one page, or one; never a secret.

use axum::http::StatusCode;
use chancery_core::client::{Client, ClientState};
use chancery_core::rbac::DivisionScope;
use chancery_core::types::ClientId;
use chancery_core::write::Write;
use uuid::Uuid;

use crate::world::{Table, World, get, transcript};

const PATH: &str = "/api/v2/oauth/clients";

/// So many more clients, in one commit, whose names and ids run in opposite orders.
async fn crowd(world: &World, count: u32) {
    let like = world.stored(world.acme.robot.id).await;
    let writes = (0..count).map(|number| {
        let id =
            ClientId::from(Uuid::from_u128(0x4000_0000_0000_4000_8000_0000_0000_0000 - u128::from(number)));
        let name = format!("Client {:04}", number / 2);
        Write::CreateClient(Box::new(Client { id, name, secrets: Vec::new(), ..like.clone() }))
    });
    world.write(writes.collect()).await;
}

#[tokio::test]
async fn all_clients_stand_on_one_page() {
    let world = World::new().await;
    world.found("Globex", "globex").await;
    world
        .client(|client| {
            client.name = "Blocked".to_owned();
            client.state = ClientState::Disabled;
        })
        .await;
    world
        .client(|client| {
            client.name = "Going".to_owned();
            client.state = ClientState::Inactive;
            client.date_to_delete = Some(world.now());
        })
        .await;
    let token = world.administrator().await;
    let answer = get(PATH).bearer(&token).send(&world).await;
    transcript!(answer);
    assert!(!String::from_utf8_lossy(&answer.body).contains("secret"));
}

#[tokio::test]
async fn stray_paging_changes_nothing() {
    let world = World::new().await;
    crowd(&world, 30).await;
    let token = world.administrator().await;
    let whole = get(PATH).bearer(&token).send(&world).await;
    for query in
        ["?pageNumber=2", "?pageSize=5&pageNumber=7", "?pageSize=0", "?pageSize=x", "?name=x&sortBy=y"]
    {
        let answer = get(format!("{PATH}{query}")).bearer(&token).send(&world).await;
        assert_eq!(answer.body, whole.body, "{query}");
    }
}

#[tokio::test]
async fn a_listing_of_any_length_is_whole_and_in_order() {
    // The administrator client is one of them.
    for count in [1, 2, 199, 200, 201, 400, 401, 1000] {
        let world = World::new().await;
        crowd(&world, count - 1).await;
        let token = world.administrator().await;
        let answer = get(PATH).bearer(&token).send(&world).await;
        assert_eq!(answer.status, StatusCode::OK);
        let json = answer.json();
        for member in ["pageSize", "total"] {
            assert_eq!(json[member], count, "{member}");
        }
        assert_eq!((&json["pageNumber"], &json["pageCount"]), (&1.into(), &1.into()));
        let found: Vec<_> = answer.each("name").into_iter().zip(answer.ids()).collect();
        let mut sorted = found.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!((found.len(), &found), (count as usize, &sorted));
    }
}

#[tokio::test]
async fn a_listing_of_nothing_is_a_listing() {
    let world = World::new().await;
    let token = world.administrator().await;
    get(PATH).bearer(&token).send(&world).await;
    // Another node deletes the last client; this one has not heard of it yet.
    world.elsewhere(vec![Write::DeleteClient(world.acme.id, world.acme.robot.id)]).await;
    transcript!(get(PATH).bearer(&token).send(&world).await);
}

#[tokio::test]
async fn one_client_looks_as_it_does_in_the_list() {
    let world = World::new().await;
    let east = world.division("East").await;
    let roles = [
        (world.acme.viewer, DivisionScope::One(east)),
        (world.acme.admin, DivisionScope::All),
        (world.acme.viewer, DivisionScope::All),
    ];
    let robot = world.robot(&roles).await;
    let token = world.may(&["oauth:client:view"]).await;
    let answer =
        get(robot.path()).bearer(&token).header("content-type", "application/json").send(&world).await;
    transcript!(answer);
    let listed = get(PATH).bearer(&token).send(&world).await.json();
    let entities = listed["entities"].as_array().expect("a listing").clone();
    assert!(entities.contains(&answer.json()));
    let capitals =
        get(format!("{PATH}/{}", robot.id.to_string().to_uppercase())).bearer(&token).send(&world).await;
    assert_eq!(capitals.json(), answer.json());
}

#[tokio::test]
async fn a_client_that_is_not_there_or_anothers_is_not_found() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let robot = world.robot(&[]).await;
    let mut table = Table::default();
    for (who, token) in [
        ("nobody", world.token(&robot).await),
        ("a viewer", world.may(&["oauth:client:view"]).await),
        ("another organization's administrator", world.token(&other.robot).await),
    ] {
        for (which, path) in [
            ("all", PATH.to_owned()),
            ("one", robot.path()),
            ("another organization's", other.robot.path()),
            ("unknown", format!("{PATH}/3d3a6f0e-7c1f-4f6b-9d53-0a6f1f1f1f1f")),
            ("no UUID", format!("{PATH}/my-client")),
            ("a UUID in braces", format!("{PATH}/%7B{}%7D", robot.id)),
        ] {
            let answer = get(path).bearer(&token).send(&world).await;
            table.row(format!("{who}: {which}"), answer.verdict());
        }
    }
    transcript!(table);
    let token = world.token(&other.robot).await;
    let listed = get(PATH).bearer(&token).send(&world).await;
    assert_eq!(listed.ids(), [other.robot.id.to_string()]);
}
