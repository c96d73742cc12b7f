//! The same client without `async`: every operation under the same name, waited for.
//!
//! ```no_run
//! use chancery_sdk::{Client, blocking, login::ClientCredentials};
//!
//! let client = Client::at("http://127.0.0.1:8080").credentials(ClientCredentials::new("id", "secret")).build()?;
//! let client = blocking::Client::new(client)?;
//! for found in client.oauth().get_oauth_clients()?.entities {
//!     println!("{}", found.name);
//! }
//! # Ok::<(), chancery_sdk::Error>(())
//! ```

use std::future::Future;
use std::sync::Arc;

use tokio::runtime::Runtime;

use crate::Error;
pub use crate::api::waiting::{
    AuthorizationApi, ChanceryApi, OAuthApi, OrganizationApi, TokensApi, UsersApi,
};

/// A client whose operations are waited for. It must not be used inside an asynchronous runtime.
#[derive(Clone, Debug)]
pub struct Client {
    client: crate::Client,
    runtime: Arc<Runtime>,
}

impl Client {
    /// Of an asynchronous one.
    pub fn new(client: crate::Client) -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let failed = |error| Error::Invalid(format!("nothing can be waited for: {error}"));
        Ok(Self { client, runtime: Arc::new(runtime.map_err(failed)?) })
    }

    /// The asynchronous one.
    pub fn inner(&self) -> &crate::Client {
        &self.client
    }

    /// Waits for anything: a login, a stream that is collected.
    ///
    /// ```no_run
    /// # fn example(client: chancery_sdk::blocking::Client) -> Result<(), chancery_sdk::Error> {
    /// use chancery_sdk::login::Browser;
    /// let token = client.wait(client.inner().login().in_browser("client id", Browser::default()))?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// See [`crate::Client::oauth`].
    pub fn oauth(&self) -> OAuthApi {
        OAuthApi(self.clone())
    }

    /// See [`crate::Client::tokens`].
    pub fn tokens(&self) -> TokensApi {
        TokensApi(self.clone())
    }

    /// See [`crate::Client::users`].
    pub fn users(&self) -> UsersApi {
        UsersApi(self.clone())
    }

    /// See [`crate::Client::organization`].
    pub fn organization(&self) -> OrganizationApi {
        OrganizationApi(self.clone())
    }

    /// See [`crate::Client::authorization`].
    pub fn authorization(&self) -> AuthorizationApi {
        AuthorizationApi(self.clone())
    }

    /// See [`crate::Client::chancery`].
    pub fn chancery(&self) -> ChanceryApi {
        ChanceryApi(self.clone())
    }
}
