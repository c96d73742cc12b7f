//! The refresh token (RFC 6749 section 6). The pipeline opens the token and advances its family.

use crate::decision::Undecided;
use crate::error::{ErrorCode, OAuthError};
use crate::grants::{Ask, Authorization, Behalf, Grant, GrantType, Handles, Presented};

/// See the module.
pub struct RefreshTokenGrant;

impl Grant for RefreshTokenGrant {
    fn grant_type(&self) -> GrantType {
        GrantType::RefreshToken
    }

    fn handles(&self) -> Handles {
        Handles::Refresh("refresh_token")
    }

    /// The same proof as the code was exchanged with.
    fn needs_proof(&self, presented: &Presented) -> bool {
        !matches!(presented, Presented::Refresh(family, _) if !family.origin.client_authenticated)
    }

    fn authorize(&self, ask: &Ask) -> Result<Authorization, Undecided<OAuthError>> {
        let Presented::Refresh(family, _) = ask.presented else {
            return Err(OAuthError::new(ErrorCode::InvalidGrant, "the refresh token is not valid").into());
        };
        let origin = &family.origin;
        let user = Behalf {
            user: origin.user,
            user_epoch: origin.user_epoch,
            client_epoch: origin.client_epoch,
            consent_epoch: origin.consent_epoch,
        };
        Ok(Authorization {
            login: origin.login.clone(),
            audience: Some(origin.audience),
            ..Authorization::of(user, origin.scope.clone())
        })
    }
}
