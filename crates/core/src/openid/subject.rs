//! Subject identifiers (section 8): the same for every client, or another for each sector, so that clients cannot compare
//! whom they know.

use crate::client::Client;
use crate::jose::base64url;
use crate::keyring::Keyring;
use crate::types::UserId;

/// Keeps these MACs apart from all else that is made with the same key.
const CONTEXT: &[u8] = b"chancery subject\0";

/// What `client` calls the user.
pub fn of(client: &Client, user: UserId, keys: &Keyring) -> String {
    let Some(sector) = &client.metadata.sector else { return user.to_string() };
    // Section 8.1, as its third example: nobody can turn it back, and no two sectors share it.
    let content = [CONTEXT, sector.as_bytes(), b"\0", user.to_string().as_bytes()].concat();
    base64url(&keys.pseudonym(&content))
}
