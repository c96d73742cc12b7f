//! Commands that speak to a server, the vendor's or one of ours, over its API.

pub mod ask;
pub mod failure;
pub mod output;
pub mod profile;
pub mod progress;

use anyhow::{anyhow, bail};
use chancery_sdk::client::Builder;
use chancery_sdk::login::{ClientCredentials, RefreshedToken, Token};
use chancery_sdk::{Client, Region};
use clap::Args;

use crate::commands::variable;
use output::{HEADING, Output};
use profile::{Grant, Profile, Profiles};

/// Which server, and who calls.
#[derive(Args, Clone, Debug, Default)]
pub struct Remote {
    /// A profile that `chancery login` made [default: the one of `chancery profile use`].
    #[arg(long, env = "CHANCERY_PROFILE", value_name = "NAME", help_heading = HEADING)]
    pub profile: Option<String>,
    /// Address of a server, without any profile; with the variables CHANCERY_TOKEN, or CHANCERY_CLIENT_ID and
    /// CHANCERY_CLIENT_SECRET.
    #[arg(
        long,
        env = "CHANCERY_URL",
        value_name = "URL",
        conflicts_with = "region",
        help_heading = HEADING
    )]
    pub url: Option<String>,
    /// A region of the vendor instead of an address, such as eu_west_1.
    #[arg(long, env = "CHANCERY_REGION", value_name = "REGION", help_heading = HEADING)]
    pub region: Option<Region>,
    #[command(flatten)]
    pub output: Output,
}

impl Remote {
    /// Whether a server was named, so that what is on this machine is not meant.
    pub fn is_named(&self) -> bool {
        named(&self.profile).is_some() || named(&self.url).is_some() || self.region.is_some()
    }

    /// Whoever was named, ready to call.
    pub fn connect(&self) -> anyhow::Result<Client> {
        if self.is_apart()? {
            let builder = self.place().builder()?;
            return Ok(from_environment(builder)?.build()?);
        }
        let mut profiles = Profiles::load()?;
        let (name, profile) = profiles.take(named(&self.profile))?;
        Ok(log_in(profile.builder()?, &name, profile)?.build()?)
    }

    /// Whether an address is meant, not a profile: a flag goes before a variable.
    fn is_apart(&self) -> anyhow::Result<bool> {
        let has_place = named(&self.url).is_some() || self.region.is_some();
        if !has_place || named(&self.profile).is_none() {
            return Ok(has_place);
        }
        match (is_flag("--url") || is_flag("--region"), is_flag("--profile")) {
            (true, false) => Ok(true),
            (false, true) => Ok(false),
            _ => bail!(
                "A profile names its server: leave out --profile (CHANCERY_PROFILE), or --url and --region (CHANCERY_URL, CHANCERY_REGION)."
            ),
        }
    }

    /// The server alone, whoever calls: of the flags, of the profile, or one on this machine.
    pub fn server(&self) -> anyhow::Result<Profile> {
        if self.is_apart()? {
            return Ok(self.place());
        }
        let mut profiles = Profiles::load()?;
        if named(&self.profile).is_none() && profiles.default.is_none() {
            return Ok(self.place());
        }
        Ok(profiles.take(named(&self.profile))?.1)
    }

    /// The server that the flags name, or one on this machine.
    pub fn place(&self) -> Profile {
        match (&self.url, &self.region) {
            (_, Some(region)) => Profile { region: Some(region.domain().to_owned()), ..Profile::default() },
            (url, None) => {
                let url = named(url).unwrap_or("http://127.0.0.1:8080").trim_end_matches('/');
                Profile { url: Some(url.to_owned()), ..Profile::default() }
            }
        }
    }
}

impl Profile {
    /// A client at its server.
    pub fn builder(&self) -> anyhow::Result<Builder> {
        Ok(match (&self.url, &self.region) {
            (Some(url), None) => Client::at(url),
            (None, Some(region)) => Client::at_region(&region.parse()?),
            _ => bail!("The profile names no server, or two: make it anew with `chancery login`."),
        })
    }
}

/// Whether this flag was given, not the variable beside it.
fn is_flag(name: &str) -> bool {
    let is = |it: String| it.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('='));
    std::env::args().any(is)
}

/// A variable that is empty names nothing.
fn named(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

/// The token, or the client, that the environment has. No flag takes them: everybody on the machine would see it.
fn from_environment(builder: Builder) -> anyhow::Result<Builder> {
    if let Some(token) = variable("CHANCERY_TOKEN")? {
        return Ok(builder.token(&**token));
    }
    match (variable("CHANCERY_CLIENT_ID")?, variable("CHANCERY_CLIENT_SECRET")?) {
        (Some(id), Some(secret)) => Ok(builder.credentials(ClientCredentials::new(&**id, &**secret))),
        _ => Err(anyhow!(
            "Nobody is named to the server: set CHANCERY_TOKEN, or CHANCERY_CLIENT_ID and CHANCERY_CLIENT_SECRET, or use a \
             profile of `chancery login`."
        )),
    }
}

fn log_in(builder: Builder, name: &str, profile: Profile) -> anyhow::Result<Builder> {
    let (id, was) = (profile.client_id.clone(), profile.clone());
    match profile.grant {
        Grant::Client { client_secret } => Ok(builder.credentials(ClientCredentials::new(id, client_secret))),
        Grant::Person { access_token, refresh_token, expires_at } => {
            let host = builder.clone().build()?;
            let left = expires_at.saturating_sub(now()).max(0).unsigned_abs();
            let token = Token::restored(access_token, std::time::Duration::from_secs(left), refresh_token);
            let owner = name.to_owned();
            let tokens = RefreshedToken::new(host.login(), ClientCredentials::public(id), token)
                .keep(move |token| keep(&owner, &was, token));
            Ok(builder.token_source(tokens))
        }
    }
}

/// The refresh token that was used is used up: the next one must not be lost.
fn keep(name: &str, was: &Profile, token: &Token) {
    let kept = Profiles::change(|profiles| {
        profiles.renew(name, was, Grant::person(token));
        Ok(())
    });
    if let Err(error) = kept {
        eprintln!("warning: The new token of the profile {name} could not be kept: {error:#}");
    }
}

impl Grant {
    /// What is kept of a person's token.
    pub fn person(token: &Token) -> Self {
        Self::Person {
            access_token: token.access_token.clone(),
            refresh_token: token.refresh_token.clone(),
            expires_at: now().saturating_add(i64::try_from(token.left().as_secs()).unwrap_or(i64::MAX)),
        }
    }
}

/// Seconds since 1970.
pub fn now() -> i64 {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
