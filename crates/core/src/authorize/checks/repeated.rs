//! RFC 6749 section 3.1: no parameter stands more than once.

use super::{Checked, Given};
use crate::authorize::Wanted;
use crate::error::{ErrorCode, OAuthError};

pub fn check(_: &mut Wanted, given: &Given) -> Checked {
    if given.form.repeats() {
        return Err(OAuthError::new(ErrorCode::InvalidRequest, "a parameter stands more than once").into());
    }
    Ok(())
}
