//! One file a command, and the options that several of them share.

pub mod audit;
pub mod backup;
pub mod client;
pub mod completions;
pub mod config;
pub mod db;
pub mod division;
pub mod doctor;
pub mod key;
pub mod login;
pub mod migrate;
mod names;
mod options;
pub mod organization;
pub mod profile;
pub mod recover;
pub mod role;
pub mod scope;
pub mod serve;
pub mod token;
pub mod usage;
pub mod user;

use std::env::VarError;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use chancery_server::config::{File, Layers, Origin, Settings};
use chancery_server::start::StartError;
use chancery_server::start::bootstrap::Wishes;
use chancery_server::start::carry::Step;
use chancery_server::start::credentials::Place;
use chancery_server::start::data_dir::{DataDir, MasterKeySource};
use chancery_server::start::local::Local;
use clap::Args;
use zeroize::Zeroizing;

/// Where the data is, and what unlocks it.
#[derive(Args)]
pub struct Data {
    /// Configuration file (TOML).
    #[arg(long, env = "CHANCERY_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder that keeps everything [default: ./chancery-data].
    #[arg(long, env = "CHANCERY_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// A PostgreSQL database for several nodes: postgres://user@host/name [default: SQLite in the data directory;
    /// variable: CHANCERY_DATABASE_URL].
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// File that holds the master key [default: master.key in the data directory].
    #[arg(
        long,
        env = "CHANCERY_MASTER_KEY_FILE",
        value_name = "FILE",
        conflicts_with = "master_key_command"
    )]
    master_key_file: Option<PathBuf>,
    /// Command that prints the master key.
    #[arg(long, env = "CHANCERY_MASTER_KEY_COMMAND", hide_env_values = true, value_name = "COMMAND")]
    master_key_command: Option<String>,
}

impl Data {
    /// The store that a server has begun.
    async fn local(&self) -> anyhow::Result<Local> {
        Ok(Local::open(self.folder()?, &self.master_key()?).await?)
    }

    /// Where it is: as flags and variables say, else the file, else in `./chancery-data`.
    fn folder(&self) -> anyhow::Result<DataDir> {
        let DataDir { path, shared } = self.new_folder()?;
        Ok(DataDir::existing(&path, shared)?)
    }

    /// The same, if nothing is there yet.
    fn new_folder(&self) -> anyhow::Result<DataDir> {
        let path = self.data_dir.clone().map_or_else(|| Ok(self.file(None)?.data_dir), anyhow::Ok)?;
        Ok(DataDir { path, shared: self.shared(self.database_url.as_deref())? })
    }

    /// The database that nodes share, at `url` if that is given.
    fn shared(&self, url: Option<&str>) -> anyhow::Result<Option<Settings>> {
        Ok(self.file(url)?.database.settings()?)
    }

    fn file(&self, url: Option<&str>) -> anyhow::Result<File> {
        let mut options = toml::Table::new();
        options.extend(url.map(|url| ("database_url".to_owned(), url.into())));
        Ok(Layers::load(self.config.as_deref(), environment(), options, |_| Origin::Default)?.file)
    }

    fn master_key(&self) -> anyhow::Result<MasterKeySource> {
        // Read by hand: a flag would show the key to everybody on the machine.
        let value = variable("CHANCERY_MASTER_KEY")?;
        Ok(match (&self.master_key_file, &self.master_key_command, value) {
            (None, None, None) => MasterKeySource::DataDir,
            (Some(path), None, None) => MasterKeySource::File(path.clone()),
            (None, Some(command), None) => MasterKeySource::Command(command.clone()),
            (None, None, Some(value)) => MasterKeySource::Value(value),
            _ => bail!("The master key is given in more than one way. Keep one of them."),
        })
    }

    /// Where the master key comes from. A command can hold a secret itself, so it is not repeated.
    fn master_key_origin(&self) -> anyhow::Result<String> {
        Ok(match self.master_key()? {
            MasterKeySource::DataDir => "master.key in the data directory".to_owned(),
            MasterKeySource::File(path) => format!("the file {}", display(&path)),
            MasterKeySource::Value(_) => "CHANCERY_MASTER_KEY".to_owned(),
            MasterKeySource::Command(_) => "a command".to_owned(),
        })
    }
}

/// The environment. A name that is not text is none of ours; a value that is not is refused by what reads it.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
}

/// What the `CHANCERY_BOOTSTRAP_...` variables, or the files that `..._FILE` names, ask for.
fn wishes() -> Result<Wishes, StartError> {
    let wish = |name| wish(name).map_err(|error| StartError(error.to_string()));
    Ok(Wishes {
        client_id: wish("CLIENT_ID")?.map(|text| text.to_string()),
        client_secret: wish("CLIENT_SECRET")?,
        admin_email: wish("ADMIN_EMAIL")?.map(|text| text.to_string()),
        admin_password: wish("ADMIN_PASSWORD")?,
    })
}

fn wish(name: &str) -> anyhow::Result<Option<Zeroizing<String>>> {
    let name = format!("CHANCERY_BOOTSTRAP_{name}");
    match (variable(&name)?, variable(&format!("{name}_FILE"))?) {
        (Some(_), Some(_)) => bail!("Both {name} and {name}_FILE are set. Keep one of them."),
        (Some(value), None) => Ok(Some(value)),
        (None, Some(path)) => {
            let refused =
                |error| format!("The file {}, which {name}_FILE names, cannot be read: {error}.", *path);
            let text = std::fs::read_to_string(&*path).map_err(|error| anyhow!(refused(error)))?;
            Ok(Some(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned())))
        }
        (None, None) => Ok(None),
    }
}

/// Whether it is an id, not a name.
fn is_id(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// The only one that has a name.
fn the_one<'a>(kind: &str, name: &str, mut found: impl Iterator<Item = &'a str>) -> anyhow::Result<String> {
    match (found.next(), found.next()) {
        (Some(id), None) => Ok(id.to_owned()),
        (None, _) => {
            Err(Missing(format!("There is no {kind} named {name:?}. `chancery {kind} list` shows them."))
                .into())
        }
        (Some(one), Some(other)) => {
            bail!("Several have the name {name:?}: say which {kind} by its id, {one} or {other}.")
        }
    }
}

/// What was named is not there.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Missing(pub String);

/// A variable of the environment; empty counts as absent.
pub fn variable(name: &str) -> anyhow::Result<Option<Zeroizing<String>>> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(Zeroizing::new(value)).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => bail!("The variable {name} is not valid UTF-8."),
    }
}

/// What is done, and of what; of one length, and another only when the next part of a hundred is done.
fn bar(step: &Step) -> String {
    let percent = step.done.saturating_mul(100).checked_div(step.all).unwrap_or(100).min(100) as usize;
    let (what, full) = (if step.compares { "compared" } else { "carried" }, percent * 30 / 100);
    format!("{:<16} [{:-<30}] {percent:>3} % of {} {what:<8}", step.table.name, "#".repeat(full), step.all)
}

/// Says where credentials went that no terminal showed.
fn tell(place: &Place) {
    if let Place::File(path) = place {
        println!("The credentials are in {}", display(path));
    }
}

fn display(path: &Path) -> std::path::Display<'_> {
    path.display()
}
