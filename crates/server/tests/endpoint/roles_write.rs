//! `POST`, `PUT`, `PATCH` and `DELETE` of `/api/v2/authorization/roles`.

use axum::http::StatusCode;
use chancery_core::policy::Policy;
use chancery_core::rbac::DivisionScope;
use serde_json::{Value, json};

use crate::world::{NOBODY, Table, World, delete, get, patch, post, put, transcript};

const PATH: &str = "/api/v2/authorization/roles";

fn clerk() -> Value {
    json!({
        "name": "Clerk",
        "description": "Keeps the registry",
        "permissions": ["group_creation"],
        "permissionPolicies": [
            { "domain": "oauth", "entityName": "client", "actionSet": ["view", "add"] },
            { "domain": "authorization", "entityName": "*", "actionSet": ["*"] },
        ],
    })
}

/// An administrator who also holds the legacy permission of `clerk`.
async fn administrator(world: &World) -> String {
    let word = world.role("word", &["group_creation"]).await;
    let all = DivisionScope::All;
    world.token(&world.robot(&[(world.acme.admin, all), (word, all)]).await).await
}

#[tokio::test]
async fn a_role_is_made_replaced_marked_and_deleted() {
    let world = World::new().await;
    let token = administrator(&world).await;
    let made = post(PATH).bearer(&token).json(&clerk()).send(&world).await;
    let path = format!("{PATH}/{}", made.json()["id"].as_str().expect("text"));
    let read = get(&path).bearer(&token).send(&world).await;
    assert_eq!(read.json(), made.json());
    let less = json!({ "id": NOBODY, "name": "Junior clerk", "permissionPolicies": [] });
    let replaced = put(&path).bearer(&token).json(&less).send(&world).await;
    let marked = patch(&path).bearer(&token).json(&json!({ "roleNeedsUpdate": true })).send(&world).await;
    assert_eq!(get(&path).bearer(&token).send(&world).await.json(), marked.json());
    transcript!(
        made,
        replaced,
        marked,
        delete(&path).bearer(&token).send(&world).await,
        get(&path).bearer(&token).send(&world).await,
    );
}

#[tokio::test]
async fn a_mark_changes_nothing_else() {
    let world = World::new().await;
    let token = administrator(&world).await;
    let made = post(PATH).bearer(&token).json(&clerk()).send(&world).await.json();
    let path = format!("{PATH}/{}", made["id"].as_str().expect("text"));
    for (body, needs_update) in [
        (json!({ "roleNeedsUpdate": true, "name": "Other", "permissions": [], "roleIds": 1 }), true),
        (json!({ "roleNeedsUpdate": false }), false),
        (json!({ "roleNeedsUpdate": true }), true),
        (json!({}), true),
    ] {
        let marked = patch(&path).bearer(&token).json(&body).send(&world).await.json();
        let mut expected = made.clone();
        expected["roleNeedsUpdate"] = needs_update.into();
        assert_eq!(marked, expected, "{body}");
    }
    // A PUT does not know the mark, and leaves it.
    patch(&path).bearer(&token).json(&json!({ "roleNeedsUpdate": true })).send(&world).await;
    let mut body = clerk();
    body["roleNeedsUpdate"] = false.into();
    let replaced = put(&path).bearer(&token).json(&body).send(&world).await;
    assert_eq!(replaced.json()["roleNeedsUpdate"], true, "{replaced}");
}

#[tokio::test]
async fn what_a_policy_says_reads_back_as_it_was_sent() {
    let world = World::new().await;
    let token = world.administrator().await;
    let policies = json!([
        { "domain": "oauth", "entityName": "client", "actionSet": ["view", "*"], "allowConditions": false },
        {
            "domain": "routing", "entityName": "queue", "actionSet": ["edit", "add"],
            "policyName": "Own queues", "policyDescription": "Of one team",
            "namedResources": ["q1", "q2"], "allowConditions": true,
            "resourceConditionNode": {
                "conjunction": "AND",
                "terms": [{
                    "variableName": "Queue.team", "operator": "IN",
                    "operands": [{ "type": "TEAM", "team": { "id": "t1", "name": "Robots" } }],
                }],
            },
        },
        { "domain": "billing", "entityName": "*", "actionSet": [], "allowConditions": true },
    ]);
    let body = json!({ "name": "Clerk", "permissionPolicies": policies });
    let made = post(PATH).bearer(&token).json(&body).send(&world).await.json();
    assert_eq!(made["permissionPolicies"], policies);
    let path = format!("{PATH}/{}", made["id"].as_str().expect("text"));
    assert_eq!(get(&path).bearer(&token).send(&world).await.json(), made);
    // What was read can be sent back, and changes nothing.
    assert_eq!(put(&path).bearer(&token).json(&made).send(&world).await.json(), made);
    // What stands twice is kept once.
    let twice = json!({
        "name": "Clerk",
        "permissions": ["admin", "admin"],
        "permissionPolicies": [policies[0], policies[1], policies[0]],
    });
    let once = put(&path).bearer(&token).json(&twice).send(&world).await.json();
    assert_eq!(once["permissionPolicies"], json!([policies[0], policies[1]]));
    assert_eq!(once["permissions"], json!(["admin"]));
}

#[tokio::test]
async fn a_policy_that_is_meant_for_some_things_only_permits_nothing() {
    let world = World::new().await;
    let token = world.administrator().await;
    let node = json!({ "variableName": "Client.id", "operator": "EQ", "operands": [] });
    for (members, permits) in [
        (json!({}), true),
        (json!({ "allowConditions": true }), true),
        (json!({ "namedResources": [] }), true),
        (json!({ "namedResources": ["c1"] }), false),
        (json!({ "resourceConditionNode": node }), false),
        (json!({ "resourceConditionNode": {}, "allowConditions": false }), false),
    ] {
        let mut policy = json!({ "domain": "oauth", "entityName": "client", "actionSet": ["view"] });
        policy.as_object_mut().expect("an object").extend(members.as_object().expect("members").clone());
        let body = json!({ "name": format!("{policy}")[..60], "permissionPolicies": [policy] });
        let made = post(PATH).bearer(&token).json(&body).send(&world).await;
        let id = made.json()["id"].as_str().expect("text").to_owned();
        let role = chancery_core::types::RoleId::parse(&id).expect("a UUID");
        let holder = world.token(&world.robot(&[(role, DivisionScope::All)]).await).await;
        let answer = get("/api/v2/oauth/clients").bearer(&holder).send(&world).await;
        assert_eq!(answer.status.is_success(), permits, "{made}\n{answer}");
        delete(format!("{PATH}/{id}")).bearer(&token).send(&world).await;
    }
}

#[tokio::test]
async fn every_rule_has_its_code_and_names_the_member() {
    let world = World::new().await;
    let token = world.administrator().await;
    let own = world.role("own", &["oauth:client:view"]).await;
    let policy = |domain: &str, entity: &str, action: &str| json!({ "name": "x", "permissionPolicies": [{ "domain": domain, "entityName": entity, "actionSet": [action] }] });
    let mut table = Table::default();
    for (case, body) in [
        ("no name", json!({})),
        ("null for a name", json!({ "name": null })),
        ("a blank name", json!({ "name": " \t" })),
        ("a control character", json!({ "name": "a\nb" })),
        ("a name of 257 characters", json!({ "name": "n".repeat(257) })),
        ("a taken name", json!({ "name": "admin" })),
        ("a description of 4097 characters", json!({ "name": "x", "description": "d".repeat(4097) })),
        ("NUL in the description", json!({ "name": "x", "description": "\0" })),
        ("a permission of three parts", json!({ "name": "x", "permissions": ["oauth:client:view"] })),
        ("an empty permission", json!({ "name": "x", "permissions": [""] })),
        ("a policy without domain", json!({ "name": "x", "permissionPolicies": [{ "entityName": "a" }] })),
        ("a policy without entity", json!({ "name": "x", "permissionPolicies": [{ "domain": "a" }] })),
        ("a domain of two words", policy("a b", "c", "d")),
        ("an entity with a colon", policy("a", "b:c", "d")),
        ("an empty action", policy("a", "b", "")),
        (
            "2001 policies",
            json!({ "name": "x", "permissionPolicies": vec![json!({ "domain": "a", "entityName": "b" }); 2001] }),
        ),
        ("a list for a policy", json!({ "name": "x", "permissionPolicies": [["a", "b"]] })),
        ("a number for the name", json!({ "name": 1 })),
        ("a list for the role", json!([])),
    ] {
        let verdicts = [post(PATH), put(format!("{PATH}/{own}"))].map(|ask| ask.bearer(&token).json(&body));
        let [made, replaced] = verdicts;
        let (made, replaced) = (made.send(&world).await.verdict(), replaced.send(&world).await.verdict());
        assert_eq!(made, replaced, "{case}");
        table.row(case, made);
    }
    let text = post(PATH).bearer(&token).header("content-type", "text/plain").body("{}").send(&world).await;
    table.row("plain text", text.verdict());
    transcript!(table);
}

#[tokio::test]
async fn names_of_any_script_are_kept_and_trimmed() {
    let world = World::new().await;
    let token = world.administrator().await;
    for (sent, kept) in
        [("  Прокурист ", "Прокурист"), (&"長".repeat(256), &"長".repeat(256)), ("ADMIN", "ADMIN")]
    {
        let made = post(PATH).bearer(&token).json(&json!({ "name": sent })).send(&world).await;
        assert_eq!(made.json()["name"], kept, "{made}");
    }
}

#[tokio::test]
async fn an_organization_has_so_many_roles_and_no_more() {
    let world = World::with(Policy { max_roles: 3, ..Policy::default() }).await;
    let token = world.administrator().await;
    let role = |name: &str| post(PATH).bearer(&token).json(&json!({ "name": name }));
    let third = role("third").send(&world).await;
    assert_eq!(third.status, StatusCode::OK, "{third}");
    transcript!(role("fourth").send(&world).await);
    delete(format!("{PATH}/{}", third.json()["id"].as_str().expect("text")))
        .bearer(&token)
        .send(&world)
        .await;
    assert_eq!(role("fourth").send(&world).await.status, StatusCode::OK);
}

#[tokio::test]
async fn checks_come_in_order() {
    let world = World::new().await;
    let other = world.found("Globex", "globex").await;
    let own = world.role("own", &[]).await;
    let permissions = ["authorization:role:edit", "authorization:role:delete"];
    let mut table = Table::default();
    for (who, token) in [
        ("a bad token", "x".to_owned()),
        ("nobody", world.token(&world.robot(&[]).await).await),
        ("who may", world.may(&permissions).await),
    ] {
        for (which, id) in [
            ("another organization's", other.viewer.to_string()),
            ("unknown", NOBODY.to_owned()),
            ("no UUID", "admin".to_owned()),
            ("own", own.to_string()),
        ] {
            for request in [put, patch] {
                let request = request(format!("{PATH}/{id}")).bearer(&token).body("rubbish");
                table.row(format!("{who} changes {which} to rubbish"), request.send(&world).await.verdict());
            }
            if which != "own" {
                let answer = delete(format!("{PATH}/{id}")).bearer(&token).send(&world).await;
                table.row(format!("{who} deletes {which}"), answer.verdict());
            }
        }
    }
    transcript!(table);
}

#[tokio::test]
async fn a_change_of_a_role_shows_in_the_next_request_of_its_holders() {
    let world = World::new().await;
    let token = world.administrator().await;
    let role = world.role("clerk", &["oauth:client:view"]).await;
    let path = format!("{PATH}/{role}");
    let holder = world.token(&world.robot(&[(role, DivisionScope::All)]).await).await;
    let views = async || get("/api/v2/oauth/clients").bearer(&holder).send(&world).await.status.as_u16();
    assert_eq!(views().await, 200);
    let policy = |action: &str| json!({ "name": "clerk", "permissionPolicies": [{ "domain": "oauth", "entityName": "client", "actionSet": [action] }] });
    for (action, status) in [("add", 403), ("view", 200), ("*", 200), ("delete", 403), ("view", 200)] {
        put(&path).bearer(&token).json(&policy(action)).send(&world).await;
        assert_eq!(views().await, status, "{action}");
    }
    delete(&path).bearer(&token).send(&world).await;
    assert_eq!(views().await, 403);
    // A role of the same name is another one.
    post(PATH).bearer(&token).json(&policy("view")).send(&world).await;
    assert_eq!(views().await, 403);
}

#[tokio::test]
async fn a_deleted_role_is_granted_to_nobody() {
    let world = World::new().await;
    let token = world.administrator().await;
    let role = world.role("clerk", &["oauth:client:view"]).await;
    let robot = world.robot(&[(role, DivisionScope::All), (world.acme.viewer, DivisionScope::All)]).await;
    let user = world.person("Ada", &[(role, DivisionScope::One(world.acme.home))]).await;
    let before = get(robot.path()).bearer(&token).send(&world).await.json();
    assert_eq!(before["roleIds"].as_array().map(Vec::len), Some(2), "memory knows both");
    delete(format!("{PATH}/{role}")).bearer(&token).send(&world).await;
    assert_eq!(world.held(robot.id).await, [(world.acme.viewer, DivisionScope::All)]);
    assert_eq!(world.held(user).await, []);
    let shown = get(robot.path()).bearer(&token).send(&world).await;
    assert_eq!(shown.json()["roleIds"], json!([world.acme.viewer.to_string()]), "{shown}");
}

#[tokio::test]
async fn users_are_counted_once_and_only_where_asked_for() {
    let world = World::new().await;
    let token = world.administrator().await;
    let east = world.division("East").await;
    let role = world.role("clerk", &[]).await;
    world.person("Ada", &[(role, DivisionScope::All), (role, DivisionScope::One(east))]).await;
    world.person("Ben", &[(role, DivisionScope::One(east))]).await;
    world.robot(&[(role, DivisionScope::All)]).await;
    let path = format!("{PATH}/{role}");
    let count = async |query: &str| {
        let one = get(format!("{path}{query}")).bearer(&token).send(&world).await.json();
        let filter = if query.is_empty() { "?name=clerk" } else { &format!("{query}&name=clerk") };
        let listed = get(format!("{PATH}{filter}")).bearer(&token).send(&world).await.json();
        assert_eq!(listed["entities"][0], one);
        one.get("userCount").cloned()
    };
    assert_eq!(count("").await, Some(json!(2)));
    assert_eq!(count("?userCount=true").await, Some(json!(2)));
    assert_eq!(count("?userCount=false").await, None);
}
