//! What subjects may where, in short: `rolecounts`, `divisionspermitted`, and the products.

use chancery_core::rbac::DivisionScope;
use serde_json::json;

use crate::world::{NOBODY, Table, World, get, transcript};

const COUNTS: &str = "/api/v2/authorization/subjects/rolecounts";
const PERMITTED: &str = "/api/v2/authorization/divisionspermitted/paged/me";

#[tokio::test]
async fn roles_are_counted_once_wherever_they_are_held() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let token = world.administrator().await;
    let (east, one) = (world.division("East").await, DivisionScope::One);
    let viewer = world.acme.viewer;
    let robot = world
        .robot(&[(viewer, one(east)), (viewer, DivisionScope::All), (world.acme.admin, one(east))])
        .await;
    let ids = [robot.id.to_string(), world.acme.user.to_string(), other.user.to_string(), NOBODY.to_owned()];
    let mut expected = json!({});
    for (id, count) in ids.iter().zip([2, 1, 0, 0]) {
        expected[id] = count.into();
    }
    for query in [
        format!("?id={}", ids.join(",")),
        format!("?id={}", ids.join("&id=")),
        format!("?id={}", ids.join("%2C%20")),
    ] {
        assert_eq!(
            get(format!("{COUNTS}{query}")).bearer(&token).send(&world).await.json(),
            expected,
            "{query}"
        );
    }
    transcript!(get(format!("{COUNTS}?id={}", ids.join(","))).bearer(&token).send(&world).await);
    assert_eq!(get(COUNTS).bearer(&token).send(&world).await.json(), json!({}));
    let many = |count| format!("{COUNTS}?id={}", vec![NOBODY; count].join(","));
    assert_eq!(get(many(100)).bearer(&token).send(&world).await.json(), json!({ NOBODY: 0 }));
    assert_eq!(
        get(many(101)).bearer(&token).send(&world).await.verdict(),
        "400 max.subject.ids [] Only 100 subject ids can be requested at a time."
    );
}

#[tokio::test]
async fn a_caller_learns_where_it_has_a_permission() {
    let world = World::new().await;
    for name in ["East", "North", "West"] {
        world.division(name).await;
    }
    let admin = world.administrator().await;
    let divisions = get("/api/v2/authorization/divisions").bearer(&admin).send(&world).await;
    let one = |number: usize| DivisionScope::parse(&divisions.ids()[number]).expect("a UUID");
    let add = world.role("add", &["oauth:client:add", "group_creation"]).await;
    let every = world.role("every", &["oauth:*:*"]).await;
    let some = world.token(&world.robot(&[(add, one(0)), (every, one(3)), (add, one(3))]).await).await;
    let nobody = world.token(&world.robot(&[]).await).await;
    let mut table = Table::default();
    for (who, token) in [("an administrator", &admin), ("somebody", &some), ("nobody", &nobody)] {
        for permission in
            ["oauth:client:add", "oauth:client:view", "group_creation", "admin", "oauth", "x:y:z"]
        {
            let answer = get(format!("{PERMITTED}?permission={permission}")).bearer(token).send(&world).await;
            let all = answer.json()["allDivsPermitted"].clone();
            table.row(format!("{who}: {permission}"), format!("{} {all}", answer.each("name").join(", ")));
        }
    }
    let refused = [
        get(PERMITTED),
        get(format!("{PERMITTED}?permission=")),
        get(format!("{PERMITTED}?permission=x&pageSize=0")),
    ];
    for ask in refused {
        let answer = ask.bearer(&admin).send(&world).await;
        table.row(answer.asked.lines().next().unwrap_or_default(), answer.verdict());
    }
    let page =
        get(format!("{PERMITTED}?permission=oauth:client:add&pageSize=1")).bearer(&some).send(&world).await;
    transcript!(table, page);
}

#[tokio::test]
async fn there_is_one_product_and_everybody_sees_it() {
    let world = World::new().await;
    let token = world.token(&world.robot(&[]).await).await;
    transcript!(get("/api/v2/authorization/products").bearer(&token).send(&world).await);
}
