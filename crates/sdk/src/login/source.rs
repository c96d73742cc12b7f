//! Where access tokens come from.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{ClientCredentials, Login, Token};
use crate::{Error, Secret};

/// A source of access tokens, asked before every request.
#[async_trait]
pub trait TokenSource: Send + Sync + 'static {
    /// A token that is good now.
    async fn token(&self) -> Result<Secret, Error>;

    /// The service refused this token; whether another one can be had.
    async fn renew(&self, refused: &Secret) -> Result<Renewed, Error>;
}

/// Whether there is another token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// The next request is worth a try.
    Yes,
    /// There is none.
    No,
}

/// The same token until it expires.
#[derive(Clone, Debug)]
pub struct FixedToken(Secret);

impl FixedToken {
    /// This one.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self(token.into())
    }
}

#[async_trait]
impl TokenSource for FixedToken {
    async fn token(&self) -> Result<Secret, Error> {
        Ok(self.0.clone())
    }

    async fn renew(&self, _: &Secret) -> Result<Renewed, Error> {
        Ok(Renewed::No)
    }
}

type Keep = dyn Fn(&Token) + Send + Sync;

/// The tokens of a person's login: renewed by its refresh token before they expire.
///
/// ```no_run
/// use chancery_sdk::{Client, login::{Browser, ClientCredentials, RefreshedToken}};
///
/// # async fn example() -> Result<(), chancery_sdk::Error> {
/// let host = Client::at("https://id.example").build()?;
/// let token = host.login().in_browser("client id", Browser::default()).await?;
/// let tokens = RefreshedToken::new(host.login(), ClientCredentials::public("client id"), token);
/// let client = Client::at("https://id.example").token_source(tokens).build()?;
/// println!("{:?}", client.users().get_users_me(&Default::default()).await?.user.name);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RefreshedToken {
    login: Login,
    client: ClientCredentials,
    token: Arc<Mutex<Token>>,
    keep: Arc<Keep>,
}

impl RefreshedToken {
    /// Begins with the token of a login.
    pub fn new(login: &Login, client: ClientCredentials, token: Token) -> Self {
        Self { login: login.clone(), client, token: Arc::new(Mutex::new(token)), keep: Arc::new(|_| ()) }
    }

    /// Tells of every new token, for whoever wants to go on later: its refresh token takes the place of the one before.
    pub fn keep(mut self, keep: impl Fn(&Token) + Send + Sync + 'static) -> Self {
        self.keep = Arc::new(keep);
        self
    }

    /// Goes on when the caller does not wait: the refresh token is used up, and the next one must not be lost.
    async fn refresh(
        &self,
        mut token: OwnedMutexGuard<Token>,
    ) -> (OwnedMutexGuard<Token>, Result<Renewed, Error>) {
        let Some(refresh_token) = token.refresh_token.clone() else { return (token, Ok(Renewed::No)) };
        let this = self.clone();
        let renewal = tokio::spawn(async move {
            let next = this.login.refresh(&this.client, &refresh_token).await;
            let renewed = next.map(|mut next| {
                next.refresh_token = next.refresh_token.take().or(Some(refresh_token));
                (this.keep)(&next);
                *token = next;
                Renewed::Yes
            });
            (token, renewed)
        });
        match renewal.await {
            Ok(done) => done,
            Err(error) => {
                let failed = Error::Invalid(format!("the token could not be renewed: {error}"));
                (Arc::clone(&self.token).lock_owned().await, Err(failed))
            }
        }
    }
}

impl fmt::Debug for RefreshedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshedToken").field("client", &self.client).finish_non_exhaustive()
    }
}

#[async_trait]
impl TokenSource for RefreshedToken {
    async fn token(&self) -> Result<Secret, Error> {
        let mut token = Arc::clone(&self.token).lock_owned().await;
        if token.is_old() {
            let renewed;
            (token, renewed) = self.refresh(token).await;
            if let Err(error) = renewed
                && token.left().is_zero()
            {
                return Err(error);
            }
        }
        Ok(token.access_token.clone())
    }

    async fn renew(&self, refused: &Secret) -> Result<Renewed, Error> {
        let token = Arc::clone(&self.token).lock_owned().await;
        // Another task may have renewed it meanwhile.
        if token.access_token != *refused { Ok(Renewed::Yes) } else { self.refresh(token).await.1 }
    }
}
