//! `chancery client create` and `update`.

use chancery_sdk::Client as Sdk;
use chancery_sdk::models::{DateTime, OAuthClientRequest, RoleDivision};
use clap::Args;

use super::{id_of, show};
use crate::commands::names::Names;
use crate::remote::{Remote, ask};

/// What can be said of a client.
#[derive(Args, Default)]
pub struct Members {
    /// Free text for administrators.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Where people are sent back to; may be given again. One that is empty takes all away; so with the two below.
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Vec<String>,
    /// What its tokens may be used for; may be given again.
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// A role that it holds, by id or name, with a division after `@`: home unless it is said, `*` for all. May be given again.
    #[arg(long = "role", value_name = "ROLE[@DIVISION]")]
    roles: Vec<String>,
    /// Seconds that its tokens live.
    #[arg(long, value_name = "SECONDS")]
    token_lifetime: Option<i64>,
    /// When it is to be deleted (RFC 3339).
    #[arg(long, value_name = "DATE")]
    date_to_delete: Option<String>,
}

/// See [`super::Action`].
#[derive(Args)]
pub struct Create {
    #[command(flatten)]
    remote: Remote,
    /// Its name for people.
    name: String,
    /// What it is for: CODE (also for PKCE), CLIENT-CREDENTIALS, TOKEN, SAML2-BEARER or PASSWORD.
    #[arg(long, value_name = "TYPE")]
    grant_type: String,
    #[command(flatten)]
    members: Members,
}

/// See [`super::Action`].
#[derive(Args)]
pub struct Update {
    #[command(flatten)]
    remote: Remote,
    /// Its id, or its name.
    client: String,
    /// Another name.
    #[arg(long)]
    name: Option<String>,
    /// active, inactive (no new tokens) or disabled (existing tokens are dead for good, too).
    #[arg(long)]
    state: Option<String>,
    /// What it is for, as `create` has it.
    #[arg(long, value_name = "TYPE")]
    grant_type: Option<String>,
    #[command(flatten)]
    members: Members,
    /// Do not ask before tokens die.
    #[arg(long, short)]
    yes: bool,
}

impl Create {
    /// Makes it.
    pub async fn run(self) -> anyhow::Result<()> {
        let sdk = self.remote.connect()?;
        let mut request = OAuthClientRequest {
            name: Some(self.name),
            authorized_grant_type: Some(self.grant_type),
            ..OAuthClientRequest::default()
        };
        self.members.into(&sdk, &mut request).await?;
        let made = sdk.oauth().post_oauth_clients(&request.into()).await?;
        show(&sdk, &self.remote, made).await
    }
}

impl Update {
    /// Changes it.
    pub async fn run(self) -> anyhow::Result<()> {
        let sdk = self.remote.connect()?;
        let id = id_of(&sdk, &self.client).await?;
        if self.state.as_deref() == Some("disabled") {
            ask::sure(self.yes, &format!("All tokens of {} die for good.", self.client))?;
        }
        let mut request = sdk.oauth().get_oauth_client(&id).await?.map(chancery_sdk::request_of);
        request.name = self.name.or(request.name.take());
        request.state = self.state.or(request.state.take());
        request.authorized_grant_type = self.grant_type.or(request.authorized_grant_type.take());
        self.members.into(&sdk, &mut request).await?;
        let changed = sdk.oauth().put_oauth_client(&id, &request).await?;
        show(&sdk, &self.remote, changed).await
    }
}

impl Members {
    /// Puts what was said in the place of what is there.
    async fn into(self, sdk: &Sdk, request: &mut OAuthClientRequest) -> anyhow::Result<()> {
        // An empty value alone empties the list.
        let said = |values: Vec<String>| {
            let is_said = !values.is_empty();
            is_said.then(|| values.into_iter().filter(|value| !value.is_empty()).collect::<Vec<_>>())
        };
        request.description = self.description.or(request.description.take());
        request.registered_redirect_uri = said(self.redirect_uris).or(request.registered_redirect_uri.take());
        request.scope = said(self.scopes).or(request.scope.take());
        request.access_token_validity_seconds = self.token_lifetime.or(request.access_token_validity_seconds);
        request.date_to_delete = self.date_to_delete.map(DateTime).or(request.date_to_delete.take());
        if let Some(roles) = said(self.roles) {
            let names = Names::load(sdk).await?;
            let held = |text: &String| -> anyhow::Result<RoleDivision> {
                let (role, division) = text.rsplit_once('@').unwrap_or((text, "home"));
                Ok(RoleDivision { role_id: names.role(role)?, division_id: names.division(division)? })
            };
            request.role_divisions = Some(roles.iter().map(held).collect::<Result<_, _>>()?);
            request.role_ids = None;
        }
        Ok(())
    }
}
