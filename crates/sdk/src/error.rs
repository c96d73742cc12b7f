//! What can go wrong, and whether to try again.

use std::time::Duration;

use chancery_api::ErrorBody;

/// Why an operation did not succeed. No text of it has a token, a secret or a password.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The API refused.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// The login host refused.
    #[error(transparent)]
    Auth(Box<AuthError>),
    /// Nobody answered, or the answer broke off.
    #[error("{0}")]
    Transport(TransportError),
    /// The answer is not what the operation promises.
    #[error("the answer to {operation} cannot be understood: {why}")]
    Unreadable {
        /// Method and path.
        operation: String,
        /// What is wrong with it.
        why: String,
    },
    /// What was asked for is refused before anything is sent.
    #[error("{0}")]
    Invalid(String),
    /// A login did not come to its end.
    #[error("{0}")]
    Login(LoginError),
}

/// A refusal of the API: an answer with a status of 400 or more.
///
/// ```no_run
/// # async fn example(client: chancery_sdk::Client) -> Result<(), chancery_sdk::Error> {
/// use chancery_sdk::Error;
/// match client.oauth().get_oauth_client("client id").await {
///     Err(Error::Api(refused)) if refused.body.code == "client.not.found" => println!("it is gone"),
///     Err(error) => println!("{error}; the service knows it as {:?}", error.correlation_id()),
///     Ok(client) => println!("{}", client.name),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[error("{} ({status} {}){}", body.message, body.code, detail(body))]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// What the API says. Where it says nothing that can be read, the code is empty.
    pub body: ErrorBody,
    /// The correlation id, by which the service finds the request again.
    pub correlation_id: Option<String>,
    /// How long to wait before the next try, if the service says so.
    pub retry_after: Option<Duration>,
}

/// A refusal of the token endpoint (RFC 6749, section 5.2).
#[derive(Clone, Debug, thiserror::Error)]
#[error("{error}: {description} ({status})")]
pub struct AuthError {
    /// The HTTP status.
    pub status: u16,
    /// The code, such as `invalid_client`.
    pub error: String,
    /// Text for people.
    pub description: String,
    /// The correlation id, if there was one.
    pub correlation_id: Option<String>,
    /// How long to wait before the next try, if the service says so.
    pub retry_after: Option<Duration>,
}

/// A connection that could not be made or did not hold.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{operation} got no answer: {why}")]
pub struct TransportError {
    /// Method and path.
    pub operation: String,
    /// The innermost reason.
    pub why: String,
    /// Whether nothing can have been sent: no connection was made.
    pub unsent: bool,
}

/// How a login ended that did not end with a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// The login host sent back an error instead of a code or token.
    #[error("the login was refused: {error}{}", if description.is_empty() { String::new() } else { format!(" ({description})") })]
    Refused {
        /// The code, such as `access_denied`.
        error: String,
        /// Text for people.
        description: String,
    },
    /// The answer belongs to another request.
    #[error("the answer belongs to another login: its state is not the one that was sent")]
    State,
    /// The answer lacks what it should bring.
    #[error("the answer has no {0}")]
    Missing(&'static str),
    /// Nobody came back in time.
    #[error("nobody came back from the login page in time")]
    TimedOut,
    /// The local address to come back to cannot be listened on.
    #[error("the local address for the login cannot be used: {0}")]
    Listener(String),
}

impl Error {
    /// Whether the same can succeed a moment later: the service was busy, or nobody answered. For an operation that is not
    /// idempotent, nobody knows after a [`Error::Transport`] whether it was done, unless it was never sent.
    ///
    /// ```
    /// # use chancery_sdk::{ApiError, Error, models::ErrorBody};
    /// let busy = |status| ApiError { status, body: ErrorBody::default(), correlation_id: None, retry_after: None };
    /// assert!(Error::from(busy(429)).is_retryable());
    /// assert!(!Error::from(busy(404)).is_retryable());
    /// ```
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Api(error) => is_passing(error.status),
            Self::Auth(error) => is_passing(error.status) || error.is_rate_limit(),
            Self::Transport(_) => true,
            Self::Unreadable { .. } | Self::Invalid(_) | Self::Login(_) => false,
        }
    }

    /// How long to wait before the next try, if the service says so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Api(error) => error.retry_after,
            Self::Auth(error) => error.retry_after,
            _ => None,
        }
    }

    /// The HTTP status, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Api(error) => Some(error.status),
            Self::Auth(error) => Some(error.status),
            _ => None,
        }
    }

    /// The code that programs branch on, such as `client.not.found` or `invalid_client`.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Api(error) => Some(&error.body.code),
            Self::Auth(error) => Some(&error.error),
            _ => None,
        }
    }

    /// The correlation id, by which the service finds the request again.
    pub fn correlation_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.correlation_id.as_deref(),
            Self::Auth(error) => error.correlation_id.as_deref(),
            _ => None,
        }
    }
}

impl AuthError {
    /// Whether too many tokens were asked for: the vendor's login host says so with status 400.
    pub fn is_rate_limit(&self) -> bool {
        self.description.starts_with("rate limit exceeded;")
    }
}

fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 429 | 502 | 503 | 504)
}

/// The members at fault, if the message does not name them.
fn detail(body: &ErrorBody) -> String {
    let names = body.details.iter().filter_map(|it| it.field_name.as_deref());
    let unnamed: Vec<_> = names.filter(|name| !body.message.contains(*name)).collect();
    if unnamed.is_empty() { String::new() } else { format!(": {}", unnamed.join(", ")) }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}

impl From<AuthError> for Error {
    fn from(error: AuthError) -> Self {
        Self::Auth(Box::new(error))
    }
}

impl From<LoginError> for Error {
    fn from(error: LoginError) -> Self {
        Self::Login(error)
    }
}
