//! What the pages load, and what all pages have in common. That nobody frames, fills, scripts or keeps one is checked for
//! every page of every test, as it arrives.

use axum::http::StatusCode;
use chancery_server::http::{Group, ROUTES};

use crate::world::{Ask, Browser, Table, World, get, options, request, transcript};

#[tokio::test]
async fn the_stylesheets_are_here_and_are_no_documents() {
    let world = World::new().await;
    let mut table = Table::default();
    for name in ["pages.css", "brand.css", "logo", "pages.js", "", "..%2fpages.css"] {
        let answer = get(format!("/pages/{name}")).send(&world).await;
        let headers = ["content-type", "cache-control", "content-security-policy"]
            .map(|it| answer.header(it).unwrap_or("-"));
        table.row(format!("/pages/{name}"), format!("{} {}", answer.status.as_u16(), headers.join(" | ")));
    }
    transcript!(table);
}

#[tokio::test]
async fn a_page_loads_nothing_but_what_is_here() {
    let world = World::new().await;
    let (app, ada) = (world.app(|_| ()).await, world.somebody("Ada", &[]).await);
    let browser = Browser::of(&world);
    let login = browser.authorize(&request(&app)).await;
    let error = browser.visit("/oauth/authorize").await;
    browser.code(&app, &ada).await;
    for page in [login, error, browser.visit("/account").await, browser.visit("/logout").await] {
        let text = String::from_utf8_lossy(&page.body).into_owned();
        let base =
            page.asked.lines().next().expect("a line").split([' ', '?']).nth(1).expect("a path").to_owned();
        for attribute in ["src=\"", "<link rel=\"stylesheet\" href=\""] {
            for rest in text.split(attribute).skip(1) {
                let path = rest.split('"').next().expect("a value");
                assert!(!path.contains("//"), "{path}");
                let full = if path.starts_with('/') { path.to_owned() } else { resolved(&base, path) };
                assert_eq!(get(&full).send(&world).await.status, StatusCode::OK, "{full} of {base}");
            }
        }
        assert!(text.contains("pages.css"), "{page}");
    }
}

fn resolved(base: &str, path: &str) -> String {
    let mut folders: Vec<&str> = base.split('/').collect();
    folders.pop();
    for part in path.split('/') {
        match part {
            ".." => drop(folders.pop()),
            part => folders.push(part),
        }
    }
    folders.join("/")
}

#[tokio::test]
async fn a_page_has_no_door_for_scripts_of_other_sites() {
    let world = World::new().await;
    for route in ROUTES.iter().filter(|route| route.group == Group::Page) {
        let ask = options(route.path)
            .header("origin", "https://app.example")
            .header("access-control-request-method", "POST");
        let answer = ask.send(&world).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{answer}");
        assert_eq!(answer.header("access-control-allow-origin"), None, "{answer}");
    }
}

#[tokio::test]
async fn whatever_fails_is_a_page_in_the_language_of_its_reader() {
    let world = World::new().await;
    let mut table = Table::default();
    for (language, ask) in [
        ("en", Ask::new(axum::http::Method::PUT, "/account")),
        ("de", Ask::new(axum::http::Method::PUT, "/account")),
        ("fr", get("/oauth/authorize")),
        ("es", get("/oauth/consent?client_id=x")),
        ("ja", get("/oauth/login?client_id=a&client_id=b")),
    ] {
        let answer = ask.header("accept-language", language).send(&world).await;
        let id = answer.header("inin-correlation-id").expect("an id");
        assert!(String::from_utf8_lossy(&answer.body).contains(id), "{answer}");
        table.row(language, answer.gist());
    }
    transcript!(table);
}

#[tokio::test]
async fn where_nobody_watches_over_the_way_cookies_do_without_the_prefix() {
    let world = World::known_as("http://127.0.0.1:8080").await;
    let (app, ada) = (world.app(|_| ()).await, world.somebody("Ada", &[]).await);
    let browser = Browser::of(&world);
    browser.code(&app, &ada).await;
    let (name, _) = browser.cookie("session").expect("a session");
    assert!(name.starts_with("chancery_session_"), "{name}");
}
