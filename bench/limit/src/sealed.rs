//! Opaque access tokens: `base64url(key id, nonce, AES-256-GCM-SIV(claims))`, as long as Chancery's for a client without scope.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;

use crate::Error;

const CONTEXT: &[u8] = b"chancery access token 3";
const KEY_ID: usize = 4;
const NONCE: usize = 12;
const CLAIMS: usize = 57;
const TAG: usize = 16;
/// The token's own id, the first of the claims.
const ID: usize = 16;
/// A time in milliseconds.
const TIME: usize = 6;
const LIFETIME_MS: u64 = 86_400_000;

/// A sealing key.
pub struct Seal(LessSafeKey);

impl Seal {
    pub fn new() -> Result<Self, Error> {
        let mut bytes = [0; 32];
        aws_lc_rs::rand::fill(&mut bytes)?;
        Ok(Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM_SIV, &bytes)?)))
    }

    /// An answer with a fresh token. Claims that do not change are zeros: no seal takes less time for that.
    pub fn token(&self) -> Option<String> {
        let now = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()?;
        let mut token = [0; KEY_ID + NONCE + CLAIMS + TAG];
        let (nonce_and_id, times) = token[KEY_ID..].split_at_mut(NONCE + ID);
        aws_lc_rs::rand::fill(nonce_and_id).ok()?;
        times[..TIME].copy_from_slice(&now.to_be_bytes()[2..]);
        times[TIME..2 * TIME].copy_from_slice(&(now + LIFETIME_MS).to_be_bytes()[2..]);
        let (open, sealed) = token.split_at_mut(KEY_ID + NONCE);
        let (claims, tag) = sealed.split_at_mut(CLAIMS);
        let nonce = Nonce::try_assume_unique_for_key(&open[KEY_ID..]).ok()?;
        let made = self.0.seal_in_place_separate_tag(nonce, Aad::from(CONTEXT), claims).ok()?;
        tag.copy_from_slice(made.as_ref());
        let mut answer = String::with_capacity(192);
        answer.push_str(r#"{"access_token":""#);
        BASE64URL.encode_string(token, &mut answer);
        answer.push_str(r#"","token_type":"bearer","expires_in":86400}"#);
        Some(answer)
    }
}
