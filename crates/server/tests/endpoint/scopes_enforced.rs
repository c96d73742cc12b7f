//! The scopes of a user's token, where the operator has them enforced.

use axum::http::{Method, StatusCode};
use chancery_core::access::Demand;
use chancery_core::client::Client;
use chancery_core::policy::Policy;
use chancery_core::rbac::DivisionScope;
use chancery_core::types::Scope;
use chancery_server::api::{self, Operation};

use crate::world::{Ask, Somebody, Table, World, delete, get, patch, post, transcript};

fn strict() -> Policy {
    Policy { enforce_scopes: true, ..Policy::default() }
}

fn operations() -> impl Iterator<Item = &'static Operation> {
    api::ALL.iter().flat_map(|(_, operations)| *operations)
}

/// A request to an operation, about nothing that exists, with a body that nobody understands.
fn ask(it: &Operation, token: &str) -> Ask {
    let method = Method::from_bytes(it.method.as_bytes()).expect("a method");
    Ask::new(method, it.path.replace(['{', '}'], "")).bearer(token).body("rubbish")
}

/// A token of a person for just these scopes.
async fn token(world: &World, person: &Somebody, scope: &str) -> String {
    let app = world.app(|client: &mut Client| client.scope = Scope::parse(scope).expect("known")).await;
    world.user_token(app.id, person.id, scope).await
}

#[tokio::test]
async fn every_operation_asks_for_one_of_its_scopes() {
    let world = World::with(strict()).await;
    let ada = world.somebody("Ada", &[(world.acme.admin, DivisionScope::All)]).await;
    let mut table = Table::default();
    for it in operations() {
        assert!(!it.scopes.is_empty(), "{}", it.id);
        let refused = ask(it, &token(&world, &ada, "web-chat").await).send(&world).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{refused}");
        if it.method != "HEAD" {
            assert_eq!(refused.json()["code"], "app.not.authorized.for.scope", "{refused}");
            assert_eq!(refused.json()["messageParams"]["scope"], it.scopes.join(", "), "{refused}");
        }
        for scope in it.scopes {
            let answer = ask(it, &token(&world, &ada, scope).await).send(&world).await;
            assert_ne!(answer.status, StatusCode::FORBIDDEN, "{} for {scope}: {answer}", it.id);
        }
        table.row(format!("{} {}", it.method, it.path), it.scopes.join(" or "));
    }
    transcript!(table);
}

#[tokio::test]
async fn a_scope_for_reads_and_writes_is_good_for_reads_and_one_for_reads_for_no_writes() {
    let world = World::with(strict()).await;
    let ada = world.somebody("Ada", &[(world.acme.admin, DivisionScope::All)]).await;
    let status =
        async |ask: Ask, scope: &str| ask.bearer(&token(&world, &ada, scope).await).send(&world).await.status;
    for (scope, reads, writes) in
        [("users", 200, 400), ("users:readonly", 200, 403), ("oauth", 403, 403), ("openid", 403, 403)]
    {
        assert_eq!(status(get("/api/v2/users"), scope).await, reads, "{scope}");
        assert_eq!(status(post("/api/v2/users").body("rubbish"), scope).await, writes, "{scope}");
    }
}

#[tokio::test]
async fn it_is_off_by_default() {
    let world = World::new().await;
    let ada = world.somebody("Ada", &[(world.acme.admin, DivisionScope::All)]).await;
    let own = token(&world, &ada, "web-chat").await;
    for it in operations() {
        let answer = ask(it, &own).send(&world).await;
        assert_ne!(answer.status, StatusCode::FORBIDDEN, "{}: {answer}", it.id);
    }
}

#[tokio::test]
async fn a_client_that_acts_for_itself_has_no_scopes_and_needs_none() {
    let world = World::with(strict()).await;
    let admin = world.administrator().await;
    for it in operations().filter(|it| it.id != "deleteTokensMe") {
        let answer = ask(it, &admin).send(&world).await;
        assert_ne!(answer.status, StatusCode::FORBIDDEN, "{}: {answer}", it.id);
    }
}

#[tokio::test]
async fn the_token_comes_before_the_scope_and_the_scope_before_all_else() {
    let world = World::with(strict()).await;
    let nobody = world.somebody("Nobody", &[]).await;
    let [none, users] = [token(&world, &nobody, "web-chat").await, token(&world, &nobody, "users").await];
    let admin = world.somebody("Ada", &[(world.acme.admin, DivisionScope::All)]).await;
    let both = token(&world, &admin, "users").await;
    let mut table = Table::default();
    let missing = format!("/api/v2/users/{}", crate::world::NOBODY);
    let there = format!("/api/v2/users/{}", nobody.id);
    for (who, token) in
        [("a bad token", "x"), ("no scope", &none), ("no permission", &users), ("both", &both)]
    {
        for (what, path) in [("nobody", &missing), ("somebody", &there)] {
            let answer = patch(path).bearer(token).body("rubbish").send(&world).await;
            table.row(format!("{who}: rubbish for {what}"), answer.verdict());
        }
        let answer = get("/api/v2/users?pageNumber=0").bearer(token).send(&world).await;
        table.row(format!("{who}: a query that cannot be"), answer.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn every_permission_is_demanded_after_the_scope() {
    let world = World::with(strict()).await;
    let nobody = world.somebody("Nobody", &[]).await;
    for it in operations().filter(|it| !matches!(it.demand, Demand::Nothing)) {
        let own = token(&world, &nobody, it.scopes[0]).await;
        let answer = ask(it, &own).send(&world).await;
        let code = answer.json()["code"].as_str().expect("a code").to_owned();
        assert!(code.starts_with("missing."), "{}: {answer}", it.id);
    }
}

#[tokio::test]
async fn a_path_that_does_not_exist_needs_no_scope() {
    let world = World::with(strict()).await;
    let nobody = world.somebody("Nobody", &[]).await;
    let own = token(&world, &nobody, "web-chat").await;
    for ask in [get("/api/v2/nowhere"), delete("/api/v2/nowhere")] {
        assert_eq!(ask.bearer(&own).send(&world).await.status, StatusCode::NOT_FOUND);
    }
}
