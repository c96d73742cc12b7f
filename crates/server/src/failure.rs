//! Whatever can go wrong with a request, before the route group's renderer gives it its form.

use axum::response::{IntoResponse, Response};
use chancery_core::error::{ApiCode, ApiError, ErrorCode, OAuthError};
use chancery_store::StoreError;

/// A refusal or a fault.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Failure {
    /// A refusal of the token endpoint.
    #[error(transparent)]
    OAuth(#[from] OAuthError),
    /// A refusal of the management API.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The body is larger than the server reads, in bytes.
    #[error("the body has more than {0} bytes")]
    TooLarge(usize),
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
    /// As an error of the token endpoint.
    pub fn as_oauth(&self) -> OAuthError {
        match self {
            Self::OAuth(error) => *error,
            Self::TooLarge(_) => OAuthError::new(ErrorCode::RequestTooLarge, "the body is too large"),
            Self::Api(_) | Self::NotFound | Self::MethodNotAllowed => {
                OAuthError::new(ErrorCode::InvalidRequest, "the endpoint does not take this request")
            }
            Self::Conflict | Self::Unavailable(_) => {
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
            Self::NotFound => ApiCode::NotFound.into(),
            Self::MethodNotAllowed => ApiCode::MethodNotAllowed.into(),
            Self::Conflict => ApiCode::RequestConflict.into(),
            Self::Unavailable(_) => ApiCode::ServiceUnavailable.into(),
            Self::OAuth(_) => ApiCode::BadRequest.into(),
            Self::Internal(_) => ApiCode::InternalServerError.into(),
        }
    }
}

impl IntoResponse for Failure {
    /// Without form yet: the group's envelope finds the failure in the extensions and renders it.
    fn into_response(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(self);
        response
    }
}
