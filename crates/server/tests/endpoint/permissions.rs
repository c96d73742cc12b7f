//! `/api/v2/authorization/permissions`: what operations can demand.

use crate::world::{Answer, Table, World, get, transcript};

const PATH: &str = "/api/v2/authorization/permissions";

async fn ask(world: &World, query: &str) -> Answer {
    let token = world.token(&world.robot(&[]).await).await;
    get(format!("{PATH}{query}")).bearer(&token).send(world).await
}

#[tokio::test]
async fn permissions_are_grouped_by_domain() {
    let world = World::new().await;
    transcript!(ask(&world, "").await);
}

#[tokio::test]
async fn a_domain_can_be_asked_for() {
    let world = World::new().await;
    transcript!(ask(&world, "?queryType=domain&query=oauth").await);
}

#[tokio::test]
async fn what_is_asked_for_comes_repeated_or_joined() {
    let world = World::new().await;
    let mut table = Table::default();
    for query in [
        "?query=oauth,usage",
        "?query=oauth&query=usage",
        "?queryType=domain&query=directory",
        "?queryType=domain&query=nothing",
        "?queryType=permission&query=oauth:client:view",
        "?queryType=permission&query=oauth:client:view,directory:user:add",
        "?queryType=permission&query=oauth%3Aclient%3Aview&query=oauth:client:add",
        "?queryType=permission&query=oauth",
        "?queryType=permission",
        "?pageSize=2",
        "?pageSize=2&pageNumber=2",
        "?pageSize=2&pageNumber=3",
        "?pageSize=0",
        "?pageSize=501",
        "?queryType=surprise&query=oauth",
    ] {
        let answer = ask(&world, query).await;
        let json = answer.json();
        let Some(entities) = json["entities"].as_array() else {
            table.row(query, answer.verdict());
            continue;
        };
        let mut found =
            vec![format!("page {} of {}, {} in all", json["pageNumber"], json["pageCount"], json["total"])];
        for entity in entities {
            for (kind, actions) in entity["permissionMap"].as_object().expect("a map") {
                let actions = actions.as_array().expect("a list").iter();
                let actions: Vec<_> = actions.filter_map(|action| action["action"].as_str()).collect();
                found.push(format!("{} {kind}: {}", entity["domain"], actions.join(" ")));
            }
        }
        table.row(query, found.join("\n    "));
    }
    transcript!(table);
}
