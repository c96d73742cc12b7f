//! The credentials that the server writes when it has made some.

use std::path::Path;

use serde_json::Value;

/// What is in `bootstrap.json` and its siblings.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// All of it.
    pub json: Value,
    /// The administrator client.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
}

impl Credentials {
    /// Reads such a file.
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("no credentials in {}: {error}", path.display()));
        let json: Value = serde_json::from_str(&text).expect("credentials are JSON");
        let member = |name: &str| json["client"][name].as_str().expect("a member of client").to_owned();
        Self { client_id: member("clientId"), client_secret: member("clientSecret"), json }
    }

    /// The text at a JSON pointer.
    pub fn text(&self, pointer: &str) -> &str {
        self.json.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer}"))
    }
}
