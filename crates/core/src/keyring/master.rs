//! The master key: wraps the keys in the store and does nothing else.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::env::Random;
use crate::jose::{base64url, from_base64url};
use crate::keyring::Purpose;
use crate::types::KeyId;

/// 256 bits that never enter the store. Never printed, wiped when dropped.
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

impl MasterKey {
    /// A fresh one.
    pub fn random(random: &dyn Random) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(bytes.as_mut());
        Self(bytes)
    }

    /// Reads the text form; white space around it does not count.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(from_base64url(text.trim())?);
        bytes.as_slice().try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The text form: 43 characters of base64url.
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(base64url(self.0.as_ref()))
    }

    /// Wraps key material; the row's id and purpose are bound to it, so rows cannot be swapped.
    pub fn wrap(&self, id: KeyId, purpose: Purpose, material: &[u8], random: &dyn Random) -> Option<Vec<u8>> {
        let mut nonce = [0; 12];
        random.fill(&mut nonce);
        let mut sealed = material.to_vec();
        let bound = Nonce::assume_unique_for_key(nonce);
        self.key()?.seal_in_place_append_tag(bound, aad(id, purpose), &mut sealed).ok()?;
        Some([&nonce[..], &sealed].concat())
    }

    /// Unwraps; `None` if it was wrapped under another key, or is not that row's.
    pub fn unwrap(&self, id: KeyId, purpose: Purpose, wrapped: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = wrapped.split_first_chunk::<12>()?;
        let mut material = Zeroizing::new(sealed.to_vec());
        let length = self
            .key()?
            .open_in_place(Nonce::assume_unique_for_key(*nonce), aad(id, purpose), &mut material)
            .ok()?
            .len();
        material.truncate(length);
        Some(material)
    }

    fn key(&self) -> Option<LessSafeKey> {
        UnboundKey::new(&AES_256_GCM_SIV, self.0.as_ref()).ok().map(LessSafeKey::new)
    }
}

fn aad(id: KeyId, purpose: Purpose) -> Aad<String> {
    Aad::from(format!("chancery key {} {}", id.0, purpose.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::fixed::Counting;

    #[test]
    fn what_is_wrapped_opens_only_as_the_same_row_under_the_same_key() {
        let random = Counting::new(5);
        let master = MasterKey::random(&random);
        let wrapped = master.wrap(KeyId(1), Purpose::Digest, b"material", &random).expect("wraps");
        assert_eq!(
            master.unwrap(KeyId(1), Purpose::Digest, &wrapped).as_deref().map(Vec::as_slice),
            Some(&b"material"[..])
        );
        assert!(master.unwrap(KeyId(2), Purpose::Digest, &wrapped).is_none());
        assert!(master.unwrap(KeyId(1), Purpose::Seal, &wrapped).is_none());
        assert!(MasterKey::random(&random).unwrap(KeyId(1), Purpose::Digest, &wrapped).is_none());
        assert!(master.unwrap(KeyId(1), Purpose::Digest, b"short").is_none());
    }

    #[test]
    fn the_text_form_reads_back_and_nothing_else_does() {
        let master = MasterKey::random(&Counting::new(5));
        let read = MasterKey::parse(&format!("{}\n", *master.expose())).expect("its own text form");
        assert_eq!(*read.expose(), *master.expose());
        for wrong in ["", "AAAA", &"A".repeat(44), &"!".repeat(43)] {
            assert!(MasterKey::parse(wrong).is_none(), "{wrong}");
        }
    }
}
