//! `nonce` (OpenID Connect Core section 3.1.2.1): goes back as it came.

use super::{Checked, Given};
use crate::authorize::Wanted;

pub fn check(wanted: &mut Wanted, given: &Given) -> Checked {
    wanted.nonce = given.form.find("nonce").map(str::to_owned);
    Ok(())
}
