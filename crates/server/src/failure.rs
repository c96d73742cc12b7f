//! Whatever can go wrong with a request, before the route group's renderer gives it its form.

use chancery_core::authorize::Stray;
use chancery_core::error::{ApiCode, ApiError, ErrorCode, OAuthError};
use chancery_core::session::login::WrongCredentials;
use chancery_store::StoreError;

use crate::pages::views::PageProblem;

/// A refusal or a fault.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Failure {
    /// A refusal of the token endpoint.
    #[error(transparent)]
    OAuth(#[from] OAuthError),
    /// A refusal of the management API.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// An authorization request that is not answered at its client.
    #[error("an authorization request that goes nowhere")]
    Stray(Stray),
    /// The address or the password is wrong.
    #[error("wrong credentials")]
    WrongCredentials,
    /// A form that none of our pages sent.
    #[error("a form that none of our pages sent")]
    Forged,
    /// The body is larger than the server reads, in bytes.
    #[error("the body has more than {0} bytes")]
    TooLarge(usize),
    /// The body broke off.
    #[error("the body broke off")]
    BrokenOff,
    /// Too many requests are in flight, or too many of this caller.
    #[error("too many requests are in flight")]
    Busy,
    /// There was no room for the body in time.
    #[error("there was no room for a body")]
    NoRoom,
    /// The body did not come in time.
    #[error("the body did not come in time")]
    TimedOut,
    /// The request names no host, or two.
    #[error("the request names no host")]
    NoHost,
    /// The request names a host that is not this server.
    #[error("the request is for another host")]
    Misdirected,
    /// Too many requests; seconds until the next is welcome, and what the management API says of it.
    #[error("too many requests")]
    RateLimited(u32, Option<ApiError>),
    /// There is nothing at this path.
    #[error("there is nothing at this path")]
    NotFound,
    /// The path is there, the method is not.
    #[error("the path does not have this method")]
    MethodNotAllowed,
    /// Others kept changing what the request stands on.
    #[error("others kept changing what the request stands on")]
    Conflict,
    /// The store is away.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A fault of ours; told to the log only.
    #[error("internal: {0}")]
    Internal(String),
}

impl From<Stray> for Failure {
    fn from(stray: Stray) -> Self {
        Self::Stray(stray)
    }
}

impl From<WrongCredentials> for Failure {
    fn from(_: WrongCredentials) -> Self {
        Self::WrongCredentials
    }
}

impl From<ApiCode> for Failure {
    fn from(code: ApiCode) -> Self {
        Self::Api(code.into())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Conflict,
            StoreError::Unavailable(why) => Self::Unavailable(why),
            StoreError::Corrupt(what) => Self::Internal(what),
        }
    }
}

impl Failure {
    /// Whether there is more of the body than was read, so that the connection cannot be kept.
    pub const fn leaves_the_body(&self) -> bool {
        matches!(self, Self::TooLarge(_) | Self::BrokenOff | Self::TimedOut | Self::NoRoom)
    }

    /// As a page for a person.
    pub const fn as_page(&self) -> PageProblem {
        match self {
            Self::Stray(Stray::UnknownClient) => PageProblem::UnknownClient,
            Self::Stray(Stray::NoRedirectUri) => PageProblem::MissingRedirectUri,
            Self::Stray(Stray::ForeignRedirectUri) => PageProblem::UnregisteredRedirectUri,
            Self::Forged => PageProblem::CrossSite,
            Self::NotFound | Self::MethodNotAllowed => PageProblem::NotFound,
            Self::Conflict | Self::Unavailable(_) | Self::NoRoom | Self::Busy => PageProblem::Unavailable,
            Self::RateLimited(..) => PageProblem::TooManyRequests,
            Self::Internal(_) => PageProblem::ServerError,
            Self::Stray(Stray::Malformed)
            | Self::WrongCredentials
            | Self::OAuth(_)
            | Self::Api(_)
            | Self::TooLarge(_)
            | Self::BrokenOff
            | Self::TimedOut
            | Self::NoHost
            | Self::Misdirected => PageProblem::InvalidRequest,
        }
    }

    /// As an error of the token endpoint.
    pub fn as_oauth(&self) -> OAuthError {
        match self {
            Self::OAuth(error) => *error,
            Self::TooLarge(_) => OAuthError::new(ErrorCode::RequestTooLarge, "the body is too large"),
            Self::TimedOut => OAuthError::new(ErrorCode::RequestTimeout, "the body did not come in time"),
            Self::BrokenOff => OAuthError::new(ErrorCode::InvalidRequest, "the body broke off"),
            Self::NoHost => OAuthError::new(ErrorCode::InvalidRequest, "the request names no host"),
            Self::Misdirected => {
                OAuthError::new(ErrorCode::MisdirectedRequest, "the request is for another host")
            }
            Self::RateLimited(..) => {
                OAuthError::new(ErrorCode::RateLimitExceeded, "rate limit exceeded; try again later")
            }
            Self::Api(_)
            | Self::Stray(_)
            | Self::WrongCredentials
            | Self::Forged
            | Self::NotFound
            | Self::MethodNotAllowed => {
                OAuthError::new(ErrorCode::InvalidRequest, "the endpoint does not take this request")
            }
            Self::Conflict | Self::Unavailable(_) | Self::NoRoom | Self::Busy => {
                OAuthError::new(ErrorCode::TemporarilyUnavailable, "try again later")
            }
            Self::Internal(_) => OAuthError::new(ErrorCode::ServerError, "the server failed"),
        }
    }

    /// As an error of the management API.
    pub fn as_api(&self) -> ApiError {
        match self {
            Self::Api(error) => error.clone(),
            Self::TooLarge(bytes) => ApiError::new(ApiCode::RequestTooLarge).with("bytes", bytes),
            Self::TimedOut => ApiCode::ClientTimeout.into(),
            Self::BrokenOff => ApiCode::ClientFailedRequest.into(),
            Self::NoHost => ApiCode::BadRequest.into(),
            Self::Misdirected => ApiCode::MisdirectedRequest.into(),
            Self::RateLimited(_, Some(error)) => error.clone(),
            Self::RateLimited(seconds, None) => {
                ApiError::new(ApiCode::TooManyRequests).with("seconds", seconds)
            }
            Self::NotFound => ApiCode::NotFound.into(),
            Self::MethodNotAllowed => ApiCode::MethodNotAllowed.into(),
            Self::Conflict => ApiCode::RequestConflict.into(),
            Self::Unavailable(_) | Self::NoRoom | Self::Busy => ApiCode::ServiceUnavailable.into(),
            Self::OAuth(_) | Self::Stray(_) | Self::WrongCredentials | Self::Forged => {
                ApiCode::BadRequest.into()
            }
            Self::Internal(_) => ApiCode::InternalServerError.into(),
        }
    }
}
