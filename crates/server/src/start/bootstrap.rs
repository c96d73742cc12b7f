//! The first start: keys, an organization, its administrator and its administrator client.

use std::time::Duration;

use chancery_core::audit::derived::audited;
use chancery_core::env::Random;
use chancery_core::founding::{Founded, Plan, found};
use chancery_core::keyring::{Keyring, MasterKey, rotation};
use chancery_core::types::{ClientId, ClientSecret, Lifetime, Timestamp};
use chancery_core::user::Password;
use chancery_core::user::draft::is_address;
use chancery_core::write::{Require, Write};
use chancery_store::{Store, StoreError};
use zeroize::Zeroizing;

use super::credentials::{Administrator, AdministratorClient, Credentials, OrganizationName, Place};
use super::data_dir::DataDir;
use super::{StartError, unreadable};
use crate::clock::Clock;
use crate::password;

/// What an operator fixed beforehand, as text; `None` is chosen by the server.
#[derive(Default)]
pub struct Wishes {
    /// `CHANCERY_BOOTSTRAP_CLIENT_ID`.
    pub client_id: Option<String>,
    /// `CHANCERY_BOOTSTRAP_CLIENT_SECRET`.
    pub client_secret: Option<Zeroizing<String>>,
    /// `CHANCERY_BOOTSTRAP_ADMIN_EMAIL`.
    pub admin_email: Option<String>,
    /// `CHANCERY_BOOTSTRAP_ADMIN_PASSWORD`.
    pub admin_password: Option<Zeroizing<String>>,
}

/// Wishes that can be fulfilled.
#[derive(Default)]
pub struct Granted {
    client_id: Option<ClientId>,
    client_secret: Option<ClientSecret>,
    admin_email: Option<String>,
    admin_password: Option<Zeroizing<String>>,
}

impl Wishes {
    /// Refuses what cannot be; the reason never repeats the value.
    pub fn check(self) -> Result<Granted, StartError> {
        let refuse =
            |name: &str, why: &str| StartError(format!("CHANCERY_BOOTSTRAP_{name} is refused: {why}."));
        let client_id = self.client_id.map(|text| {
            ClientId::parse(&text)
                .ok_or_else(|| refuse("CLIENT_ID", "a client id is a UUID in its hyphenated form"))
        });
        let secret = self
            .client_secret
            .map(|text| ClientSecret::chosen(&text).map_err(|why| refuse("CLIENT_SECRET", why)));
        if self.admin_email.as_deref().is_some_and(|text| !is_address(text)) {
            return Err(refuse("ADMIN_EMAIL", "it is not an e-mail address"));
        }
        if self
            .admin_password
            .as_ref()
            .is_some_and(|text| Password::new(text).expose().chars().count() < password::LEAST_CHARACTERS)
        {
            return Err(refuse("ADMIN_PASSWORD", "a password has at least 12 characters"));
        }
        if self
            .admin_password
            .as_ref()
            .is_some_and(|text| Password::new(text).expose().len() > password::MOST_BYTES)
        {
            return Err(refuse("ADMIN_PASSWORD", "a password has at most 1024 bytes"));
        }
        Ok(Granted {
            client_id: client_id.transpose()?,
            client_secret: secret.transpose()?,
            admin_email: self.admin_email,
            admin_password: self.admin_password,
        })
    }
}

/// Another node that begins has so long before somebody else does.
const FOUNDING: Lifetime = Lifetime::from_seconds(30);
/// So often somebody looks whether it has.
const PAUSE: Duration = Duration::from_millis(200);

/// Whether the store is empty, and this node is to found the first organization. Waits for a node that is at it.
pub async fn is_due(store: &dyn Store, folder: &DataDir, clock: &dyn Clock) -> Result<bool, StartError> {
    let failed = |error: StoreError| unreadable(folder, &error);
    loop {
        if !store.organizations().await.map_err(failed)?.is_empty() {
            return Ok(false);
        }
        // In a folder of its own, the lock keeps others out.
        if folder.shared.is_none() {
            return Ok(true);
        }
        let now = clock.now();
        if store.lease("founding", now + FOUNDING, now).await.map_err(failed)? {
            // Whoever had it before may have been quicker than it took to look.
            return Ok(store.organizations().await.map_err(failed)?.is_empty());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Founds the first organization in an empty store.
pub async fn first(
    store: &dyn Store,
    master: &MasterKey,
    wishes: &Granted,
    issuer: &str,
    place: &Place,
    random: &dyn Random,
    now: Timestamp,
) -> Result<(), StartError> {
    let broken = || StartError("The cryptographic library cannot make keys on this machine.".to_owned());
    let rows = rotation::first_keys(master, random, now).ok_or_else(broken)?;
    let keys = Keyring::open(&rows, master).map_err(|_| broken())?;
    let mut writes = vec![Write::Require(Require::NoOrganization)];
    writes.extend(rows.into_iter().map(Write::CreateKey));
    let name = Naming { name: "Chancery", short_name: "chancery", issuer: Some(issuer) };
    organization(store, writes, &keys, wishes, &name, place, random, now).await
}

/// How a new organization is called.
pub struct Naming<'a> {
    /// For people.
    pub name: &'a str,
    /// What users type when they log in.
    pub short_name: &'a str,
    /// The issuer, if it is known.
    pub issuer: Option<&'a str>,
}

/// Founds an organization after `writes`: the credentials are delivered first, then everything is committed at once.
#[expect(
    clippy::too_many_arguments,
    reason = "each is a different part of the world; a struct would name them twice"
)]
pub async fn organization(
    store: &dyn Store,
    mut writes: Vec<Write>,
    keys: &Keyring,
    wishes: &Granted,
    naming: &Naming<'_>,
    place: &Place,
    random: &dyn Random,
    now: Timestamp,
) -> Result<(), StartError> {
    let secret = wishes.client_secret.clone().unwrap_or_else(|| ClientSecret::random(random));
    let email = wishes.admin_email.clone().unwrap_or_else(|| format!("admin@{}.local", naming.short_name));
    let password = wishes.admin_password.clone().unwrap_or_else(|| random_password(random));
    let hashed = password::hash(&Password::new(&password), random).ok_or_else(|| {
        StartError("The administrator's password cannot be digested. Choose another.".to_owned())
    })?;
    let plan = Plan {
        name: naming.name.to_owned(),
        short_name: naming.short_name.to_owned(),
        email: email.clone(),
        password: hashed,
        client: wishes.client_id,
        secret: secret.clone(),
    };
    let Founded { organization, user, client, writes: founding } = found(plan, keys, random, now);
    let credentials = Credentials {
        issuer: naming.issuer.map(str::to_owned),
        organization: OrganizationName { id: organization.id.to_string(), name: organization.name },
        admin: Some(Administrator { user_id: user.to_string(), email, password }),
        client: AdministratorClient { client_id: client.to_string(), client_secret: secret },
    };
    credentials.deliver(place)?;
    writes.extend(founding);
    store.commit(audited(writes, now), now).await.map(drop).map_err(|error| {
        StartError(match error {
            StoreError::Conflict => format!(
                "The organization {} was not made: its short name or the client id is taken. The new credentials are void.",
                naming.short_name
            ),
            other => format!("The organization was not made: {other}. The new credentials are void."),
        })
    })
}

/// 144 random bits in base64url.
fn random_password(random: &dyn Random) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([0; 18]);
    random.fill(bytes.as_mut());
    Zeroizing::new(chancery_core::jose::base64url(bytes.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_that_cannot_be_granted_is_refused_without_repeating_it() {
        let text = |text: &str| Some(Zeroizing::new(text.to_owned()));
        for (wishes, reason) in [
            (Wishes { client_id: Some("my-client".into()), ..Wishes::default() }, "UUID"),
            (Wishes { client_secret: text("hunter2"), ..Wishes::default() }, "at least 32"),
            (Wishes { admin_email: Some("nobody".into()), ..Wishes::default() }, "e-mail"),
            (Wishes { admin_password: text("hunter2"), ..Wishes::default() }, "at least 12"),
        ] {
            let error = wishes.check().err().expect("refused").to_string();
            assert!(error.contains(reason) && !error.contains("hunter2"), "{error}");
        }
    }
}
