//! `/api/v2/chancery/audit`: the audit log as it is read.

use axum::http::StatusCode;
use serde_json::json;

use crate::world::{Answer, NOBODY, Table, World, get, patch, post, transcript};

const PATH: &str = "/api/v2/chancery/audit";

/// Ada is made by the administrator client, and changed by a clerk a second later, and again.
async fn eventful() -> (World, String, String, [String; 2]) {
    let world = World::new().await;
    let clerk = world.may(&["directory:user:edit", "audits:audit:view"]).await;
    let admin = world.administrator().await;
    world.pass(1000);
    let body =
        json!({ "name": "Ada", "email": "ada@acme.example", "divisionId": world.acme.home.to_string() });
    let ada = post("/api/v2/users").bearer(&admin).json(&body).send(&world).await.json()["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    for version in 1..3 {
        world.pass(1000);
        let body = json!({ "version": version, "name": format!("Ada {version}") });
        let answer = patch(format!("/api/v2/users/{ada}")).bearer(&clerk).json(&body).send(&world).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer}");
    }
    let me = get("/api/v2/tokens/me").bearer(&clerk).send(&world).await.json();
    let id = me["OAuthClient"]["id"].as_str().expect("an id").to_owned();
    (world, clerk, id, [ada, admin])
}

fn kinds(answer: &Answer) -> String {
    if answer.status != StatusCode::OK {
        return answer.verdict();
    }
    let json = answer.json();
    let entities = json["entities"].as_array().expect("a listing");
    let shown = entities.iter().map(|it| {
        format!("{} {}", &it["date"].as_str().expect("a date")[14..19], it["kind"].as_str().expect("text"))
    });
    let all = shown.filter(|it| !it.starts_with("13:20")).collect::<Vec<_>>().join(", ");
    format!("{all} {}", if json.get("nextUri").is_some() { "and more" } else { "" }).trim().to_owned()
}

#[tokio::test]
async fn an_entry_says_all_that_is_known() {
    let (world, clerk, ..) = eventful().await;
    transcript!(get(format!("{PATH}?pageSize=1")).bearer(&clerk).send(&world).await);
}

#[tokio::test]
async fn entries_are_found_by_time_actor_client_and_kind() {
    let (world, clerk, id, [ada, _]) = eventful().await;
    let (robot, user) = (world.acme.robot.id, world.acme.user);
    let mut table = Table::default();
    for (id, name) in [
        (id.clone(), "{clerk}"),
        (robot.to_string(), "{administrator}"),
        (ada.clone(), "{ada}"),
        (user.to_string(), "{user}"),
    ] {
        table.name(id, name);
    }
    for query in [
        "from=2023-11-14T22:13:21.000Z".to_owned(),
        "from=2023-11-14T22:13:22Z".to_owned(),
        "from=2023-11-14T22:13:21Z&until=2023-11-14T22:13:22.000Z".to_owned(),
        "until=2023-11-14T22:13:21.000Z".to_owned(),
        format!("actor={id}"),
        format!("actor={robot}&from=2023-11-14T22:13:21Z"),
        format!("actor={ada}"),
        format!("actor={NOBODY}"),
        format!("client={id}"),
        format!("client={NOBODY}"),
        "kind=user.changed".to_owned(),
        "kind=user&from=2023-11-14T22:13:21Z".to_owned(),
        "kind=use".to_owned(),
        "kind=user.".to_owned(),
        "kind=nonsense".to_owned(),
        format!("kind=user&client={id}&until=2023-11-14T22:13:23Z"),
        "surprise=1&pageSize=1".to_owned(),
    ] {
        table.row(&query, kinds(&get(format!("{PATH}?{query}")).bearer(&clerk).send(&world).await));
    }
    transcript!(table);
}

#[tokio::test]
async fn a_query_that_cannot_be_is_refused() {
    let world = World::new().await;
    let token = world.may(&["audits:audit:view"]).await;
    let mut table = Table::default();
    for query in [
        "from=yesterday",
        "until=2023-11-14",
        "actor=ada",
        "client=x",
        "before=x",
        "before=1-",
        "before=1-x",
        "pageSize=0",
        "pageSize=501",
        "pageSize=x",
        "from=&actor=&before=",
    ] {
        table.row(query, get(format!("{PATH}?{query}")).bearer(&token).send(&world).await.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn the_address_of_the_next_page_leads_on_to_the_end() {
    let (world, clerk, ..) = eventful().await;
    let all = get(format!("{PATH}?pageSize=500")).bearer(&clerk).send(&world).await;
    assert_eq!(all.json().get("nextUri"), None);
    for size in [1, 2, 3, 7] {
        let mut found = Vec::new();
        let mut next = Some(format!("{PATH}?pageSize={size}"));
        while let Some(path) = next {
            let page = get(path).bearer(&clerk).send(&world).await;
            let ids = page.ids();
            assert!(!ids.is_empty() && ids.len() <= size, "{page}");
            found.extend(ids);
            next = page.json()["nextUri"].as_str().map(str::to_owned);
        }
        assert_eq!(found, all.ids(), "{size} a page");
    }
}

#[tokio::test]
async fn pages_stay_what_they_are_while_more_happens_and_keep_their_filters() {
    let (world, clerk, _, [ada, admin]) = eventful().await;
    let first = get(format!("{PATH}?pageSize=1&kind=user.changed")).bearer(&clerk).send(&world).await;
    let expected = get(format!("{PATH}?kind=user.changed")).bearer(&clerk).send(&world).await.ids();
    let body = json!({ "version": 3, "name": "Ada 3" });
    patch(format!("/api/v2/users/{ada}")).bearer(&admin).json(&body).send(&world).await;
    let next = first.json()["nextUri"].as_str().expect("leads on").to_owned();
    assert!(next.contains("kind=user.changed") && next.contains("pageSize=1"), "{next}");
    let second = get(next).bearer(&clerk).send(&world).await;
    assert_eq!([first.ids(), second.ids()].concat(), expected);
}

#[tokio::test]
async fn it_is_shown_to_those_who_may_view_it_and_never_another_organizations() {
    let (world, clerk, ..) = eventful().await;
    let other = world.found("Globex", "globex").await;
    let theirs = world.token(&other.robot).await;
    let nobody = world.may(&["oauth:client:view"]).await;
    let refused = get(PATH).bearer(&nobody).send(&world).await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (StatusCode::FORBIDDEN, &json!("missing.any.permissions"))
    );
    let (ours, theirs) =
        (get(PATH).bearer(&clerk).send(&world).await, get(PATH).bearer(&theirs).send(&world).await);
    assert!(!ours.ids().is_empty() && !theirs.ids().is_empty());
    assert!(!theirs.ids().iter().any(|id| ours.ids().contains(id)));
}
