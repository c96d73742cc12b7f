//! OpenID Connect Core section 6: requests by value or by reference are not offered, and whoever sends one is told so.

use super::{Checked, Given};
use crate::authorize::Wanted;
use crate::error::{ErrorCode, OAuthError};

const NOT_OFFERED: &[(&str, ErrorCode, &str)] = &[
    ("request", ErrorCode::RequestNotSupported, "request objects are not supported"),
    ("request_uri", ErrorCode::RequestUriNotSupported, "requests by reference are not supported"),
    ("registration", ErrorCode::RegistrationNotSupported, "clients do not register in a request"),
];

pub fn check(_: &mut Wanted, given: &Given) -> Checked {
    match NOT_OFFERED.iter().find(|(name, ..)| given.form.find(name).is_some()) {
        Some((_, code, detail)) => Err(OAuthError::new(*code, detail).into()),
        None => Ok(()),
    }
}
