//! `chancery organization`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Data, tell};
use crate::remote::output::line;

/// A running server need not be stopped.
#[derive(Args)]
pub struct Organization {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make an organization, with an administrator and an administrator client of its own.
    Create {
        #[command(flatten)]
        data: Data,
        /// Its name for people.
        name: String,
        /// What its users type when they log in [default: made from the name].
        #[arg(long)]
        short_name: Option<String>,
        /// Where the credentials go [default: the terminal, else organization-SHORT.json in the data directory].
        #[arg(long, value_name = "PATH")]
        file: Option<PathBuf>,
    },
    /// List the organizations: id, short name and name, separated by tabs.
    List {
        #[command(flatten)]
        data: Data,
    },
}

impl Organization {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.action {
            Action::Create { data, name, short_name, file } => {
                let local = data.local().await?;
                let made = local.create_organization(&name, short_name.as_deref(), file.as_deref()).await;
                local.close().await;
                tell(&made?);
            }
            Action::List { data } => {
                let local = data.local().await?;
                let organizations = local.organizations().await;
                local.close().await;
                for it in organizations? {
                    line(format_args!("{}\t{}\t{}", it.id, it.short_name, it.name))?;
                }
            }
        }
        Ok(())
    }
}
