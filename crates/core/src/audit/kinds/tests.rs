//! The names of what can happen: in order, in one form, and none for nothing.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;

#[test]
fn no_kind_stands_twice_and_those_of_one_thing_stand_together() {
    assert_eq!(ALL.iter().collect::<BTreeSet<_>>().len(), ALL.len());
    let mut things: Vec<&str> = ALL.iter().map(|kind| kind.split('.').next().unwrap_or(kind)).collect();
    things.dedup();
    assert!(things.is_sorted() && things.iter().collect::<BTreeSet<_>>().len() == things.len(), "{things:?}");
    for kind in ALL {
        let is_word = |it: &str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(kind.split('.').count() <= 2 && kind.split('.').all(is_word), "{kind}");
    }
}

#[test]
fn each_kind_is_used() {
    let mut sources = String::new();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crates");
    read(crates, &mut sources);
    let own = include_str!("../kinds.rs");
    let names = own.lines().filter_map(|line| line.strip_prefix("    ")?.split_once(" = \"")).map(|it| it.0);
    let names: Vec<_> = names.collect();
    assert_eq!(names.len(), ALL.len());
    for name in names {
        let is_used = sources.match_indices(&format!("kinds::{name}")).any(|(at, found)| {
            !sources[at + found.len()..].starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        });
        assert!(is_used, "{name}");
    }
}

/// All that is compiled into a program, tests left out.
fn read(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" && name != "target" {
            read(&path, into);
        } else if name.ends_with(".rs") && name != "tests.rs" {
            into.push_str(&std::fs::read_to_string(&path).expect("text"));
        }
    }
}
