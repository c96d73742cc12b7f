//! `/api/v2/authorization/roles`: the roles of the organization.

use crate::world::{Answer, Table, World, get, transcript};

const PATH: &str = "/api/v2/authorization/roles";

async fn ask(world: &World, path: &str) -> Answer {
    let token = world.administrator().await;
    get(format!("{PATH}{path}")).bearer(&token).send(world).await
}

#[tokio::test]
async fn a_new_organization_has_the_built_in_roles() {
    let world = World::new().await;
    world.found("Globex", "globex").await;
    transcript!(ask(&world, "").await);
}

#[tokio::test]
async fn one_role_looks_as_it_does_in_the_list() {
    let world = World::new().await;
    let clerk = world.role("clerk", &["oauth:client:view", "directory:user:*", "group_creation"]).await;
    let one = ask(&world, &format!("/{clerk}?userCount=true&expand=unusedPermissions")).await;
    transcript!(one);
    let listed = ask(&world, &format!("?id={clerk}")).await.json();
    assert_eq!(listed["entities"][0], one.json());
    assert_eq!(ask(&world, &format!("/{}", clerk.to_string().to_uppercase())).await.json(), one.json());
}

#[tokio::test]
async fn roles_are_shown_to_those_who_may_view_them() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let (nobody, viewer) = (world.robot(&[]).await, world.may(&["authorization:role:view"]).await);
    let nobody = world.token(&nobody).await;
    let mut table = Table::default();
    for (who, token) in [("nobody", &nobody), ("a viewer", &viewer)] {
        for (which, path) in [
            ("all", String::new()),
            ("one", format!("/{}", world.acme.admin)),
            ("another organization's", format!("/{}", other.admin)),
            ("unknown", "/3d3a6f0e-7c1f-4f6b-9d53-0a6f1f1f1f1f".to_owned()),
            ("no UUID", "/admin".to_owned()),
            ("a bad page", "?pageSize=0".to_owned()),
        ] {
            let answer = get(format!("{PATH}{path}")).bearer(token).send(&world).await;
            table.row(format!("{who}: {which}"), answer.verdict());
        }
    }
    transcript!(table);
}

#[tokio::test]
async fn roles_are_found_by_name_permission_and_template() {
    let world = World::new().await;
    world.role("clerk", &["oauth:client:view", "oauth:client:add", "group_creation"]).await;
    world.role("Chief clerk", &["oauth:*:*"]).await;
    world.role("teller", &["directory:user:view"]).await;
    let mut table = Table::default();
    for query in [
        "",
        "?name=CLERK",
        "?name=*clerk*",
        "?name=Chief%20clerk",
        "?name=nothing",
        "?permission=oauth:client:view",
        "?permission=oauth:client:view,oauth:client:add",
        "?permission=oauth:client:view&permission=oauth:client:delete",
        "?permission=group_creation",
        "?permission=admin",
        "?permission=oauth:client",
        "?permission=directory%3Auser%3Aview",
        "?defaultRoleId=admin",
        "?defaultRoleId=admin,oauthViewer",
        "?defaultRoleId=admin&defaultRoleId=oauthViewer",
        "?defaultRoleId=clerk",
        "?name=admin&defaultRoleId=oauthViewer",
        "?sortBy=name&userCount=false&expand=x&surprise=1",
    ] {
        table.row(query, ask(&world, query).await.each("name").join(", "));
    }
    transcript!(table);
}

#[tokio::test]
async fn ids_come_repeated_or_joined_and_at_most_a_hundred() {
    let world = World::new().await;
    let (admin, viewer) = (world.acme.admin, world.acme.viewer);
    for query in [
        format!("?id={admin}&id={viewer}"),
        format!("?id={viewer},{admin}"),
        format!("?id={admin}%2C%20{viewer},"),
        format!("?id={}", format!("{admin},{viewer}").to_uppercase()),
    ] {
        assert_eq!(ask(&world, &query).await.ids(), [admin.to_string(), viewer.to_string()], "{query}");
    }
    let many = |count| format!("?id={}", vec![admin.to_string(); count].join(","));
    assert_eq!(ask(&world, &many(100)).await.ids(), [admin.to_string()]);
    transcript!(ask(&world, &many(101)).await.verdict());
}

#[tokio::test]
async fn a_page_leads_to_its_neighbours_and_keeps_the_filters() {
    let world = World::new().await;
    for number in 0..7 {
        world.role(&format!("extra & {number}"), &["oauth:client:view"]).await;
    }
    let mut table = Table::default();
    let mut path = "?name=extra%20%26&pageSize=3".to_owned();
    let mut seen = Vec::new();
    loop {
        let answer = ask(&world, &path).await;
        let json = answer.json();
        let members = ["pageSize", "pageNumber", "pageCount", "total"];
        let uris = ["firstUri", "previousUri", "selfUri", "nextUri", "lastUri"];
        let shown = members.iter().chain(&uris).map(|member| format!("{member} {}", json[*member]));
        table.row(&path, shown.collect::<Vec<_>>().join("\n    "));
        seen.extend(answer.each("name"));
        let Some(next) = json["nextUri"].as_str() else { break };
        path = next.strip_prefix(PATH).expect("leads to the same listing").to_owned();
    }
    let expected: Vec<_> = (0..7).map(|number| format!("extra & {number}")).collect();
    assert_eq!(seen, expected);
    transcript!(table);
}
