//! `org`, by the short name that people type, and `target`, by id: both must be the client's own, which is the only one
//! that its people log in to.

use super::{Checked, Given};
use crate::authorize::Wanted;
use crate::error::{ErrorCode, OAuthError};

pub fn check(_: &mut Wanted, given: &Given) -> Checked {
    let refused = |detail| OAuthError::new(ErrorCode::InvalidRequest, detail);
    let id = given.target.client.organization;
    if let Some(name) = given.form.find("org") {
        let organization = given.facts.organization(id)?.as_ref();
        if organization.is_none_or(|it| !it.short_name.eq_ignore_ascii_case(name)) {
            return Err(refused("org is not the organization of the client").into());
        }
    }
    if given.form.find("target").is_some_and(|target| !target.eq_ignore_ascii_case(&id.to_string())) {
        return Err(refused("target is not the organization of the client").into());
    }
    Ok(())
}
