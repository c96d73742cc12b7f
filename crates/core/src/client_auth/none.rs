//! `none` (RFC 7591 section 2): a public client says who it is, and proves nothing. What it presents must be bound to
//! something else that only it knows: the verifier of a challenge, or a refresh token.

use crate::client_auth::{AuthMethod, Claim, ClientAuth, Proof};
use crate::error::{ErrorCode, OAuthError};
use crate::grants::exchange::TokenRequest;

/// See the module.
pub struct None;

impl ClientAuth for None {
    fn method(&self) -> AuthMethod {
        AuthMethod::None
    }

    fn presented(&self, request: &TokenRequest) -> Option<Result<Claim, OAuthError>> {
        if request.authorization.is_some_and(|header| header.credentials("basic").is_some())
            && super::client_secret_basic::public(request).is_none()
            || request.form.find("client_secret").is_some()
            || super::private_key_jwt::PrivateKeyJwt.presented(request).is_some()
        {
            return Option::None;
        }
        let named = request.form.find("client_id").map(str::to_owned);
        let public = super::client_secret_basic::public(request);
        if named.is_some() && public.is_some() && named != public {
            let detail = "the form names another client than the header";
            return Some(Err(OAuthError::new(ErrorCode::InvalidRequest, detail)));
        }
        Some(Ok(Claim { client_id: named.or(public)?, proof: Proof::None }))
    }
}
