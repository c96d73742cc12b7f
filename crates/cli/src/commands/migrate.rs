//! `chancery migrate`.

use clap::{Args, Subcommand};

use super::Data;
use crate::remote::output::line;

/// A server brings an older schema up when it starts. Whoever wants to see first, or to do it apart from any start, does it here.
#[derive(Args)]
pub struct Migrate {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Say which schema the database has, and whether this version can serve it. Nothing is changed.
    Status {
        #[command(flatten)]
        data: Data,
    },
    /// Bring the schema up to that of this version. Nodes of the version before go on serving meanwhile.
    Up {
        #[command(flatten)]
        data: Data,
    },
}

impl Migrate {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.action {
            Action::Status { data } => {
                let folder = data.folder()?;
                let schema = folder.schema().await?;
                let standing = if schema.is_too_new() {
                    "newer than this version, which cannot serve it"
                } else if schema.found > schema.known {
                    "newer than this version, which can serve it"
                } else if schema.is_outdated() {
                    "older: `chancery migrate up`, or the next start, brings it up"
                } else {
                    "up to date"
                };
                line(format_args!("database\t{}", folder.database()))?;
                line(format_args!("schema\t{}", schema.found))?;
                line(format_args!("known here\t{}", schema.known))?;
                line(format_args!("standing\t{standing}"))?;
                if schema.is_too_new() {
                    anyhow::bail!("This version cannot serve {}.", folder.database());
                }
            }
            Action::Up { data } => {
                let folder = data.folder()?;
                let before = folder.schema().await?;
                let store = folder.open_store().await?;
                for organization in store.organizations().await? {
                    store.recount_clients(organization.id).await?;
                }
                store.close().await?;
                match folder.schema().await? {
                    after if after.found == before.found => {
                        line(format_args!("The schema is up to date: {}.", after.found))?
                    }
                    after => line(format_args!("The schema went from {} to {}.", before.found, after.found))?,
                }
            }
        }
        Ok(())
    }
}
