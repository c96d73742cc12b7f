//! The keys of the local store: what there is, and a successor ahead of time.

use chancery_core::audit::derived::audited;
use chancery_core::jose::Alg;
use chancery_core::keyring::rotation::{self, Standing};
use chancery_core::keyring::{KeyRow, Keyring, Purpose};
use chancery_core::types::Timestamp;
use chancery_core::write::Write;
use chancery_store::StoreError;

use super::Local;
use crate::clock::{Clock, SystemClock, SystemRandom};
use crate::start::{StartError, unreadable};

/// A key as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// Its number.
    pub id: u32,
    /// What it does: `digest`, `seal`, or the algorithm that it signs with.
    pub purpose: &'static str,
    /// Its name in the key set, if it signs.
    pub kid: Option<String>,
    /// Where it stands: `next`, `current` or `retired`.
    pub standing: &'static str,
    /// Since when, or from when on, it is used.
    pub active_from: Timestamp,
}

impl Local {
    /// All keys, oldest first.
    pub async fn list_keys(&self) -> Result<Vec<ListedKey>, StartError> {
        let rows = self.key_rows().await?;
        let keys = Keyring::open(&rows, &self.master)
            .map_err(|error| StartError(format!("The keys cannot be used: {error}.")))?;
        let now = SystemClock.now();
        Ok(rows.iter().map(|row| listed(row, &rows, &keys, now)).collect())
    }

    /// Makes a successor of the key that signs with `alg`: it signs in a day, or at once. `discard` forgets the keys before
    /// it: what they signed is void.
    pub async fn rotate_key(&self, alg: Alg, at_once: bool, discard: bool) -> Result<(), StartError> {
        let rows = self.key_rows().await?;
        let now = SystemClock.now();
        let made = rotation::hurry(&rows, alg, at_once || discard, &self.master, &SystemRandom, now);
        let made = made.ok_or_else(|| StartError("The key could not be made.".to_owned()))?;
        let mut writes = vec![Write::CreateKey(made)];
        if discard {
            let old = rows.iter().filter(|row| row.purpose == Purpose::Sign(alg));
            writes.extend(old.map(|row| Write::DeleteKey(row.id)));
        }
        self.store.commit(audited(writes, now), now).await.map(drop).map_err(|error| match error {
            StoreError::Conflict => {
                StartError("A running server made a key at the same time. Try again.".to_owned())
            }
            error => unreadable(&self.folder, &error),
        })
    }

    async fn key_rows(&self) -> Result<Vec<KeyRow>, StartError> {
        self.store.keys().await.map_err(|error| unreadable(&self.folder, &error))
    }
}

fn listed(row: &KeyRow, rows: &[KeyRow], keys: &Keyring, now: Timestamp) -> ListedKey {
    let (purpose, kid) = match row.purpose {
        Purpose::Sign(alg) => {
            let mut signers = keys.signing_keys();
            let own = signers.find(|key| key.alg == alg && key.id == row.id);
            (alg.as_str(), own.map(|key| key.jwk.kid().to_owned()))
        }
        purpose => (purpose.as_str(), None),
    };
    let standing = match rotation::standing(row, rows, now) {
        Standing::Next => "next",
        Standing::Current => "current",
        Standing::Retired => "retired",
    };
    ListedKey { id: row.id.0, purpose, kid, standing, active_from: row.active_from }
}
