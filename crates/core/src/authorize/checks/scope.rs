//! RFC 6749 section 3.3: never more than the client is registered for. A request that names none asks for all of it.

use super::{Checked, Given};
use crate::authorize::Wanted;
use crate::dialect::Dialect;
use crate::error::{ErrorCode, OAuthError};
use crate::grants::GrantType;
use crate::types::Scope;

pub fn check(wanted: &mut Wanted, given: &Given) -> Checked {
    let refused = |detail| Err(OAuthError::new(ErrorCode::InvalidScope, detail).into());
    let registered = &given.target.client.scope;
    let Some(asked) = given.form.find("scope") else {
        wanted.scope = registered.clone();
        return Ok(());
    };
    let asked = match given.target.dialect {
        Dialect::Genesys => Scope::parse(asked),
        // OpenID Connect Core section 3.1.2.1: what is not understood is ignored.
        Dialect::Standard => Some(Scope::parse_known(asked)),
    };
    let Some(asked) = asked else { return refused("the scope is not known") };
    wanted.scope = asked.within(&given.target.client.reach());
    // OpenID Connect Core section 11: it is of no use to who cannot refresh.
    let is_standard = given.target.dialect == Dialect::Standard;
    if is_standard && !given.target.client.grant_types.contains(GrantType::RefreshToken) {
        wanted.scope = wanted.scope.without("offline_access");
    }
    if wanted.scope.is_empty() && (is_standard || !asked.is_empty()) {
        return refused("the client may not ask for this scope");
    }
    Ok(())
}
