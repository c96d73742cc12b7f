//! `client_secret_post`: id and secret in the form (RFC 6749 section 2.3.1).

use crate::client_auth::{AuthMethod, Claim, ClientAuth, PresentedSecret, Proof};
use crate::error::OAuthError;
use crate::grants::exchange::TokenRequest;

/// See the module.
pub struct ClientSecretPost;

impl ClientAuth for ClientSecretPost {
    fn method(&self) -> AuthMethod {
        AuthMethod::ClientSecretPost
    }

    fn presented(&self, request: &TokenRequest) -> Option<Result<Claim, OAuthError>> {
        let secret = request.form.find("client_secret")?;
        let client_id = request.form.find("client_id").unwrap_or_default().to_owned();
        Some(Ok(Claim { client_id, proof: Proof::Secret(PresentedSecret::new(secret.to_owned())) }))
    }
}
