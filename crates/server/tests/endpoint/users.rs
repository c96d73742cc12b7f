//! `/api/v2/users`: the directory as it is read.

use axum::http::StatusCode;
use chancery_core::user::{Contact, Profile, UserState};
use serde_json::{Value, json};

use crate::world::{Answer, NOBODY, Table, World, delete, get, transcript};

const PATH: &str = "/api/v2/users";

/// Ada, Bob (inactive), Cyd (deleted), and the administrator.
async fn directory() -> (World, String, [String; 3]) {
    let world = World::new().await;
    let token = world.administrator().await;
    let ada = world.person("Ada", &[]).await;
    let bob = world
        .user(|user| {
            user.name = "Bob".to_owned();
            user.state = UserState::Inactive;
        })
        .await;
    let cyd = world.person("Cyd", &[]).await;
    delete(one(cyd)).bearer(&token).send(&world).await;
    (world, token, [ada.to_string(), bob.to_string(), cyd.to_string()])
}

fn one(id: impl ToString) -> String {
    format!("{PATH}/{}", id.to_string())
}

fn names(answer: &Answer) -> String {
    let json = answer.json();
    let uris: Vec<_> = ["previousUri", "nextUri"].iter().filter_map(|it| json[it].as_str()).collect();
    format!(
        "{} {} of {} on {} {uris:?}",
        answer.each("name").join(", "),
        json["pageNumber"],
        json["total"],
        json["pageCount"]
    )
}

#[tokio::test]
async fn a_user_is_answered_with_all_its_members() {
    let world = World::new().await;
    let token = world.may(&[]).await;
    let east = world.division("East").await;
    let ada = world
        .user(|user| {
            user.name = "Ada".to_owned();
            user.email = "ada@acme.example".to_owned();
            user.division = east;
            user.profile = Profile {
                title: Some("Engineer".to_owned()),
                department: Some("Engines".to_owned()),
                preferred_name: Some("A.".to_owned()),
                addresses: vec![Contact {
                    address: Some("+13175550123".to_owned()),
                    media_type: Some("PHONE".to_owned()),
                    kind: Some("WORK".to_owned()),
                    extension: Some("7".to_owned()),
                    country_code: Some("US".to_owned()),
                }],
                acd_auto_answer: true,
                ..Profile::default()
            };
        })
        .await;
    let shown = get(one(ada)).bearer(&token).send(&world).await;
    let listed = get(format!("{PATH}?id={ada}")).bearer(&token).send(&world).await;
    assert_eq!(listed.json()["entities"], json!([shown.json()]));
    transcript!(shown);
}

#[tokio::test]
async fn users_are_listed_by_name_page_by_page() {
    let (world, token, [ada, bob, cyd]) = directory().await;
    let mut table = Table::default();
    for (id, name) in [(&ada, "{ada}"), (&bob, "{bob}"), (&cyd, "{cyd}")] {
        table.name(id, name);
    }
    for query in [
        String::new(),
        "state=".to_owned(),
        "state=active".to_owned(),
        "state=inactive".to_owned(),
        "state=deleted".to_owned(),
        "state=any".to_owned(),
        "state=any&sortOrder=DESC".to_owned(),
        "state=any&sortOrder=descending".to_owned(),
        "sortOrder=ascending".to_owned(),
        "state=any&pageSize=2".to_owned(),
        "state=any&pageSize=2&pageNumber=2".to_owned(),
        "state=any&pageSize=2&pageNumber=3".to_owned(),
        format!("id={ada}&id={bob}"),
        format!("state=any&id={ada},{bob}&id={cyd}"),
        format!("id={NOBODY},ada,{ada}"),
        format!("id={NOBODY}"),
    ] {
        table.row(&query, names(&get(format!("{PATH}?{query}")).bearer(&token).send(&world).await));
    }
    transcript!(table);
}

#[tokio::test]
async fn a_query_that_cannot_be_is_refused() {
    let world = World::new().await;
    let token = world.may(&[]).await;
    let mut table = Table::default();
    let ids = vec![NOBODY; 101].join(",");
    for (case, query) in [
        ("another state", "state=asleep"),
        ("a state in capitals", "state=Active"),
        ("another order", "sortOrder=random"),
        ("no page", "pageNumber=0"),
        ("a page too large", "pageSize=501"),
        ("101 ids", &format!("id={ids}")),
    ] {
        table.row(case, get(format!("{PATH}?{query}")).bearer(&token).send(&world).await.verdict());
    }
    table
        .row("100 ids", get(format!("{PATH}?id={}", &ids[37..])).bearer(&token).send(&world).await.verdict());
    transcript!(table);
}

#[tokio::test]
async fn who_is_not_there_is_not_found() {
    let (world, token, [_, bob, cyd]) = directory().await;
    let other = world.found("Globex", "globex").await;
    let mut table = Table::default();
    for (case, id) in [
        ("inactive", bob.as_str()),
        ("deleted", &cyd),
        ("deleted, of that state", &format!("{cyd}?state=deleted")),
        ("deleted, of any", &format!("{cyd}?state=any")),
        ("another organization's", &other.user.to_string()),
        ("another organization's, of any", &format!("{}?state=any", other.user)),
        ("nobody", NOBODY),
        ("no UUID", "ada"),
        ("a client", &world.acme.robot.id.to_string()),
    ] {
        table.row(case, get(one(id)).bearer(&token).send(&world).await.verdict());
    }
    transcript!(table);
    let listed = get(format!("{PATH}?state=any&id={}", other.user)).bearer(&token).send(&world).await;
    assert_eq!(listed.json()["entities"], json!([]), "another organization's");
    let gone = get(one(format!("{cyd}?state=deleted"))).bearer(&token).send(&world).await;
    assert_eq!(gone.json()["state"], "deleted");
}

#[tokio::test]
async fn everybody_sees_the_directory_and_nobody_without_a_token() {
    let (world, _, [ada, ..]) = directory().await;
    let nobody = world.token(&world.robot(&[]).await).await;
    for path in [PATH.to_owned(), one(&ada)] {
        assert_eq!(get(&path).bearer(&nobody).send(&world).await.status, StatusCode::OK);
        assert_eq!(get(&path).send(&world).await.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn more_is_answered_when_it_is_asked_for() {
    let world = World::new().await;
    let app = world.app(|_| ()).await;
    let ada = world.somebody("Ada", &[(world.acme.viewer, chancery_core::rbac::DivisionScope::All)]).await;
    let tokens = world.logged_in(&app, &ada).await;
    chancery_server::jobs::flush(world.app.clone()).await.expect("writes");
    let mine = "/api/v2/users/me".to_owned();
    let there = |json: &Value| {
        let names = [
            "authorization",
            "lastTokenIssued",
            "dateLastLogin",
            "organization",
            "token",
            "orgAuthorization",
        ];
        names.iter().filter(|name| json.get(**name).is_some()).copied().collect::<Vec<_>>().join(" ")
    };
    let mut table = Table::default();
    for (who, path) in
        [("users/{ada}", one(ada.id)), ("users", format!("{PATH}?id={}", ada.id)), ("users/me", mine)]
    {
        for expand in [
            "authorization",
            "lasttokenissued",
            "datelastlogin,LASTTOKENISSUED",
            "organization",
            "token&expand=orgauthorization",
            "authorization.unusedRoles,trustors,x",
        ] {
            let mark = if path.contains('?') { '&' } else { '?' };
            let answer =
                get(format!("{path}{mark}expand={expand}")).bearer(&tokens.access).send(&world).await;
            let json = answer.json();
            let json = json.get("entities").map_or(&json, |all| &all[0]);
            table.row(format!("{who} expand={expand}"), there(json));
            if expand.starts_with("date") {
                assert_eq!(json["dateLastLogin"], "2023-11-14T22:13:20.000Z", "{answer}");
                assert_eq!(json["lastTokenIssued"]["dateIssued"], "2023-11-14T22:13:00.000Z", "{answer}");
            }
        }
    }
    transcript!(table);
    let asked =
        get("/api/v2/users/me?expand=orgauthorization").bearer(&tokens.access).send(&world).await.json();
    let names: Vec<_> = asked["orgAuthorization"]
        .as_array()
        .expect("roles")
        .iter()
        .map(|role| role["name"].clone())
        .collect();
    assert_eq!(names, ["admin", "oauth viewer"]);
}
