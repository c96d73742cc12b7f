//! Commands on the local store. They work beside a running server, which hears of what they change.

mod keys;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chancery_core::audit::derived::audited;
use chancery_core::client::registration::InitialAccess;
use chancery_core::env::Random;
use chancery_core::founding;
pub use chancery_core::jose::Alg;
use chancery_core::keyring::{Keyring, MasterKey};
use chancery_core::organization::Organization;
use chancery_core::ticket::{Handle, Verifier};
pub use chancery_core::types::Lifetime;
use chancery_core::types::{ClientSecret, Secret};
use chancery_core::write::Write;
use chancery_store::{Made, Store, StoreError};

use super::bootstrap::{self, Granted, Naming};
use super::credentials::{AdministratorClient, Credentials, OrganizationName, Place};
use super::data_dir::{self, DataDir, MasterKeySource};
use super::{StartError, unreadable};
use crate::clock::{Clock, SystemClock, SystemRandom};

pub use crate::keys::ListedKey;

/// While a server keeps changing what a command is about to change, the command tries again for so long.
const PATIENCE: Duration = Duration::from_secs(5);

/// A store that a server has begun, opened by a command.
pub struct Local {
    folder: DataDir,
    store: Arc<dyn Store>,
    master: MasterKey,
    keys: Keyring,
}

impl Local {
    /// Opens the store in the folder, or the one that nodes share.
    pub async fn open(folder: DataDir, master: &MasterKeySource) -> Result<Self, StartError> {
        let store = folder.open_store().await?;
        let none = store.organizations().await.map_err(|error| unreadable(&folder, &error))?.is_empty();
        if none {
            return Err(StartError(format!(
                "There is no organization in {}. Start `chancery serve` first.",
                folder.database()
            )));
        }
        let master = folder.master_key(master)?;
        let keys = data_dir::check_keys(&*store, &master, &folder).await?;
        Ok(Self { folder, store, master, keys })
    }

    /// Where credentials go that nobody chose a place for.
    fn place(&self, file: Option<&Path>, name: &str) -> Result<Place, StartError> {
        let place = Place::choose(file, &self.folder.path.join(name));
        if file.is_none() && place != Place::Terminal {
            self.folder.make()?;
        }
        Ok(place)
    }

    /// All organizations, oldest first.
    pub async fn organizations(&self) -> Result<Vec<Organization>, StartError> {
        self.store.organizations().await.map_err(|error| unreadable(&self.folder, &error))
    }

    /// Makes an organization, and says where its credentials went.
    pub async fn create_organization(
        &self,
        name: &str,
        short_name: Option<&str>,
        file: Option<&Path>,
    ) -> Result<Place, StartError> {
        let short_name = short_name.map_or_else(|| shorten(name), str::to_owned);
        let fits = !short_name.is_empty()
            && short_name.len() <= 64
            && short_name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !fits {
            return Err(StartError(
                "A short name has 1 to 64 of the characters a-z, 0-9 and -. Set one with --short-name."
                    .to_owned(),
            ));
        }
        if name.trim().is_empty() || name.chars().any(char::is_control) || name.chars().count() > 256 {
            return Err(StartError(
                "A name has 1 to 256 characters, none of them a control character.".to_owned(),
            ));
        }
        if self.organizations().await?.iter().any(|it| it.short_name == short_name) {
            return Err(StartError(format!(
                "There is an organization with the short name {short_name} already. Choose another with --short-name."
            )));
        }
        let place = self.place(file, &format!("organization-{short_name}.json"))?;
        let naming = Naming { name, short_name: &short_name, issuer: None };
        let (random, now) = (SystemRandom, SystemClock.now());
        // The wishes of the first start are not those of every organization: each has a secret of its own.
        let wishes = Granted::default();
        bootstrap::organization(&*self.store, Vec::new(), &self.keys, &wishes, &naming, &place, &random, now)
            .await?;
        Ok(place)
    }

    /// Gives the administrator client of an organization a fresh secret; makes a client if none is left.
    pub async fn recover(
        &self,
        organization: Option<&str>,
        file: Option<&Path>,
    ) -> Result<Place, StartError> {
        let failed = |error: StoreError| {
            StartError(format!(
                "The secret was not changed: {error}. Try again; the credentials just made are void."
            ))
        };
        let organization = self.choose(organization).await?;
        let random = SystemRandom;
        let value = ClientSecret::random(&random as &dyn Random);
        let place = self.place(file, "recovery.json")?;
        let begun = Instant::now();
        let mut delivered = None;
        loop {
            // First: its `authority` guards what is read after it.
            let current = self.store.find_organization(organization.id).await.map_err(failed)?;
            let version = current.as_ref().map_or(0, |it| it.authority);
            let roles = self.store.roles(organization.id).await.map_err(failed)?;
            let ids = self.store.client_ids(organization.id).await.map_err(failed)?;
            let clients = self.store.clients(ids).await.map_err(failed)?;
            let now = SystemClock.now();
            let secret = Secret::keep(&value, &self.keys, &random, now);
            let (client, mut writes) =
                founding::recover(organization.id, version, &clients, &roles, secret, &random, now)
                    .ok_or_else(|| {
                        StartError(format!("No role of {} carries everything.", organization.name))
                    })?;
            writes.extend(current.and_then(founding::let_everybody_in));
            let credentials = Credentials {
                issuer: None,
                organization: OrganizationName {
                    id: organization.id.to_string(),
                    name: organization.name.clone(),
                },
                admin: None,
                client: AdministratorClient { client_id: client.to_string(), client_secret: value.clone() },
            };
            // Once, unless another client must be named.
            if delivered.replace(client) != Some(client) {
                credentials.deliver(&place)?;
            }
            match self.store.commit(audited(writes, now), now).await {
                // A running server changed the client meanwhile.
                Err(StoreError::Conflict) if begun.elapsed() < PATIENCE => {}
                done => return done.map(|_| place).map_err(failed),
            }
        }
    }

    /// An initial access token (RFC 7591), with which clients of an organization register themselves.
    pub async fn registration_token(
        &self,
        organization: Option<&str>,
        lifetime: Lifetime,
        once: bool,
    ) -> Result<String, StartError> {
        let organization = self.choose(organization).await?;
        let (verifier, now) = (Verifier::random(&SystemRandom), SystemClock.now());
        let ticket = InitialAccess { once }.ticket(organization.id, &verifier, lifetime, &self.keys, now);
        let made = self.store.commit(audited(vec![Write::CreateTicket(ticket)], now), now).await;
        match made.map_err(|error| unreadable(&self.folder, &error))?[..] {
            [Made::Ticket(key)] => Ok(Handle { row: key.0, verifier }.expose()),
            _ => Err(StartError("The token was not made.".to_owned())),
        }
    }

    /// Lets go of the database.
    pub async fn close(&self) {
        drop(self.store.close().await);
    }

    async fn choose(&self, wanted: Option<&str>) -> Result<Organization, StartError> {
        let mut organizations = self.organizations().await?;
        match wanted {
            Some(wanted) => organizations
                .into_iter()
                .find(|it| it.short_name == wanted || it.id.to_string() == wanted)
                .ok_or_else(|| {
                    StartError(format!(
                        "There is no organization {wanted}. See `chancery organization list`."
                    ))
                }),
            None if organizations.len() == 1 => Ok(organizations.remove(0)),
            None => {
                Err(StartError("There are several organizations. Choose one with --organization.".to_owned()))
            }
        }
    }
}

/// "Acme & Sons" becomes "acme-sons".
fn shorten(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut short = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
    short.truncate(64);
    short
}
