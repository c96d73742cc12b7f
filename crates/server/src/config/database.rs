//! The `[database]` section: a database that several nodes share, in the place of the one in the data directory.

use std::num::NonZeroU16;
use std::path::PathBuf;

use chancery_store::postgres::{CONNECTIONS, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ConfigError;

/// The database that everything is kept in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `postgres://user@host:port/name`, several hosts with commas, parameters as PostgreSQL's own tools take them. Without it:
    /// SQLite, in `data_dir`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub url: Option<String>,
    /// A file that holds the password, if the URL does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub password_file: Option<PathBuf>,
    /// Certificates (PEM) that are trusted beside those of the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub ca_file: Option<PathBuf>,
    /// No more connections are open at a time.
    pub connections: NonZeroU16,
    /// Whether statements stay prepared on a connection; `false` behind a pooler that hands out connections by the transaction.
    pub prepared_statements: bool,
}

impl Default for Database {
    fn default() -> Self {
        let connections = u16::try_from(CONNECTIONS).ok().and_then(NonZeroU16::new);
        Self {
            url: None,
            password_file: None,
            ca_file: None,
            connections: connections.unwrap_or(NonZeroU16::MIN),
            prepared_statements: true,
        }
    }
}

impl Database {
    /// How to reach it; `None`: it is the file in the data directory.
    pub fn settings(&self) -> Result<Option<Settings>, ConfigError> {
        let Some(url) = &self.url else {
            if self.password_file.is_some() || self.ca_file.is_some() {
                return Err(ConfigError("[database] says nothing without url. Set it.".to_owned()));
            }
            return Ok(None);
        };
        let refused =
            |why: String| ConfigError(format!("The database URL is none: {why}. Change --database-url."));
        let mut settings: Settings = url.parse().map_err(|error| refused(format!("{error}")))?;
        if let Some(path) = &self.password_file {
            let text = std::fs::read_to_string(path).map_err(|error| {
                ConfigError(format!(
                    "The database's password in {} cannot be read: {error}. Change password_file in [database].",
                    path.display()
                ))
            })?;
            settings.password(text.trim_end_matches(['\r', '\n']).as_bytes());
        }
        if let Some(path) = &self.ca_file {
            settings.trust(path);
        }
        settings.connections = usize::from(self.connections.get());
        settings.prepared = self.prepared_statements;
        settings.check().map_err(|error| {
            ConfigError(format!("The database cannot be spoken to: {error}. Change ca_file in [database]."))
        })?;
        Ok(Some(settings))
    }

    /// The same without the password, to be shown.
    pub fn without_password(mut self) -> Self {
        if let Some(url) = &mut self.url
            && let Some((scheme, rest)) = url.split_once("://")
            && let end = rest.find(['/', '?']).unwrap_or(rest.len())
            && let Some((user, _)) = rest[..end].rsplit_once('@')
            && let place = &rest[user.len() + 1..]
            && let Some((name, _)) = user.split_once(':')
        {
            *url = format!("{scheme}://{name}:***@{place}");
        }
        let is_password = |pair: &&str| pair.starts_with("password=");
        if let Some(url) = &mut self.url
            && let Some((place, query)) = url.clone().split_once('?')
        {
            let shown = query.split('&').map(|pair| if is_password(&pair) { "password=***" } else { pair });
            *url = format!("{place}?{}", shown.collect::<Vec<_>>().join("&"));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(url: &str) -> Database {
        Database { url: Some(url.to_owned()), ..Database::default() }
    }

    #[test]
    fn a_password_comes_from_a_file_and_is_never_shown() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("password");
        std::fs::write(&path, "s3cret\n").expect("a file");
        let with_file = Database { password_file: Some(path), ..database("postgres://me@localhost/db") };
        assert!(with_file.settings().is_ok_and(|it| it.is_some()));
        let missing = Database { password_file: Some("/nowhere/at/all".into()), ..with_file };
        assert!(missing.settings().is_err_and(|error| error.0.contains("/nowhere/at/all")));
        for (url, shown) in [
            ("postgres://me:s3cret@localhost/db", "postgres://me:***@localhost/db"),
            (
                "postgres://me@a,b/db?password=s3cret&connect_timeout=3",
                "postgres://me@a,b/db?password=***&connect_timeout=3",
            ),
            ("postgres://me@localhost/db", "postgres://me@localhost/db"),
            ("postgres://me:s3@cret@localhost/db", "postgres://me:***@localhost/db"),
            ("postgres://me:s3%40cret@localhost/db", "postgres://me:***@localhost/db"),
        ] {
            assert_eq!(database(url).without_password().url.as_deref(), Some(shown));
        }
    }

    #[test]
    fn without_a_url_there_is_nothing_to_say() {
        assert_eq!(Database::default().settings().map(|it| it.is_none()), Ok(true));
        let alone = Database { ca_file: Some("ca.pem".into()), ..Database::default() };
        assert!(alone.settings().is_err());
        let lost =
            Database { ca_file: Some("/nowhere/ca.pem".into()), ..database("postgres://me@db.example/db") };
        assert!(lost.settings().is_err_and(|error| error.0.contains("/nowhere/ca.pem")));
        assert!(database("mysql://me@localhost/db").settings().is_err());
    }
}
