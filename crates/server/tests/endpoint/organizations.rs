//! `/api/v2/organizations/me`: the organization of the token.

use crate::world::{World, get, transcript};

const PATH: &str = "/api/v2/organizations/me";

#[tokio::test]
async fn each_token_sees_its_own_organization() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let web = world.web().await;
    let tokens = [world.administrator().await, world.token(&other.robot).await];
    transcript!(
        get(PATH).bearer(&tokens[0]).send(&world).await,
        get(PATH).bearer(&tokens[1]).send(&world).await,
    );
    let own = get(PATH).bearer(&tokens[0]).send(&world).await;
    let user = world.user_token(web.id, world.acme.user, "users").await;
    assert_eq!(get(PATH).bearer(&user).send(&world).await.json(), own.json());
}

#[tokio::test]
async fn a_client_without_roles_sees_it_too() {
    let world = World::new().await;
    let token = world.token(&world.robot(&[]).await).await;
    assert_eq!(get(PATH).bearer(&token).send(&world).await.json()["id"], world.acme.id.to_string());
}
