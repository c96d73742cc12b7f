//! `chancery db`.

use std::path::PathBuf;

use chancery_server::start::carry;
use chancery_server::start::data_dir::DataDir;
use clap::{Args, Subcommand};

use super::{Data, bar};
use crate::remote::output::line;
use crate::remote::progress::Progress;

/// A database as a whole.
#[derive(Args)]
pub struct Db {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Move everything from one database to another, which is empty. Verified by count and digest; if it is interrupted, the same
    /// command goes on. No server may serve either meanwhile; the old one stays as it is. The master key is not moved.
    Move {
        /// Where everything is: a data directory, or postgres://user@host/name.
        #[arg(long, value_name = "DIR|URL")]
        from: String,
        /// Where it goes: a data directory, or postgres://user@host/name.
        #[arg(long, value_name = "DIR|URL")]
        to: String,
        #[command(flatten)]
        data: Data,
    },
}

impl Db {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        let Action::Move { from, to, data } = self.action;
        let folder = |text: &str, exists: bool| -> anyhow::Result<DataDir> {
            let is_url = text.starts_with("postgres://") || text.starts_with("postgresql://");
            if !is_url && text.split_once('@').is_some_and(|(before, _)| before.contains(':')) {
                // It may have a password, so it is not repeated.
                anyhow::bail!("A database is a directory, or a URL that begins with postgres://.");
            }
            let shared = if is_url { data.shared(Some(text))? } else { None };
            let path = if is_url { PathBuf::new() } else { PathBuf::from(text) };
            if exists {
                return Ok(DataDir::existing(&path, shared)?);
            }
            Ok(DataDir { path, shared })
        };
        let mut progress = Progress::default();
        let (from, to) = (folder(&from, true)?, folder(&to, false)?);
        let moved = carry::move_store(&from, &to, |step| progress.show(&bar(&step))).await;
        drop(progress);
        for (table, rows) in moved? {
            line(format_args!("{table}\t{rows}"))?;
        }
        Ok(())
    }
}
