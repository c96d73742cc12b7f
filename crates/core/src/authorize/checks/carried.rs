//! What a code carries under its seal stands in a URL, and is no longer than one can be.

use super::{Checked, Given};
use crate::authorize::Wanted;
use crate::error::{ErrorCode, OAuthError};

/// Of `nonce` and `claims` together, in bytes.
const LONGEST: usize = 4096;

pub fn check(_: &mut Wanted, given: &Given) -> Checked {
    let length: usize =
        ["nonce", "claims"].iter().filter_map(|name| given.form.find(name)).map(str::len).sum();
    if length > LONGEST {
        return Err(OAuthError::new(ErrorCode::InvalidRequest, "nonce and claims are too long").into());
    }
    Ok(())
}
