//! `docs/reference/api.md`: its tables of operations are made from the tables that the server is made from, each with
//! the suites of the SDKs that prove it. `INSTA_UPDATE=always` writes them anew.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chancery_core::access::Demand;
use chancery_server::api::{self, Operation};

const BEGIN: &str = "<!-- Made by the test reference.rs from the operations of the server: begin -->";
const END: &str = "<!-- end -->";

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate is two folders deep")
}

/// The files of a suite, each with its text.
fn suite(folder: &str, is_test: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(repository().join(folder)).expect("the folder of the suite");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let name = |path: &PathBuf| path.file_name().expect("a name").to_string_lossy().into_owned();
    let mut found: Vec<_> = paths
        .filter(|path| is_test(&name(path)))
        .map(|path| (name(&path), std::fs::read_to_string(&path).expect("a text")))
        .collect();
    found.sort();
    found
}

/// `getOauthClients` as Python spells it.
fn snake(id: &str) -> String {
    let mut text = String::new();
    for c in id.chars() {
        if c.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}

/// The first file of a suite that calls an operation.
fn proof(files: &[(String, String)], call: &str) -> Option<String> {
    let call = format!(".{call}");
    // Not as the beginning of another's name.
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let calls = |text: &str| text.match_indices(&call).any(|(at, _)| ends(&text[at + call.len()..]));
    let found = files.iter().find(|(_, text)| calls(text));
    found.map(|(name, _)| format!("`{name}`"))
}

fn row(it: &Operation, [python, javascript, rust]: &[Vec<(String, String)>; 3]) -> String {
    let list = |all: &[chancery_core::rbac::Permission], between: &str| {
        all.iter().map(|permission| format!("`{permission}`")).collect::<Vec<_>>().join(between)
    };
    let demand = match it.demand {
        Demand::Nothing => "none".to_owned(),
        Demand::Any(any) => list(any, " or "),
        Demand::All(all) => list(all, " and "),
    };
    let mut codes: Vec<String> =
        it.errors.iter().map(|code| format!("{} `{}`", code.status(), code.as_str())).collect();
    codes.sort();
    let tests = [proof(python, &snake(it.id)), proof(javascript, it.id), proof(rust, &snake(it.id))];
    let tests: Vec<String> = tests.into_iter().flatten().collect();
    assert!(!tests.is_empty(), "no suite calls {}", it.id);
    let (method, path) = (it.method, it.path.strip_prefix("/api/v2").expect("a path of the API"));
    format!(
        "| {} | `{method} {path}` | {demand} | {} | {} | {} |",
        it.id,
        it.status,
        codes.join(", "),
        tests.join(", ")
    )
}

fn tables() -> String {
    let suites = [
        suite("crates/e2e/python", |name| name.starts_with("test_")),
        suite("crates/e2e/js", |name| name.ends_with(".test.mjs")),
        suite("crates/e2e/tests/sdk", |name| name.ends_with(".rs")),
    ];
    let mut text = String::new();
    let mut last = "";
    for (tag, operations) in api::ALL {
        if *tag != last {
            let _ = write!(
                text,
                "\n### {tag}\n\n| operation | request, below `/api/v2` | permission | success | errors of its own | tests |\n|---|---|---|---|---|---|\n"
            );
            last = tag;
        }
        for it in *operations {
            text.push_str(&row(it, &suites));
            text.push('\n');
        }
    }
    text
}

#[test]
fn the_reference_lists_every_operation_with_its_tests() {
    let path = repository().join("docs/reference/api.md");
    let text = std::fs::read_to_string(&path).expect("the reference");
    let (before, rest) = text.split_once(BEGIN).expect("a beginning");
    let (_, after) = rest.split_once(END).expect("an end");
    let fresh = format!("{before}{BEGIN}\n{}\n{END}{after}", tables());
    if std::env::var("INSTA_UPDATE").is_ok_and(|value| value == "always") {
        std::fs::write(&path, &fresh).expect("is written");
        return;
    }
    assert!(
        text == fresh,
        "docs/reference/api.md is not up to date. Run this test with INSTA_UPDATE=always."
    );
}
