//! The server's keys: wrapped under the master key in the store, unwrapped here.

pub mod master;
pub mod rotation;

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM_SIV, LessSafeKey, UnboundKey};
use aws_lc_rs::hmac;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::jose::alg::PrivateKey;
use crate::jose::{Alg, Jwk, jws};
use crate::policy::LONGEST_TOKEN;
use crate::types::{Digest, KeyId, Timestamp};

pub use master::MasterKey;

/// What a key is for. A key serves one purpose only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// HMAC-SHA256 over secrets and handles, and what seals refresh tokens.
    Digest,
    /// AES-256-GCM-SIV over sealed access tokens.
    Seal,
    /// Signatures that others verify.
    Sign(Alg),
}

impl Purpose {
    /// All of them with their names in the store.
    pub const ALL: &[(Self, &str)] = &[
        (Self::Digest, "digest"),
        (Self::Seal, "seal"),
        (Self::Sign(Alg::Es256), "sign-es256"),
        (Self::Sign(Alg::Rs256), "sign-rs256"),
        (Self::Sign(Alg::EdDsa), "sign-eddsa"),
        (Self::Sign(Alg::Ps256), "sign-ps256"),
    ];

    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        crate::types::wire_name(Self::ALL, self)
    }
}

/// A key as the store has it.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Named by everything made with it.
    pub id: KeyId,
    /// What it is for.
    pub purpose: Purpose,
    /// The key material under the master key.
    pub wrapped: Vec<u8>,
    /// When it was made, and published if it signs.
    pub created_at: Timestamp,
    /// From then on it is used for new things, until a younger one is.
    pub active_from: Timestamp,
}

impl fmt::Debug for KeyRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyRow({} {})", self.id.0, self.purpose.as_str())
    }
}

/// Why a keyring could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// The master key does not fit, or the row was tampered with.
    #[error("key {0} cannot be unwrapped with this master key")]
    Unwrap(u32),
    /// A purpose has no key.
    #[error("the store has no {0} key")]
    Missing(&'static str),
}

struct DigestKey {
    id: KeyId,
    mac: hmac::Key,
    /// That of refresh tokens, which live for longer than keys that seal.
    seal: LessSafeKey,
}

impl DigestKey {
    fn new(id: KeyId, material: &[u8]) -> Option<Self> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, material);
        // Secrets have no zero byte, verifiers are longer, and what else is digested begins otherwise.
        let seal = Zeroizing::new(mac(&key, b"chancery refresh token\0seal"));
        let seal = LessSafeKey::new(UnboundKey::new(&AES_256_GCM_SIV, &*seal).ok()?);
        Some(Self { id, mac: key, seal })
    }
}

struct SealingKey {
    id: KeyId,
    active_from: Timestamp,
    key: LessSafeKey,
}

/// A signing key that is ready for use.
pub struct SigningKey {
    /// Its number.
    pub id: KeyId,
    /// Its algorithm.
    pub alg: Alg,
    active_from: Timestamp,
    /// The private key.
    pub key: PrivateKey,
    /// The encoded header of access tokens signed with it.
    pub header: String,
    /// The encoded header of ID tokens and other signed answers.
    pub plain_header: String,
    /// What is published.
    pub jwk: Jwk,
}

/// All keys, unwrapped. Never printed.
pub struct Keyring {
    digests: Vec<DigestKey>,
    seals: Vec<SealingKey>,
    signers: Vec<SigningKey>,
}

impl Keyring {
    /// Unwraps the rows; fails if one does not open or a purpose has none.
    pub fn open(rows: &[KeyRow], master: &MasterKey) -> Result<Self, KeyringError> {
        let mut keys = Self { digests: Vec::new(), seals: Vec::new(), signers: Vec::new() };
        for row in rows {
            let failed = KeyringError::Unwrap(row.id.0);
            let material = master.unwrap(row.id, row.purpose, &row.wrapped).ok_or(failed)?;
            match row.purpose {
                Purpose::Digest => keys.digests.push(DigestKey::new(row.id, &material).ok_or(failed)?),
                Purpose::Seal => {
                    let key = UnboundKey::new(&AES_256_GCM_SIV, &material).map_err(|_| failed)?;
                    keys.seals.push(SealingKey {
                        id: row.id,
                        active_from: row.active_from,
                        key: LessSafeKey::new(key),
                    });
                }
                Purpose::Sign(alg) => {
                    let key = PrivateKey::from_pkcs8(alg, &material).ok_or(failed)?;
                    let jwk = key.jwk();
                    let header = jws::header("at+jwt", alg, jwk.kid());
                    let plain_header = jws::header("JWT", alg, jwk.kid());
                    let active_from = row.active_from;
                    keys.signers.push(SigningKey {
                        id: row.id,
                        alg,
                        active_from,
                        key,
                        header,
                        plain_header,
                        jwk,
                    });
                }
            }
        }
        // Youngest first, so the first that is active is the current one.
        keys.digests.sort_by_key(|key| std::cmp::Reverse(key.id));
        keys.seals.sort_by_key(|key| std::cmp::Reverse((key.active_from, key.id)));
        keys.signers.sort_by_key(|key| (key.alg as u8, std::cmp::Reverse(key.active_from)));
        for (missing, purpose) in [
            (keys.digests.is_empty(), Purpose::Digest),
            (keys.seals.is_empty(), Purpose::Seal),
            (keys.signers.is_empty(), Purpose::Sign(Alg::Es256)),
        ] {
            if missing {
                return Err(KeyringError::Missing(purpose.as_str()));
            }
        }
        Ok(keys)
    }

    /// Digests `value` under the current key.
    pub fn digest(&self, value: &[u8]) -> Digest {
        let key = &self.digests[0];
        Digest { key: key.id, bytes: mac(&key.mac, value) }
    }

    /// The current key of digests.
    pub fn digest_key(&self) -> KeyId {
        self.digests[0].id
    }

    /// Whether `digest` was made of `value`; takes the same time either way.
    pub fn matches(&self, digest: &Digest, value: &[u8]) -> bool {
        let key = self.digests.iter().find(|key| key.id == digest.key);
        key.is_some_and(|key| bool::from(mac(&key.mac, value).ct_eq(&digest.bytes)))
    }

    /// A value for `value` that stays the same as long as the server has its keys, and tells nobody what it was made of.
    pub fn pseudonym(&self, value: &[u8]) -> [u8; 32] {
        // Digest keys stay, so the eldest is the same for ever.
        mac(&self.digests[self.digests.len() - 1].mac, value)
    }

    /// The key of refresh tokens of that id; `None` if there is none.
    pub(crate) fn refresh_key(&self, id: KeyId) -> Option<&LessSafeKey> {
        self.digests.iter().find(|key| key.id == id).map(|key| &key.seal)
    }

    /// The sealing key for new tokens. A clock that runs behind gets the oldest.
    pub(crate) fn sealing_key(&self, now: Timestamp) -> (KeyId, &LessSafeKey) {
        let key = current(&self.seals, now, |key| key.active_from);
        (key.id, &key.key)
    }

    /// The sealing key of that id.
    pub(crate) fn find_sealing_key(&self, id: KeyId) -> Option<&LessSafeKey> {
        self.seals.iter().find(|key| key.id == id).map(|key| &key.key)
    }

    /// The key that signs with `alg` now; `None` if there is none yet.
    pub fn signing_key(&self, alg: Alg, now: Timestamp) -> Option<&SigningKey> {
        let own = || self.signers.iter().filter(|key| key.alg == alg);
        own().find(|key| key.active_from <= now).or_else(|| own().next_back())
    }

    /// The signing keys that others need: those that sign, are about to, or signed something still alive.
    pub fn published(&self, now: Timestamp) -> impl Iterator<Item = &SigningKey> {
        let successor = |index: usize| index.checked_sub(1).map(|before| &self.signers[before]);
        self.signers.iter().enumerate().filter_map(move |(index, key)| {
            let next = successor(index).filter(|next| next.alg == key.alg);
            next.is_none_or(|next| now <= next.active_from + LONGEST_TOKEN).then_some(key)
        })
    }

    /// Every signing key that a live token or a hint may name, and those that are about to sign: those of one algorithm together, youngest first.
    pub fn signing_keys(&self) -> impl Iterator<Item = &SigningKey> {
        self.signers.iter()
    }
}

fn mac(key: &hmac::Key, value: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(hmac::sign(key, value).as_ref());
    bytes
}

fn current<T>(youngest_first: &[T], now: Timestamp, active_from: impl Fn(&T) -> Timestamp) -> &T {
    youngest_first
        .iter()
        .find(|key| active_from(key) <= now)
        .unwrap_or(&youngest_first[youngest_first.len() - 1])
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::env::fixed::Counting;

    /// A keyring with one key for each purpose, active since the epoch.
    pub(crate) fn keyring() -> Keyring {
        let master = MasterKey::random(&Counting::new(1));
        let rows = rotation::first_keys(&master, &Counting::new(2), Timestamp::default()).expect("keys");
        Keyring::open(&rows, &master).expect("a keyring")
    }

    #[test]
    fn a_digest_matches_its_value_only() {
        let keys = keyring();
        let digest = keys.digest(b"secret");
        assert!(keys.matches(&digest, b"secret"));
        assert!(!keys.matches(&digest, b"Secret"));
        assert!(!keys.matches(&Digest { key: KeyId(99), ..digest }, b"secret"));
    }

    #[test]
    fn another_master_key_opens_nothing() {
        let rows = rotation::first_keys(
            &MasterKey::random(&Counting::new(1)),
            &Counting::new(2),
            Timestamp::default(),
        );
        let other = MasterKey::random(&Counting::new(3));
        assert_eq!(Keyring::open(&rows.expect("keys"), &other).err(), Some(KeyringError::Unwrap(1)));
    }
}
