//! Seals: `base64url(key id, nonce, AES-256-GCM-SIV(content))` (RFC 8452). Opaque to everybody else,
//! and made of `[A-Za-z0-9_-]`, which every SDK carries unharmed.

use aws_lc_rs::aead::{Aad, LessSafeKey, Nonce};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::env::Env;
use crate::jose::{base64url, from_base64url};
use crate::types::KeyId;

/// What is given out under a seal.
pub trait Sealed: Serialize + DeserializeOwned {
    /// Bound to every seal: a ciphertext made for another use does not open as this.
    const CONTEXT: &'static [u8];
}

const KEY_ID: usize = 4;
const NONCE: usize = 12;
/// Nothing of ours is longer; what is, is not decoded. A code may carry 4 KiB of a login and every scope there is.
const LONGEST: usize = 12_288;

/// Seals it under the current key.
pub fn seal<T: Sealed>(content: &T, env: &Env) -> Option<String> {
    let (id, key) = env.keys.sealing_key(env.now);
    let mut nonce = [0; NONCE];
    env.random.fill(&mut nonce);
    seal_with(content, (id, key), nonce)
}

/// Opens what one of our keys sealed.
pub fn open<T: Sealed>(text: &str, env: &Env) -> Option<T> {
    open_with(text, |id| env.keys.find_sealing_key(id)).map(|(_, content)| content)
}

/// Seals it under that key. A nonce may only come back with the same content.
pub(super) fn seal_with<T: Sealed>(
    content: &T,
    (id, key): (KeyId, &LessSafeKey),
    nonce: [u8; NONCE],
) -> Option<String> {
    let mut text = Vec::with_capacity(256);
    text.extend_from_slice(&id.0.to_be_bytes());
    text.extend_from_slice(&nonce);
    let mut text = postcard::to_extend(content, text).ok()?;
    let clear = &mut text[KEY_ID + NONCE..];
    let nonce = Nonce::assume_unique_for_key(nonce);
    let tag = key.seal_in_place_separate_tag(nonce, Aad::from(T::CONTEXT), clear).ok()?;
    text.extend_from_slice(tag.as_ref());
    Some(base64url(&text)).filter(|text| text.len() <= LONGEST)
}

/// Opens what the key of its id sealed; the nonce comes with it.
pub(super) fn open_with<'a, T: Sealed>(
    text: &str,
    find: impl Fn(KeyId) -> Option<&'a LessSafeKey>,
) -> Option<([u8; NONCE], T)> {
    if text.len() > LONGEST {
        return None;
    }
    let mut bytes = from_base64url(text)?;
    let (id, rest) = bytes.split_first_chunk_mut::<KEY_ID>()?;
    let (nonce, sealed) = rest.split_first_chunk_mut::<NONCE>()?;
    let key = find(KeyId(u32::from_be_bytes(*id)))?;
    let clear =
        key.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(T::CONTEXT), sealed).ok()?;
    Some((*nonce, postcard::from_bytes(clear).ok()?))
}
