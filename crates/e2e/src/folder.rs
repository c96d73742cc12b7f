//! What is in a folder, to see whether something changed it.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Every file below a folder, with its mode and its bytes.
pub type Snapshot = BTreeMap<PathBuf, (u32, Vec<u8>)>;

/// Takes a snapshot; a file has one entry, its path below `folder`.
pub fn snapshot(folder: &Path) -> Snapshot {
    let mut found = Snapshot::new();
    let mut left = vec![folder.to_owned()];
    while let Some(at) = left.pop() {
        for entry in std::fs::read_dir(&at).expect("a folder that can be listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                left.push(path);
            } else {
                let bytes = std::fs::read(&path).expect("a file that can be read");
                let name = path.strip_prefix(folder).expect("a path below the folder").to_owned();
                found.insert(name, (mode(&path), bytes));
            }
        }
    }
    found
}

/// The permission bits of a file or folder.
pub fn mode(path: &Path) -> u32 {
    let found =
        std::fs::metadata(path).unwrap_or_else(|error| panic!("{} is not there: {error}", path.display()));
    found.permissions().mode() & 0o7777
}
