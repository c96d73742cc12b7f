//! What a code carries under its seal stands in a URL, and is no longer than one can be.

use super::{Checked, Given};
use crate::authorize::Wanted;
use crate::error::{ErrorCode, OAuthError};
use crate::openid::Login;

/// Of the login as a code carries it, in bytes.
const LONGEST: usize = 4096;

pub fn check(wanted: &mut Wanted, _: &Given) -> Checked {
    let login = Login { nonce: wanted.nonce.clone(), claims: wanted.claims.clone(), ..Login::default() };
    let written = serde_json::to_string(&login).ok().filter(|text| text.len() <= LONGEST);
    // Deeply nested values can be written, and not be read again.
    if written.is_none_or(|text| serde_json::from_str::<Login>(&text).is_err()) {
        return Err(OAuthError::new(ErrorCode::InvalidRequest, "nonce and claims are too long").into());
    }
    Ok(())
}
