//! Where the answer goes: settled before anything else is looked at, since nothing is ever sent to a place that the client
//! did not register (RFC 6749 section 4.1.2.1).

use std::sync::Arc;

use crate::authorize::{ResponseType, Stray};
use crate::client::Client;
use crate::decision::Undecided;
use crate::facts::Facts;
use crate::form::Form;
use crate::types::ClientId;

/// A client, and one of its redirect URIs.
#[derive(Clone, Debug)]
pub struct Target {
    /// The client.
    pub client: Arc<Client>,
    /// The redirect URI as the request names it.
    pub redirect_uri: String,
    /// What goes back unchanged.
    pub state: Option<String>,
    /// Where the answer stands, for a refusal: the fragment, where a token was asked for.
    pub response_type: ResponseType,
}

/// Finds client and redirect URI.
pub fn find(facts: &Facts, form: &Form) -> Result<Target, Undecided<Stray>> {
    if form.stands_twice("client_id") || form.stands_twice("redirect_uri") {
        return Err(Stray::Malformed.into());
    }
    let id = form.find("client_id").and_then(ClientId::parse).ok_or(Stray::UnknownClient)?;
    let client = facts.client(id)?.as_ref().ok_or(Stray::UnknownClient)?;
    let redirect_uri = form.find("redirect_uri").ok_or(Stray::NoRedirectUri)?;
    if !client.redirect_uris.iter().any(|registered| registered.admits(redirect_uri)) {
        return Err(Stray::ForeignRedirectUri.into());
    }
    let is_token = form.find("response_type") == Some("token");
    Ok(Target {
        client: Arc::clone(client),
        redirect_uri: redirect_uri.to_owned(),
        state: form.find("state").map(str::to_owned),
        response_type: if is_token { ResponseType::Token } else { ResponseType::Code },
    })
}
