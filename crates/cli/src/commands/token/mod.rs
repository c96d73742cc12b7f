//! `chancery token`.

mod inspect;

use clap::{Args, Subcommand};

use crate::remote::failure::EXIT_CODES;
use crate::remote::{Remote, ask, output};

/// Tokens: get one, look into one, revoke one.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub struct Token {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Print an access token of the profile, for a program that takes one.
    Get {
        #[command(flatten)]
        remote: Remote,
    },
    /// Say what a token is, and what is wrong with it. It is taken from CHANCERY_INSPECT_TOKEN or standard input, or is that of the
    /// profile.
    Inspect(inspect::Inspect),
    /// Revoke the token that is given as `inspect` takes it, or that of the profile.
    Revoke {
        #[command(flatten)]
        remote: Remote,
        /// The token of the profile, not one that is given.
        #[arg(long)]
        own: bool,
    },
}

impl Token {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.action {
            Action::Get { remote } => {
                let token = remote.connect()?.access_token().await?;
                let token = token.ok_or_else(|| anyhow::anyhow!("The profile has no token."))?;
                output::write(&format!("{}\n", token.expose()))
            }
            Action::Inspect(inspect) => inspect.run().await,
            Action::Revoke { remote, own } => {
                let client = if own {
                    remote.connect()?
                } else {
                    let given = ask::secret("CHANCERY_INSPECT_TOKEN", "The token")?;
                    remote.server()?.builder()?.token(bare(&given)).build()?
                };
                client.tokens().delete_tokens_me().await?;
                let more =
                    if own { " The profile can get another: `chancery logout` ends the login." } else { "" };
                eprintln!("The token is revoked.{more}");
                Ok(())
            }
        }
    }
}

/// A token that was copied from a header has its scheme before it.
fn bare(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("bearer ")).unwrap_or(text).trim()
}
