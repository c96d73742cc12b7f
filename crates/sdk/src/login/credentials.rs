//! A client's own credentials, and the tokens that they bring.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

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
        CredentialsSource { login, credentials: self, kept: Arc::default(), turn: Arc::default() }
    }
}

/// Keeps a token of a client, and fetches the next before it expires. However many ask at the same moment, one fetches, and the
/// others use the old one as long as it is good; what came of the fetch, good or bad, is for all who waited for it.
#[derive(Clone, Debug)]
pub struct CredentialsSource {
    login: Login,
    credentials: ClientCredentials,
    kept: Arc<RwLock<Option<Token>>>,
    /// Whose turn it is to fetch, and how the last fetch failed.
    turn: Arc<Mutex<Option<(Instant, Error)>>>,
}

impl CredentialsSource {
    fn kept(&self) -> Option<Token> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, token: Option<Token>) {
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) = token;
    }
}

#[async_trait]
impl TokenSource for CredentialsSource {
    async fn token(&self) -> Result<Secret, Error> {
        let (asked, kept) = (Instant::now(), self.kept());
        let good = kept.as_ref().filter(|token| !token.left().is_zero());
        if let Some(token) = good.filter(|token| !token.is_old()) {
            return Ok(token.access_token.clone());
        }
        let mut turn = match (self.turn.try_lock(), good) {
            (Ok(turn), _) => turn,
            (Err(_), Some(token)) => return Ok(token.access_token.clone()),
            (Err(_), None) => self.turn.lock().await,
        };
        // Somebody fetched meanwhile.
        if let Some(token) = self.kept().filter(|token| !token.is_old()) {
            return Ok(token.access_token.clone());
        }
        if let Some((_, error)) = turn.as_ref().filter(|(at, _)| *at >= asked) {
            return Err(error.clone());
        }
        match self.login.client_credentials(&self.credentials).await {
            Ok(token) => {
                let access_token = token.access_token.clone();
                self.keep(Some(token));
                Ok(access_token)
            }
            // The old one is still good for a moment.
            Err(error) => match self.kept().filter(|token| !token.left().is_zero() && error.is_retryable()) {
                Some(token) => Ok(token.access_token.clone()),
                None => {
                    *turn = Some((Instant::now(), error.clone()));
                    Err(error)
                }
            },
        }
    }

    async fn renew(&self, refused: &Secret) -> Result<Renewed, Error> {
        if self.kept().is_some_and(|token| token.access_token == *refused) {
            self.keep(None);
        }
        Ok(Renewed::Yes)
    }
}
