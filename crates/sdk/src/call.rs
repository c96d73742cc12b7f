//! One request to the API, and what its answer becomes.

use std::collections::BTreeMap;
use std::time::SystemTime;

use chancery_api::{ErrorBody, Listing};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Method, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use url::Url;

use crate::model::{Model, without_nulls};
use crate::retry::retry_after;
use crate::{ApiError, Error, TransportError};

/// A request that is not bound to a host yet.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub method: Method,
    /// Below `/api/v2`, each encoded on its own.
    segments: Vec<String>,
    query: Vec<(&'static str, String)>,
    pub body: Option<Body>,
}

/// What is sent; not printed, since it may hold secrets.
#[derive(Clone)]
pub(crate) struct Body(pub Result<Vec<u8>, String>);

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Body(..)")
    }
}

/// Parameters of a query, those that are set.
pub(crate) trait Query {
    fn pairs(&self) -> Vec<(&'static str, String)>;
}

impl Call {
    pub fn new(method: Method, segments: &[&str]) -> Self {
        let segments = segments.iter().map(|&segment| segment.to_owned()).collect();
        Self { method, segments, query: Vec::new(), body: None }
    }

    pub fn query(mut self, query: &dyn Query) -> Self {
        self.query.extend(query.pairs());
        self
    }

    pub fn body(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        self.body = Some(Body(serde_json::to_vec(body).map_err(|error| error.to_string())));
        self
    }

    /// For people: method and path.
    pub fn name(&self) -> String {
        format!("{} /api/v2/{}", self.method, self.segments.join("/"))
    }

    pub fn url(&self, base: &Url) -> Result<Url, Error> {
        let mut url = base.clone();
        // An empty segment or one of dots would name something else.
        if let Some(bad) = self.segments.iter().find(|it| matches!(it.as_str(), "" | "." | "..")) {
            return Err(Error::Invalid(format!("{bad:?} is no id ({})", self.name())));
        }
        let no_path = |()| Error::Invalid(format!("{base} has no path"));
        url.path_segments_mut().map_err(no_path)?.pop_if_empty().extend(["api", "v2"]).extend(&self.segments);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }
}

/// What an answer becomes.
pub(crate) trait Answer: Sized {
    fn read(body: &[u8]) -> Result<Self, String>;
}

impl Answer for () {
    fn read(_: &[u8]) -> Result<Self, String> {
        Ok(())
    }
}

fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| without_values(&error.to_string()))
}

/// What a parser says, without the text that it read: that may be a secret.
fn without_values(said: &str) -> String {
    match (said.find('"'), said.rfind('"')) {
        (Some(first), Some(last)) if first < last => format!("{}(..){}", &said[..first], &said[last + 1..]),
        _ => said.to_owned(),
    }
}

impl<T: DeserializeOwned + Serialize> Answer for Model<T> {
    fn read(body: &[u8]) -> Result<Self, String> {
        from_json(body)
    }
}

impl<T: DeserializeOwned> Answer for Listing<T> {
    fn read(body: &[u8]) -> Result<Self, String> {
        let mut members: Map<String, Value> = from_json(body)?;
        // Those of the elements are kept: a model writes them again.
        members.retain(|_, value| !value.is_null());
        serde_json::from_value(members.into()).map_err(|error| without_values(&error.to_string()))
    }
}

impl Answer for Vec<String> {
    fn read(body: &[u8]) -> Result<Self, String> {
        from_json(body)
    }
}

impl Answer for BTreeMap<String, i64> {
    fn read(body: &[u8]) -> Result<Self, String> {
        from_json(body)
    }
}

impl Answer for i64 {
    fn read(body: &[u8]) -> Result<Self, String> {
        from_json(body)
    }
}

/// Reads an answer: what was promised, or the refusal.
pub(crate) async fn read<T: Answer>(name: &str, response: Response) -> Result<T, Error> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.bytes().await.map_err(|error| transport(name, &error))?;
    let unreadable = |why| Error::Unreadable { operation: name.to_owned(), why };
    match status {
        200..300 => return T::read(&body).map_err(unreadable),
        // A redirect is not followed, so nothing was done.
        ..400 => return Err(unreadable(format!("it is a {status}"))),
        _ => {}
    }
    let mut said: ErrorBody = refusal(&body).unwrap_or_default();
    if said.message.is_empty() {
        said.message = format!("{name} was refused");
    }
    let correlation_id =
        correlation_id(&headers).or(Some(said.context_id.clone()).filter(|id| !id.is_empty()));
    Err(ApiError { status, body: said, correlation_id, retry_after: pause(&headers) }.into())
}

/// What a refusal says, if it can be read.
pub(crate) fn refusal<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_value(without_nulls(serde_json::from_slice(body).ok()?)).ok()
}

/// How long to wait, if the headers say so.
pub(crate) fn pause(headers: &HeaderMap) -> Option<std::time::Duration> {
    retry_after(headers.get(RETRY_AFTER)?.to_str().ok()?, SystemTime::now())
}

pub(crate) fn correlation_id(headers: &HeaderMap) -> Option<String> {
    let header = |name| headers.get(name)?.to_str().ok().map(str::to_owned);
    header("ININ-Correlation-Id").or_else(|| header("Genesys-Correlation-Id"))
}

/// The innermost reason is the one that helps.
pub(crate) fn transport(name: &str, error: &reqwest::Error) -> Error {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let why = if error.is_timeout() { "it took too long".to_owned() } else { cause.to_string() };
    Error::Transport(TransportError { operation: name.to_owned(), why, unsent: error.is_connect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(base: &str, segments: &[&str]) -> Result<String, Error> {
        let base: Url = base.parse().expect("a URL");
        Ok(Call::new(Method::GET, segments).url(&base)?.to_string())
    }

    #[test]
    fn ids_are_segments_of_a_path_and_nothing_else() {
        let scope = url("https://api.example", &["oauth", "scopes", "users:readonly"]);
        assert_eq!(scope.expect("a URL"), "https://api.example/api/v2/oauth/scopes/users:readonly");
        let evil = url("https://api.example", &["users", "../tokens?x=1#y"]);
        assert_eq!(evil.expect("a URL"), "https://api.example/api/v2/users/..%2Ftokens%3Fx=1%23y");
        for bad in ["", ".", ".."] {
            assert!(matches!(url("https://api.example", &["users", bad]), Err(Error::Invalid(_))), "{bad:?}");
        }
    }

    #[test]
    fn a_gateway_may_stand_in_front() {
        for base in ["https://gateway.example/vendor/api", "https://gateway.example/vendor/api/"] {
            let whole = url(base, &["users", "me"]).expect("a URL");
            assert_eq!(whole, "https://gateway.example/vendor/api/api/v2/users/me");
        }
    }
}
