//! `/api/v2/authorization/divisions`: the divisions of the organization.

use crate::world::{Answer, Table, World, get, transcript};

const PATH: &str = "/api/v2/authorization/divisions";

async fn ask(world: &World, path: &str) -> Answer {
    let token = world.token(&world.acme.robot).await;
    get(format!("{PATH}{path}")).bearer(&token).send(world).await
}

#[tokio::test]
async fn a_new_organization_has_its_home_and_nothing_else() {
    let world = World::new().await;
    world.found("Globex", "globex").await;
    transcript!(ask(&world, "").await, ask(&world, "/home").await);
    let home = ask(&world, "/home").await.json();
    assert_eq!(ask(&world, &format!("/{}", world.acme.home)).await.json(), home);
    assert_eq!(ask(&world, &format!("/{}", world.acme.home).to_uppercase()).await.json(), home);
}

#[tokio::test]
async fn a_caller_needs_no_permission() {
    let world = World::new().await;
    let token = world.token(&world.robot(&[]).await).await;
    for path in ["", "/home"] {
        let answer = get(format!("{PATH}{path}")).bearer(&token).send(&world).await;
        assert!(answer.status.is_success(), "{answer}");
    }
}

#[tokio::test]
async fn divisions_come_by_name_page_by_page() {
    let world = World::new().await;
    for number in 0..30 {
        world.division(&format!("Division {number:02}")).await;
    }
    transcript!(ask(&world, "?pageSize=2&pageNumber=2&name=*VISION%201*&expand=x").await);
    let mut table = Table::default();
    for query in [
        "",
        "?pageNumber=2",
        "?pageNumber=3",
        "?pageSize=500",
        "?pageSize=31",
        "?pageSize=1&pageNumber=31",
        "?name=home",
        "?name=nothing",
        "?name=",
        "?pageSize=",
        "?pageNumber=99999999999999999999",
        "?pageSize=501",
        "?pageSize=0",
        "?pageSize=-1",
        "?pageSize=ten",
        "?pageNumber=0",
        "?pageNumber=1.5",
    ] {
        let answer = ask(&world, query).await;
        let json = answer.json();
        let verdict = if answer.status.is_success() {
            let members = ["pageNumber", "pageCount", "total", "previousUri", "nextUri"];
            let shown: Vec<_> = members.iter().map(|member| format!("{member} {}", json[*member])).collect();
            let names = answer.each("name");
            format!("{:?}..{:?} ({}) {}", names.first(), names.last(), names.len(), shown.join(", "))
        } else {
            answer.verdict()
        };
        table.row(query, verdict);
    }
    transcript!(table);
}

#[tokio::test]
async fn ids_come_repeated_or_joined() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let (east, west) = (world.division("East").await, world.division("West").await);
    for query in [
        format!("?id={east}&id={west}"),
        format!("?id={east},{west}"),
        format!("?id={east}%2C{west}"),
        format!("?id={}", format!("{east},{west}").to_uppercase()),
        format!("?id={west}&id={east},{},nobody", other.home),
    ] {
        let answer = ask(&world, &query).await;
        assert_eq!(answer.ids(), [east.to_string(), west.to_string()], "{answer}");
    }
    assert_eq!(ask(&world, &format!("?id={}", other.home)).await.ids(), Vec::<String>::new());
}

#[tokio::test]
async fn a_division_that_is_not_there_is_not_found() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let mut table = Table::default();
    let nobody = "3d3a6f0e-7c1f-4f6b-9d53-0a6f1f1f1f1f".to_owned();
    for (case, id) in [
        ("unknown", nobody),
        ("another organization's", other.home.to_string()),
        ("no UUID", "east".to_owned()),
        ("all", "*".to_owned()),
    ] {
        table.row(case, ask(&world, &format!("/{id}")).await.verdict());
    }
    transcript!(table);
}
