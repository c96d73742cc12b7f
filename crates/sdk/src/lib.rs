//! A client of the OAuth, user and authorization APIs of Genesys Cloud (PureCloud), as the vendor serves them and as
//! [Chancery](https://github.com/chancery/chancery) does: the same program works with both.
//!
//! ```no_run
//! use chancery_sdk::{Client, Region, login::ClientCredentials};
//!
//! # async fn example() -> Result<(), chancery_sdk::Error> {
//! // `Client::at_region(&Region::EU_WEST_1)` is the vendor.
//! let client = Client::at("http://127.0.0.1:8080")
//!     .credentials(ClientCredentials::new("client id", "client secret"))
//!     .build()?;
//! for found in client.oauth().get_oauth_clients().await?.entities {
//!     println!("{} {}", found.id, found.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! * [`api`]: the operations, under the vendor's names.
//! * [`login`]: tokens, for every grant.
//! * [`models`]: the objects. What comes and goes is a [`Model`]: members that this version does not know are kept.
//! * [`Error`]: what the service refuses, with its code and correlation id; [`Error::is_retryable`] says whether to try again, and
//!   [`Retry`] how patiently the client does so by itself.
//! * `blocking` (a feature): the same without `async`.
//!
//! Requests and retries are told to [`tracing`], at the level `debug`, in spans named `chancery`. Secrets and tokens are
//! [`Secret`]: nothing prints them.

pub mod api;
#[cfg(feature = "blocking")]
pub mod blocking;
mod call;
pub mod client;
mod error;
pub mod login;
mod model;
mod paging;
mod region;
mod retry;
mod secret;

/// The objects of the API.
pub use chancery_api as models;
pub use client::Client;
pub use error::{ApiError, AuthError, Error, LoginError, TransportError};
pub use model::Model;
pub use region::Region;
pub use retry::Retry;
pub use secret::Secret;

use chancery_api::{OAuthClient, OAuthClientRequest};

/// What to send to leave a client as it is.
///
/// ```
/// use chancery_sdk::{Model, models::OAuthClient};
///
/// let client: Model<OAuthClient> = OAuthClient { name: "Robot".into(), ..OAuthClient::default() }.into();
/// assert_eq!(client.map(chancery_sdk::request_of).name.as_deref(), Some("Robot"));
/// ```
pub fn request_of(client: OAuthClient) -> OAuthClientRequest {
    OAuthClientRequest {
        name: Some(client.name),
        access_token_validity_seconds: client.access_token_validity_seconds,
        description: client.description,
        registered_redirect_uri: client.registered_redirect_uri,
        role_ids: client.role_ids,
        authorized_grant_type: Some(client.authorized_grant_type),
        scope: client.scope,
        role_divisions: client.role_divisions,
        state: client.state,
        date_to_delete: client.date_to_delete,
    }
}
