//! `chancery division`.

use chancery_sdk::Client as Sdk;
use chancery_sdk::models::AuthzDivisionRequest;
use clap::{Args, Subcommand};

use super::names::Names;
use crate::remote::failure::EXIT_CODES;
use crate::remote::output::Column;
use crate::remote::{Remote, ask, progress};

const MANY: &[Column] =
    &[("ID", "/id"), ("NAME", "/name"), ("HOME", "/homeDivision"), ("DESCRIPTION", "/description")];
const ONE: &[Column] =
    &[("ID", "/id"), ("Name", "/name"), ("Home", "/homeDivision"), ("Description", "/description")];

/// Divisions: the parts of the organization in which roles are held.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub struct Division {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the divisions.
    List {
        #[command(flatten)]
        remote: Remote,
    },
    /// Show a division.
    Get {
        #[command(flatten)]
        remote: Remote,
        /// Its id, or its name.
        division: String,
    },
    /// Make a division.
    Create {
        #[command(flatten)]
        remote: Remote,
        /// Its name.
        name: String,
        /// What it is for.
        #[arg(long)]
        description: Option<String>,
    },
    /// Change a division: what is not named stays as it is.
    Update {
        #[command(flatten)]
        remote: Remote,
        /// Its id, or its name.
        division: String,
        /// Another name.
        #[arg(long)]
        name: Option<String>,
        /// What it is for.
        #[arg(long)]
        description: Option<String>,
    },
    /// Delete a division.
    Delete {
        #[command(flatten)]
        remote: Remote,
        /// Its id, or its name.
        division: String,
        /// Even if there is something in it: users go to the home division, and the roles held in it are taken.
        #[arg(long)]
        force: bool,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
}

impl Division {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.action {
            Action::List { remote } => {
                let sdk = remote.connect()?;
                let all = progress::gather(sdk.authorization().all_divisions(&Default::default())).await?;
                remote.output.rows(&all, MANY)
            }
            Action::Get { remote, division } => {
                let sdk = remote.connect()?;
                let id = id_of(&sdk, &division).await?;
                remote.output.one(&sdk.authorization().get_authorization_division(&id).await?, ONE)
            }
            Action::Create { remote, name, description } => {
                let sdk = remote.connect()?;
                let body = AuthzDivisionRequest { name: Some(name), description };
                remote.output.one(&sdk.authorization().post_authorization_divisions(&body.into()).await?, ONE)
            }
            Action::Update { remote, division, name, description } => {
                let sdk = remote.connect()?;
                let id = id_of(&sdk, &division).await?;
                let found = sdk.authorization().get_authorization_division(&id).await?;
                let body = found.map(|it| AuthzDivisionRequest {
                    name: name.or(it.name),
                    description: description.or(it.description),
                });
                remote.output.one(&sdk.authorization().put_authorization_division(&id, &body).await?, ONE)
            }
            Action::Delete { remote, division, force, yes } => {
                let sdk = remote.connect()?;
                let id = id_of(&sdk, &division).await?;
                ask::sure(yes, &format!("The division {division} is deleted."))?;
                Ok(sdk.authorization().delete_authorization_division(&id, Some(force)).await?)
            }
        }
    }
}

async fn id_of(sdk: &Sdk, division: &str) -> anyhow::Result<String> {
    if super::is_id(division) { Ok(division.to_owned()) } else { Names::load(sdk).await?.division(division) }
}
