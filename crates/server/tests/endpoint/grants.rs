//! `/api/v2/authorization/subjects/{subjectId}/...`: roles are granted and taken away.

use axum::http::StatusCode;
use chancery_core::policy::Policy;
use chancery_core::rbac::DivisionScope;
use chancery_store::Store;
use serde_json::{Value, json};

use crate::world::{Ask, NOBODY, Table, World, delete, get, post, put, transcript};

const PATH: &str = "/api/v2/authorization/subjects";
const ALL: DivisionScope = DivisionScope::All;

fn body(pairs: &[(&dyn ToString, &dyn ToString)]) -> Value {
    let pairs = pairs
        .iter()
        .map(|(role, division)| json!({ "roleId": role.to_string(), "divisionId": division.to_string() }));
    json!({ "grants": pairs.collect::<Vec<_>>() })
}

/// Every operation on the grants of a subject, for a role in a division.
fn asks(subject: &str, role: &str, division: &str) -> [(&'static str, Ask); 5] {
    let (subject, pair) = (format!("{PATH}/{subject}"), body(&[(&role, &division)]));
    let one = format!("{subject}/divisions/{division}/roles/{role}");
    [
        ("grant", post(&one)),
        ("take", delete(&one)),
        ("bulkadd", post(format!("{subject}/bulkadd")).json(&pair)),
        ("bulkremove", post(format!("{subject}/bulkremove")).json(&pair)),
        ("bulkreplace", post(format!("{subject}/bulkreplace")).json(&pair)),
    ]
}

#[tokio::test]
async fn grants_are_made_and_taken_away_one_by_one_and_many_at_once() {
    let world = World::new().await;
    let token = world.administrator().await;
    let (east, role) = (world.division("East").await, world.role("clerk", &["oauth:client:view"]).await);
    let robot = world.robot(&[]).await;
    let (subject, viewer) = (format!("{PATH}/{}", robot.id), world.acme.viewer);
    let send = async |ask: Ask| ask.bearer(&token).send(&world).await;
    let one =
        send(post(format!("{subject}/divisions/{east}/roles/{role}?subjectType=PC_OAUTH_CLIENT"))).await;
    let east = DivisionScope::One(east);
    assert_eq!(world.held(robot.id).await, [(role, east)]);
    let more = body(&[(&viewer, &"*"), (&role, &east), (&role, &"*")]);
    let added = send(post(format!("{subject}/bulkadd?subjectType=PC_OAUTH_CLIENT")).json(&more)).await;
    assert_eq!(world.held(robot.id).await, [(role, east), (viewer, ALL), (role, ALL)]);
    let shown = send(get(&subject)).await;
    let removed =
        send(post(format!("{subject}/bulkremove")).json(&body(&[(&role, &"*"), (&viewer, &east)]))).await;
    assert_eq!(world.held(robot.id).await, [(role, east), (viewer, ALL)]);
    let taken = send(delete(format!("{subject}/divisions/%2A/roles/{viewer}"))).await;
    assert_eq!(world.held(robot.id).await, [(role, east)]);
    let replaced = send(post(format!("{subject}/bulkreplace")).json(&body(&[(&viewer, &east)]))).await;
    assert_eq!(world.held(robot.id).await, [(viewer, east)]);
    transcript!(one, added, shown, removed, taken, replaced);
    let empty = send(post(format!("{subject}/bulkreplace")).json(&body(&[]))).await;
    assert_eq!((empty.status, world.held(robot.id).await), (StatusCode::NO_CONTENT, vec![]));
}

#[tokio::test]
async fn what_is_there_already_stays_as_old_as_it_is() {
    let world = World::new().await;
    let token = world.administrator().await;
    let robot = world.robot(&[(world.acme.viewer, ALL)]).await;
    let before = world.store.role_grants(robot.id.into()).await.expect("reads");
    world.pass(1000);
    for (what, ask) in asks(&robot.id.to_string(), &world.acme.viewer.to_string(), "*") {
        if what == "take" || what == "bulkremove" {
            continue;
        }
        let answer = ask.bearer(&token).send(&world).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer}");
        assert_eq!(world.store.role_grants(robot.id.into()).await.expect("reads"), before, "{what}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_as_good_as_taken_away() {
    let world = World::new().await;
    let token = world.administrator().await;
    let robot = world.robot(&[(world.acme.viewer, ALL)]).await;
    let admin = world.acme.admin.to_string();
    for division in ["*", &world.acme.home.to_string(), NOBODY] {
        for (what, ask) in asks(&robot.id.to_string(), &admin, division) {
            if what == "take" || what == "bulkremove" {
                let answer = ask.bearer(&token).send(&world).await;
                assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer}");
            }
        }
    }
    assert_eq!(world.held(robot.id).await, [(world.acme.viewer, ALL)]);
}

#[tokio::test]
async fn a_client_and_its_grants_are_two_views_of_one_thing() {
    let world = World::new().await;
    let token = world.administrator().await;
    let robot = world.robot(&[(world.acme.viewer, ALL)]).await;
    let home = world.acme.home;
    let path = format!("{PATH}/{}/divisions/{home}/roles/{}", robot.id, world.acme.viewer);
    post(path).bearer(&token).send(&world).await;
    let shown = get(robot.path()).bearer(&token).send(&world).await.json();
    let viewer = world.acme.viewer.to_string();
    let expected = json!([{ "roleId": viewer, "divisionId": "*" }, { "roleId": viewer, "divisionId": home.to_string() }]);
    assert_eq!((&shown["roleDivisions"], &shown["roleIds"]), (&expected, &json!([viewer])));
}

#[tokio::test]
async fn a_grant_works_in_the_next_request_and_not_after_it_is_taken_away() {
    let world = World::new().await;
    let token = world.administrator().await;
    let robot = world.robot(&[]).await;
    let own = world.token(&robot).await;
    let path = format!("{PATH}/{}/divisions/*/roles/{}", robot.id, world.acme.viewer);
    for _ in 0..2 {
        let before = get("/api/v2/oauth/clients").bearer(&own).send(&world).await;
        assert_eq!(before.status, StatusCode::FORBIDDEN, "{before}");
        post(&path).bearer(&token).send(&world).await;
        let after = get("/api/v2/oauth/clients").bearer(&own).send(&world).await;
        assert_eq!(after.status, StatusCode::OK, "{after}");
        delete(&path).bearer(&token).send(&world).await;
    }
}

#[tokio::test]
async fn what_does_not_exist_is_not_found_in_a_path_and_a_bad_request_in_a_body() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let token = world.administrator().await;
    let gone = world.user(|user| user.state = chancery_core::user::UserState::Deleted).await;
    let robot = world.robot(&[]).await.id.to_string();
    let (viewer, home) = (world.acme.viewer.to_string(), world.acme.home.to_string());
    let mut table = Table::default();
    table.name(other.viewer, "(another's role)");
    table.name(other.home, "(another's division)");
    table.name(&viewer, "(viewer)");
    for (case, subject, role, division) in [
        ("no such subject", NOBODY, &*viewer, &*home),
        ("another's client", &other.robot.id.to_string(), &viewer, &home),
        ("another's user", &other.user.to_string(), &viewer, &home),
        ("a deleted user", &gone.to_string(), &viewer, &home),
        ("a role for a subject", &viewer, &viewer, &home),
        ("no such role", &robot, NOBODY, &home),
        ("another's role", &robot, &other.viewer.to_string(), &home),
        ("no UUID for a role", &robot, "viewer", &home),
        ("no such division", &robot, &viewer, NOBODY),
        ("another's division", &robot, &viewer, &other.home.to_string()),
        ("no UUID for a division", &robot, &viewer, "home"),
    ] {
        for (what, ask) in asks(subject, role, division) {
            table.row(format!("{case}: {what}"), ask.bearer(&token).send(&world).await.verdict());
        }
    }
    transcript!(table);
}

#[tokio::test]
async fn the_type_of_a_subject_is_checked_and_its_own_counts() {
    let world = World::new().await;
    let token = world.administrator().await;
    let robot = world.robot(&[]).await;
    let (id, viewer) = (robot.id.to_string(), world.acme.viewer.to_string());
    let one = format!("{PATH}/{id}/divisions/*/roles/{viewer}");
    let pair = body(&[(&viewer, &"*")]);
    for kind in ["PC_USER", "PC_GROUP", "PC_OAUTH_CLIENT", "pc_user", "PC_TRUSTEE_USER", "x", ""] {
        for ask in [
            post(format!("{one}?subjectType={kind}")),
            post(format!("{PATH}/{id}/bulkadd?subjectType={kind}")).json(&pair),
            post(format!("{PATH}/{id}/bulkreplace?subjectType={kind}")).json(&pair),
            post(format!("/api/v2/authorization/roles/{viewer}?subjectType={kind}"))
                .json(&json!({ "subjectIds": [id], "divisionIds": ["*"] })),
        ] {
            let answer = ask.bearer(&token).send(&world).await;
            if kind.is_empty() || (kind.starts_with("PC") && !kind.contains("TRUSTEE")) {
                assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer}");
            } else {
                assert_eq!(answer.json()["code"], "invalid.subject.type", "{answer}");
                assert_eq!(answer.json()["details"][0]["fieldName"], "subjectType", "{answer}");
            }
        }
    }
    let grants = world.store.role_grants(robot.id.into()).await.expect("reads");
    assert!(grants.iter().all(|grant| grant.kind == chancery_core::rbac::SubjectKind::Client), "{grants:?}");
}

#[tokio::test]
async fn a_body_says_which_grants_are_meant() {
    let world = World::new().await;
    let token = world.administrator().await;
    let robot = world.robot(&[]).await;
    let mut table = Table::default();
    for (case, content) in [
        ("no members", json!({})),
        ("null", json!({ "grants": null })),
        ("a list", json!([])),
        ("a number", json!({ "grants": 1 })),
        ("a grant without division", json!({ "grants": [{ "roleId": NOBODY }] })),
        ("a list for a grant", json!({ "grants": [[NOBODY, "*"]] })),
        ("1001 grants", json!({ "grants": vec![json!({ "roleId": NOBODY, "divisionId": "*" }); 1001] })),
        ("eleven that do not exist", body(&(0..11).map(|_| (&NOBODY as _, &"x" as _)).collect::<Vec<_>>())),
    ] {
        let asks = ["bulkadd", "bulkremove", "bulkreplace"].map(|what| format!("{PATH}/{}/{what}", robot.id));
        let mut verdicts = Vec::new();
        for path in asks {
            verdicts.push(post(path).bearer(&token).json(&content).send(&world).await.verdict());
        }
        assert!(verdicts.iter().all(|verdict| *verdict == verdicts[0]), "{verdicts:?}");
        table.row(case, &verdicts[0]);
    }
    transcript!(table);
}

#[tokio::test]
async fn a_subject_holds_so_many_roles_and_no_more() {
    let world = World::with(Policy { max_role_assignments: 2, ..Policy::default() }).await;
    let token = world.administrator().await;
    let (viewer, home) = (world.acme.viewer, world.acme.home);
    let (a, b) = (world.role("a", &[]).await, world.role("b", &[]).await);
    let robot = world.robot(&[(viewer, ALL), (a, ALL)]).await;
    let subject = format!("{PATH}/{}", robot.id);
    transcript!(post(format!("{subject}/divisions/{home}/roles/{viewer}")).bearer(&token).send(&world).await);
    for ask in [
        post(format!("{subject}/bulkadd")).json(&body(&[(&b, &"*")])),
        post(format!("{subject}/bulkreplace")).json(&body(&[(&viewer, &"*"), (&a, &"*"), (&b, &"*")])),
        put(format!("/api/v2/users/{}/roles", robot.id)).json(&json!([
            viewer.to_string(),
            a.to_string(),
            b.to_string()
        ])),
        post(format!("/api/v2/authorization/roles/{b}"))
            .json(&json!({ "subjectIds": [robot.id.to_string()], "divisionIds": ["*"] })),
    ] {
        let answer = ask.bearer(&token).send(&world).await;
        assert_eq!(answer.json()["code"], "max.role.assignments.exceeded", "{answer}");
    }
    let pairs = [viewer, a, b].map(|role| json!({ "roleId": role.to_string(), "divisionId": "*" }));
    let client = json!({ "name": "x", "authorizedGrantType": "CLIENT-CREDENTIALS", "roleDivisions": pairs });
    for ask in [post("/api/v2/oauth/clients"), put(robot.path())] {
        let answer = ask.bearer(&token).json(&client).send(&world).await;
        assert_eq!(answer.json()["code"], "max.role.assignments.exceeded", "{answer}");
    }
    // Whoever holds too many since the limit was lowered can still lose some.
    let many = world.robot(&[(viewer, ALL), (a, ALL), (b, ALL), (b, DivisionScope::One(home))]).await;
    let answer =
        delete(format!("{PATH}/{}/divisions/*/roles/{b}", many.id)).bearer(&token).send(&world).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer}");
    let same = body(&[(&viewer, &"*"), (&b, &"*")]);
    let answer = post(format!("{subject}/bulkreplace")).bearer(&token).json(&same).send(&world).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer}");
}

#[tokio::test]
async fn the_body_comes_after_everything_else() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let mut table = Table::default();
    for (who, token) in [
        ("a bad token", "x".to_owned()),
        ("nobody", world.token(&world.robot(&[]).await).await),
        ("an administrator", world.administrator().await),
    ] {
        for (which, id) in [
            ("unknown", NOBODY.to_owned()),
            ("another's", other.robot.id.to_string()),
            ("none", "x".to_owned()),
        ] {
            for what in ["bulkadd", "bulkremove", "bulkreplace"] {
                let ask = post(format!("{PATH}/{id}/{what}")).bearer(&token).body("rubbish");
                table.row(format!("{who}: rubbish to {what} of {which}"), ask.send(&world).await.verdict());
            }
        }
    }
    let text = table.to_string();
    assert_eq!(text.matches("\n    401 bad.credentials").count(), 9, "{text}");
    assert_eq!(text.matches("\n    403 missing.permissions").count(), 9, "{text}");
    assert_eq!(text.matches("\n    404 not.found").count(), 9, "{text}");
}
