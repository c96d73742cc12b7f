//! The keys as they are listed, and a successor ahead of time: for the API and for the commands beside it.

use chancery_core::jose::Alg;
use chancery_core::keyring::rotation::{self, Standing};
use chancery_core::keyring::{KeyRow, Keyring, KeyringError, MasterKey, Purpose};
use chancery_core::types::Timestamp;
use chancery_core::write::Write;

use crate::clock::SystemRandom;

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

/// All keys, oldest first.
pub fn list(rows: &[KeyRow], master: &MasterKey, now: Timestamp) -> Result<Vec<ListedKey>, KeyringError> {
    let keys = Keyring::open(rows, master)?;
    Ok(rows.iter().map(|row| listed(row, rows, &keys, now)).collect())
}

/// What makes a successor of the key that signs with `alg`: it signs in a day, or at once. `discard` forgets the keys before it:
/// what they signed is void. `None`: none can be made.
pub fn rotate(
    rows: &[KeyRow],
    alg: Alg,
    at_once: bool,
    discard: bool,
    master: &MasterKey,
    now: Timestamp,
) -> Option<Vec<Write>> {
    let made = rotation::hurry(rows, alg, at_once || discard, master, &SystemRandom, now)?;
    let old = rows.iter().filter(|row| discard && row.purpose == Purpose::Sign(alg));
    Some(std::iter::once(Write::CreateKey(made)).chain(old.map(|row| Write::DeleteKey(row.id))).collect())
}

fn listed(row: &KeyRow, rows: &[KeyRow], keys: &Keyring, now: Timestamp) -> ListedKey {
    let (purpose, kid) = match row.purpose {
        Purpose::Sign(alg) => {
            let own = keys.signing_keys().find(|key| key.alg == alg && key.id == row.id);
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
