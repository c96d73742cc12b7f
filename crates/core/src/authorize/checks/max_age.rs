//! `max_age` (OpenID Connect Core section 3.1.2.1), or what the client registered for requests without one.

use super::{Checked, Given};
use crate::authorize::Wanted;
use crate::error::{ErrorCode, OAuthError};
use crate::types::Lifetime;

pub fn check(wanted: &mut Wanted, given: &Given) -> Checked {
    wanted.max_age = match given.form.find("max_age") {
        None => given.target.client.metadata.default_max_age,
        Some(text) => {
            let is_number = text.bytes().all(|b| b.is_ascii_digit());
            let seconds = text.parse().ok().filter(|_| is_number);
            let detail = "max_age is a number of seconds";
            let seconds = seconds.ok_or(OAuthError::new(ErrorCode::InvalidRequest, detail))?;
            Some(Lifetime::from_seconds(seconds))
        }
    };
    Ok(())
}
