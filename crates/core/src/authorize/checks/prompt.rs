//! `prompt` (OpenID Connect Core section 3.1.2.1): whether the person may be asked, and what they must be asked.

use super::{Checked, Given};
use crate::authorize::Wanted;
use crate::error::{ErrorCode, OAuthError};

/// What a prompt can be.
pub const PROMPTS: &[&str] = &["none", "login", "consent", "select_account"];

/// See the module.
pub fn check(wanted: &mut Wanted, given: &Given) -> Checked {
    let refused = |detail| Err(OAuthError::new(ErrorCode::InvalidRequest, detail).into());
    let prompts: Vec<&str> =
        given.form.find("prompt").unwrap_or_default().split(' ').filter(|it| !it.is_empty()).collect();
    if prompts.iter().any(|it| !PROMPTS.contains(it)) {
        return refused("a prompt is none, login, consent or select_account");
    }
    wanted.silent = prompts.contains(&"none");
    if wanted.silent && prompts.len() > 1 {
        return refused("the prompt none stands alone");
    }
    wanted.ask = prompts.contains(&"consent");
    wanted.choose = prompts.contains(&"select_account");
    Ok(())
}
