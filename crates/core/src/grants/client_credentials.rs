//! Client credentials (RFC 6749 section 4.4): the client acts for itself.

use crate::decision::Undecided;
use crate::error::{ErrorCode, OAuthError};
use crate::grants::{Ask, Authorization, Grant, GrantType};

/// See the module.
pub struct ClientCredentials;

impl Grant for ClientCredentials {
    fn grant_type(&self) -> GrantType {
        GrantType::ClientCredentials
    }

    fn authorize(&self, ask: &Ask) -> Result<Authorization, Undecided<OAuthError>> {
        let client = ask.proven.client;
        // Section 4.4: confidential clients only.
        if client.secrets.is_empty() && !client.metadata.has_keys() {
            return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "the client has no secret").into());
        }
        Ok(Authorization::alone(client.scope.clone()))
    }
}
