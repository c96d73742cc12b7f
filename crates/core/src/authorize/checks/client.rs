//! A client that is inactive or disabled gets nothing.

use super::{Checked, Given};
use crate::authorize::Wanted;
use crate::client::ClientState;
use crate::error::{ErrorCode, OAuthError};

pub fn check(_: &mut Wanted, given: &Given) -> Checked {
    if given.target.client.state != ClientState::Active {
        return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "the client is not active").into());
    }
    Ok(())
}
