//! `chancery client export`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use super::definition::{Definition, File};
use crate::commands::names::Names;
use crate::remote::{Remote, output};

/// See [`super::Action`].
#[derive(Args)]
pub struct Export {
    #[command(flatten)]
    remote: Remote,
    /// Where to write [default: standard output].
    #[arg(long, short, value_name = "FILE")]
    file: Option<PathBuf>,
    /// With ids, for the same server; without them, the definitions mean the same at another.
    #[arg(long)]
    ids: bool,
}

impl Export {
    /// Does it.
    pub async fn run(self) -> anyhow::Result<()> {
        let sdk = self.remote.connect()?;
        let names = Names::load(&sdk).await?;
        let mut clients = sdk.oauth().get_oauth_clients().await?.entities;
        clients.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        let alike = |name: &str| clients.iter().filter(|other| other.name == name).count() > 1;
        // Those whose name says nothing need their ids.
        let clients =
            clients.iter().map(|it| Definition::of(it, &names, self.ids || alike(&it.name))).collect();
        let text = toml::to_string(&File { clients })?;
        match &self.file {
            None => output::write(&text),
            Some(path) => {
                std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
            }
        }
    }
}
