//! `chancery login` and `chancery logout`.

use anyhow::bail;
use chancery_sdk::Region;
use chancery_sdk::login::{Browser, ClientCredentials, Open};
use clap::Args;
use url::{Host, Url};

use crate::remote::profile::{Grant, Profile, Profiles};
use crate::remote::{Remote, ask};

/// Log in to a server, and keep what it takes as a profile: as a client with its secret, or as a person in the browser.
///
/// The secret comes from the variable CHANCERY_CLIENT_SECRET, from standard input, or is typed unseen; it is kept in a file that only
/// you can read.
#[derive(Args)]
#[command(after_help = crate::remote::failure::EXIT_CODES)]
pub struct Login {
    /// The name of the profile [default: default].
    #[arg(
        long,
        env = "CHANCERY_PROFILE",
        value_name = "NAME",
        default_value = "default",
        hide_default_value = true
    )]
    profile: String,
    /// Address of the server [default: http://127.0.0.1:8080].
    #[arg(long, env = "CHANCERY_URL", value_name = "URL", conflicts_with = "region")]
    url: Option<String>,
    /// A region of the vendor instead, such as eu_west_1.
    #[arg(long, env = "CHANCERY_REGION", value_name = "REGION")]
    region: Option<Region>,
    /// The client.
    #[arg(long, env = "CHANCERY_CLIENT_ID", value_name = "ID")]
    client_id: String,
    /// As a person, with the browser of this machine (PKCE). The client needs no secret, but the redirect URI http://localhost.
    #[arg(long)]
    browser: bool,
    /// The port that the browser comes back to, where the client has one in its redirect URI [default: any].
    #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true, requires = "browser")]
    port: u16,
}

impl Login {
    /// Does it.
    pub async fn run(self) -> anyhow::Result<()> {
        let remote = Remote { url: self.url, region: self.region, ..Remote::default() };
        let place = remote.place();
        let builder = place.builder()?;
        if place.url.as_deref().is_some_and(is_open) {
            eprintln!(
                "warning: This address is http: whoever is on the way reads the secret and the tokens."
            );
        }
        let grant = if self.browser {
            let host = builder.clone().build()?;
            // Where no browser opens, another one can be told the address.
            let open = Open::with(|url| {
                eprintln!("Log in with the page that opens in your browser: {url}");
                open::that_detached(url.as_str())
            });
            let how = Browser { port: self.port, open, ..Browser::default() };
            Grant::person(&host.login().in_browser(&self.client_id, how).await?)
        } else {
            let typed = ask::secret("CHANCERY_CLIENT_SECRET", "The secret of the client")?;
            Grant::Client { client_secret: typed.as_str().into() }
        };
        let client = match &grant {
            Grant::Client { client_secret } => {
                builder.credentials(ClientCredentials::new(&self.client_id, client_secret.clone()))
            }
            Grant::Person { access_token, .. } => builder.token(access_token.clone()),
        };
        // Whatever does not work is found now, and not kept.
        let me = client.build()?.tokens().get_tokens_me().await?;
        let organization =
            me.organization.as_ref().and_then(|it| it.name.as_deref()).unwrap_or_default().to_owned();
        let (name, made) = (self.profile.clone(), Profile { client_id: self.client_id, grant, ..place });
        Profiles::change(|profiles| {
            profiles.profiles.insert(name.clone(), made);
            profiles.default.get_or_insert(name);
            Ok(())
        })?;
        eprintln!("Logged in to {organization:?}; kept as the profile {}.", self.profile);
        Ok(())
    }
}

/// Forget a profile, and end the login if a person had logged in.
#[derive(Args)]
#[command(after_help = crate::remote::failure::EXIT_CODES)]
pub struct Logout {
    /// The profile [default: the one of `chancery profile use`].
    #[arg(long, env = "CHANCERY_PROFILE", value_name = "NAME")]
    profile: Option<String>,
}

impl Logout {
    /// Does it.
    pub async fn run(self) -> anyhow::Result<()> {
        let (name, profile) = Profiles::load()?.take(self.profile.as_deref())?;
        if let Err(error) = end(&profile).await {
            bail!("The login was not ended, and the profile was kept: {error}");
        }
        Profiles::change(|profiles| {
            profiles.profiles.remove(&name);
            profiles.default.take_if(|default| *default == name);
            Ok(())
        })?;
        eprintln!("The profile {name} is forgotten.");
        Ok(())
    }
}

/// Whether what is sent there can be read on the way: http, to another machine.
fn is_open(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| {
        let is_here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        url.scheme() == "http" && !is_here
    })
}

/// Ends a person's login: the refresh token, and every token that came of it.
async fn end(profile: &Profile) -> anyhow::Result<()> {
    let Grant::Person { access_token, refresh_token, .. } = &profile.grant else { return Ok(()) };
    let client = profile.builder()?.token(access_token.clone()).build()?;
    if let Some(refresh_token) = refresh_token {
        let app = ClientCredentials::public(&profile.client_id);
        match client.login().revoke(&app, refresh_token).await {
            // The vendor has no such endpoint: there, the access token is all that can be ended.
            Err(error) if error.status() == Some(404) => {}
            ended => return Ok(ended?),
        }
    }
    match client.tokens().delete_tokens_me().await {
        Err(error) if error.status() == Some(401) => Ok(()),
        ended => Ok(ended?),
    }
}
