//! `/api/v2/oauth/clients/{clientId}/usage`: how often a client calls this API.

use axum::http::StatusCode;
use chancery_core::usage::{Day, Tally, UsageCount};
use chancery_core::write::Write;
use chancery_server::jobs;
use serde_json::{Value, json};

use crate::world::{Answer, Robot, Table, World, delete, get, head, post, put, transcript};

/// The world begins on Tuesday, 2023-11-14.
const TODAY: &str = "2023-11-14/2023-11-15";
const CLIENTS: &str = "/api/v2/oauth/clients";

async fn query(world: &World, robot: &Robot, token: &str, body: Value) -> Answer {
    let asked = post(format!("{}/usage/query", robot.path())).bearer(token).json(&body).send(world).await;
    let Some(uri) = asked.json()["resultsUri"].as_str().map(str::to_owned) else { return asked };
    get(uri).bearer(token).send(world).await
}

/// The rows in short: what they stand for, and all six counts.
fn rows(answer: &Answer) -> Vec<String> {
    let json = answer.json();
    let row = |row: &Value| {
        let texts = ["date", "clientName", "organizationId", "templateUri", "httpMethod"];
        let texts = texts.map(|name| row[name].as_str().expect("text").trim_end_matches("T00:00:00.000Z"));
        let counts = ["status200", "status300", "status400", "status500", "status429", "requests"];
        let counts = counts.map(|name| row[name].as_i64().expect("a number").to_string());
        format!("{} | {}", texts.join(" "), counts.join(" "))
    };
    json["results"].as_array().expect("rows").iter().map(row).collect()
}

#[tokio::test]
async fn a_query_is_answered_by_where_to_look_and_the_result_is_there_at_once() {
    let world = World::new().await;
    let (admin, robot) = (world.administrator().await, world.robot(&[]).await);
    let own = world.token(&robot).await;
    for _ in 0..3 {
        get("/api/v2/tokens/me").bearer(&own).send(&world).await;
    }
    get(CLIENTS).bearer(&own).send(&world).await;
    let body = json!({ "interval": TODAY, "granularity": "Day", "groupBy": ["TemplateUri", "HttpMethod"] });
    let asked = post(format!("{}/usage/query", robot.path())).bearer(&admin).json(&body).send(&world).await;
    let uri = asked.json()["resultsUri"].as_str().expect("text").to_owned();
    let id = asked.json()["executionId"].as_str().expect("text").to_owned();
    assert_eq!(uri, format!("{}/usage/query/results/{id}", robot.path()));
    assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{id}");
    transcript!(asked, get(uri).bearer(&admin).send(&world).await);
}

#[tokio::test]
async fn what_is_counted_is_every_answer_to_an_operation_by_its_path_and_method() {
    let world = World::new().await;
    let (admin, robot) = (world.administrator().await, world.robot(&[]).await);
    let own = world.token(&robot).await;
    for ask in [
        get("/api/v2/tokens/me?preserveIdleTTL=true"),
        head("/api/v2/tokens/me"),
        get("/api/v2/organizations/me"),
        head("/api/v2/organizations/me"),
        get(CLIENTS),
        get(robot.path()),
        get(world.acme.robot.path()),
        put(robot.path()).body("rubbish"),
        get("/api/v2/authorization/divisions?pageSize=0"),
        get(format!("/api/v2/authorization/divisions/{}", world.acme.home)),
        get("/api/v2/authorization/divisions/x"),
        // None of these is an operation.
        get("/api/v2/nowhere"),
        post("/api/v2/tokens/me"),
        get("/api/v2/oauth/clients/x/y"),
        get("/health/live"),
    ] {
        ask.bearer(&own).send(&world).await;
    }
    get("/api/v2/tokens/me").send(&world).await;
    get("/api/v2/tokens/me").bearer("rubbish").send(&world).await;
    world.token(&robot).await;
    let body = json!({ "interval": TODAY, "groupBy": ["HttpMethod", "TemplateUri"] });
    let before = rows(&query(&world, &robot, &admin, body.clone()).await);
    jobs::flush(world.app.clone()).await.expect("writes");
    assert_eq!(
        rows(&query(&world, &robot, &admin, body.clone()).await),
        before,
        "written or not is the same"
    );
    jobs::flush(world.app.clone()).await.expect("writes");
    assert_eq!(rows(&query(&world, &robot, &admin, body.clone()).await), before, "nothing is written twice");
    transcript!(before.join("\n"));
    // And on it goes, some of it written and some not yet.
    get("/api/v2/organizations/me").bearer(&own).send(&world).await;
    let after = rows(&query(&world, &robot, &admin, body).await);
    assert!(after.iter().any(|row| row.contains("/organizations/me GET | 3 0 0 0 0 3")), "{after:?}");
}

#[tokio::test]
async fn a_users_requests_are_counted_for_the_client() {
    let world = World::new().await;
    let (admin, web) = (world.administrator().await, world.web().await);
    let own = world.user_token(web.id, world.acme.user, "users").await;
    get("/api/v2/users/me").bearer(&own).send(&world).await;
    let answer = query(&world, &web, &admin, json!({ "interval": TODAY, "groupBy": ["TemplateUri"] })).await;
    assert_eq!(rows(&answer), ["2023-11-14   /api/v2/users/me  | 1 0 0 0 0 1"]);
    assert_eq!(answer.json()["results"][0]["userId"], "");
}

#[tokio::test]
async fn neither_a_dead_token_counts_nor_a_client_that_is_gone() {
    let world = World::new().await;
    let (admin, robot) = (world.administrator().await, world.robot(&[]).await);
    let own = world.token(&robot).await;
    delete("/api/v2/tokens/me").bearer(&own).send(&world).await;
    get("/api/v2/tokens/me").bearer(&own).send(&world).await;
    let body = json!({ "interval": TODAY });
    assert_eq!(
        rows(&query(&world, &robot, &admin, body.clone()).await),
        ["2023-11-14 Robot    | 1 0 0 0 0 1"]
    );
    delete(robot.path()).bearer(&admin).send(&world).await;
    jobs::flush(world.app.clone()).await.expect("writes");
    let gone = query(&world, &robot, &admin, body).await;
    assert_eq!(gone.json()["code"], "client.not.found", "{gone}");
}

/// Counts of some days, and what they are gathered into.
async fn history(world: &World, robot: &Robot) {
    // 2023-10-30 and 2023-11-06 were Mondays.
    for (date, template, method, status200, status400, status429) in [
        ("2023-10-29", "/a", "GET", 1, 0, 0),
        ("2023-10-30", "/a", "GET", 2, 0, 0),
        ("2023-10-31", "/a", "PUT", 4, 0, 0),
        ("2023-11-01", "/b", "GET", 8, 0, 0),
        ("2023-11-05", "/b", "GET", 16, 5, 3),
        ("2023-11-06", "/a", "GET", 32, 0, 0),
    ] {
        let at = chancery_core::types::Timestamp::parse(&format!("{date}T00:00:00Z")).expect("a date");
        let tally = Tally { status200, status400, status429, ..Tally::default() };
        let (template, method) = (template.to_owned(), method.to_owned());
        let count = UsageCount { client: robot.id, day: Day::of(at), template, method, tally };
        world.write(vec![Write::CountUsage(vec![count])]).await;
    }
}

#[tokio::test]
async fn counts_are_gathered_by_time_and_by_what_is_asked_for() {
    let world = World::new().await;
    let (admin, robot) = (world.administrator().await, world.robot(&[]).await);
    history(&world, &robot).await;
    let interval = "2023-10-01/2023-11-14";
    let mut table = Table::default();
    table.name(world.acme.id, "(acme)");
    for with in [
        json!({}),
        json!({ "granularity": "Day" }),
        json!({ "granularity": "Week" }),
        json!({ "granularity": "Month" }),
        json!({ "granularity": null, "groupBy": null, "metrics": null }),
        json!({ "groupBy": [], "metrics": [] }),
        json!({ "groupBy": ["OAuthClientId"] }),
        json!({ "groupBy": ["OrganizationId"] }),
        json!({ "groupBy": ["TemplateUri"] }),
        json!({ "groupBy": ["HttpMethod"] }),
        json!({ "groupBy": ["HttpMethod", "OAuthClientId", "TemplateUri", "OrganizationId", "HttpMethod"] }),
        json!({ "groupBy": ["HttpMethod"], "granularity": "Month" }),
        json!({ "metrics": ["Status200"] }),
        json!({ "metrics": ["Requests", "Status429"] }),
        json!({ "metrics": ["Status200", "Status300", "Status400", "Status500", "Status429", "Requests"] }),
        json!({ "interval": "2023-10-30/2023-11-06" }),
        json!({ "interval": "2023-11-06/2023-11-07" }),
        json!({ "interval": "2023-11-07/2023-11-08" }),
        json!({ "interval": "2023-10-31T13:00:00.000Z/2023-11-01T00:00:00.001Z" }),
        json!({ "interval": "2023-10-31T23:30:00-02:00/2023-11-05" }),
    ] {
        let mut body = json!({ "interval": interval });
        body.as_object_mut().expect("an object").extend(with.as_object().expect("members").clone());
        table.row(&with, rows(&query(&world, &robot, &admin, body).await).join("\n    "));
    }
    transcript!(table);
}

#[tokio::test]
async fn a_query_that_cannot_be_is_refused() {
    let world = World::new().await;
    let (admin, robot) = (world.administrator().await, world.robot(&[]).await);
    let mut table = Table::default();
    for (case, body) in [
        ("no interval", json!({})),
        ("null for an interval", json!({ "interval": null })),
        ("one date", json!({ "interval": "2023-11-14" })),
        ("no dates", json!({ "interval": "yesterday/today" })),
        ("no day", json!({ "interval": "2023-02-30/2023-03-01" })),
        ("the end first", json!({ "interval": "2023-11-15/2023-11-14" })),
        ("nothing in between", json!({ "interval": "2023-11-14/2023-11-14" })),
        ("401 days", json!({ "interval": "2022-01-01/2023-02-06" })),
        ("another granularity", json!({ "interval": TODAY, "granularity": "Hour" })),
        ("a granularity in small letters", json!({ "interval": TODAY, "granularity": "day" })),
        ("another metric", json!({ "interval": TODAY, "metrics": ["Status200", "Status600"] })),
        ("another group", json!({ "interval": TODAY, "groupBy": ["UserId"] })),
        ("text for a list", json!({ "interval": TODAY, "metrics": "Status200" })),
        ("a list", json!([])),
    ] {
        table.row(case, query(&world, &robot, &admin, body).await.verdict());
    }
    transcript!(table);
    let longest = query(&world, &robot, &admin, json!({ "interval": "2022-01-01/2023-02-05" })).await;
    assert_eq!(longest.status, StatusCode::OK, "{longest}");
}

#[tokio::test]
async fn a_summary_looks_back_as_many_days_as_are_asked_for_with_today() {
    let world = World::new().await;
    let (admin, robot) = (world.administrator().await, world.robot(&[]).await);
    history(&world, &robot).await;
    let own = world.token(&robot).await;
    get("/api/v2/tokens/me").bearer(&own).send(&world).await;
    let summary = |query: &str| get(format!("{}/usage/summary{query}", robot.path())).bearer(&admin);
    let mut table = Table::default();
    for query in [
        "",
        "?days=7",
        "?days=1",
        "?days=9",
        "?days=10",
        "?days=366",
        "?days=0",
        "?days=367",
        "?days=x",
        "?days=-1",
    ] {
        let answer = summary(query).send(&world).await;
        let Some(uri) = answer.json()["resultsUri"].as_str().map(str::to_owned) else {
            table.row(query, answer.verdict());
            continue;
        };
        let result = get(uri).bearer(&admin).send(&world).await;
        table.row(query, rows(&result).join("\n    "));
    }
    transcript!(table, summary("").send(&world).await);
}

#[tokio::test]
async fn the_id_of_an_execution_is_good_for_its_client_alone() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let (admin, robot, second) =
        (world.administrator().await, world.robot(&[]).await, world.robot(&[]).await);
    let asked =
        post(format!("{}/usage/query", robot.path())).bearer(&admin).json(&json!({ "interval": TODAY }));
    let id = asked.send(&world).await.json()["executionId"].as_str().expect("text").to_owned();
    let results = |client: &str, id: &str| format!("{client}/usage/query/results/{id}");
    let others = world.token(&other.robot).await;
    let mut table = Table::default();
    for (case, uri, token) in [
        ("its own", results(&robot.path(), &id), &admin),
        ("another client's", results(&second.path(), &id), &admin),
        ("cut short", results(&robot.path(), &id[..id.len() - 1]), &admin),
        ("with more at its end", results(&robot.path(), &format!("{id}A")), &admin),
        ("made up", results(&robot.path(), "x"), &admin),
        ("a UUID", results(&robot.path(), crate::world::NOBODY), &admin),
        ("of no client", results("/api/v2/oauth/clients/x", &id), &admin),
        ("from another organization", results(&robot.path(), &id), &others),
        ("without token", results(&robot.path(), &id), &String::new()),
    ] {
        table.row(case, get(uri).bearer(token).send(&world).await.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn usage_is_shown_to_those_who_may_view_clients_or_their_usage() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let robot = world.robot(&[]).await;
    let mut table = Table::default();
    for (who, token) in [
        ("a bad token", "x".to_owned()),
        ("nobody", world.token(&robot).await),
        ("who views clients", world.may(&["oauth:client:view"]).await),
        ("who views usage", world.may(&["usage:client:view"]).await),
        ("who views the organization's usage", world.may(&["usage:organization:view"]).await),
    ] {
        for (which, path) in [("own", robot.path()), ("another's", other.robot.path())] {
            for (what, ask) in [
                ("queries", post(format!("{path}/usage/query")).body("rubbish")),
                ("summary", get(format!("{path}/usage/summary"))),
                ("results", get(format!("{path}/usage/query/results/x"))),
            ] {
                table.row(
                    format!("{who}: {what} of {which}"),
                    ask.bearer(&token).send(&world).await.verdict(),
                );
            }
        }
    }
    transcript!(table);
}

#[tokio::test]
async fn usage_of_another_day_is_of_another_day() {
    let world = World::new().await;
    let (admin, robot) = (world.administrator().await, world.robot(&[]).await);
    let own = world.token(&robot).await;
    // To the last millisecond of the day, then one more.
    for millis in [0, 6_399_999, 1] {
        world.pass(millis);
        get("/api/v2/tokens/me").bearer(&own).send(&world).await;
    }
    let body = json!({ "interval": "2023-11-01/2023-12-01", "granularity": "Day" });
    let found = rows(&query(&world, &robot, &admin, body).await);
    assert_eq!(found, ["2023-11-14 Robot    | 2 0 0 0 0 2", "2023-11-15 Robot    | 1 0 0 0 0 1"]);
}
