//! Where the answer goes: settled before anything else is looked at, since nothing is ever sent to a place that the client
//! did not register (RFC 6749 section 4.1.2.1).

use std::sync::Arc;

use crate::authorize::{ResponseMode, Stray};
use crate::client::Client;
use crate::decision::Undecided;
use crate::dialect::Dialect;
use crate::facts::Facts;
use crate::form::Form;
use crate::jose::{from_base64url, json};
use crate::types::{ClientId, RedirectUri};

/// A client, and one of its redirect URIs.
#[derive(Clone, Debug)]
pub struct Target {
    /// The client.
    pub client: Arc<Client>,
    /// The redirect URI as the request names it.
    pub redirect_uri: String,
    /// What goes back unchanged.
    pub state: Option<String>,
    /// Where the answer stands.
    pub mode: ResponseMode,
    /// How the client speaks.
    pub dialect: Dialect,
}

impl Target {
    /// Whether another program could get the answer in the client's name: it proves nothing, and no name in the DNS is its own.
    pub fn is_forgeable(&self) -> bool {
        self.client.metadata.is_public() && !self.redirect_uri.starts_with("https://")
    }
}

/// Finds client and redirect URI.
pub fn find(facts: &Facts, form: &Form, dialect: Dialect) -> Result<Target, Undecided<Stray>> {
    if form.stands_twice("client_id") || form.stands_twice("redirect_uri") {
        return Err(Stray::Malformed.into());
    }
    let id = form.find("client_id").and_then(ClientId::parse).ok_or(Stray::UnknownClient)?;
    let client = facts.client(id)?.as_ref().ok_or(Stray::UnknownClient)?;
    // The vendor's side knows those only that an administrator made.
    if client.metadata.self_registered && dialect == Dialect::Genesys {
        return Err(Stray::UnknownClient.into());
    }
    let redirect_uri = form.find("redirect_uri").ok_or(Stray::NoRedirectUri)?;
    let admits = match dialect {
        Dialect::Genesys => RedirectUri::admits,
        Dialect::Standard => RedirectUri::admits_any_port,
    };
    if !client.redirect_uris.iter().any(|registered| admits(registered, redirect_uri)) {
        return Err(Stray::ForeignRedirectUri.into());
    }
    Ok(Target {
        client: Arc::clone(client),
        redirect_uri: redirect_uri.to_owned(),
        state: form.find("state").map(str::to_owned),
        mode: mode(form, dialect),
        dialect,
    })
}

/// Where the answer stands, of a refusal too: where the request says, else where its kind of answer usually does.
fn mode(form: &Form, dialect: Dialect) -> ResponseMode {
    let wished = form.find("response_mode").map(str::to_owned).or_else(|| mode_in_object(form));
    let wished = wished.filter(|_| dialect == Dialect::Standard);
    let usual = if form.find("response_type") == Some("token") {
        ResponseMode::Fragment
    } else {
        ResponseMode::Query
    };
    wished.and_then(|mode| ResponseMode::find(&mode)).unwrap_or(usual)
}

/// What a request object says of it: it is refused where the client waits for the answer.
fn mode_in_object(form: &Form) -> Option<String> {
    let claims = form.find("request")?.split('.').nth(1).and_then(from_base64url)?;
    Some(json::read(&claims)?.get("response_mode")?.as_str()?.to_owned())
}
