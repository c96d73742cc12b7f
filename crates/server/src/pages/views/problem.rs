//! What went wrong where no application can be told. Nothing that the request carried stands on this page.

use askama::Template;

use crate::pages::brand::Brand;
use crate::pages::texts::{Problem, Texts};

/// Says what went wrong, to the person and to a developer.
#[derive(Clone, Debug, Template)]
#[template(path = "problem.html")]
pub struct ErrorPage<'a> {
    /// The texts.
    pub t: &'static Texts,
    /// Whose page it is.
    pub brand: &'a Brand,
    /// What went wrong.
    pub problem: PageProblem,
    /// The id under which the log knows the request.
    pub correlation: &'a str,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageProblem {
    /// No active client has the id.
    UnknownClient,
    /// The redirect URI is not one of the client's.
    UnregisteredRedirectUri,
    /// Several could be meant.
    MissingRedirectUri,
    /// The request is not one.
    InvalidRequest,
    /// The form came from another site, or is too old.
    CrossSite,
    /// There is no such page.
    NotFound,
    /// Not now.
    Unavailable,
    /// A fault of the server.
    ServerError,
    /// Too often.
    TooManyRequests,
}

impl PageProblem {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::UnknownClient,
        Self::UnregisteredRedirectUri,
        Self::MissingRedirectUri,
        Self::InvalidRequest,
        Self::CrossSite,
        Self::NotFound,
        Self::Unavailable,
        Self::ServerError,
        Self::TooManyRequests,
    ];

    /// Title, explanation, and the line for developers.
    pub fn texts(self, t: &Texts) -> &Problem {
        let texts = &t.problem;
        match self {
            Self::UnknownClient => &texts.unknown_client,
            Self::UnregisteredRedirectUri => &texts.unregistered_redirect_uri,
            Self::MissingRedirectUri => &texts.missing_redirect_uri,
            Self::InvalidRequest => &texts.invalid_request,
            Self::CrossSite => &texts.cross_site,
            Self::NotFound => &texts.not_found,
            Self::Unavailable => &texts.unavailable,
            Self::ServerError => &texts.server_error,
            Self::TooManyRequests => &texts.too_many_requests,
        }
    }
}
