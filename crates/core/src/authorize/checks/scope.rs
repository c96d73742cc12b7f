//! RFC 6749 section 3.3: never more than the client is registered for. A request that names none asks for all of it.

use super::{Checked, Given};
use crate::authorize::{Target, Wanted};
use crate::dialect::Dialect;
use crate::error::{ErrorCode, OAuthError};
use crate::grants::GrantType;

pub fn check(wanted: &mut Wanted, given: &Given) -> Checked {
    let refused = |detail| OAuthError::new(ErrorCode::InvalidScope, detail);
    let Target { client, dialect, .. } = given.target;
    let asked = match given.form.find("scope") {
        Some(asked) => Some(dialect.scope(asked).ok_or(refused("the scope is not known"))?),
        None => None,
    };
    wanted.scope = asked.as_ref().map_or_else(|| client.scope.clone(), |asked| asked.within(&client.reach()));
    // OpenID Connect Core section 11: it is of no use to who cannot refresh.
    if *dialect == Dialect::Standard && !client.grant_types.contains(GrantType::RefreshToken) {
        wanted.scope = wanted.scope.without("offline_access");
    }
    if wanted.scope.is_empty() && asked.is_some_and(|asked| dialect.refuses_empty(&asked)) {
        return Err(refused("the client may not ask for this scope").into());
    }
    Ok(())
}
