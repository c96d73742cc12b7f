//! `chancery recover`.

use std::path::PathBuf;

use clap::Args;

use super::{Data, tell};

/// The old secret stops working, and an `ipAddressAllowlist` is emptied. A running server need not be stopped.
#[derive(Args)]
pub struct Recover {
    #[command(flatten)]
    data: Data,
    /// Id or short name of the organization, where there are several.
    #[arg(long)]
    organization: Option<String>,
    /// Where the credentials go [default: the terminal, else recovery.json in the data directory].
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,
}

impl Recover {
    /// Makes the secret.
    pub async fn run(self) -> anyhow::Result<()> {
        let local = self.data.local().await?;
        let place = local.recover(self.organization.as_deref(), self.file.as_deref()).await;
        local.close().await;
        tell(&place?);
        Ok(())
    }
}
