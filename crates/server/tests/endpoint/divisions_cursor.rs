//! Divisions by cursor, those that are deleted, and the grants in one.

use chancery_core::rbac::DivisionScope;
use serde_json::{Value, json};

use crate::world::{NOBODY, Table, World, delete, get, post, transcript};

const PATH: &str = "/api/v2/authorization/divisions";
const QUERY: &str = "/api/v2/authorization/divisions/query";

/// Home, and five more that sort before it.
async fn six() -> (World, String) {
    let world = World::new().await;
    for name in ["A", "B", "C", "D", "E"] {
        world.division(name).await;
    }
    let token = world.administrator().await;
    (world, token)
}

async fn page(world: &World, token: &str, uri: &str) -> (Vec<String>, Value) {
    let answer = get(uri).bearer(token).send(world).await;
    (answer.each("name"), answer.json())
}

#[tokio::test]
async fn a_cursor_leads_over_all_divisions_and_back() {
    let (world, token) = six().await;
    transcript!(get(format!("{QUERY}?pageSize=2")).bearer(&token).send(&world).await);
    let (mut seen, mut uri, mut last) = (Vec::new(), Some(format!("{QUERY}?pageSize=4&expand=x")), json!({}));
    while let Some(next) = uri {
        let (names, json) = page(&world, &token, &next).await;
        assert_eq!(json["selfUri"], next);
        seen.push(names.concat());
        uri = json["nextUri"].as_str().map(str::to_owned);
        last = json;
    }
    assert_eq!(seen, ["ABCD", "EHome"]);
    let previous = last["previousUri"].as_str().expect("a way back");
    assert!(previous.contains("pageSize=4&expand=x&before="), "{previous}");
    let (names, json) = page(&world, &token, previous).await;
    assert_eq!((names.concat(), json.get("previousUri")), ("ABCD".to_owned(), None));
    let (names, _) = page(&world, &token, json["nextUri"].as_str().expect("a way on")).await;
    assert_eq!(names.concat(), "EHome");
}

#[tokio::test]
async fn a_page_that_ends_with_the_last_division_leads_nowhere() {
    let (world, token) = six().await;
    for (query, names, neighbours) in [
        ("", "ABCDEHome", (false, false)),
        ("?pageSize=6", "ABCDEHome", (false, false)),
        ("?pageSize=200", "ABCDEHome", (false, false)),
        ("?pageSize=5", "ABCDE", (false, true)),
        ("?pageSize=3&name=home", "Home", (false, false)),
        ("?name=nothing", "", (false, false)),
    ] {
        let (found, json) = page(&world, &token, &format!("{QUERY}{query}")).await;
        let there = (json.get("previousUri").is_some(), json.get("nextUri").is_some());
        assert_eq!((found.concat().as_str(), there), (names, neighbours), "{query}");
    }
    let after = get(format!("{PATH}/home")).bearer(&token).send(&world).await.json()["id"].clone();
    let uri = format!("{QUERY}?after={}", after.as_str().expect("text"));
    assert_eq!(page(&world, &token, &uri).await.0, Vec::<String>::new());
}

#[tokio::test]
async fn filters_go_along_with_the_cursor() {
    let (world, token) = six().await;
    let (names, json) = page(&world, &token, &format!("{QUERY}?pageSize=1&name=E")).await;
    let next = json["nextUri"].as_str().expect("a way on");
    assert_eq!((names.concat().as_str(), next.contains("name=E&after=")), ("E", true), "{next}");
    assert_eq!(page(&world, &token, next).await.0.concat(), "Home");
}

#[tokio::test]
async fn a_cursor_stands_whatever_is_made_meanwhile() {
    let (world, token) = six().await;
    let (_, json) = page(&world, &token, &format!("{QUERY}?pageSize=2")).await;
    world.division("AA").await;
    world.division("BB").await;
    let (names, _) = page(&world, &token, json["nextUri"].as_str().expect("a way on")).await;
    assert_eq!(names.concat(), "BBC");
}

#[tokio::test]
async fn a_cursor_stands_when_its_own_division_is_deleted_meanwhile() {
    let (world, token) = six().await;
    let answer = get(format!("{QUERY}?pageSize=2")).bearer(&token).send(&world).await;
    delete(format!("{PATH}/{}", answer.ids()[1])).bearer(&token).send(&world).await;
    let next = answer.json()["nextUri"].as_str().expect("a way on").to_owned();
    let answer = get(next).bearer(&token).send(&world).await;
    assert!(answer.status.is_success(), "{answer}");
    assert_eq!(answer.each("name").concat(), "CD");
}

#[tokio::test]
async fn a_query_that_cannot_be_is_refused() {
    let (world, token) = six().await;
    let home = world.acme.home;
    let mut table = Table::default();
    for (case, query) in [
        ("both ends", format!("?before={home}&after={home}")),
        ("both ends, and neither is one", "?before=x&after=y".to_owned()),
        ("a cursor that is none", "?after=x".to_owned()),
        ("a cursor that is nowhere", format!("?before={NOBODY}")),
        ("an empty cursor", "?after=".to_owned()),
        ("a page of none", "?pageSize=0".to_owned()),
        ("a page of 201", "?pageSize=201".to_owned()),
        ("a page of many", "?pageSize=many".to_owned()),
    ] {
        let answer = get(format!("{QUERY}{query}")).bearer(&token).send(&world).await;
        table.row(case, answer.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn objects_are_counted_where_that_is_asked_for() {
    let world = World::new().await;
    let token = world.administrator().await;
    let east = world.division("East").await;
    world.person("Ada", &[(world.acme.viewer, DivisionScope::One(east))]).await;
    for (uri, counts) in [
        (format!("{PATH}/{east}"), None),
        (format!("{PATH}/{east}?objectCount=false"), None),
        (format!("{PATH}/{east}?objectCount=true"), Some(json!({ "USER": 0, "GRANT": 1 }))),
        (format!("{PATH}/{}?objectCount=true", world.acme.home), Some(json!({ "USER": 2, "GRANT": 0 }))),
    ] {
        let answer = get(uri).bearer(&token).send(&world).await;
        assert_eq!(answer.json().get("objectCounts").cloned(), counts, "{answer}");
    }
    let listed = get(format!("{PATH}?objectCount=true")).bearer(&token).send(&world).await.json();
    assert_eq!(listed["entities"][0]["objectCounts"], json!({ "USER": 0, "GRANT": 1 }));
}

#[tokio::test]
async fn the_grants_in_a_division_are_those_that_hold_in_it_alone() {
    let world = World::new().await;
    let token = world.administrator().await;
    let (east, one) = (world.division("East").await, DivisionScope::One);
    let robot = world.robot(&[(world.acme.viewer, one(east)), (world.acme.viewer, DivisionScope::All)]).await;
    world.pass(1000);
    let ada = world
        .person("Ada", &[(world.acme.viewer, one(east)), (world.acme.admin, one(world.acme.home))])
        .await;
    let answer = get(format!("{PATH}/{east}/grants")).bearer(&token).send(&world).await;
    assert_eq!(answer.each("subjectId"), [robot.id.to_string(), ada.to_string()]);
    transcript!(answer);
    let second =
        get(format!("{PATH}/{east}/grants?pageSize=1&pageNumber=2")).bearer(&token).send(&world).await;
    assert_eq!(second.each("subjectId"), [ada.to_string()]);
    assert_eq!(second.json()["previousUri"], format!("{PATH}/{east}/grants?pageSize=1&pageNumber=1"));
}

#[tokio::test]
async fn deleted_divisions_come_page_by_page() {
    let (world, token) = six().await;
    let all = get(PATH).bearer(&token).send(&world).await;
    for id in &all.ids()[..3] {
        delete(format!("{PATH}/{id}")).bearer(&token).send(&world).await;
    }
    let answer = get(format!("{PATH}/deleted?pageSize=2")).bearer(&token).send(&world).await;
    assert_eq!((answer.each("name").concat().as_str(), &answer.json()["total"]), ("AB", &json!(3)));
    let next = answer.json()["nextUri"].as_str().expect("a way on").to_owned();
    assert_eq!(get(next).bearer(&token).send(&world).await.each("name"), ["C"]);
    let listed = get(PATH).bearer(&token).send(&world).await;
    assert_eq!(listed.each("name"), ["D", "E", "Home"]);
    post(format!("{PATH}/{}/restore", all.ids()[1])).bearer(&token).send(&world).await;
    let listed = get(PATH).bearer(&token).send(&world).await;
    assert_eq!(listed.each("name"), ["B", "D", "E", "Home"]);
}
