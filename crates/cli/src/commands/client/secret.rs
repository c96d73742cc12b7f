//! `chancery client secret`.

use chancery_sdk::Client as Sdk;
use chancery_sdk::models::{DateTime, OAuthClientSecretPatch, OAuthClientSecretRequest};
use clap::{Args, Subcommand};

use super::id_of;
use crate::commands::{is_id, the_one};
use crate::remote::output::Column;
use crate::remote::{Remote, ask, now};

const MANY: &[Column] = &[
    ("ID", "/id"),
    ("NAME", "/name"),
    ("CREATED", "/dateCreated"),
    ("EXPIRES", "/dateExpires"),
    ("LAST USED", "/dateLastUsed"),
];
const ONE: &[Column] = &[
    ("ID", "/id"),
    ("Name", "/name"),
    ("Secret", "/secret"),
    ("Created", "/dateCreated"),
    ("Expires", "/dateExpires"),
    ("Last used", "/dateLastUsed"),
];

/// Chancery's own: the vendor's service has one secret a client.
#[derive(Args)]
pub struct Secret {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the secrets of a client: names, expiry and last use, never the secrets.
    List {
        #[command(flatten)]
        remote: Remote,
        /// The client, by id or name.
        client: String,
    },
    /// Add a secret, and show it. The others stay good, or for the grace.
    Add {
        #[command(flatten)]
        remote: Remote,
        /// The client, by id or name.
        client: String,
        /// What it is for.
        #[arg(long)]
        name: Option<String>,
        /// When it ends (RFC 3339).
        #[arg(long, value_name = "DATE")]
        expires: Option<String>,
        /// The other secrets end after so many seconds: time to give the new one to whoever needs it.
        #[arg(long, value_name = "SECONDS")]
        grace: Option<i64>,
        /// Do not ask before the others end at once (--grace 0).
        #[arg(long, short)]
        yes: bool,
    },
    /// End a secret, now or at a moment.
    Expire {
        #[command(flatten)]
        remote: Remote,
        /// The client, by id or name.
        client: String,
        /// The secret, by its id or name.
        secret: String,
        /// When it ends (RFC 3339) [default: now].
        #[arg(long, value_name = "DATE")]
        at: Option<String>,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Forget a secret. The last one can expire, but not be removed.
    Remove {
        #[command(flatten)]
        remote: Remote,
        /// The client, by id or name.
        client: String,
        /// The secret, by its id or name.
        secret: String,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
}

impl Secret {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.action {
            Action::List { remote, client } => {
                let sdk = remote.connect()?;
                let id = id_of(&sdk, &client).await?;
                remote.output.rows(&sdk.chancery().get_chancery_client_secrets(&id).await?, MANY)
            }
            Action::Add { remote, client, name, expires, grace, yes } => {
                let sdk = remote.connect()?;
                let id = id_of(&sdk, &client).await?;
                if grace == Some(0) {
                    ask::sure(yes, "Every user of the other secrets stops working.")?;
                }
                let date_expires = expires.map(DateTime);
                let request = OAuthClientSecretRequest { name, date_expires, grace_seconds: grace };
                let made = sdk.chancery().post_chancery_client_secrets(&id, &request.into()).await?;
                remote.output.one(&made, ONE)
            }
            Action::Expire { remote, client, secret, at, yes } => {
                let sdk = remote.connect()?;
                let id = id_of(&sdk, &client).await?;
                let secret = secret_of(&sdk, &id, &secret).await?;
                ask::sure(yes, "Every user of this secret stops working then, and it does not come back.")?;
                let at = match at {
                    Some(at) => at,
                    None => jiff::Timestamp::from_second(now())?.to_string(),
                };
                let request =
                    OAuthClientSecretPatch { date_expires: Some(DateTime(at)), ..Default::default() };
                let changed =
                    sdk.chancery().patch_chancery_client_secret(&id, &secret, &request.into()).await?;
                remote.output.one(&changed, ONE)
            }
            Action::Remove { remote, client, secret, yes } => {
                let sdk = remote.connect()?;
                let id = id_of(&sdk, &client).await?;
                let secret = secret_of(&sdk, &id, &secret).await?;
                ask::sure(yes, "Every user of this secret stops working.")?;
                Ok(sdk.chancery().delete_chancery_client_secret(&id, &secret).await?)
            }
        }
    }
}

/// The id of a secret that is named by its id or, if that is clear, by its name.
async fn secret_of(sdk: &Sdk, client: &str, secret: &str) -> anyhow::Result<String> {
    if is_id(secret) {
        return Ok(secret.to_owned());
    }
    let all = sdk.chancery().get_chancery_client_secrets(client).await?;
    let named = all.entities.iter().filter(|it| it.name.as_deref() == Some(secret));
    the_one("client secret", secret, named.map(|it| it.id.as_str()))
}
