//! Client credentials (RFC 6749 section 4.4): the client acts for itself.

use crate::client::Client;
use crate::error::{ErrorCode, OAuthError};
use crate::form::Form;
use crate::grants::{Authorization, Grant, GrantType};

/// See the module.
pub struct ClientCredentials;

impl Grant for ClientCredentials {
    fn grant_type(&self) -> GrantType {
        GrantType::ClientCredentials
    }

    fn involves_user(&self) -> bool {
        false
    }

    fn authorize(&self, client: &Client, _: &Form) -> Result<Authorization, OAuthError> {
        // Section 4.4: confidential clients only.
        if client.secrets.is_empty() {
            return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "the client has no secret"));
        }
        Ok(Authorization { user: None, scope: client.scope.clone() })
    }
}
