//! RFC 7636 section 4.3, with the method S256 alone: `plain` protects from nobody who sees the request.

use super::{Checked, Given};
use crate::authorize::{ResponseType, Wanted};
use crate::error::{ErrorCode, OAuthError};
use crate::jose::from_base64url;

pub fn check(wanted: &mut Wanted, given: &Given) -> Checked {
    let refused = |detail| Err(OAuthError::new(ErrorCode::InvalidRequest, detail).into());
    match (given.form.find("code_challenge"), given.form.find("code_challenge_method")) {
        // RFC 9700 section 2.1.1. The vendor's public clients may do without, and then have to prove themselves.
        (None, None) if given.target.client.metadata.is_public() => {
            return refused("a public client sends a code_challenge");
        }
        (None, None) => {}
        (None, Some(_)) => return refused("code_challenge is missing"),
        (Some(challenge), Some("S256")) => {
            let digest = from_base64url(challenge).and_then(|digest| digest.try_into().ok());
            if digest.is_none() {
                return refused("code_challenge is not a SHA-256 digest in base64url");
            }
            // A token in the answer is bound to nothing.
            wanted.challenge = digest.filter(|_| wanted.response_type == ResponseType::Code);
        }
        // Section 4.3: without a method it is plain.
        (Some(_), _) => return refused("code_challenge_method must be S256"),
    }
    Ok(())
}
