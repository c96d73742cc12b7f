//! `client_secret_basic`: HTTP Basic (RFC 7617) with the client id as the user (RFC 6749 section 2.3.1).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::client_auth::{AuthMethod, Claim, ClientAuth, PresentedSecret, Proof};
use crate::error::{ErrorCode, OAuthError};
use crate::form;
use crate::grants::exchange::TokenRequest;

/// See the module.
pub struct ClientSecretBasic;

impl ClientAuth for ClientSecretBasic {
    fn method(&self) -> AuthMethod {
        AuthMethod::ClientSecretBasic
    }

    fn presented(&self, request: &TokenRequest) -> Option<Result<Claim, OAuthError>> {
        let credentials = request.authorization?.credentials("basic")?;
        if public(request).is_some() {
            return None;
        }
        let unreadable = OAuthError::new(ErrorCode::InvalidClient, "the Basic credentials cannot be read");
        let claim = read(credentials, request.dialect.basic_is_form_encoded()).ok_or(unreadable);
        Some(claim.and_then(|claim| match request.form.find("client_id") {
            Some(other) if other != claim.client_id => Err(OAuthError::new(
                ErrorCode::InvalidRequest,
                "the form names another client than the header",
            )),
            _ => Ok(claim),
        }))
    }
}

/// The client id, if it came with an empty secret beside a verifier: so the vendor's command line says that it is public.
pub fn public(request: &TokenRequest) -> Option<String> {
    request.form.find("code_verifier")?;
    let claim = read(request.authorization?.credentials("basic")?, request.dialect.basic_is_form_encoded())?;
    matches!(&claim.proof, Proof::Secret(secret) if secret.text.is_empty()).then_some(claim.client_id)
}

fn read(credentials: &str, form_encoded: bool) -> Option<Claim> {
    let decoded = Zeroizing::new(STANDARD.decode(credentials).ok()?);
    let (client_id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    // RFC 6749 appendix B: each as it would be in a form.
    let decode = |text: &str| {
        if form_encoded { form::decode(text).map(Cow::into_owned) } else { Some(text.to_owned()) }
    };
    Some(Claim { client_id: decode(client_id)?, proof: Proof::Secret(PresentedSecret::new(decode(secret)?)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, form_encoded: bool) -> Option<(String, String)> {
        read(&STANDARD.encode(text), form_encoded).map(|claim| match claim.proof {
            Proof::Secret(secret) => (claim.client_id, secret.text.to_string()),
            Proof::None | Proof::Assertion(_) => panic!("a secret"),
        })
    }

    #[test]
    fn only_the_standard_dialect_decodes_percent_signs() {
        let pair = |id: &str, secret: &str| Some((id.to_owned(), secret.to_owned()));
        assert_eq!(of("a%3Ab:c%2Bd+e&f", true), pair("a:b", "c+d e&f"));
        assert_eq!(of("a%3Ab:c%2Bd+e&f", false), pair("a%3Ab", "c%2Bd+e&f"));
        assert_eq!(of("id:se:cret", false), pair("id", "se:cret"));
        assert_eq!(of("id:", false), pair("id", ""));
    }

    #[test]
    fn what_cannot_be_read_is_no_claim() {
        assert_eq!(of("no colon", false), None);
        assert!(read("!!!", false).is_none());
        assert!(read(&STANDARD.encode([0xff, 0x3a, 0x61]), false).is_none());
    }
}
