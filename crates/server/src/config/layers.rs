//! The layers of a configuration, laid over each other, and where each value comes from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use toml::{Table, Value};

use super::{ConfigError, File};

/// A section whose keys variables set.
struct Section {
    name: &'static str,
    /// The variables begin so.
    prefix: &'static str,
    /// How their values are read.
    read: fn(&str) -> Value,
}

const SECTIONS: &[Section] = &[
    Section { name: "database", prefix: "CHANCERY_DATABASE_", read: scalar },
    Section { name: "genesys", prefix: "CHANCERY_GENESYS_", read: scalar },
    Section { name: "login", prefix: "CHANCERY_LOGIN_", read: scalar },
    Section { name: "audit", prefix: "CHANCERY_AUDIT_", read: scalar },
    Section { name: "oauth2", prefix: "CHANCERY_OAUTH2_", read: scalar },
    Section { name: "outbound", prefix: "CHANCERY_OUTBOUND_", read: text },
    Section { name: "branding", prefix: "CHANCERY_BRANDING_", read: text },
];

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the command line.
    Flag,
    /// A variable.
    Environment,
    /// The configuration file.
    File,
    /// Nobody said otherwise.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::File => "file",
            Self::Default => "default",
        })
    }
}

/// The layers as one.
#[derive(Clone, Debug)]
pub struct Layers {
    /// The values that hold.
    pub file: File,
    /// Where they come from, by key; those of a section as `<section>.<key>`. Defaults have no entry.
    origins: BTreeMap<String, Origin>,
}

impl Layers {
    /// Lays `options`, which are flags and variables, over the variables of sections over the file at `path`.
    pub fn load(
        path: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        mut options: Table,
        origin: impl Fn(&str) -> Origin,
    ) -> Result<Self, ConfigError> {
        let mut table = path.map(read).transpose()?.unwrap_or_default();
        let mut origins = BTreeMap::new();
        for (key, value) in &table {
            match value {
                Value::Table(section) => {
                    origins.extend(section.keys().map(|inner| (format!("{key}.{inner}"), Origin::File)));
                }
                _ => drop(origins.insert(key.clone(), Origin::File)),
            }
        }
        for (name, value) in environment {
            let found = SECTIONS.iter().find_map(|section| {
                let key = name.strip_prefix(section.prefix)?.to_lowercase();
                Some((section.name, key, (section.read)(&value)))
            });
            let Some((section, key, value)) = found else { continue };
            alone(&name, section, &key, &value)?;
            origins.insert(format!("{section}.{key}"), Origin::Environment);
            let section = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Some(section) = section.as_table_mut() {
                section.insert(key, value);
            }
        }
        origins.extend(options.keys().map(|key| (key.clone(), origin(key))));
        if let Some(url) = options.remove("database_url") {
            origins.insert("database.url".to_owned(), origin("database_url"));
            let section = table.entry("database").or_insert_with(|| Value::Table(Table::new()));
            if let Some(section) = section.as_table_mut() {
                section.insert("url".to_owned(), url);
            }
        }
        table.extend(options);
        let file = table.try_into().map_err(|error: toml::de::Error| {
            ConfigError(format!("An option is not valid: {}", error.message()))
        })?;
        Ok(Self { file, origins })
    }

    /// The values that hold, as a file, each with its origin.
    pub fn show(&self) -> Result<String, ConfigError> {
        let database = self.file.database.clone().without_password();
        let text = toml::to_string(&File { database, ..self.file.clone() })
            .map_err(|error| ConfigError(format!("The configuration cannot be shown: {error}.")))?;
        let mut section = String::new();
        let annotated = text.lines().map(|line| match line.split_once(" = ") {
            Some((key, _)) => {
                let origin = self.origins.get(&format!("{section}{key}")).unwrap_or(&Origin::Default);
                format!("{line}  # {origin}\n")
            }
            None => {
                if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                    section = format!("{name}.");
                }
                format!("{line}\n")
            }
        });
        Ok(annotated.collect())
    }
}

/// Checked alone first: only here is the line known.
fn read(path: &Path) -> Result<Table, ConfigError> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| ConfigError(format!("The configuration file {shown} cannot be read: {error}.")))?;
    // The line by its number and its key: in the wrong place, its value may be a secret.
    let refused = |error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start.min(text.len()));
        let number = text.get(..at).unwrap_or_default().matches('\n').count();
        let key = text.lines().nth(number).and_then(|line| line.split_once('=')).map(|(key, _)| key.trim());
        let place =
            format!(", line {}{}", number + 1, key.map(|key| format!(" ({key})")).unwrap_or_default());
        ConfigError(format!("The configuration file {shown}{place} is not valid: {}", error.message()))
    };
    toml::from_str::<File>(&text).map_err(refused)?;
    toml::from_str(&text).map_err(refused)
}

/// Checked alone too, as the file: only here is the variable known.
fn alone(name: &str, section: &str, key: &str, value: &Value) -> Result<(), ConfigError> {
    let table = Table::from_iter([(key.to_owned(), value.clone())]);
    let file = Table::from_iter([(section.to_owned(), Value::Table(table))]);
    file.try_into::<File>().map(drop).map_err(|error| {
        ConfigError(format!("The variable {name} is not valid: {}.", error.message().trim_end()))
    })
}

/// A value from the environment as it stands.
fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// A value from the environment: a boolean or an integer if it looks like one, else text.
fn scalar(text: &str) -> Value {
    if let Ok(value) = text.parse() {
        return Value::Boolean(value);
    }
    text.parse().map_or_else(|_| Value::String(text.to_owned()), Value::Integer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(
        text: &str,
        environment: &[(&str, &str)],
        options: &str,
        origin: Origin,
    ) -> Result<Layers, ConfigError> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let options = options.parse().expect("a table");
        Layers::load(Some(file.path()), environment, options, |_| origin)
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        for (text, line, word) in [
            ("listen = \"127.0.0.1:1\"\n\n[genesys]\nnonsense = 1\n", "line 4", "nonsense"),
            ("head_timeout = 0\n", "line 1", "1 to 3600"),
            ("\nmax_connections = 0\n", "line 2", "nonzero"),
            ("\ntrusted_proxies = [\"proxy\"]\n", "line 2", "CIDR"),
        ] {
            let error = load(text, &[], "", Origin::Flag).expect_err("refused").to_string();
            assert!(error.contains(line) && error.contains(word), "{error}");
        }
    }

    #[test]
    fn the_environment_overrides_the_section() {
        let set = |name, value| load("[genesys]\nmax_clients = 5\n", &[(name, value)], "", Origin::Flag);
        assert!(
            set("CHANCERY_GENESYS_DELETE_REQUIRES_INACTIVE", "true")
                .expect("valid")
                .file
                .genesys
                .delete_requires_inactive
        );
        assert_eq!(set("CHANCERY_GENESYS_MAX_CLIENTS", "7").expect("valid").file.genesys.max_clients, 7);
        assert_eq!(set("UNRELATED", "7").expect("valid").file.genesys.max_clients, 5);
        for (name, value, reason) in [
            ("CHANCERY_GENESYS_NONSENSE", "1", "unknown field"),
            ("CHANCERY_GENESYS_INVALID_CLIENT_STATUS", "418", "400 or 401"),
            ("CHANCERY_GENESYS_MAX_CLIENTS", "-1", "`-1`, expected u32"),
            ("CHANCERY_GENESYS_MAX_ROLES", "", "expected u32"),
            ("CHANCERY_BRANDING_ACCENT", "red", "#rrggbb"),
        ] {
            let error = set(name, value).expect_err(name).to_string();
            assert!(error.contains(&format!("The variable {name} ")) && error.contains(reason), "{error}");
        }
    }

    #[test]
    fn a_name_from_the_environment_stays_text() {
        for name in ["Acme", "2026", "true"] {
            let layers =
                load("[branding]\nname = \"File\"\n", &[("CHANCERY_BRANDING_NAME", name)], "", Origin::Flag);
            assert_eq!(layers.expect("valid").file.branding.name, name);
        }
    }

    #[test]
    fn each_value_is_shown_with_where_it_comes_from() {
        let text =
            "listen = \"127.0.0.1:1\"\nlog_level = \"warn\"\n[genesys]\nmax_clients = 5\nmax_roles = 6\n";
        let options = "listen = \"127.0.0.1:2\"\nallowed_hosts = [\"a.example\"]\n";
        let layers =
            load(text, &[("CHANCERY_GENESYS_MAX_ROLES", "7")], options, Origin::Flag).expect("valid");
        let shown = layers.show().expect("shown");
        for line in [
            "listen = \"127.0.0.1:2\"  # flag",
            "allowed_hosts = [\"a.example\"]  # flag",
            "log_level = \"warn\"  # file",
            "log_format = \"text\"  # default",
            "max_clients = 5  # file",
            "max_roles = 7  # environment",
            "max_divisions = 1000  # default",
        ] {
            assert!(shown.lines().any(|it| it == line), "{line} is not in\n{shown}");
        }
        assert_eq!(toml::from_str::<File>(&shown), Ok(layers.file), "what is shown is a file itself");
    }
}
