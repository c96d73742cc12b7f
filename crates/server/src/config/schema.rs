//! The JSON Schema (2020-12) of the configuration file, for editors.

use super::{ConfigError, File};

/// The schema as text.
pub fn schema() -> Result<String, ConfigError> {
    let schema = schemars::schema_for!(File);
    serde_json::to_string_pretty(&schema)
        .map(|text| text + "\n")
        .map_err(|error| ConfigError(format!("The schema cannot be written: {error}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/config.schema.json");
    const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/chancery.toml");

    #[test]
    fn the_kept_schema_is_the_schema() {
        let kept = std::fs::read_to_string(KEPT).expect("docs/reference/config.schema.json");
        let advice = "Run `chancery config schema > docs/reference/config.schema.json`.";
        assert!(schema().as_ref() == Ok(&kept), "{advice}");
    }

    #[test]
    fn the_schema_names_every_key_and_no_other_is_allowed() {
        let schema: serde_json::Value = serde_json::from_str(&schema().expect("a schema")).expect("JSON");
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["additionalProperties"], false);
        let defaults = serde_json::to_value(File::default()).expect("JSON");
        for (key, value) in defaults.as_object().expect("an object") {
            assert_eq!(schema["properties"][key]["default"], *value, "{key}");
        }
        let section = &schema["$defs"]["Genesys"];
        assert_eq!(section["additionalProperties"], false);
        let keys = |value: &serde_json::Value| -> Vec<String> {
            value.as_object().expect("an object").keys().cloned().collect()
        };
        assert_eq!(keys(&section["properties"]), keys(&defaults["genesys"]));
        let section = &schema["$defs"]["Branding"];
        assert_eq!(section["additionalProperties"], false);
        assert_eq!(keys(&section["properties"]), ["accent", "accent_dark", "logo", "name"]);
    }

    #[test]
    fn the_example_has_every_key_with_its_default() {
        let text = std::fs::read_to_string(EXAMPLE).expect("docs/reference/chancery.toml");
        assert_eq!(toml::from_str::<File>(&text), Ok(File::default()), "as it stands it changes nothing");
        // A key is `# key = value`; prose has no such line.
        let is_key = |line: &str| {
            let name = line.split_once(" = ").map(|(name, _)| name);
            name.is_some_and(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        };
        let keys =
            text.lines().map(|line| line.strip_prefix("# ").filter(|rest| is_key(rest)).unwrap_or(line));
        let table: toml::Table = keys.collect::<Vec<_>>().join("\n").parse().expect("TOML");
        let schema: serde_json::Value = serde_json::from_str(&schema().expect("a schema")).expect("JSON");
        let known = schema["properties"].as_object().expect("properties");
        assert_eq!(table.keys().collect::<Vec<_>>(), known.keys().collect::<Vec<_>>());
        let defaults = toml::Table::try_from(File::default()).expect("TOML");
        for (key, value) in defaults {
            match value {
                toml::Value::Table(section) => {
                    for (inner, value) in section {
                        assert_eq!(table[&key][&inner], value, "{key}.{inner}");
                    }
                }
                value => assert_eq!(table[&key], value, "{key}"),
            }
        }
        for (section, reference) in [
            ("genesys", "Genesys"),
            ("login", "Login"),
            ("audit", "Audit"),
            ("oauth2", "OAuth2"),
            ("outbound", "Outbound"),
            ("branding", "Branding"),
        ] {
            let known = schema["$defs"][reference]["properties"].as_object().expect("properties");
            let named = table[section].as_table().expect("a section");
            assert_eq!(named.keys().collect::<Vec<_>>(), known.keys().collect::<Vec<_>>(), "{section}");
        }
        toml::from_str::<File>(&toml::to_string(&table).expect("TOML")).expect("every value is valid");
    }
}
