//! The way to an OTLP collector: one HTTP/1.1 request on a connection of its own for each batch. Plain http, for a
//! collector beside the server.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use axum::http::header::{CONNECTION, HOST};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, Request, Response, Uri};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::rt::TokioIo;
use opentelemetry_http::{HttpClient, HttpError};
use tokio::net::TcpStream;
use tokio::runtime::Handle;

/// A collector has so long to take a batch.
const PATIENCE: Duration = Duration::from_secs(4);
/// No more of its answer is read, in bytes.
const ANSWER: usize = 64 * 1024;
/// A collector that is away is told of this often.
const SILENCE: Duration = Duration::from_secs(60);

/// Sends batches.
#[derive(Debug)]
pub struct Collector {
    runtime: Handle,
    told: Mutex<Option<Instant>>,
}

impl Collector {
    /// Does its work on the runtime of the caller; the exporter's thread has none.
    pub fn here() -> Self {
        Self { runtime: Handle::current(), told: Mutex::default() }
    }

    fn tell(&self, why: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|at| at.elapsed() >= SILENCE) {
            *told = Some(Instant::now());
            tracing::warn!(why, "traces do not reach the collector and are dropped");
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sent = self.runtime.spawn(async { tokio::time::timeout(PATIENCE, send(request)).await });
        let answer = match sent.await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err("it does not answer in time".into()),
            Err(error) => Err(error.into()),
        };
        match &answer {
            Ok(response) if response.status().is_success() => {}
            Ok(response) => self.tell(response.status().as_str()),
            Err(error) => self.tell(&error.to_string()),
        }
        answer
    }
}

async fn send(request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let (mut head, body) = request.into_parts();
    let authority = head.uri.authority().ok_or("its URL has no host")?.clone();
    let host = authority.host().trim_matches(['[', ']']);
    let stream = TcpStream::connect((host, authority.port_u16().unwrap_or(80))).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    head.headers.insert(HOST, HeaderValue::from_str(authority.as_str())?);
    head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
    head.uri = Uri::from(head.uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/")));
    let response = sender.send_request(Request::from_parts(head, Full::new(body))).await?;
    let (head, body) = response.into_parts();
    let body = Limited::new(body, ANSWER).collect().await?.to_bytes();
    Ok(Response::from_parts(head, body))
}
