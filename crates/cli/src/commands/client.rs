//! `chancery client`.

use chancery_server::start::local::Lifetime;
use clap::{Args, Subcommand};

use super::Data;

/// A running server need not be stopped.
#[derive(Args)]
pub struct Client {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make a token with which clients register themselves at /oauth2/register, and print it.
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
        let Action::RegistrationToken { data, organization, lifetime, once } = self.action;
        let local = data.local().await?;
        let lifetime = Lifetime::from_seconds(lifetime);
        let token = local.registration_token(organization.as_deref(), lifetime, once).await;
        local.close().await;
        println!("{}", token?);
        Ok(())
    }
}
