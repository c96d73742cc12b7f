//! `claims` (OpenID Connect Core section 5.5). A class of login that the client cannot do without is one that there is.

use super::{Checked, Given};
use crate::authorize::Wanted;
use crate::error::{ErrorCode, OAuthError};
use crate::openid::{ACR, ClaimsRequest};

pub fn check(wanted: &mut Wanted, given: &Given) -> Checked {
    let Some(text) = given.form.find("claims").filter(|_| wanted.asks_who()) else { return Ok(()) };
    let refused = |code, detail| OAuthError::new(code, detail);
    let malformed = refused(ErrorCode::InvalidRequest, "claims is not a claims request");
    wanted.claims = ClaimsRequest::parse(text).ok_or(malformed)?.within(&given.target.client.reach());
    if !wanted.claims.accepts(ACR) {
        let code = ErrorCode::UnmetAuthenticationRequirements;
        return Err(refused(code, "no login is of a class that the client accepts").into());
    }
    wanted.subjects = wanted.claims.subjects();
    Ok(())
}
