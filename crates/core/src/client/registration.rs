//! Clients that register themselves: RFC 7591, and RFC 7592 for what becomes of them. They get the scopes of OpenID Connect and
//! no others, no roles, and people are always asked before such a client learns of them.

mod document;
mod request;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

use crate::client::{Client, ClientState, first_epoch};
use crate::client_auth::AuthMethod;
use crate::decision::{Decision, Step, Undecided};
use crate::env::Env;
use crate::error::{ErrorCode, OAuthError};
use crate::facts::Facts;
use crate::policy::{DEFAULT_TOKEN, Registration};
use crate::ticket::{Handle, NewTicket, Payload, Ticket, Verifier};
use crate::types::{
    ClientId, ClientSecret, Lifetime, OrganizationId, RedirectUri, Secret, TicketKey, Timestamp,
};
use crate::write::{Require, Write};

pub use document::document;
use request::Wanted;

/// An initial access token (RFC 7591 section 1.2): lets its bearer register clients until it expires, or one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InitialAccess {
    /// Whether it is good for one client only.
    pub once: bool,
}

impl Payload for InitialAccess {
    const KIND: &'static str = "initial_access_token";
}

impl InitialAccess {
    /// A token for `organization`, as it is stored.
    pub fn ticket(
        self,
        organization: OrganizationId,
        verifier: &Verifier,
        lifetime: Lifetime,
        keys: &crate::keyring::Keyring,
        now: Timestamp,
    ) -> NewTicket {
        NewTicket {
            kind: Self::KIND.to_owned(),
            digest: verifier.digest(keys),
            organization,
            expires_at: now + lifetime,
            payload: serde_json::to_string(&self).unwrap_or_default(),
        }
    }
}

/// A client that was registered, with what is shown this once.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The client.
    pub client: Client,
    /// Its secret, if one was made.
    pub secret: Option<ClientSecret>,
    /// What it manages itself with (RFC 7592), as it was presented or made.
    pub token: ClientSecret,
}

type Outcome<T> = Result<Decision<T, OAuthError>, Undecided<OAuthError>>;

fn refused(code: ErrorCode, detail: &'static str) -> OAuthError {
    OAuthError::new(code, detail)
}

/// Registers a client of `everybodys` organization, or of the one that the initial access token is for.
pub fn register(
    facts: &Facts,
    document: &Value,
    presented: Option<&str>,
    everybodys: Option<OrganizationId>,
    env: &Env,
) -> Step<Registered, OAuthError> {
    let decide = || -> Outcome<Registered> {
        let access = presented.map(|text| initial_access(facts, text, env)).transpose()?;
        let (organization, spent) = match (&access, everybodys) {
            (Some((ticket, access)), _) => {
                (ticket.content.organization, access.once.then_some(Write::Spend(ticket.key, env.now)))
            }
            (None, Some(organization)) if env.policy.registration == Registration::Open => {
                (organization, None)
            }
            (None, _) => {
                return Err(refused(ErrorCode::TokenRequired, "an initial access token is required").into());
            }
        };
        let wanted = Wanted::read(facts, document)?;
        // Strangers leave room for administrators.
        let most = env.policy.max_clients;
        let limit = if access.is_some() { most } else { most / 2 };
        if *facts.client_count(organization)? >= limit {
            return Err(
                refused(ErrorCode::AccessDenied, "the organization has as many clients as it may").into()
            );
        }
        let token = ClientSecret::random(env.random);
        let secret = wanted.needs_secret().then(|| ClientSecret::random(env.random));
        let mut metadata = wanted.metadata;
        metadata.registration = Some(env.keys.digest(token.expose().as_bytes()));
        let client = Client {
            id: ClientId::random(env.random),
            organization,
            name: wanted.name,
            description: None,
            token_lifetime: DEFAULT_TOKEN,
            redirect_uris: wanted.redirect_uris,
            grant_types: wanted.grant_types,
            scope: wanted.scope,
            state: ClientState::Active,
            date_to_delete: None,
            metadata,
            secrets: secret.iter().map(|it| Secret::keep(it, env.keys, env.random, env.now)).collect(),
            epoch: first_epoch(env.random),
            version: 1,
            created_at: env.now,
            created_by: None,
            modified_at: env.now,
            modified_by: None,
        };
        let mut writes = vec![
            Write::Require(Require::ClientsBelow(organization, limit)),
            Write::CreateClient(Box::new(client.clone())),
        ];
        writes.extend(spent);
        Ok(Decision::write(Registered { client, secret, token }, writes))
    };
    decide().into()
}

fn initial_access(
    facts: &Facts,
    text: &str,
    env: &Env,
) -> Result<(Arc<Ticket>, InitialAccess), Undecided<OAuthError>> {
    let refused = refused(ErrorCode::InvalidToken, "the initial access token is not valid");
    let handle = Handle::parse(text).ok_or(refused)?;
    let ticket = facts.ticket(TicketKey(handle.row))?.as_ref().ok_or(refused)?;
    let is_good = handle.verifier.matches(&ticket.content.digest, env.keys) && ticket.is_live(env.now);
    let access = ticket.payload::<InitialAccess>().filter(|_| is_good).ok_or(refused)?;
    Ok((Arc::clone(ticket), access))
}

/// The client that manages itself with `presented` (RFC 7592 section 2).
fn own<'a>(
    facts: &'a Facts,
    id: Option<ClientId>,
    presented: Option<&str>,
    env: &Env,
) -> Result<(&'a Arc<Client>, ClientSecret), Undecided<OAuthError>> {
    let text =
        presented.ok_or(refused(ErrorCode::TokenRequired, "a registration access token is required"))?;
    let refused = refused(ErrorCode::InvalidToken, "the registration access token is not valid");
    // Whoever guesses an id is told the same as whoever guesses a token.
    let client = facts.client(id.ok_or(refused)?)?.as_ref().ok_or(refused)?;
    let digest = client.metadata.registration.as_ref().ok_or(refused)?;
    let is_own = env.keys.matches(digest, text.as_bytes()) && client.state != ClientState::Disabled;
    let token = ClientSecret::chosen(text).ok().filter(|_| is_own).ok_or(refused)?;
    Ok((client, token))
}

/// Reads a client's own registration (RFC 7592 section 2.1).
pub fn read(
    facts: &Facts,
    id: Option<ClientId>,
    presented: Option<&str>,
    env: &Env,
) -> Step<Registered, OAuthError> {
    let decide = || -> Outcome<Registered> {
        let (client, token) = own(facts, id, presented, env)?;
        Ok(Decision::allow(Registered { client: Client::clone(client), secret: None, token }))
    };
    decide().into()
}

/// Replaces a client's own registration (RFC 7592 section 2.2): what is left out is gone.
pub fn update(
    facts: &Facts,
    id: Option<ClientId>,
    presented: Option<&str>,
    document: &Value,
    env: &Env,
) -> Step<Registered, OAuthError> {
    let decide = || -> Outcome<Registered> {
        let (current, token) = own(facts, id, presented, env)?;
        same_client(current, document, env)?;
        let wanted = Wanted::read(facts, document)?;
        // What a client calls people stays (OpenID Connect Core section 12.2).
        if wanted.metadata.sector != current.metadata.sector {
            let detail = "subject_type, and what it rests on, cannot be changed";
            return Err(refused(ErrorCode::InvalidClientMetadata, detail).into());
        }
        let needs_secret = wanted.needs_secret();
        let secret = (needs_secret && current.secrets.is_empty()).then(|| ClientSecret::random(env.random));
        let mut metadata = wanted.metadata;
        metadata.registration = current.metadata.registration.clone();
        metadata.most = current.metadata.most.clone();
        let client = Client {
            name: wanted.name,
            redirect_uris: wanted.redirect_uris,
            grant_types: wanted.grant_types,
            // What an administrator took, it does not give itself again.
            scope: metadata.most.as_ref().map_or(wanted.scope.clone(), |most| wanted.scope.within(most)),
            metadata,
            modified_at: env.now,
            modified_by: None,
            ..Client::clone(current)
        };
        let mut writes = vec![Write::ReplaceClient(Box::new(client.clone()))];
        if !is_recognised(&client, current) {
            writes.push(Write::AskAgain(client.id));
        }
        // One that the client no longer proves itself by is forgotten.
        if secret.is_some() || !needs_secret && !current.secrets.is_empty() {
            let kept = secret.iter().map(|it| Secret::keep(it, env.keys, env.random, env.now)).collect();
            writes.push(Write::ReplaceSecrets(client.id, kept));
        }
        Ok(Decision::write(Registered { client, secret, token }, writes))
    };
    decide().into()
}

/// Whether people who know what a client was see the same in what it is: name and pictures, and nowhere new to be sent.
fn is_recognised(client: &Client, was: &Client) -> bool {
    let places = |of: &Client| -> BTreeSet<String> {
        of.redirect_uris.iter().map(|uri| RedirectUri::place(uri.as_str()).to_ascii_lowercase()).collect()
    };
    let shown = |of: &Client| {
        ["logo_uri", "policy_uri", "tos_uri"].map(|it| of.metadata.about(it).map(str::to_owned))
    };
    client.name == was.name && shown(client) == shown(was) && places(client).is_subset(&places(was))
}

/// RFC 7592 section 2.2: the request names the client, its own secret or none, and nothing that the server alone says.
fn same_client(current: &Client, document: &Value, env: &Env) -> Result<(), OAuthError> {
    let wrong = |detail| Err(refused(ErrorCode::InvalidClientMetadata, detail));
    let named = document.get("client_id").and_then(Value::as_str).unwrap_or_default();
    if !bool::from(named.as_bytes().ct_eq(current.id.to_string().as_bytes())) {
        return wrong("client_id is not that of the client");
    }
    let own = [
        "registration_access_token",
        "registration_client_uri",
        "client_secret_expires_at",
        "client_id_issued_at",
    ];
    // A member that is null is left out.
    let find = |name: &str| document.get(name).filter(|value| !value.is_null());
    if own.iter().any(|name| find(name).is_some()) {
        return wrong("the request has members that the server alone sets");
    }
    let secret = find("client_secret").map(|secret| secret.as_str().unwrap_or_default());
    let is_own = |text: &str| current.secrets.iter().any(|it| env.keys.matches(&it.digest, text.as_bytes()));
    if secret.is_some_and(|text| !is_own(text)) {
        return wrong("client_secret is not that of the client");
    }
    Ok(())
}

/// Deletes a client at its own wish (RFC 7592 section 2.3), with all its tokens.
pub fn delete(
    facts: &Facts,
    id: Option<ClientId>,
    presented: Option<&str>,
    env: &Env,
) -> Step<(), OAuthError> {
    let decide = || -> Outcome<()> {
        let (client, _) = own(facts, id, presented, env)?;
        let writes = vec![
            Write::Require(Require::Client(client.id, client.version)),
            Write::DeleteClient(client.organization, client.id),
        ];
        Ok(Decision::write((), writes))
    };
    decide().into()
}

/// What a client says of itself that this server only gives back.
pub type About = Map<String, Value>;

/// The method that a registered client authenticates by.
fn method(client: &Client) -> AuthMethod {
    client.metadata.auth_method.unwrap_or(AuthMethod::ClientSecretBasic)
}

#[cfg(test)]
mod tests;
