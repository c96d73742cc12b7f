//! RFC 6749 section 3.3: never more than the client is registered for. A request that names none asks for all of it.

use super::{Checked, Given};
use crate::authorize::Wanted;
use crate::error::{ErrorCode, OAuthError};
use crate::types::Scope;

pub fn check(wanted: &mut Wanted, given: &Given) -> Checked {
    let refused = |detail| Err(OAuthError::new(ErrorCode::InvalidScope, detail).into());
    let registered = &given.target.client.scope;
    let Some(asked) = given.form.find("scope") else {
        wanted.scope = registered.clone();
        return Ok(());
    };
    let Some(asked) = Scope::parse(asked) else { return refused("the scope is not known") };
    wanted.scope = asked.within(&registered.union(&Scope::openid()));
    if wanted.scope.is_empty() && !asked.is_empty() {
        return refused("the client may not ask for this scope");
    }
    Ok(())
}
