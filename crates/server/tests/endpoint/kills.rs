//! What dies with what: tokens, refresh tokens and browser sessions, when a user, a consent or a client changes.

use axum::http::StatusCode;
use chancery_core::policy::{Login, Policy};
use serde_json::json;

use crate::world::{
    Ask, Browser, PASSWORD, Robot, Somebody, Table, Tokens, World, delete, get, patch, post, put, request,
    transcript,
};

/// A person with two clients, two logins at the first of them, and a browser that is logged in.
struct Life<'a> {
    world: &'a World,
    admin: String,
    ada: Somebody,
    apps: [Robot; 2],
    browser: Browser<'a>,
    tokens: [Tokens; 3],
}

impl<'a> Life<'a> {
    async fn of(world: &'a World) -> Self {
        let ada = world.somebody("Ada", &[]).await;
        let apps = [world.app(|_| ()).await, world.app(|_| ()).await];
        let browser = Browser::of(world);
        let mut tokens = Vec::new();
        for app in [&apps[0], &apps[0], &apps[1]] {
            let code = browser.code(app, &ada).await;
            tokens.push(world.exchanged(app, &code).await);
        }
        let tokens = <[Tokens; 3]>::try_from(tokens).unwrap_or_else(|_| panic!("three"));
        Self { world, admin: world.administrator().await, ada, apps, browser, tokens }
    }

    /// What is alive: each access token, each refresh token, the session.
    async fn alive(&self) -> String {
        let mut alive = Vec::new();
        for (at, tokens) in self.tokens.iter().enumerate() {
            let access = get("/api/v2/tokens/me").bearer(&tokens.access).send(self.world).await;
            alive.extend((access.status == StatusCode::OK).then(|| format!("access{at}")));
            let refresh = self.world.refresh(&self.apps[at / 2], tokens).send(self.world).await;
            alive.extend((refresh.status == StatusCode::OK).then(|| format!("refresh{at}")));
        }
        let answer = self.browser.visit(format!("/oauth/authorize?{}", request(&self.apps[1]))).await;
        let asked = answer.gist();
        alive.extend((!asked.contains("-> login?")).then(|| format!("session ({})", answer.status.as_u16())));
        alive.join(" ")
    }

    fn user(&self, rest: &str) -> String {
        format!("/api/v2/users/{}{rest}", self.ada.id)
    }
}

/// What is alive after a request.
async fn after(policy: Policy, ask: impl AsyncFnOnce(&Life) -> Vec<Ask>) -> String {
    let world = World::with(policy).await;
    let life = Life::of(&world).await;
    for ask in ask(&life).await {
        let answer = ask.send(&world).await;
        assert!(answer.status.is_success(), "{answer}");
    }
    life.alive().await
}

#[tokio::test]
async fn what_dies_with_what() {
    let mut table = Table::default();
    let policy = Policy::default;
    let rows: [(&str, String); 14] = [
        ("nothing", after(policy(), async |_| vec![]).await),
        (
            "the user becomes inactive",
            after(policy(), async |it| {
                let body = json!({ "version": it.world.version(it.ada.id).await, "state": "inactive" });
                vec![patch(it.user("")).bearer(&it.admin).json(&body)]
            })
            .await,
        ),
        (
            "the user becomes inactive, and active again",
            after(policy(), async |it| {
                let version = it.world.version(it.ada.id).await;
                let state = |at, state| {
                    patch(it.user(""))
                        .bearer(&it.admin)
                        .json(&json!({ "version": version + at, "state": state }))
                };
                vec![state(0, "inactive"), state(1, "active")]
            })
            .await,
        ),
        (
            "the user gets another name and email",
            after(policy(), async |it| {
                let version = it.world.version(it.ada.id).await;
                let body =
                    json!({ "version": version, "name": "A", "email": "a@acme.example", "state": "active" });
                vec![patch(it.user("")).bearer(&it.admin).json(&body)]
            })
            .await,
        ),
        (
            "the user is deleted",
            after(policy(), async |it| vec![delete(it.user("")).bearer(&it.admin)]).await,
        ),
        (
            "the password is set",
            after(policy(), async |it| {
                vec![
                    post(it.user("/password"))
                        .bearer(&it.admin)
                        .json(&json!({ "newPassword": "quartz lantern" })),
                ]
            })
            .await,
        ),
        (
            "the password is changed",
            after(policy(), async |it| {
                let body = json!({ "oldPassword": PASSWORD, "newPassword": "quartz lantern" });
                vec![post("/api/v2/users/me/password").bearer(&it.tokens[0].access).json(&body)]
            })
            .await,
        ),
        (
            "the password is set, and nothing is to be revoked",
            after(lenient(), async |it| {
                vec![
                    post(it.user("/password"))
                        .bearer(&it.admin)
                        .json(&json!({ "newPassword": "quartz lantern" })),
                ]
            })
            .await,
        ),
        (
            "the password is changed, and nothing is to be revoked",
            after(lenient(), async |it| {
                let body = json!({ "oldPassword": PASSWORD, "newPassword": "quartz lantern" });
                vec![post("/api/v2/users/me/password").bearer(&it.tokens[0].access).json(&body)]
            })
            .await,
        ),
        (
            "DELETE tokens/{userId}",
            after(policy(), async |it| {
                vec![delete(format!("/api/v2/tokens/{}", it.ada.id)).bearer(&it.admin)]
            })
            .await,
        ),
        (
            "DELETE tokens/me",
            after(policy(), async |it| vec![delete("/api/v2/tokens/me").bearer(&it.tokens[0].access)]).await,
        ),
        (
            "the consent is revoked",
            after(policy(), async |it| {
                let path = format!("/api/v2/oauth/authorizations/{}", it.apps[0].id);
                vec![delete(path).bearer(&it.tokens[2].access)]
            })
            .await,
        ),
        ("the first client is disabled", after(policy(), async |it| vec![state(it, "disabled").await]).await),
        (
            "the first client becomes inactive",
            after(policy(), async |it| vec![state(it, "inactive").await]).await,
        ),
    ];
    for (case, alive) in rows {
        table.row(case, alive);
    }
    table.row(
        "the first client is deleted",
        after(policy(), async |it| vec![delete(it.apps[0].path()).bearer(&it.admin)]).await,
    );
    table.row(
        "the sessions are ended",
        after(policy(), async |it| {
            vec![delete(format!("/api/v2/chancery{}/sessions", &it.user("")[7..])).bearer(&it.admin)]
        })
        .await,
    );
    transcript!(table);
}

fn lenient() -> Policy {
    Policy { login: Login { revoke_on_password_change: false, ..Login::default() }, ..Policy::default() }
}

/// The first client in another state.
async fn state(life: &Life<'_>, state: &str) -> Ask {
    let path = life.apps[0].path();
    let mut body = get(&path).bearer(&life.admin).send(life.world).await.json();
    body["state"] = state.into();
    put(path).bearer(&life.admin).json(&body)
}

#[tokio::test]
async fn a_code_dies_with_its_user_its_consent_and_its_client_too() {
    for kind in ["user", "tokens", "password", "consent", "disabled"] {
        let world = World::new().await;
        let life = Life::of(&world).await;
        let code = life.browser.code(&life.apps[0], &life.ada).await;
        let admin = &life.admin;
        let ask = match kind {
            "user" => delete(life.user("")).bearer(admin),
            "tokens" => delete(format!("/api/v2/tokens/{}", life.ada.id)).bearer(admin),
            "password" => {
                post(life.user("/password")).bearer(admin).json(&json!({ "newPassword": "quartz lantern" }))
            }
            "consent" => delete(format!("/api/v2/oauth/authorizations/{}", life.apps[0].id))
                .bearer(&life.tokens[2].access),
            _ => state(&life, "disabled").await,
        };
        assert!(ask.send(&world).await.status.is_success(), "{kind}");
        let answer = world.exchange(&life.apps[0], &code).send(&world).await;
        let expected = if kind == "disabled" { "invalid_client" } else { "invalid_grant" };
        assert_eq!(answer.json()["error"], expected, "{kind}: {answer}");
    }
}

#[tokio::test]
async fn who_revokes_the_tokens_of_a_user_must_be_permitted_and_name_one_of_the_organization() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let ada = world.somebody("Ada", &[]).await;
    let mut table = Table::default();
    for (who, token) in
        [("nobody", world.may(&[]).await), ("who may", world.may(&["oauth:token:delete"]).await)]
    {
        for (whose, id) in [
            ("Ada's", ada.id.to_string()),
            ("another's user's", other.user.to_string()),
            ("nobody's", crate::world::NOBODY.to_owned()),
            ("no UUID's", "ada".to_owned()),
        ] {
            let answer = delete(format!("/api/v2/tokens/{id}")).bearer(&token).send(&world).await;
            table.row(format!("{who}, {whose}"), answer.verdict());
        }
    }
    transcript!(table);
}
