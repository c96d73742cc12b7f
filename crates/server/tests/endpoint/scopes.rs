//! `/api/v2/oauth/scopes`: the scope names that the server knows.

use crate::world::{Table, World, get, transcript};

const PATH: &str = "/api/v2/oauth/scopes";

#[tokio::test]
async fn all_scopes_are_listed_by_name() {
    let world = World::new().await;
    let token = world.token(&world.robot(&[]).await).await;
    transcript!(get(PATH).bearer(&token).send(&world).await);
}

#[tokio::test]
async fn a_scope_is_found_however_its_colon_is_written() {
    let world = World::new().await;
    let token = world.token(&world.robot(&[]).await).await;
    let ask =
        |id: &str| get(format!("{PATH}/{id}")).bearer(&token).header("accept-language", "de").send(&world);
    transcript!(ask("users:readonly").await);
    let plain = ask("users:readonly").await.json();
    for id in ["users%3Areadonly", "users%3areadonly"] {
        assert_eq!(ask(id).await.json(), plain);
    }
    let mut table = Table::default();
    for id in ["oauth", "openid", "all", "Users", "users%20", "nonsense", "audits", "audits:readonly", "%00"]
    {
        table.row(id, ask(id).await.verdict());
    }
    transcript!(table);
}
