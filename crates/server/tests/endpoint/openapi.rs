//! `/openapi.json`: the API for programs, made from the tables that the router is made from.

use std::collections::BTreeSet;
use std::path::Path;

use chancery_core::access::Demand;
use chancery_core::rbac::Permission;
use chancery_server::api;
use serde_json::Value;

use crate::world::{World, get};

/// The document as reviewers see it.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/openapi.json");

async fn document() -> Value {
    let world = World::new().await;
    let answer = get("/openapi.json").send(&world).await;
    assert_eq!(answer.header("content-type"), Some("application/json"), "{answer}");
    assert_eq!(answer.header("cache-control"), Some("no-cache"), "{answer}");
    answer.json()
}

/// Every value of the document with the path to it.
fn walk<'a>(value: &'a Value, path: &str, visit: &mut impl FnMut(&str, &'a Value)) {
    visit(path, value);
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| walk(value, &format!("{path}/{name}"), visit));
        }
        Value::Array(all) => {
            all.iter().enumerate().for_each(|(at, value)| walk(value, &format!("{path}/{at}"), visit));
        }
        _ => {}
    }
}

fn references(document: &Value) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    walk(document, "", &mut |path, value| {
        if path.ends_with("/$ref") {
            found.insert(value.as_str().expect("text"));
        }
    });
    found
}

/// Every operation, with path and method.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().expect("paths").iter();
    paths
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("methods").iter();
            methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
        })
        .collect()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().map(|all| all.iter().map(|it| it.as_str().expect("text")).collect()).unwrap_or_default()
}

#[tokio::test]
async fn the_document_is_the_one_that_was_reviewed() {
    let document = document().await;
    let text = format!("{}\n", serde_json::to_string_pretty(&document).expect("JSON"));
    if std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always") {
        std::fs::write(Path::new(KEPT), &text).expect("can be written");
    }
    let kept = std::fs::read_to_string(Path::new(KEPT)).unwrap_or_default();
    let differing = kept.lines().zip(text.lines()).position(|(kept, new)| kept != new);
    assert!(
        kept == text,
        "docs/reference/openapi.json is not what /openapi.json answers, from line {} on. If the API was meant to \
         change, run this test with INSTA_UPDATE=always and review the difference.",
        differing.map_or(kept.lines().count().min(text.lines().count()), |line| line) + 1
    );
}

#[tokio::test]
async fn every_operation_is_there_with_its_permissions_scopes_and_codes() {
    let document = document().await;
    let names = |all: &[Permission]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut count = 0;
    for (tag, operations) in api::ALL {
        for it in *operations {
            let described = &document["paths"][it.path][it.method.to_lowercase()];
            assert_eq!(described["operationId"], it.id, "{} {}", it.method, it.path);
            assert_eq!((texts(&described["tags"]), &described["summary"]), (vec![*tag], &it.summary.into()));
            assert_eq!(texts(&described["security"][0]["bearer"]), it.scopes, "{}", it.id);
            let (any, all) = match it.demand {
                Demand::Nothing => (vec![], vec![]),
                Demand::Any(any) => (names(any), vec![]),
                Demand::All(all) => (vec![], names(all)),
            };
            let permissions = &described["x-permissions"];
            assert_eq!(
                (texts(&permissions["any"]), texts(&permissions["all"])),
                (refs(&any), refs(&all)),
                "{}",
                it.id
            );
            for code in it.errors {
                let listed = &described["responses"][code.status().to_string()]["x-error-codes"];
                let listed = listed.as_array().unwrap_or_else(|| panic!("{}: {}", it.id, code.as_str()));
                assert!(listed.iter().any(|it| it["code"] == code.as_str()), "{}: {}", it.id, code.as_str());
            }
            let success = &described["responses"][it.status.to_string()];
            assert_eq!(success.get("content").is_some(), it.answer.is_some(), "{}", it.id);
            assert_eq!(described.get("requestBody").is_some(), it.body.is_some(), "{}", it.id);
            count += 1;
        }
    }
    assert_eq!(
        operations(&document).len(),
        count + 16,
        "the rest is where tokens, keys and logins come from"
    );
}

fn refs(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

#[tokio::test]
async fn no_operation_id_stands_twice() {
    let document = document().await;
    let operations = operations(&document);
    let ids: BTreeSet<_> =
        operations.iter().map(|(.., it)| it["operationId"].as_str().expect("text")).collect();
    assert_eq!(ids.len(), operations.len());
    assert!(ids.iter().all(|id| id.chars().all(|c| c.is_ascii_alphanumeric())), "{ids:?}");
}

#[tokio::test]
async fn every_reference_leads_to_a_component_and_every_component_is_referred_to() {
    let document = document().await;
    let found = references(&document);
    for reference in &found {
        let pointer = reference.strip_prefix('#').expect("stays in the document");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    assert!(!schemas.is_empty());
    let mut used = BTreeSet::new();
    gather(&document, &document["paths"], &mut used);
    for name in schemas.keys() {
        assert!(used.contains(name.as_str()), "nothing leads to {name}");
    }
}

/// The schemas that a value refers to, itself or through others.
fn gather<'a>(document: &'a Value, value: &'a Value, found: &mut BTreeSet<&'a str>) {
    for reference in references(value) {
        let name = reference.strip_prefix("#/components/schemas/").expect("refers to a schema");
        if found.insert(name) {
            gather(document, &document["components"]["schemas"][name], found);
        }
    }
}

#[tokio::test]
async fn the_document_is_openapi_3_1() {
    let document = document().await;
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1.")));
    let members: BTreeSet<_> = document.as_object().expect("an object").keys().map(String::as_str).collect();
    let known = [
        "openapi",
        "info",
        "jsonSchemaDialect",
        "servers",
        "paths",
        "webhooks",
        "components",
        "security",
        "tags",
        "externalDocs",
    ];
    assert!(members.iter().all(|name| known.contains(name)), "{members:?}");
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    assert_eq!(document["servers"][0]["url"], crate::world::ISSUER);
    let tags: BTreeSet<_> = document["tags"]
        .as_array()
        .expect("tags")
        .iter()
        .map(|tag| tag["name"].as_str().expect("text"))
        .collect();
    let schemes = document["components"]["securitySchemes"].as_object().expect("schemes");
    for (path, method, it) in operations(&document) {
        assert!(["get", "head", "post", "put", "patch", "delete"].contains(&method), "{method} {path}");
        assert!(texts(&it["tags"]).iter().all(|tag| tags.contains(tag)), "{path}");
        for scheme in it["security"].as_array().expect("security") {
            assert!(
                scheme.as_object().expect("an object").keys().all(|name| schemes.contains_key(name)),
                "{path}"
            );
        }
        let named: Vec<_> = path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        let parameters: Vec<_> = it["parameters"].as_array().into_iter().flatten().collect();
        let in_path: Vec<_> = parameters.iter().filter(|it| it["in"] == "path").collect();
        assert_eq!(
            in_path.iter().map(|it| it["name"].as_str().expect("text")).collect::<Vec<_>>(),
            named,
            "{path}"
        );
        assert!(in_path.iter().all(|it| it["required"] == true), "{path}");
        let unique: BTreeSet<_> =
            parameters.iter().map(|it| (it["in"].to_string(), it["name"].to_string())).collect();
        assert_eq!(unique.len(), parameters.len(), "{path}");
        assert!(parameters.iter().all(|it| it["schema"].is_object()), "{path}");
        let responses = it["responses"].as_object().expect("responses");
        for (status, response) in responses {
            assert!(
                status.len() == 3 && response["description"].as_str().is_some_and(|text| !text.is_empty()),
                "{path}"
            );
            assert!(method != "head" || response.get("content").is_none(), "{path}");
        }
        assert!(responses.keys().any(|status| status.starts_with(['2', '3'])), "{path}");
    }
    assert!(members.contains("paths") && members.contains("components"));
}

#[tokio::test]
async fn what_is_answered_is_never_null() {
    let document = document().await;
    let schemas = &document["components"]["schemas"];
    let mut answered = BTreeSet::new();
    for (.., it) in operations(&document) {
        gather(&document, &it["responses"], &mut answered);
    }
    for name in &answered {
        let mut has_null = false;
        walk(&schemas[*name], "", &mut |_, value| has_null |= value.is_null() || value == "null");
        assert!(!has_null, "{name}");
    }
    assert!(answered.contains("OAuthClient") && answered.contains("ErrorBody"), "{answered:?}");
    // What is read may be, where a member can be left out.
    let state = &schemas["OAuthClientRequest"]["properties"]["state"];
    assert!(state["enum"].as_array().is_some_and(|values| values.contains(&Value::Null)), "{state}");
}

#[tokio::test]
async fn the_document_is_the_same_whoever_asks_and_names_the_server() {
    let world = World::new().await;
    let token = world.administrator().await;
    let answers = [get("/openapi.json"), get("/openapi.json").bearer(&token), get("/openapi.json?x=1")];
    let mut bodies = BTreeSet::new();
    for ask in answers {
        bodies.insert(ask.send(&world).await.body);
    }
    assert_eq!(bodies.len(), 1);
}
