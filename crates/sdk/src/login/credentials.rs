//! A client's own credentials, and the tokens that they bring.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Mutex;

use super::source::{Renewed, TokenSource};
use super::{Login, Token};
use crate::{Error, Secret};

/// The id and the secret of a client.
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    id: String,
    secret: Secret,
}

impl ClientCredentials {
    /// Those of a client that has a secret.
    ///
    /// ```
    /// let credentials = chancery_sdk::login::ClientCredentials::new("id", "secret");
    /// assert!(!format!("{credentials:?}").contains("\"secret\""));
    /// ```
    pub fn new(id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self { id: id.into(), secret: secret.into() }
    }

    /// Those of a client that cannot keep a secret: it is known by its id alone.
    ///
    /// ```
    /// let app = chancery_sdk::login::ClientCredentials::public("id");
    /// assert_eq!(app.id(), "id");
    /// ```
    pub fn public(id: impl Into<String>) -> Self {
        Self::new(id, "")
    }

    /// The `client_id`.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }

    pub(crate) fn is_public(&self) -> bool {
        self.secret.expose().is_empty()
    }

    /// A source of tokens for this client.
    pub(crate) fn source(self, login: Login) -> CredentialsSource {
        CredentialsSource { login, credentials: self, token: Arc::default() }
    }
}

/// Keeps a token of a client, and fetches the next before it expires. However many ask at the same moment, one fetches.
#[derive(Clone, Debug)]
pub struct CredentialsSource {
    login: Login,
    credentials: ClientCredentials,
    token: Arc<Mutex<Option<Token>>>,
}

#[async_trait]
impl TokenSource for CredentialsSource {
    async fn token(&self) -> Result<Secret, Error> {
        // Held while it is fetched: whoever comes meanwhile waits for that one.
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| !token.is_old()) {
            return Ok(token.access_token.clone());
        }
        let fetched = self.login.client_credentials(&self.credentials).await;
        match fetched {
            Ok(token) => Ok(kept.insert(token).access_token.clone()),
            // The old one is still good for a moment.
            Err(error) => match kept.as_ref().filter(|token| !token.left().is_zero() && error.is_retryable())
            {
                Some(token) => Ok(token.access_token.clone()),
                None => Err(error),
            },
        }
    }

    async fn renew(&self, refused: &Secret) -> Result<Renewed, Error> {
        let mut kept = self.token.lock().await;
        if kept.as_ref().is_some_and(|token| token.access_token == *refused) {
            *kept = None;
        }
        Ok(Renewed::Yes)
    }
}
