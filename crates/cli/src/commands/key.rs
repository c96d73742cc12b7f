//! `chancery key`.

use chancery_sdk::models::ServerKeyRotation;
use chancery_server::start::local::Alg;
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

use super::Data;
use crate::remote::failure::EXIT_CODES;
use crate::remote::output::{Column, write};
use crate::remote::{Remote, ask};

const COLUMNS: &[Column] = &[
    ("ID", "/id"),
    ("PURPOSE", "/purpose"),
    ("STANDING", "/standing"),
    ("ACTIVE FROM", "/dateActive"),
    ("KEY ID", "/keyId"),
];

/// Of the server that --profile, --url or --region names; else of the store on this machine, whose running server need not be stopped,
/// and takes up what changed within seconds.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub struct Key {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the keys. Those of this machine: number, purpose, standing, since when it is used, and the key id, separated by tabs.
    List {
        #[command(flatten)]
        data: Data,
        #[command(flatten)]
        remote: Remote,
    },
    /// Replace a signing key ahead of time: the new one is published now and signs in a day.
    Rotate {
        #[command(flatten)]
        data: Data,
        #[command(flatten)]
        remote: Remote,
        /// Do not ask before keys are forgotten.
        #[arg(long, short)]
        yes: bool,
        /// What the key signs with.
        #[arg(value_parser = PossibleValuesParser::new(Alg::ALL.iter().map(|(_, name)| *name)))]
        algorithm: String,
        /// It signs at once. Whoever keeps the key set for an hour may refuse its first tokens.
        #[arg(long)]
        at_once: bool,
        /// It signs at once, and the keys before it are forgotten: what they signed is void. For a key that was stolen.
        #[arg(long)]
        discard: bool,
    },
}

impl Key {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        if let Action::Rotate { discard: true, yes, algorithm, .. } = &self.action {
            ask::sure(*yes, &format!("What the {algorithm} keys before it signed is void."))?;
        }
        match self.action {
            Action::List { remote, .. } if remote.is_named() => {
                remote.output.rows(&remote.connect()?.chancery().get_chancery_keys().await?, COLUMNS)?;
            }
            Action::Rotate { remote, algorithm, at_once, discard, .. } if remote.is_named() => {
                let wanted = ServerKeyRotation {
                    algorithm: Some(algorithm),
                    at_once: Some(at_once),
                    discard: Some(discard),
                };
                let made = remote.connect()?.chancery().post_chancery_keys(&wanted.into()).await?;
                remote.output.rows(&made, COLUMNS)?;
            }
            Action::List { data, .. } => {
                let local = data.local().await?;
                let keys = local.list_keys().await;
                local.close().await;
                for it in keys? {
                    let kid = it.kid.as_deref().unwrap_or("-");
                    let from = it.active_from.to_rfc3339();
                    write(&format!("{}\t{}\t{}\t{from}\t{kid}\n", it.id, it.purpose, it.standing))?;
                }
            }
            Action::Rotate { data, algorithm, at_once, discard, .. } => {
                let local = data.local().await?;
                let alg =
                    Alg::find(&algorithm).ok_or_else(|| anyhow::anyhow!("There is no such algorithm."))?;
                let done = local.rotate_key(alg, at_once, discard).await;
                local.close().await;
                done?;
            }
        }
        Ok(())
    }
}
