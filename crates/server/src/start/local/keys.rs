//! The keys of the local store: what there is, and a successor ahead of time.

use chancery_core::audit::derived::audited;
use chancery_core::jose::Alg;
use chancery_core::keyring::KeyRow;
use chancery_store::StoreError;

use super::Local;
use crate::clock::{Clock, SystemClock};
use crate::keys::{self, ListedKey};
use crate::start::{StartError, unreadable};

impl Local {
    /// All keys, oldest first.
    pub async fn list_keys(&self) -> Result<Vec<ListedKey>, StartError> {
        let listed = keys::list(&self.key_rows().await?, &self.master, SystemClock.now());
        listed.map_err(|error| StartError(format!("The keys cannot be used: {error}.")))
    }

    /// Makes a successor of the key that signs with `alg`: it signs in a day, or at once. `discard` forgets the keys before
    /// it: what they signed is void.
    pub async fn rotate_key(&self, alg: Alg, at_once: bool, discard: bool) -> Result<(), StartError> {
        let (rows, now) = (self.key_rows().await?, SystemClock.now());
        let made = keys::rotate(&rows, alg, at_once, discard, &self.master, now);
        let writes = made.ok_or_else(|| StartError("The key could not be made.".to_owned()))?;
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
