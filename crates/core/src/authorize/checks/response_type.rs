//! RFC 6749 section 3.1.1: `code` or, on the vendor's side, `token`, whichever the client is registered for.

use super::{Checked, Given};
use crate::authorize::{ResponseType, Wanted};
use crate::dialect::Dialect;
use crate::error::{ErrorCode, OAuthError};
use crate::grants::GrantType;

pub fn check(wanted: &mut Wanted, given: &Given) -> Checked {
    let refused = |code, detail| Err(OAuthError::new(code, detail).into());
    let (response_type, grant_type) = match given.form.find("response_type") {
        None => return refused(ErrorCode::InvalidRequest, "response_type is missing"),
        Some("code") => (ResponseType::Code, GrantType::AuthorizationCode),
        Some("token") if given.target.dialect == Dialect::Genesys => {
            (ResponseType::Token, GrantType::Implicit)
        }
        Some(_) => {
            return refused(ErrorCode::UnsupportedResponseType, "the response type is not supported");
        }
    };
    if !given.target.client.grant_types.contains(grant_type) {
        return refused(ErrorCode::UnauthorizedClient, "the client may not use this response type");
    }
    wanted.response_type = response_type;
    Ok(())
}
