//! `/docs`: the page for people and what it loads, all of it from here.

use std::collections::BTreeSet;

use axum::http::StatusCode;

use crate::world::{Answer, Table, World, get, head, post, transcript};

async fn ask(world: &World, path: &str) -> Answer {
    get(path).send(world).await
}

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body.to_vec()).expect("is text")
}

/// What stands in quotes after each `mark`.
fn quoted<'a>(text: &'a str, mark: &str) -> Vec<&'a str> {
    text.split(mark).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// What an asset loads, as paths of this server.
fn loaded(path: &str, text: &str) -> Vec<String> {
    // The page stands at /docs, so what it names lies at /; its modules lie in /docs/.
    let is_page = path == "/docs";
    let attributes =
        if is_page { [quoted(text, " href=\""), quoted(text, " src=\"")].concat() } else { Vec::new() };
    let imports = [" from \"", "import(\"", "import \"", "url(\""].map(|mark| quoted(text, mark)).concat();
    let named = attributes.into_iter().map(|it| format!("/{it}"));
    let named = named.filter(|it| !it.starts_with("/#") && !it.starts_with("/data:"));
    let imports = imports.into_iter().filter_map(|it| it.strip_prefix("./")).map(|it| format!("/docs/{it}"));
    named.chain(imports).collect()
}

#[tokio::test]
async fn the_page_and_all_that_it_loads_are_here() {
    let world = World::new().await;
    let (mut seen, mut due) = (BTreeSet::new(), vec!["/docs".to_owned()]);
    let mut table = Table::default();
    while let Some(path) = due.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let answer = ask(&world, &path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path} is loaded and not there");
        due.extend(loaded(&path, &text(&answer)));
    }
    for path in &seen {
        let answer = ask(&world, path).await;
        table.row(path, answer.header("content-type").unwrap_or_default());
    }
    transcript!(table);
}

#[tokio::test]
async fn nothing_is_kept_that_is_not_loaded() {
    let world = World::new().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/docs");
    let (mut seen, mut due) = (BTreeSet::new(), vec!["/docs".to_owned()]);
    while let Some(path) = due.pop() {
        if seen.insert(path.clone()) {
            due.extend(loaded(&path, &text(&ask(&world, &path).await)));
        }
    }
    for file in std::fs::read_dir(folder).expect("is there") {
        let name = file.expect("reads").file_name().into_string().expect("is text");
        assert!(
            name == "index.html" || seen.contains(&format!("/docs/{name}")),
            "{name} is loaded by nothing"
        );
    }
}

#[tokio::test]
async fn nothing_is_loaded_from_elsewhere_or_runs_from_within_the_page() {
    let world = World::new().await;
    let page = text(&ask(&world, "/docs").await);
    for forbidden in ["<style", " style=", " onclick=", " onload=", "javascript:", "src=\"http", "src=\"//"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    let scripts = page.matches("<script").count();
    assert!(scripts > 0 && scripts == page.matches("<script src=\"docs/").count(), "{page}");
    for policy in ["/docs", "/docs/docs.js", "/docs/docs.css", "/docs/seal.svg"] {
        let answer = ask(&world, policy).await;
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{answer}");
    }
}

#[tokio::test]
async fn the_page_says_what_may_become_of_it() {
    let world = World::new().await;
    let mut table = Table::default();
    for path in ["/docs", "/docs/docs.js", "/docs/docs.css", "/docs/seal.svg"] {
        let answer = head(path).send(&world).await;
        let names = ["content-type", "cache-control", "content-security-policy", "referrer-policy"];
        let names = names.into_iter().chain(["x-content-type-options", "x-frame-options"]);
        let shown = names.map(|name| format!("{name}: {}", answer.header(name).unwrap_or("none")));
        table.row(path, shown.collect::<Vec<_>>().join("\n    "));
    }
    transcript!(table);
}

#[tokio::test]
async fn what_is_no_asset_is_not_found() {
    let world = World::new().await;
    let mut table = Table::default();
    for path in [
        "/docs/nothing.js",
        "/docs/index.html",
        "/docs/",
        "/docs/..%2FCargo.toml",
        "/docs/%2e%2e/Cargo.toml",
        "/docs/docs.js/x",
        "/docs/DOCS.JS",
        "/docs/%FF",
    ] {
        table.row(path, ask(&world, path).await.status);
    }
    table.row("POST /docs", post("/docs").send(&world).await.status);
    transcript!(table);
}
