//! The port that shows the metrics, apart from everything else: Prometheus text format 0.0.4.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::body::HttpBody;
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::http::{Method, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;

use super::metrics;
use crate::http::respond::without_body;
use crate::http::serve::{Answers, Bounds, serve};

/// From half a millisecond to ten seconds.
const BUCKETS: &[f64] =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// What was measured is put into its bucket this often, whether anybody asks or not.
const UPKEEP: Duration = Duration::from_secs(5);

/// A request has so long to come.
const PATIENCE: Duration = Duration::from_secs(10);
/// A collector or two ask, and not for long.
const BOUNDS: Bounds = Bounds {
    connections: 64,
    head_timeout: PATIENCE,
    body_timeout: PATIENCE,
    idle_timeout: Duration::from_secs(120),
};

/// A port that nobody is answered on yet.
pub struct Exposition {
    listener: TcpListener,
    /// Where it is.
    pub address: SocketAddr,
}

impl Exposition {
    /// Takes the port.
    pub async fn bind(address: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        Ok(Self { address: listener.local_addr()?, listener })
    }

    /// Counts, and answers as long as it is polled. A process counts for one server only: `None` for a second.
    pub fn serve(self) -> Option<impl Future<Output = ()>> {
        let builder = PrometheusBuilder::new().set_buckets(BUCKETS).ok()?;
        let handle = builder.install_recorder().ok()?;
        metrics::keep();
        Some(answer(self.listener, handle))
    }
}

async fn answer(listener: TcpListener, handle: PrometheusHandle) {
    let upkeep = async {
        let mut ticks = tokio::time::interval(UPKEEP);
        loop {
            ticks.tick().await;
            handle.run_upkeep();
        }
    };
    tokio::select! {
        () = serve(listener, Shown(handle.clone()), None, BOUNDS, std::future::pending()) => {}
        () = upkeep => {}
    }
}

/// `GET /metrics`, and nothing else.
#[derive(Clone)]
struct Shown(PrometheusHandle);

impl Answers for Shown {
    async fn answer<B>(&self, request: Request<B>, _: IpAddr) -> Response
    where
        B: HttpBody<Data = Bytes> + Send + Unpin,
    {
        if request.uri().path() != "/metrics" {
            return StatusCode::NOT_FOUND.into_response();
        }
        if ![Method::GET, Method::HEAD].contains(request.method()) {
            return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET,HEAD")]).into_response();
        }
        let kind = "text/plain; version=0.0.4; charset=utf-8";
        let shown = ([(CONTENT_TYPE, kind)], self.0.render()).into_response();
        if request.method() == Method::HEAD { without_body(shown) } else { shown }
    }
}
