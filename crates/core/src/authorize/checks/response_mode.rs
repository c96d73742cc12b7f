//! `response_mode` names a way in which answers are given. One that is none is told in the usual way.

use super::{Checked, Given};
use crate::authorize::{ResponseMode, Wanted};
use crate::error::{ErrorCode, OAuthError};

pub fn check(_: &mut Wanted, given: &Given) -> Checked {
    if given.form.find("response_mode").is_some_and(|mode| ResponseMode::find(mode).is_none()) {
        let detail = "the response mode is query, fragment or form_post";
        return Err(OAuthError::new(ErrorCode::InvalidRequest, detail).into());
    }
    Ok(())
}
