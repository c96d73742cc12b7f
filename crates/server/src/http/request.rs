//! A request as it is handed to whoever answers it: with its body, and with what connection and router know of it.

use std::net::IpAddr;
use std::ops::Deref;

use axum::http::request::Parts;
use bytes::Bytes;

/// A request that was read whole. Reads as its head does.
pub struct Request {
    /// All but the body.
    pub head: Head,
    /// The body.
    pub body: Bytes,
}

/// The head of a request. Reads as its parts do.
pub struct Head {
    /// Method, URI and headers.
    pub parts: Parts,
    /// The client's address: see `address`.
    pub address: IpAddr,
    /// What stands for each `{name}` in the path, decoded; all of it empty if any of it cannot be.
    pub segments: Vec<(String, String)>,
}

impl Request {
    /// Head and body.
    pub fn into_parts(self) -> (Head, Bytes) {
        (self.head, self.body)
    }
}

impl Deref for Request {
    type Target = Head;

    fn deref(&self) -> &Head {
        &self.head
    }
}

impl Deref for Head {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}
