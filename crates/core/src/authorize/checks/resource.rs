//! RFC 8707 section 2: the resource is this server, or its management API for clients that an administrator gave scopes of it.

use super::{Checked, Given};
use crate::authorize::Wanted;
use crate::error::{ErrorCode, OAuthError};
use crate::grants::exchange::asked_audience;
use crate::tokens::Audience;

pub fn check(wanted: &mut Wanted, given: &Given) -> Checked {
    if let Some(asked) = asked_audience(given.form, given.env)? {
        if asked == Audience::Management && !given.target.client.may_manage() {
            let detail = "the client may not ask for the management API";
            return Err(OAuthError::new(ErrorCode::InvalidTarget, detail).into());
        }
        wanted.audience = asked;
    }
    Ok(())
}
