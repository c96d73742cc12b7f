//! OpenID Connect RP-Initiated Logout 1.0 section 2: a client sends a browser here to end the session of its person.

use std::sync::Arc;

use crate::authorize::Stray;
use crate::client::Client;
use crate::decision::{Decision, Step, Undecided};
use crate::env::Env;
use crate::facts::Facts;
use crate::form::Form;
use crate::openid::{hint, subject};
use crate::session;
use crate::ticket::Handle;
use crate::types::ClientId;

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndSession {
    /// The client that asks, if it is known.
    pub client: Option<Arc<Client>>,
    /// Whether the person must be asked first: nothing proves that the client knows whom it logs out, or nobody is logged in
    /// and a client that registered itself wants them sent on.
    pub asks: bool,
    /// Where the browser goes in the end; `None`: nowhere.
    pub onward: Option<String>,
}

/// Judges a request. One that names a place which is not the client's is for the person's eyes only.
pub fn judge(facts: &Facts, form: &Form, session: Option<&Handle>, env: &Env) -> Step<EndSession, Stray> {
    let decide = || -> Result<Decision<EndSession, Stray>, Undecided<Stray>> {
        if form.repeats() {
            return Err(Stray::Malformed.into());
        }
        let mut hint = form.find("id_token_hint").and_then(|text| hint::read(text, env));
        if let Some(hinted) = &hint
            && facts.client(hinted.client)?.is_none()
        {
            // Of a client that is gone, it is as good as none.
            hint = None;
        }
        let named = form.find("client_id").map(|id| ClientId::parse(id).ok_or(Stray::UnknownClient));
        let named = named.transpose()?;
        let hinted = hint.as_ref().map(|hint| hint.client);
        if let (Some(named), Some(hinted)) = (named, hinted)
            && named != hinted
        {
            return Err(Stray::Malformed.into());
        }
        let client = match hinted.or(named) {
            Some(id) => Some(Arc::clone(facts.client(id)?.as_ref().ok_or(Stray::UnknownClient)?)),
            None => None,
        };
        // Section 4: what depends on a hint that is none does not happen.
        let is_broken = form.find("id_token_hint").is_some() && hint.is_none();
        let wished = form.find("post_logout_redirect_uri").filter(|_| !is_broken);
        let onward = match (wished, &client) {
            (Some(wished), Some(client)) => {
                Some(registered(client, wished, form).ok_or(Stray::ForeignRedirectUri)?)
            }
            // Nobody knows whose place it is.
            _ => None,
        };
        let there = session.map(|handle| session::find(facts, handle, env)).transpose()?.flatten();
        let knows = |(_, user): (_, &Arc<crate::user::User>)| {
            let subject = client.as_ref().map(|client| subject::of(client, user.id, env.keys));
            hint.as_ref().is_some_and(|hint| Some(&hint.subject) == subject.as_ref())
        };
        // Whoever registered itself could else send anybody anywhere: it has hints, of logins of its own.
        let is_strange = onward.is_some() && client.as_ref().is_some_and(|it| it.metadata.self_registered);
        let asks = there.map_or(is_strange, |it| !knows(it));
        Ok(Decision::allow(EndSession { asks, client, onward }))
    };
    decide().into()
}

/// The place with the state, if the client registered it. For clients of the management API, which has no member for such
/// places, those of its logins will do.
fn registered(client: &Client, wished: &str, form: &Form) -> Option<String> {
    let logins = if client.metadata.self_registered { &[][..] } else { &client.redirect_uris };
    let mut places = client.metadata.post_logout_redirect_uris.iter().chain(logins);
    // Section 3: exactly.
    if !places.any(|place| place.as_str() == wished) {
        return None;
    }
    let Some(state) = form.find("state") else { return Some(wished.to_owned()) };
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("state", state).finish();
    Some(format!("{wished}{}{query}", if wished.contains('?') { '&' } else { '?' }))
}
