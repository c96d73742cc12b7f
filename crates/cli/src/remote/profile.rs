//! Profiles: servers by name, with what it takes to call them, in a file that only its owner reads.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use chancery_sdk::Secret;
use serde::{Deserialize, Serialize};

use crate::commands::Missing;

/// All of them.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Profiles {
    /// The one that is meant where none is named.
    pub default: Option<String>,
    /// By name.
    #[serde(default)]
    pub profiles: BTreeMap<String, Profile>,
}

/// A server, and who calls.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Profile {
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Or its region, by domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The client.
    pub client_id: String,
    /// What it logs in with.
    #[serde(flatten)]
    pub grant: Grant,
}

/// What a client logs in with.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Grant {
    /// With its own secret.
    Client {
        /// The secret.
        client_secret: Secret,
    },
    /// As a person who logged in.
    Person {
        /// The token.
        access_token: Secret,
        /// For the next one.
        #[serde(skip_serializing_if = "Option::is_none")]
        refresh_token: Option<Secret>,
        /// When it ends, in seconds since 1970.
        expires_at: i64,
    },
}

impl Default for Grant {
    fn default() -> Self {
        Self::Client { client_secret: Secret::default() }
    }
}

impl Grant {
    /// For people.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Client { .. } => "client",
            Self::Person { .. } => "person",
        }
    }
}

/// Where they are: `profiles.toml` in `$XDG_CONFIG_HOME/chancery`, or in `~/.config/chancery`.
pub fn path() -> anyhow::Result<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let config = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")));
    let config = config
        .ok_or_else(|| anyhow!("Neither HOME nor XDG_CONFIG_HOME is set: there is no place for profiles."))?;
    Ok(config.join("chancery").join("profiles.toml"))
}

impl Profiles {
    /// Reads them; none is no error.
    pub fn load() -> anyhow::Result<Self> {
        let path = path()?;
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            text => text.with_context(|| format!("The profiles in {} cannot be read", path.display()))?,
        };
        let mode = std::fs::metadata(&path)?.permissions().mode();
        if mode & 0o077 != 0 {
            bail!("Others can read {}, which has secrets: run `chmod 600 {0}`.", path.display());
        }
        // The error of the parser would repeat the line, which may be a secret.
        toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
            anyhow!("{} is no file of profiles: line {line} cannot be understood.", path.display())
        })
    }

    /// Reads them, changes them and writes them; others who do so at the same moment wait.
    pub fn change<T>(edit: impl FnOnce(&mut Self) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let path = path()?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let failed = || format!("The profiles cannot be written to {}", path.display());
        std::fs::create_dir_all(folder).with_context(failed)?;
        let turn = folder.join(".profiles.lock");
        let turn = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(turn);
        let turn = turn.with_context(failed)?;
        turn.lock().with_context(failed)?;
        let mut profiles = Self::load()?;
        let done = edit(&mut profiles)?;
        profiles.save()?;
        Ok(done)
    }

    /// Writes them, whole or not at all.
    fn save(&self) -> anyhow::Result<()> {
        let path = path()?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let failed = || format!("The profiles cannot be written to {}", path.display());
        let fresh = folder.join(format!(".profiles.{}", std::process::id()));
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&fresh)
            .with_context(failed)?;
        let written = file.write_all(toml::to_string(self)?.as_bytes()).and_then(|()| file.sync_all());
        written
            .and_then(|()| std::fs::rename(&fresh, &path))
            .inspect_err(|_| drop(std::fs::remove_file(&fresh)))
            .with_context(failed)
    }

    /// The one of this name, or the one that is meant where none is named.
    pub fn take(&mut self, name: Option<&str>) -> anyhow::Result<(String, Profile)> {
        let name = name.or(self.default.as_deref()).map(str::to_owned);
        let Some(name) = name else {
            bail!("No server is named. Log in with `chancery login`, or name one with --url or --region.");
        };
        match self.profiles.remove(&name) {
            Some(profile) => Ok((name, profile)),
            None => Err(self.missing(&name)),
        }
    }

    /// Another token for a profile, if it is still the same one: another login may have taken its name.
    pub fn renew(&mut self, name: &str, was: &Profile, grant: Grant) {
        let is_same =
            |it: &Profile| (&it.url, &it.region, &it.client_id) == (&was.url, &was.region, &was.client_id);
        if let Some(profile) = self.profiles.get_mut(name)
            && is_same(profile)
            && matches!(profile.grant, Grant::Person { .. })
        {
            profile.grant = grant;
        }
    }

    /// There is none of this name.
    pub fn missing(&self, name: &str) -> anyhow::Error {
        let known: Vec<_> = self.profiles.keys().map(String::as_str).collect();
        match &known[..] {
            [] => Missing(format!("There is no profile {name}: `chancery login --profile {name}` makes it."))
                .into(),
            known => Missing(format!("There is no profile {name}. There are: {}.", known.join(", "))).into(),
        }
    }
}
