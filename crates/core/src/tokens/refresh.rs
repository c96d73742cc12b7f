//! Refresh tokens: a family, a generation and a MAC over both. None is stored, and the next one can be derived again by
//! whoever answers the same request twice.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::jose::{base64url, from_base64url};
use crate::keyring::Keyring;
use crate::types::{FamilyKey, KeyId};

/// Keeps these MACs apart from all else that is made with the same key: secrets have no zero byte, and verifiers are
/// shorter.
const CONTEXT: &[u8] = b"chancery refresh token\0";

/// A refresh token as it is presented. Says nothing before its MAC was checked.
pub struct RefreshToken {
    /// The family that it names.
    pub family: FamilyKey,
    /// Which of the family's tokens it is.
    pub generation: u32,
    mac: [u8; 32],
}

impl RefreshToken {
    /// Reads the text form: 59 characters of `[A-Za-z0-9_-]`; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 44] = from_base64url(text)?.try_into().ok()?;
        let (family, rest) = bytes.split_first_chunk::<8>()?;
        let (generation, mac) = rest.split_first_chunk::<4>()?;
        Some(Self {
            family: FamilyKey(i64::from_be_bytes(*family)),
            generation: u32::from_be_bytes(*generation),
            mac: mac.try_into().ok()?,
        })
    }

    /// Whether this server made it with that key.
    pub fn is_genuine(&self, key: KeyId, keys: &Keyring) -> bool {
        keys.mac(key, &content(self.family, self.generation))
            .is_some_and(|mac| bool::from(mac.ct_eq(&self.mac)))
    }
}

/// The text form of a family's token; `None` if its key is gone.
pub fn derive(family: FamilyKey, generation: u32, key: KeyId, keys: &Keyring) -> Option<String> {
    let content = content(family, generation);
    let mut bytes = Zeroizing::new([0; 44]);
    bytes[..12].copy_from_slice(&content[CONTEXT.len()..]);
    bytes[12..].copy_from_slice(&keys.mac(key, &content)?);
    Some(base64url(bytes.as_ref()))
}

fn content(family: FamilyKey, generation: u32) -> [u8; CONTEXT.len() + 12] {
    let mut content = [0; CONTEXT.len() + 12];
    content[..CONTEXT.len()].copy_from_slice(CONTEXT);
    content[CONTEXT.len()..CONTEXT.len() + 8].copy_from_slice(&family.0.to_be_bytes());
    content[CONTEXT.len() + 8..].copy_from_slice(&generation.to_be_bytes());
    content
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::tests::keyring;

    #[test]
    fn a_token_is_derived_again_and_a_changed_one_is_none_of_ours() {
        let (keys, key) = (keyring(), keyring().digest(b"").key);
        let text = derive(FamilyKey(7), 3, key, &keys).expect("a token");
        assert_eq!(derive(FamilyKey(7), 3, key, &keys).as_deref(), Some(&*text));
        assert_eq!(text.len(), 59);
        let read = RefreshToken::parse(&text).expect("its own text form");
        assert_eq!((read.family, read.generation), (FamilyKey(7), 3));
        assert!(read.is_genuine(key, &keys) && !read.is_genuine(KeyId(99), &keys));
        for (family, generation) in [(FamilyKey(8), 3), (FamilyKey(7), 4)] {
            assert!(
                !RefreshToken { family, generation, ..RefreshToken::parse(&text).expect("a token") }
                    .is_genuine(key, &keys)
            );
        }
        for wrong in ["", "abc", &text[1..], &format!("{text}A"), &text.replace(&text[58..], "!")] {
            assert!(RefreshToken::parse(wrong).is_none(), "{wrong}");
        }
    }
}
