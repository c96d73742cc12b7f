//! Client secrets: the value that is shown once, and the digest that is kept.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::env::Random;
use crate::keyring::Keyring;
use crate::types::{KeyId, SecretId, Timestamp};

/// Marks a secret of ours for leak scanners.
pub const PREFIX: &str = "chs_";
/// An operator's own secret has at least so many characters.
pub const LEAST_CHARACTERS: usize = 32;
/// An operator's own secret has at least so many distinct characters.
pub const LEAST_DISTINCT: usize = 10;
/// No secret is longer.
pub const MOST_CHARACTERS: usize = 256;

/// The value of a client secret. Never printed by `Debug`, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret(Zeroizing<String>);

impl ClientSecret {
    /// 256 random bits as `chs_` and 43 characters of `[A-Za-z0-9_-]`.
    pub fn random(random: &dyn Random) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(bytes.as_mut());
        Self(Zeroizing::new(format!("{PREFIX}{}", crate::jose::base64url(bytes.as_ref()))))
    }

    /// A secret that an operator chose. The error says what is wrong with it, never what it is.
    pub fn chosen(text: &str) -> Result<Self, &'static str> {
        if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
            return Err("a client secret may only contain the characters A-Z a-z 0-9 _ -");
        }
        if text.len() < LEAST_CHARACTERS {
            return Err("a client secret must have at least 32 characters");
        }
        if text.len() > MOST_CHARACTERS {
            return Err("a client secret must have at most 256 characters");
        }
        let mut distinct = text.as_bytes().to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() < LEAST_DISTINCT {
            return Err("a client secret must have at least 10 different characters");
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The text, for the one answer that shows it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(..)")
    }
}

/// HMAC-SHA256 under the data key it names.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// The data key.
    pub key: KeyId,
    /// The MAC.
    pub bytes: [u8; 32],
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest(key {}, ..)", self.key.0)
    }
}

/// A secret as it is kept: nobody can read it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Names it in the list of a client's secrets.
    pub id: SecretId,
    /// What it is for, if somebody said so.
    pub name: Option<String>,
    /// What it is compared with.
    pub digest: Digest,
    /// When it was made.
    pub created_at: Timestamp,
    /// From then on it is refused; `None`: it does not expire.
    pub expires_at: Option<Timestamp>,
    /// When it last authenticated its client, to about a minute; recorded in batches.
    pub last_used_at: Option<Timestamp>,
}

impl Secret {
    /// Keeps `value` under a fresh id and the current digest key.
    pub fn keep(value: &ClientSecret, keys: &Keyring, random: &dyn Random, now: Timestamp) -> Self {
        Self {
            id: SecretId::made_at(now, random),
            name: None,
            digest: keys.digest(value.expose().as_bytes()),
            created_at: now,
            expires_at: None,
            last_used_at: None,
        }
    }

    /// Whether it can still be used.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::fixed::Counting;

    #[test]
    fn a_made_secret_is_recognisable_and_passes_the_rule_for_chosen_ones() {
        let secret = ClientSecret::random(&Counting::new(7));
        assert!(secret.expose().starts_with("chs_") && secret.expose().len() == 47, "{}", secret.expose());
        assert!(ClientSecret::chosen(secret.expose()).is_ok());
    }

    #[test]
    fn a_weak_secret_is_refused_with_its_reason() {
        for (text, reason) in [
            ("short", "at least 32"),
            ("abcabcabcabcabcabcabcabcabcabcabcabc", "10 different"),
            ("with spaces are not in the alphabet at all", "characters A-Z"),
            (&"abcdefghijklmnop".repeat(17), "at most 256"),
        ] {
            let error = ClientSecret::chosen(text).expect_err(text);
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn a_secret_is_never_printed() {
        assert_eq!(format!("{:?}", ClientSecret::random(&Counting::new(1))), "ClientSecret(..)");
    }
}
