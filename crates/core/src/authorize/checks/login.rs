//! `prompt=login` asks for a fresh login, `login_hint` says whose: an address, or an address and the organization's short
//! name behind a colon.

use super::{Checked, Given};
use crate::authorize::Wanted;

pub fn check(wanted: &mut Wanted, given: &Given) -> Checked {
    wanted.log_in = given.form.find("prompt").is_some_and(|prompt| prompt.split(' ').any(|it| it == "login"));
    let hint = given.form.find("login_hint").unwrap_or_default();
    let address = hint.split(':').next().unwrap_or_default().trim();
    // Without an address it is an organization's name, which the client has fixed already.
    wanted.login_hint = (address.contains('@') && address.chars().count() <= 254).then(|| address.to_owned());
    Ok(())
}
