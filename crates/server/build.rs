//! Lists `locales/*.toml`, so that a language is added by adding a file.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=locales");
    let folder = fs::canonicalize("locales")?;
    let mut rows = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "toml")
            && let Some(tag) = path.file_stem()
        {
            rows.push(format!("    ({:?}, include_str!({:?})),\n", tag.to_string_lossy(), path));
        }
    }
    rows.sort();
    let table = format!(
        "/// Each language: its tag (RFC 5646) and its file.\nconst FILES: &[(&str, &str)] = &[\n{}];\n",
        rows.concat()
    );
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&out).join("locales.rs"), table)
}
