//! Whether the SDK has everything, and whether these tests call it.

use std::path::Path;

use chancery_e2e::repository;
use serde_json::Value;

/// All Rust files of a folder as one text.
fn sources(folder: &Path) -> String {
    let files = std::fs::read_dir(folder).expect("a folder").map(|it| it.expect("an entry").path());
    files.map(|path| std::fs::read_to_string(path).expect("a file")).collect()
}

fn snake(name: &str) -> String {
    let letters = name.chars().map(|it| {
        if it.is_ascii_uppercase() { format!("_{}", it.to_ascii_lowercase()) } else { it.to_string() }
    });
    letters.collect()
}

/// The operations of the API that the reference lists.
fn operations() -> Vec<String> {
    let path = repository().join("docs/reference/openapi.json");
    let text = std::fs::read_to_string(path).expect("the reference");
    let reference: Value = serde_json::from_str(&text).expect("JSON");
    let paths = reference["paths"].as_object().expect("paths");
    let ours = paths.iter().filter(|(path, _)| path.starts_with("/api/v2/"));
    let all = ours.flat_map(|(_, methods)| methods.as_object().expect("methods").values());
    let names = all.filter_map(|it| it["operationId"].as_str()).map(str::to_owned).collect::<Vec<_>>();
    assert!(names.len() > 70, "{names:?}");
    names
}

#[test]
fn every_operation_of_the_reference_has_a_method_of_its_name() {
    let sdk = sources(&repository().join("crates/sdk/src/api"));
    let missing: Vec<_> =
        operations().into_iter().filter(|it| !sdk.contains(&format!("\n        {}(", snake(it)))).collect();
    assert!(missing.is_empty(), "the SDK lacks {missing:?}");
}

#[test]
fn every_operation_is_called_here() {
    let tests = sources(&repository().join("crates/e2e/tests/sdk"));
    let missing: Vec<_> =
        operations().into_iter().filter(|it| !tests.contains(&format!(".{}(", snake(it)))).collect();
    assert!(missing.is_empty(), "nothing here calls {missing:?}");
}
