//! `chancery client`: the registry of clients.

mod apply;
mod definition;
mod edit;
mod export;
mod plan;
mod secret;

use chancery_sdk::models::OAuthClient;
use chancery_sdk::{Client as Sdk, Model};
use chancery_server::start::local::Lifetime;
use clap::{Args, Subcommand};

use super::Data;
use super::names::Names;
use crate::remote::failure::EXIT_CODES;
use crate::remote::output::Column;
use crate::remote::{Remote, ask};

/// What a table shows of many clients.
const MANY: &[Column] =
    &[("ID", "/id"), ("NAME", "/name"), ("GRANT TYPE", "/authorizedGrantType"), ("STATE", "/state")];

/// What a table shows of one.
const ONE: &[Column] = &[
    ("ID", "/id"),
    ("Name", "/name"),
    ("Grant type", "/authorizedGrantType"),
    ("State", "/state"),
    ("Secret", "/secret"),
    ("Description", "/description"),
    ("Redirect URIs", "/registeredRedirectUri"),
    ("Scope", "/scope"),
    ("Roles", "/roles"),
    ("Token lifetime (s)", "/accessTokenValiditySeconds"),
    ("Created", "/dateCreated"),
    ("Modified", "/dateModified"),
    ("To be deleted", "/dateToDelete"),
];

/// Clients: list, make, change and delete them, one by one or from a file.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub struct Client {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the clients.
    List {
        #[command(flatten)]
        remote: Remote,
        /// Only those whose name has this in it.
        #[arg(long, value_name = "TEXT")]
        name: Option<String>,
    },
    /// Show a client.
    Get {
        #[command(flatten)]
        remote: Remote,
        /// Its id, or its name.
        client: String,
    },
    /// Make a client, and show its secret, which is not shown again.
    Create(edit::Create),
    /// Change a client: what is not named stays as it is.
    Update(edit::Update),
    /// Delete a client; its tokens die with it.
    Delete {
        #[command(flatten)]
        remote: Remote,
        /// Its id, or its name.
        client: String,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Give a client a new secret instead of all others, and show it. `client secret add` leaves the others good.
    RegenerateSecret {
        #[command(flatten)]
        remote: Remote,
        /// Its id, or its name.
        client: String,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Make the clients what a file says that they are.
    Apply(apply::Apply),
    /// Write the clients as `apply` reads them, without their secrets.
    Export(export::Export),
    /// The secrets of a client, one by one.
    Secret(secret::Secret),
    /// Make a token with which clients register themselves at /oauth2/register, and print it. For the store of this machine; a
    /// running server need not be stopped.
    RegistrationToken {
        #[command(flatten)]
        data: Data,
        /// Id or short name of the organization, where there are several.
        #[arg(long)]
        organization: Option<String>,
        /// Seconds that the token is good for.
        #[arg(long, default_value_t = 3600, value_parser = clap::value_parser!(u32).range(60..=2_592_000))]
        lifetime: u32,
        /// The token is good for one client.
        #[arg(long)]
        once: bool,
    },
}

impl Client {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.action {
            Action::List { remote, name } => {
                let mut found = remote.connect()?.oauth().get_oauth_clients().await?;
                if let Some(name) = name.map(|name| name.to_lowercase()) {
                    found.entities.retain(|client| client.name.to_lowercase().contains(&name));
                }
                found.entities.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
                remote.output.rows(&found, MANY)
            }
            Action::Get { remote, client } => {
                let sdk = remote.connect()?;
                let id = id_of(&sdk, &client).await?;
                show(&sdk, &remote, sdk.oauth().get_oauth_client(&id).await?).await
            }
            Action::Create(create) => create.run().await,
            Action::Update(update) => update.run().await,
            Action::Delete { remote, client, yes } => {
                let sdk = remote.connect()?;
                let id = id_of(&sdk, &client).await?;
                ask::sure(
                    yes,
                    &format!("The client {client} is deleted for good, and all of its tokens die."),
                )?;
                Ok(sdk.oauth().delete_oauth_client(&id).await?)
            }
            Action::RegenerateSecret { remote, client, yes } => {
                let sdk = remote.connect()?;
                let id = id_of(&sdk, &client).await?;
                ask::sure(yes, &format!("Every user of the old secret of {client} stops working."))?;
                show(&sdk, &remote, sdk.oauth().post_oauth_client_secret(&id).await?).await
            }
            Action::Apply(apply) => apply.run().await,
            Action::Export(export) => export.run().await,
            Action::Secret(secret) => secret.run().await,
            Action::RegistrationToken { data, organization, lifetime, once } => {
                let local = data.local().await?;
                let lifetime = Lifetime::from_seconds(lifetime);
                let token = local.registration_token(organization.as_deref(), lifetime, once).await;
                local.close().await;
                println!("{}", token?);
                Ok(())
            }
        }
    }
}

/// Shows a client; to people with the names of its roles, as far as the caller may know them.
async fn show(sdk: &Sdk, remote: &Remote, client: Model<OAuthClient>) -> anyhow::Result<()> {
    let mut shown = serde_json::to_value(&client)?;
    if !remote.output.is_data()
        && let Some(held) = client.role_divisions.as_ref().filter(|held| !held.is_empty())
    {
        let names = Names::load(sdk).await.unwrap_or_default();
        let named = held.iter().map(|it| {
            format!("{}@{}", names.name_of_role(&it.role_id), names.name_of_division(&it.division_id))
        });
        shown["roles"] = named.collect::<Vec<_>>().into();
    }
    remote.output.one(&shown, ONE)
}

/// The id of a client that is named by its id or, if that is clear, by its name.
pub async fn id_of(sdk: &Sdk, client: &str) -> anyhow::Result<String> {
    if super::is_id(client) {
        return Ok(client.to_owned());
    }
    let all = sdk.oauth().get_oauth_clients().await?.entities;
    let named = all.iter().filter(|it| it.name == client).map(|it| it.id.as_str());
    super::the_one("client", client, named)
}
