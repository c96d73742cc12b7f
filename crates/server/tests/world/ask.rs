//! A request, built piece by piece and sent to the router itself.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use axum::body::HttpBody;
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chancery_server::http::serve::Answers;
use http_body_util::{BodyExt, Full};
use serde_json::Value;

use super::{Answer, World};

/// A request that was not sent yet.
#[derive(Clone)]
pub struct Ask {
    method: Method,
    path: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Vec<u8>,
}

pub fn get(path: impl Into<String>) -> Ask {
    Ask::new(Method::GET, path)
}

pub fn head(path: impl Into<String>) -> Ask {
    Ask::new(Method::HEAD, path)
}

pub fn post(path: impl Into<String>) -> Ask {
    Ask::new(Method::POST, path)
}

pub fn put(path: impl Into<String>) -> Ask {
    Ask::new(Method::PUT, path)
}

pub fn patch(path: impl Into<String>) -> Ask {
    Ask::new(Method::PATCH, path)
}

pub fn options(path: impl Into<String>) -> Ask {
    Ask::new(Method::OPTIONS, path)
}

pub fn delete(path: impl Into<String>) -> Ask {
    Ask::new(Method::DELETE, path)
}

impl Ask {
    /// Bare.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// With one more header.
    pub fn header(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        let value = HeaderValue::from_bytes(value.as_ref()).expect("can be a header");
        self.headers.push((HeaderName::from_static(name), value));
        self
    }

    /// With a token.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// With HTTP Basic.
    pub fn basic(self, user: &str, password: &str) -> Self {
        self.header("authorization", format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
    }

    /// With a body of no declared type.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// With a form.
    pub fn form(self, body: impl Into<Vec<u8>>) -> Self {
        self.header("content-type", "application/x-www-form-urlencoded").body(body)
    }

    /// With JSON.
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// Sends it, and reads the answer to its end.
    pub async fn send(self, world: &World) -> Answer {
        let (path, asked, method) = (self.path.clone(), self.to_string(), self.method.clone());
        let mut request = Request::builder().method(self.method).uri(self.path);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from(self.body))).expect("a request");
        let response = world.router.answer(request, Ipv4Addr::LOCALHOST.into()).await;
        let (mut parts, body) = response.into_parts();
        // As the connection would.
        let has_length = method != Method::HEAD && parts.status != StatusCode::NO_CONTENT;
        if let Some(length) = body.size_hint().exact().filter(|_| has_length) {
            parts.headers.entry(header::CONTENT_LENGTH).or_insert(length.into());
        }
        let body = body.collect().await.expect("is sent to its end").to_bytes();
        let answer = Answer { asked, status: parts.status, headers: parts.headers, body };
        answer.check(&method, &path);
        answer
    }
}

impl std::fmt::Display for Ask {
    /// As it goes over the wire, but for what would only be noise.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        for (name, value) in &self.headers {
            let value = String::from_utf8_lossy(value.as_bytes());
            let shown = match value.split_once(' ') {
                Some((scheme, _)) if *name == header::AUTHORIZATION => format!("{scheme} ..."),
                _ => value.into_owned(),
            };
            write!(f, "\n{name}: {shown}")?;
        }
        if !self.body.is_empty() {
            f.write_char('\n')?;
            f.write_str(&String::from_utf8_lossy(&self.body))?;
        }
        Ok(())
    }
}
