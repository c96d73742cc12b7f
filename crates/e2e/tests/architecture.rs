//! The walls of the house: what may stand on what, and how files are made.
#![expect(clippy::expect_used, reason = "a file that cannot be read fails the test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chancery_e2e::repository;

/// Every crate, and the crates of the workspace that it may use. Arrows only point down.
const LAYERS: &[(&str, &[&str])] = &[
    ("cli", &["chancery-server", "chancery-sdk"]),
    ("server", &["chancery-store", "chancery-core", "chancery-api"]),
    ("store", &["chancery-core"]),
    ("sdk", &["chancery-api"]),
    ("core", &[]),
    ("api", &[]),
    ("cluster", &[]),
    ("e2e", &["chancery-cluster", "chancery-sdk"]),
];

/// What tests alone may use, in any crate.
const TEST_ONLY: &str = "chancery-cluster";

/// All that the pure core stands on: no runtime, no network, no database, no clock.
const CORE: &[&str] = &[
    "aws-lc-rs",
    "base64",
    "form_urlencoded",
    "icu_normalizer",
    "ipnet",
    "jiff",
    "percent-encoding",
    "postcard",
    "serde",
    "serde_json",
    "subtle",
    "thiserror",
    "uuid",
    "zeroize",
];

/// A name says what is in a file; these say nothing.
const EMPTY_NAMES: &[&str] =
    &["utils", "util", "helpers", "common", "misc", "manager", "service", "handler", "impl", "base"];

/// No file has so many lines.
const LINES: usize = 400;

/// What not every engine has.
const UNPORTABLE: &[&str] = &[
    "AUTOINCREMENT",
    "SERIAL",
    "NEXTVAL",
    "CURRVAL",
    "RETURNING KEY",
    "LISTEN",
    "NOTIFY",
    "TRUNCATE",
    "PG_ADVISORY_LOCK",
    "PG_ADVISORY_XACT_LOCK",
    "PG_TRY_ADVISORY_LOCK",
    "ADVISORY",
];

fn crates() -> Vec<(String, PathBuf)> {
    let folders = std::fs::read_dir(repository().join("crates")).expect("the folder of the crates");
    let paths = folders.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir());
    let mut found: Vec<_> = paths.map(|path| (name(&path), path)).collect();
    found.sort();
    found
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn manifest(folder: &Path) -> toml::Table {
    toml::from_str(&text(&folder.join("Cargo.toml"))).expect("a manifest")
}

/// The names in one kind of dependencies, those for one platform only among them.
fn dependencies(manifest: &toml::Table, kind: &str) -> BTreeSet<String> {
    let names = |table: &toml::Table| -> Vec<String> {
        table
            .get(kind)
            .and_then(toml::Value::as_table)
            .into_iter()
            .flat_map(|it| it.keys().cloned())
            .collect()
    };
    let mut found = names(manifest);
    for (_, platform) in manifest.get("target").and_then(toml::Value::as_table).into_iter().flatten() {
        found.extend(platform.as_table().into_iter().flat_map(names));
    }
    found.into_iter().collect()
}

/// All files below `folder` with this ending.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(at) = left.pop() {
        for entry in std::fs::read_dir(&at).unwrap_or_else(|error| panic!("{}: {error}", at.display())) {
            let path = entry.expect("an entry").path();
            let skipped = name(&path).starts_with('.') || name(&path) == "target";
            if path.is_dir() && !skipped {
                left.push(path);
            } else if path.extension().is_some_and(|it| it == ending) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "no .{ending} file below {}", folder.display());
    found.sort();
    found
}

fn sources() -> Vec<(PathBuf, String)> {
    files(repository(), "rs").into_iter().map(|path| (path.clone(), text(&path))).collect()
}

#[track_caller]
fn nothing(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "\n  {}\n", wrong.join("\n  "));
}

#[test]
fn arrows_only_point_down() {
    let mut wrong = Vec::new();
    for (folder, path) in crates() {
        let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == folder) else {
            wrong.push(format!("crates/{folder} has no line in LAYERS"));
            continue;
        };
        let manifest = manifest(&path);
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let ours = dependencies(&manifest, kind);
            let ours = ours.iter().filter(|name| *name == "chancery" || name.starts_with("chancery-"));
            wrong.extend(
                ours.filter(|name| !allowed.contains(&name.as_str()))
                    .filter(|name| kind != "dev-dependencies" || *name != TEST_ONLY)
                    .map(|name| format!("crates/{folder} uses {name} in its {kind}")),
            );
        }
    }
    nothing(wrong);
}

#[test]
fn no_dependency_hides_behind_another_name_or_version() {
    let mut wrong = Vec::new();
    for (folder, path) in crates() {
        let manifest = manifest(&path);
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (name, value) in manifest.get(kind).and_then(toml::Value::as_table).into_iter().flatten() {
                if value.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
                    wrong.push(format!("crates/{folder}: {name} does not come from the workspace"));
                }
            }
        }
    }
    nothing(wrong);
}

#[test]
fn the_core_stands_on_an_exact_list_of_crates() {
    let manifest = manifest(&repository().join("crates/core"));
    let found = dependencies(&manifest, "dependencies");
    assert_eq!(found, CORE.iter().map(|name| (*name).to_owned()).collect());
    assert!(dependencies(&manifest, "build-dependencies").is_empty());
}

#[test]
fn the_core_waits_for_nothing() {
    let mut wrong = Vec::new();
    for path in files(&repository().join("crates/core/src"), "rs") {
        for (number, line) in text(&path).lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if ["async fn", "async move", ".await"].iter().any(|word| code.contains(word)) {
                wrong.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    nothing(wrong);
}

#[test]
fn every_crate_obeys_the_lints_of_the_workspace() {
    let obeys = |path: &Path| manifest(path).get("lints")?.get("workspace")?.as_bool();
    let wild = crates().into_iter().filter(|(_, path)| obeys(path) != Some(true));
    nothing(wild.map(|(folder, _)| format!("crates/{folder} lacks `[lints] workspace = true`")).collect());
}

#[test]
fn the_index_of_specifications_names_files_that_are_there() {
    let index = text(&repository().join("docs/specs.md"));
    let crates: Vec<String> = crates().into_iter().map(|(_, folder)| name(&folder)).collect();
    let named = index.split('`').skip(1).step_by(2).filter(|path| {
        path.split_once('/').is_some_and(|(first, _)| crates.iter().any(|known| known == first))
    });
    let missing = named.filter(|path| !repository().join("crates").join(path).exists());
    nothing(missing.map(str::to_owned).collect());
}

#[test]
fn no_file_is_long() {
    let made = |text: &str| text.lines().next().is_some_and(|line| line.contains("@generated"));
    let long = sources().into_iter().filter(|(_, text)| text.lines().count() >= LINES && !made(text));
    nothing(long.map(|(path, text)| format!("{}: {} lines", path.display(), text.lines().count())).collect());
}

#[test]
fn every_module_says_first_what_it_is() {
    let silent = sources().into_iter().filter(|(_, text)| !text.starts_with("//! "));
    nothing(silent.map(|(path, _)| path.display().to_string()).collect());
}

#[test]
fn no_name_says_nothing() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let below = path.strip_prefix(repository()).expect("a path of the repository").with_extension("");
        let parts = below.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
        let inline = text.lines().filter_map(|line| {
            let line = line.trim().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
            let rest = line.strip_prefix("mod ")?;
            Some(rest.trim_end_matches([';', '{', ' ']).to_owned())
        });
        let empty = parts.chain(inline).filter(|it| EMPTY_NAMES.contains(&it.as_str()));
        wrong.extend(empty.map(|it| format!("{}: {it}", path.display())));
    }
    nothing(wrong);
}

fn migrations(backend: &str) -> Vec<String> {
    let folder = repository().join("crates/store/src").join(backend).join("migrations");
    files(&folder, "sql").iter().map(|path| name(path)).collect()
}

#[test]
fn migrations_are_numbered_without_a_gap_and_named() {
    let mut numbers = Vec::new();
    for name in migrations("sqlite") {
        let parts = name.strip_prefix('V').and_then(|it| it.strip_suffix(".sql"));
        let (number, word) = parts.and_then(|it| it.split_once("__")).unwrap_or_else(|| panic!("{name}"));
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(!word.is_empty() && word.chars().all(good), "{name}");
        numbers.push(number.parse::<usize>().unwrap_or_else(|error| panic!("{name}: {error}")));
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>());
}

#[test]
fn every_engine_has_the_same_migrations() {
    if repository().join("crates/store/src/postgres/migrations").is_dir() {
        assert_eq!(migrations("postgres"), migrations("sqlite"));
    }
}

/// The string literals of Rust code; what stands in comments and characters is none.
fn literals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (here, after) = (&rest[at..], &rest[at + 1..]);
        if here.starts_with("//") {
            rest = here.split_once('\n').map_or("", |(_, next)| next);
        } else if let Some(next) = here.strip_prefix("'\"'") {
            rest = next;
        } else if here.starts_with('"') {
            let raw = rest[..at].bytes().rev().take_while(|byte| *byte == b'#').count();
            let end = if rest[..at - raw].ends_with('r') {
                after.find(&format!("\"{}", "#".repeat(raw)))
            } else {
                let mut escaped = false;
                after.find(|c| {
                    let ends = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    ends
                })
            };
            let end = end.expect("a literal ends");
            found.push(after[..end].to_owned());
            rest = &after[end + 1..];
        } else {
            rest = after;
        }
    }
    found
}

fn statements() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for path in files(&repository().join("crates/store/src/sql"), "rs") {
        let all = literals(&text(&path));
        let is_sql = |it: &String| {
            let word = it.split_whitespace().next().unwrap_or_default();
            ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(&word)
        };
        found.extend(all.into_iter().filter(is_sql).map(|sql| (path.clone(), sql)));
    }
    assert!(found.len() >= 30, "the statements are not found any more: {}", found.len());
    found
}

#[test]
fn the_statements_use_what_every_engine_has() {
    let mut wrong = Vec::new();
    for (path, sql) in statements() {
        let upper = sql.to_uppercase();
        let words: Vec<_> = upper.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let words = format!(" {} ", words.join(" "));
        let found = UNPORTABLE.iter().filter(|word| words.contains(&format!(" {word} ")));
        wrong.extend(found.map(|word| format!("{}: {word} in {sql}", path.display())));
    }
    nothing(wrong);
}

#[test]
fn parameters_first_stand_in_ascending_order() {
    // PostgreSQL numbers them by their digits, SQLite by where they first stand.
    let mut wrong = Vec::new();
    for (path, sql) in statements() {
        let mut highest = 0;
        for piece in sql.split('$').skip(1) {
            let digits: String = piece.chars().take_while(char::is_ascii_digit).collect();
            let number: usize = digits.parse().unwrap_or_else(|_| panic!("a bare $ in {sql}"));
            if number > highest + 1 || number == 0 {
                wrong.push(format!("{}: ${number} comes too early in {sql}", path.display()));
            }
            highest = highest.max(number);
        }
        if sql.contains('?') {
            wrong.push(format!("{}: a parameter without number in {sql}", path.display()));
        }
    }
    nothing(wrong);
}

#[test]
fn the_reader_of_literals_sees_literals_only() {
    let code = r##"let a = "one \" two"; // "no"
        let b = ('"', 'x'); let c: &'static str = r#"three " four"#; f("five")"##;
    assert_eq!(literals(code), [r#"one \" two"#, r#"three " four"#, "five"]);
}
