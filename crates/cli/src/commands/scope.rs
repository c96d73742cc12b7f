//! `chancery scope`.

use clap::{Args, Subcommand};

use crate::remote::Remote;
use crate::remote::failure::EXIT_CODES;
use crate::remote::output::Column;

const MANY: &[Column] = &[("ID", "/id"), ("DESCRIPTION", "/description")];
const ONE: &[Column] = &[("ID", "/id"), ("Description", "/description")];

/// The scopes that clients can have.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub struct Scope {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the scopes.
    List {
        #[command(flatten)]
        remote: Remote,
    },
    /// Show a scope.
    Get {
        #[command(flatten)]
        remote: Remote,
        /// Its name, such as users:readonly.
        scope: String,
    },
}

impl Scope {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.action {
            Action::List { remote } => {
                remote.output.rows(&remote.connect()?.oauth().get_oauth_scopes().await?, MANY)
            }
            Action::Get { remote, scope } => {
                remote.output.one(&remote.connect()?.oauth().get_oauth_scope(&scope).await?, ONE)
            }
        }
    }
}
