//! What each thing that happens leaves in the audit log.

use std::collections::BTreeMap;

use chancery_core::policy::Policy;
use chancery_core::rbac::DivisionScope;
use chancery_server::jobs;
use serde_json::{Value, json};

use crate::world::{
    Answer, Ask, Browser, NOBODY, PASSWORD, Table, World, csrf, delete, get, patch, post, put, request,
    transcript,
};

/// Entries as lines, with names for the ids that the test knows.
fn lines(entries: &[Value], names: &BTreeMap<String, &str>) -> String {
    let shown = |value: &Value| {
        let text = value.as_str().unwrap_or("-");
        names.get(text).map_or_else(
            || if text.len() == 36 { "{new}".to_owned() } else { text.to_owned() },
            |it| (*it).to_owned(),
        )
    };
    let line = |it: &Value| {
        let mut line = format!(
            "{} by {} with {} on {} {} from {}",
            it["kind"].as_str().expect("text"),
            shown(&it["actor"]["id"]),
            shown(&it["client"]["id"]),
            it["entity"]["type"].as_str().unwrap_or("-"),
            shown(&it["entity"]["id"]),
            it["address"].as_str().unwrap_or("-"),
        );
        if it["count"] != 1 || it["detail"].is_string() {
            line.push_str(&format!(" ({} times {})", it["count"], it["detail"].as_str().unwrap_or_default()));
        }
        line
    };
    if entries.is_empty() {
        "nothing".to_owned()
    } else {
        entries.iter().map(line).collect::<Vec<_>>().join("\n    ")
    }
}

/// A world where all that happened before is forgotten.
struct Log<'a> {
    world: &'a World,
    seen: usize,
    names: BTreeMap<String, &'static str>,
    table: Table,
}

impl<'a> Log<'a> {
    async fn of(world: &'a World) -> Self {
        let names = BTreeMap::from([
            (world.acme.robot.id.to_string(), "{administrator client}"),
            (world.acme.user.to_string(), "{administrator}"),
            (world.acme.id.to_string(), "{organization}"),
        ]);
        Self { world, seen: world.audited().await.len(), names, table: Table::default() }
    }

    fn name(&mut self, id: impl ToString, name: &'static str) {
        self.names.insert(id.to_string(), name);
    }

    /// What came since the last time, each with the id of this answer.
    async fn row(&mut self, case: &str, answer: &Answer) {
        let all = self.world.audited().await;
        let fresh = &all[self.seen..];
        self.seen = all.len();
        let id = answer.header("inin-correlation-id").expect("an id");
        for entry in fresh {
            assert_eq!(entry["correlationId"], id, "{case}: {entry}");
            assert_eq!(
                entry["date"],
                chancery_core::types::Timestamp::to_rfc3339(self.world.now()),
                "{case}: {entry}"
            );
        }
        self.table.row(format!("{case} ({})", answer.status.as_u16()), lines(fresh, &self.names));
    }

    async fn does(&mut self, case: &str, ask: Ask) -> Answer {
        let answer = ask.send(self.world).await;
        self.row(case, &answer).await;
        answer
    }
}

#[tokio::test]
async fn every_operation_that_changes_something_leaves_its_entries() {
    let world = World::new().await;
    let token = world.administrator().await;
    let mut log = Log::of(&world).await;
    let by = |ask: Ask| ask.bearer(&token);
    let roles = json!([{ "roleId": world.acme.viewer.to_string(), "divisionId": "*" }]);
    let client = json!({ "name": "R", "authorizedGrantType": "CLIENT-CREDENTIALS", "roleDivisions": roles });
    let made = log.does("POST clients", by(post("/api/v2/oauth/clients")).json(&client)).await.json();
    let id = made["id"].as_str().expect("an id").to_owned();
    log.name(&id, "{client}");
    let path = format!("/api/v2/oauth/clients/{id}");
    log.does("PUT client", by(put(&path)).json(&made)).await;
    log.does("POST secret", by(post(format!("{path}/secret")))).await;
    log.does("DELETE client", by(delete(&path))).await;

    let home = world.acme.home.to_string();
    let user =
        json!({ "name": "Ada", "email": "ada@acme.example", "divisionId": home, "password": PASSWORD });
    let made = log.does("POST users", by(post("/api/v2/users")).json(&user)).await.json();
    let id = made["id"].as_str().expect("an id").to_owned();
    log.name(&id, "{ada}");
    let path = format!("/api/v2/users/{id}");
    log.does("PATCH user", by(patch(&path)).json(&json!({ "version": 1, "name": "A" }))).await;
    let password = json!({ "newPassword": "quartz lantern meadow" });
    log.does("POST password", by(post(format!("{path}/password"))).json(&password)).await;
    log.does("PUT roles", by(put(format!("{path}/roles"))).json(&json!([world.acme.viewer.to_string()])))
        .await;
    log.does("DELETE tokens", by(delete(format!("/api/v2/tokens/{id}")))).await;
    log.does("DELETE sessions", by(delete(format!("/api/v2/chancery/users/{id}/sessions")))).await;
    log.does("DELETE user", by(delete(&path))).await;

    let role = json!({ "name": "r", "permissionPolicies": [] });
    let made = log.does("POST roles", by(post("/api/v2/authorization/roles")).json(&role)).await.json();
    let id = made["id"].as_str().expect("an id").to_owned();
    log.name(&id, "{role}");
    let path = format!("/api/v2/authorization/roles/{id}");
    log.does("PUT role", by(put(&path)).json(&json!({ "name": "s" }))).await;
    let both = json!([world.acme.user.to_string()]);
    log.does("PUT role users add", by(put(format!("{path}/users/add"))).json(&both)).await;
    log.does("DELETE role", by(delete(&path))).await;

    let division = json!({ "name": "East", "description": "" });
    let made =
        log.does("POST divisions", by(post("/api/v2/authorization/divisions")).json(&division)).await.json();
    let id = made["id"].as_str().expect("an id").to_owned();
    log.name(&id, "{division}");
    let path = format!("/api/v2/authorization/divisions/{id}");
    log.does("PUT division", by(put(&path)).json(&json!({ "name": "West", "description": "" }))).await;
    log.does("DELETE division", by(delete(&path))).await;
    log.does(
        "POST restore",
        by(post(format!("{path}/restore"))).json(&json!({ "name": "West", "description": "" })),
    )
    .await;

    let me = get("/api/v2/organizations/me").bearer(&token).send(&world).await.json();
    log.does("PUT organization", by(put("/api/v2/organizations/me")).json(&me)).await;
    let settings = "/api/v2/organizations/authentication/settings";
    log.does("PATCH settings", by(patch(settings)).json(&json!({ "universalLogout": true }))).await;
    log.does("PUT timeout", by(put("/api/v2/tokens/timeout")).json(&json!({}))).await;
    let other = world.token(&world.acme.robot).await;
    log.does("DELETE tokens/me", delete("/api/v2/tokens/me").bearer(&other)).await;
    transcript!(log.table);
}

#[tokio::test]
async fn what_a_person_does_names_the_person() {
    let world = World::with(Policy { require_consent: true, ..Policy::default() }).await;
    let ada = world.somebody("Ada", &[(world.acme.admin, DivisionScope::All)]).await;
    let app = world.app(|_| ()).await;
    let mut log = Log::of(&world).await;
    log.name(ada.id, "{ada}");
    log.name(app.id, "{app}");
    let browser = Browser::of(&world);
    let page = browser.authorize(&request(&app)).await;
    log.row("the login page", &page).await;
    let login = |email: &str, password: &str| {
        Browser::filled(&page, "/oauth/login", &[("email", email), ("password", password)])
    };
    let answer = browser.send(login(&ada.email, "wrong")).await;
    log.row("a wrong password", &answer).await;
    let answer = browser.send(login("nobody@acme.example", "wrong")).await;
    log.row("an address that nobody has", &answer).await;
    let answer = browser.send(login(&ada.email, PASSWORD)).await;
    log.row("the login", &answer).await;
    let page = browser.follow(answer).await;
    let decide = |decision| Browser::filled(&page, "/oauth/consent", &[("decision", decision)]);
    let answer = browser.send(decide("deny")).await;
    log.row("no", &answer).await;
    let answer = browser.send(decide("allow")).await;
    log.row("yes", &answer).await;
    let exchanged = world.exchange(&app, &crate::world::code(&answer)).send(&world).await;
    log.row("the exchange", &exchanged).await;
    let tokens = crate::world::Tokens::of(&exchanged);
    let own = format!("/api/v2/oauth/authorizations/{}", app.id);
    log.does("the consent is taken back by API", delete(own).bearer(&tokens.access)).await;
    let answer = browser.send(decide("allow")).await;
    log.row("yes again", &answer).await;
    let account = browser.visit("/account").await;
    let act = |name: &str, value: &str| {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", &csrf(&account)).append_pair(name, value);
        body.append_pair("old_password", PASSWORD).append_pair("new_password", "quartz lantern meadow");
        post("/account").form(body.finish())
    };
    let answer = browser.send(act("revoke_consent", &app.id.to_string())).await;
    log.row("the consent is taken back", &answer).await;
    let answer = browser.send(act("end_others", "yes")).await;
    log.row("other sessions are ended", &answer).await;
    let answer = browser.send(act("change_password", "yes")).await;
    log.row("the password is changed", &answer).await;
    let answer = browser.visit("/logout").await;
    log.row("the logout", &answer).await;
    let answer = browser.visit("/logout").await;
    log.row("the logout of nobody", &answer).await;
    transcript!(log.table);
}

#[tokio::test]
async fn a_replay_leaves_one_entry_and_what_it_takes_down_none() {
    let world = World::new().await;
    let (app, ada) = (world.app(|_| ()).await, world.somebody("Ada", &[]).await);
    let browser = Browser::of(&world);
    let first = browser.code(&app, &ada).await;
    let tokens = world.exchanged(&app, &first).await;
    let second = world.logged_in(&app, &ada).await;
    let _ = world.refresh(&app, &second).send(&world).await;
    world.pass(60_000);
    let mut log = Log::of(&world).await;
    log.name(ada.id, "{ada}");
    log.name(app.id, "{app}");
    log.does("a code", world.exchange(&app, &first)).await;
    log.does("a refresh token", world.refresh(&app, &second)).await;
    log.does("a refresh token of the family that the code took down", world.refresh(&app, &tokens)).await;
    transcript!(log.table);
}

#[tokio::test]
async fn a_refusal_leaves_nothing() {
    let world = World::new().await;
    let (nobody, admin) = (world.may(&[]).await, world.administrator().await);
    let mut log = Log::of(&world).await;
    for (case, ask) in [
        ("403", post("/api/v2/users").bearer(&nobody).json(&json!({}))),
        ("400", post("/api/v2/users").bearer(&admin).json(&json!({}))),
        ("404", delete(format!("/api/v2/users/{NOBODY}")).bearer(&admin)),
        ("409", put("/api/v2/organizations/me").bearer(&admin).json(&json!({ "version": 9, "name": "x" }))),
        ("401", post("/api/v2/users").bearer("x")),
        (
            "a short password",
            post(format!("/api/v2/users/{}/password", world.acme.user))
                .bearer(&admin)
                .json(&json!({ "newPassword": "x" })),
        ),
        ("a page", get("/oauth/authorize")),
        ("a read", get("/api/v2/users").bearer(&admin)),
    ] {
        log.does(case, ask).await;
    }
    transcript!(log.table);
}

#[tokio::test]
async fn tokens_that_were_issued_or_refused_together_are_one_entry_once_they_are_written() {
    let world = World::new().await;
    jobs::flush(world.app.clone()).await.expect("writes");
    let robot = world.robot(&[]).await;
    let log = Log::of(&world).await;
    jobs::flush(world.app.clone()).await.expect("writes");
    let seen = world.audited().await.len();
    for _ in 0..3 {
        world.token(&robot).await;
    }
    let wrong =
        post("/oauth/token").basic(&robot.id.to_string(), "wrong").form("grant_type=client_credentials");
    wrong.clone().send(&world).await;
    wrong.send(&world).await;
    let scope = post("/oauth2/token").basic(&robot.id.to_string(), robot.secret.expose());
    scope.form("grant_type=client_credentials&scope=nonsense").send(&world).await;
    let unknown = post("/oauth/token").basic(NOBODY, "wrong").form("grant_type=client_credentials");
    unknown.send(&world).await;
    assert_eq!(world.audited().await.len(), seen, "nothing is written yet");
    jobs::flush(world.app.clone()).await.expect("writes");
    let mut names = log.names.clone();
    names.insert(robot.id.to_string(), "{robot}");
    let mut fresh = world.audited().await[seen..].to_vec();
    assert!(fresh.iter().all(|it| it.get("correlationId").is_none()), "{fresh:?}");
    fresh.retain(|it| it["client"]["id"] == robot.id.to_string());
    fresh.sort_by_key(|it| (it["kind"].to_string(), it["detail"].to_string()));
    transcript!(lines(&fresh, &names));
}
