//! The vendor's Python SDK, unmodified, against a running server: `crates/e2e/python`.

use std::path::PathBuf;

use chancery_e2e::{Builder, Server, is_installed, repository, unittest};

/// The Python that has the SDK: `CHANCERY_PYTHON_SDK` names its virtual environment.
fn python() -> PathBuf {
    let folder = std::env::var_os("CHANCERY_PYTHON_SDK")
        .filter(|folder| !folder.is_empty())
        .map_or_else(|| repository().join("target/sdk/python"), PathBuf::from);
    folder.join("bin/python")
}

#[test]
fn the_vendors_python_sdk_works_unmodified() {
    let python = python();
    if !is_installed("the_vendors_python_sdk_works_unmodified", &python) {
        return;
    }
    let server = Server::start();
    let lax = Builder::fresh().env("CHANCERY_GENESYS_PASSWORD_GRANT", "true").start();
    let bootstrap = |server: &Server| server.data_dir().join("bootstrap.json").to_string_lossy().into_owned();
    let variables = [
        ("CHANCERY_URL", server.url()),
        ("CHANCERY_BOOTSTRAP", &*bootstrap(&server)),
        ("CHANCERY_PASSWORD_URL", lax.url()),
        ("CHANCERY_PASSWORD_BOOTSTRAP", &*bootstrap(&lax)),
    ];
    unittest(&python, "crates/e2e/python", &variables, 51);
    for server in [server, lax] {
        let output = server.stop();
        assert!(!output.stderr.contains("ERROR"), "{output}");
    }
}
