//! `/api/v2/users/me`: the person behind the token.

use chancery_core::rbac::DivisionScope;
use chancery_core::rbac::{RoleGrant, SubjectKind};
use chancery_core::write::Write;

use crate::world::{World, get, transcript};

const PATH: &str = "/api/v2/users/me";

async fn token(world: &World) -> String {
    let web = world.web().await;
    world.user_token(web.id, world.acme.user, "users").await
}

#[tokio::test]
async fn a_user_sees_themselves_without_what_was_not_asked_for() {
    let world = World::new().await;
    let token = token(&world).await;
    transcript!(get(PATH).bearer(&token).send(&world).await);
}

#[tokio::test]
async fn a_client_is_not_a_user() {
    let world = World::new().await;
    let token = world.administrator().await;
    transcript!(get(format!("{PATH}?expand=token")).bearer(&token).send(&world).await);
}

#[tokio::test]
async fn organization_token_and_authorization_come_when_asked_for() {
    let world = World::new().await;
    let token = token(&world).await;
    transcript!(
        get(format!("{PATH}?expand=organization")).bearer(&token).send(&world).await,
        get(format!("{PATH}?expand=token")).bearer(&token).send(&world).await,
        get(format!("{PATH}?expand=authorization")).bearer(&token).send(&world).await,
    );
}

#[tokio::test]
async fn expansions_come_joined_repeated_and_in_any_case_and_unknown_ones_do_not_matter() {
    let world = World::new().await;
    let token = token(&world).await;
    let all = ["organization", "token", "authorization"];
    for (query, expected) in [
        ("expand=authorization,token", &all[1..]),
        ("expand=authorization&expand=token", &all[1..]),
        ("expand=authorization%2Ctoken&expand=ORGANIZATION", &all[..]),
        ("expand=Token,%20Organization", &all[..2]),
        ("expand=trustors,presence,orgauthorization,lasttokenissued,dateLastLogin,x", &[]),
        ("expand=authorization.unusedRoles", &[]),
        ("expand=", &[]),
        ("expand=,,&surprise=token", &[]),
    ] {
        let json = get(format!("{PATH}?{query}")).bearer(&token).send(&world).await.json();
        let there: Vec<_> = all.iter().copied().filter(|name| json.get(name).is_some()).collect();
        assert_eq!(there, expected, "{query}");
    }
}

#[tokio::test]
async fn a_user_with_little_sees_little() {
    let world = World::new().await;
    let user = world.user(|user| user.name = "Clerk".to_owned()).await;
    let role = world.role("clerk", &["oauth:client:view", "directory:user:edit", "admin"]).await;
    let (subject, kind, granted_at) = (user.into(), SubjectKind::User, world.now());
    let grant = |division| RoleGrant { subject, kind, role, division, granted_at };
    let east = world.division("East").await;
    let grants = vec![grant(DivisionScope::One(east)), grant(DivisionScope::One(world.acme.home))];
    world.write(vec![Write::ReplaceRoleGrants(world.acme.id, subject, grants)]).await;
    let web = world.web().await;
    let token = world.user_token(web.id, user, "users").await;
    transcript!(get(format!("{PATH}?expand=authorization")).bearer(&token).send(&world).await);
}
