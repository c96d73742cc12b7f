//! `id_token_hint` (OpenID Connect Core section 3.1.2.1): an ID token that we gave this client, of the person whom it means.

use super::{Checked, Given};
use crate::authorize::Wanted;
use crate::error::{ErrorCode, OAuthError};
use crate::openid::hint;

pub fn check(wanted: &mut Wanted, given: &Given) -> Checked {
    let Some(text) = given.form.find("id_token_hint") else { return Ok(()) };
    let refused = |detail| OAuthError::new(ErrorCode::InvalidRequest, detail);
    let hint =
        hint::read(text, given.env).ok_or(refused("id_token_hint is not an ID token of this server"))?;
    if hint.client != given.target.client.id {
        return Err(refused("id_token_hint is for another client").into());
    }
    if wanted.subjects.as_ref().is_some_and(|subjects| !subjects.contains(&hint.subject)) {
        return Err(refused("id_token_hint and claims mean two people").into());
    }
    wanted.subjects = Some(vec![hint.subject]);
    Ok(())
}
