//! A client that is inactive or disabled gets nothing, and one that registered itself nothing from the vendor's side.

use super::{Checked, Given};
use crate::authorize::Wanted;
use crate::client::ClientState;
use crate::dialect::Dialect;
use crate::error::{ErrorCode, OAuthError};

pub fn check(_: &mut Wanted, given: &Given) -> Checked {
    let client = &given.target.client;
    let refused = |detail| Err(OAuthError::new(ErrorCode::UnauthorizedClient, detail).into());
    if client.state != ClientState::Active {
        return refused("the client is not active");
    }
    if client.metadata.self_registered && given.target.dialect == Dialect::Genesys {
        return refused("the client may not use this endpoint");
    }
    Ok(())
}
