//! What an operator can set: flags, then the environment, then the file, then the defaults.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chancery_core::policy::Policy;
use serde::Deserialize;
use tracing::level_filters::LevelFilter;

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For collectors: one JSON object a line.
    Json,
}

/// The least important lines that are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Faults only.
    Error,
    /// And what may become one.
    Warn,
    /// And what an operator wants to know.
    #[default]
    Info,
    /// And every request.
    Debug,
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
        }
    }
}

/// The configuration file. Every member can be left out; an unknown one is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct File {
    /// Address and port; port 0 takes a free one.
    pub listen: Option<SocketAddr>,
    /// Where everything is kept.
    pub data_dir: Option<PathBuf>,
    /// The URL by which others know the server.
    pub issuer: Option<String>,
    /// Where the credentials made at the first start go.
    pub bootstrap_file: Option<PathBuf>,
    /// How log lines are written.
    pub log_format: Option<LogFormat>,
    /// The least important lines that are written.
    pub log_level: Option<LogLevel>,
    /// Allows plain http on an address that others can reach.
    pub insecure_http: Option<bool>,
    /// Behaviour in which installations of the vendor's service differ.
    pub genesys: Policy,
}

/// A configuration that cannot be used; the text says what is wrong and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl File {
    /// Reads a file, then lets `CHANCERY_GENESYS_<KEY>` variables override its `[genesys]` section.
    pub fn load(
        path: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut table = toml::Table::new();
        if let Some(path) = path {
            let shown = path.display();
            let text = std::fs::read_to_string(path).map_err(|error| {
                ConfigError(format!("The configuration file {shown} cannot be read: {error}."))
            })?;
            // Checked alone first: only here is the line known.
            let refused = |error: toml::de::Error| {
                ConfigError(format!("The configuration file {shown} is not valid: {error}"))
            };
            toml::from_str::<Self>(&text).map_err(refused)?;
            table = toml::from_str(&text).map_err(refused)?;
        }
        for (name, value) in environment {
            let Some(key) = name.strip_prefix("CHANCERY_GENESYS_") else { continue };
            let section = table.entry("genesys").or_insert_with(|| toml::Value::Table(toml::Table::new()));
            if let Some(section) = section.as_table_mut() {
                section.insert(key.to_lowercase(), scalar(&value));
            }
        }
        table.try_into().map_err(|error: toml::de::Error| {
            ConfigError(format!(
                "The environment sets a CHANCERY_GENESYS_ option that is not valid: {}",
                error.message()
            ))
        })
    }
}

/// A value from the environment: a boolean or an integer if it looks like one, else text.
fn scalar(text: &str) -> toml::Value {
    if let Ok(value) = text.parse() {
        return toml::Value::Boolean(value);
    }
    text.parse().map_or_else(|_| toml::Value::String(text.to_owned()), toml::Value::Integer)
}

/// Everything that a server starts with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// The URL by which others know the server; `None`: the address it is bound to.
    pub issuer: Option<String>,
    /// Where the credentials made at the first start go; `None`: to the terminal or into the data directory.
    pub bootstrap_file: Option<PathBuf>,
    /// Allows plain http on an address that others can reach.
    pub insecure_http: bool,
    /// Behaviour in which installations of the vendor's service differ.
    pub policy: Policy,
}

impl Config {
    /// Refuses an issuer that is none, and plain http where others can reach it.
    pub fn check(&self) -> Result<(), ConfigError> {
        let refuse = |text: &str| Err(ConfigError(text.to_owned()));
        let is_https = self.issuer.as_deref().is_some_and(|issuer| issuer.starts_with("https://"));
        if let Some(issuer) = &self.issuer {
            // RFC 8414 section 2: a URL without query or fragment.
            let rest = issuer.strip_prefix("https://").or_else(|| issuer.strip_prefix("http://"));
            let bad = |c: char| c == '?' || c == '#' || c.is_whitespace() || c.is_control();
            if rest.is_none_or(|rest| rest.is_empty() || rest.starts_with('/') || rest.contains(bad)) {
                return refuse(
                    "The issuer must be an http or https URL without query or fragment. Change --issuer.",
                );
            }
        } else if self.listen.ip().is_unspecified() {
            return refuse(
                "An unspecified listen address does not say by which URL others know the server. Set --issuer.",
            );
        }
        if !self.listen.ip().is_loopback() && !is_https && !self.insecure_http {
            return refuse(
                "Plain http on an address that others can reach would show every secret. Put TLS in front and set an \
                 https --issuer, listen on 127.0.0.1, or accept the risk with --insecure-http.",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(listen: &str, issuer: Option<&str>, insecure_http: bool) -> Config {
        Config {
            listen: listen.parse().expect("an address"),
            data_dir: "x".into(),
            issuer: issuer.map(Into::into),
            bootstrap_file: None,
            insecure_http,
            policy: Policy::default(),
        }
    }

    #[test]
    fn plain_http_stays_at_home_unless_it_is_allowed_out() {
        for (listen, issuer, insecure, good) in [
            ("127.0.0.1:0", None, false, true),
            ("[::1]:0", None, false, true),
            ("0.0.0.0:80", None, true, false),
            ("0.0.0.0:80", Some("http://id.example"), false, false),
            ("0.0.0.0:80", Some("http://id.example"), true, true),
            ("0.0.0.0:80", Some("https://id.example"), false, true),
            ("192.0.2.1:80", None, false, false),
            ("127.0.0.1:0", Some("id.example"), false, false),
            ("127.0.0.1:0", Some("https://id.example/?a"), false, false),
            ("127.0.0.1:0", Some("https://"), false, false),
        ] {
            assert_eq!(
                config(listen, issuer, insecure).check().is_ok(),
                good,
                "{listen} {issuer:?} {insecure}"
            );
        }
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let folder = std::env::temp_dir().join(format!("chancery-config-{}", std::process::id()));
        std::fs::write(&folder, "listen = \"127.0.0.1:1\"\n\n[genesys]\nnonsense = 1\n").expect("written");
        let error = File::load(Some(&folder), std::iter::empty()).expect_err("refused").to_string();
        std::fs::remove_file(&folder).expect("removed");
        assert!(error.contains("line 4") && error.contains("nonsense"), "{error}");
    }

    #[test]
    fn the_environment_overrides_the_section() {
        let set = |name: &str, value: &str| std::iter::once((name.to_owned(), value.to_owned()));
        let file = File::load(None, set("CHANCERY_GENESYS_DELETE_REQUIRES_INACTIVE", "true")).expect("valid");
        assert!(file.genesys.delete_requires_inactive);
        let file = File::load(None, set("CHANCERY_GENESYS_MAX_CLIENTS", "7")).expect("valid");
        assert_eq!(file.genesys.max_clients, 7);
        for (name, value) in
            [("CHANCERY_GENESYS_NONSENSE", "1"), ("CHANCERY_GENESYS_INVALID_CLIENT_STATUS", "418")]
        {
            assert!(File::load(None, set(name, value)).is_err(), "{name}");
        }
    }
}
