//! The accept loop: HTTP/1.1 and HTTP/2, with or without TLS; limits on time and number; an orderly end.

use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::HttpBody;
use axum::http::Request;
use axum::response::Response;
use bytes::Bytes;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use super::activity::{Activity, InFlight, Watched};
use super::ticks::Ticks;
use crate::telemetry::metrics;

/// The head of a request has at most so many bytes.
const HEAD: usize = 64 * 1024;
/// A connection has at most so many requests in flight.
const STREAMS: u32 = 100;
/// So much of a connection's bodies is on its way unasked, in bytes: the default of RFC 9113 section 6.9.2.
const WINDOW: u32 = 65_535;
/// Requests in flight have so long to finish once the server is told to stop, or a connection to end.
const DRAIN: Duration = Duration::from_secs(10);

/// What connections are held to.
#[derive(Clone)]
pub struct Bounds {
    /// No more connections are open at a time; others wait unaccepted.
    pub connections: usize,
    /// A client has so long to send the head of a request, and to agree on TLS.
    pub head_timeout: Duration,
    /// A client has so long to send the body of a request.
    pub body_timeout: Duration,
    /// A connection on which nothing happens is kept so long.
    pub idle_timeout: Duration,
}

impl Bounds {
    /// What comes late is noticed so much later at most.
    fn tick(&self) -> Duration {
        self.head_timeout.min(self.body_timeout) / 4
    }
}

/// Whoever answers requests.
pub trait Answers: Clone + Send + Sync + 'static {
    /// Answers a request that came from `peer`.
    fn answer<B>(&self, request: Request<B>, peer: IpAddr) -> impl Future<Output = Response> + Send
    where
        B: HttpBody<Data = Bytes> + Send + Unpin;
}

/// Serves until `stop` comes, then until what is in flight has finished.
pub async fn serve<A: Answers>(
    listener: TcpListener,
    answers: A,
    tls: Option<TlsAcceptor>,
    bounds: Bounds,
    stop: impl Future<Output = ()>,
) {
    let builder = builder(&bounds);
    let places = Arc::new(Semaphore::new(bounds.connections));
    let (stopping, stopped) = watch::channel(false);
    let mut stop = std::pin::pin!(stop);
    loop {
        let accept = async {
            // The place first: whoever finds none waits in the listener's queue.
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            accepted = accept => accepted,
            () = &mut stop => break,
        };
        let (Ok(place), Ok((stream, peer))) = (place, accepted) else {
            // Out of file descriptors, or the peer is gone already: neither is a reason to stop.
            tracing::warn!("a connection was not accepted");
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        drop(stream.set_nodelay(true));
        let connection = Connection {
            builder: builder.clone(),
            answers: answers.clone(),
            bounds: bounds.clone(),
            peer: peer.ip(),
            stopped: stopped.clone(),
        };
        let tls = tls.clone();
        tokio::spawn(async move {
            metrics::connection_opened();
            connection.run(stream, tls).await;
            metrics::connection_closed();
            drop(place);
        });
    }
    drop(listener);
    drop(stopped);
    let _ = stopping.send(true);
    // The last connection lets go of the last receiver.
    if tokio::time::timeout(DRAIN, stopping.closed()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

fn builder(bounds: &Bounds) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(Ticks).header_read_timeout(bounds.head_timeout).max_buf_size(HEAD).max_headers(100);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_header_list_size(u32::try_from(HEAD).unwrap_or(u32::MAX))
        .keep_alive_interval(Some(bounds.idle_timeout))
        .keep_alive_timeout(bounds.head_timeout);
    builder
}

struct Connection<A> {
    builder: Builder<TokioExecutor>,
    answers: A,
    bounds: Bounds,
    peer: IpAddr,
    stopped: watch::Receiver<bool>,
}

impl<A: Answers> Connection<A> {
    async fn run(mut self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        match tls {
            None => self.talk(stream).await,
            Some(tls) => {
                let agreed = tokio::select! {
                    agreed = tokio::time::timeout(self.bounds.head_timeout, tls.accept(stream)) => agreed,
                    _ = self.stopped.changed() => return,
                };
                // Whoever does not agree concerns nobody else.
                if let Ok(Ok(stream)) = agreed {
                    self.talk(stream).await;
                }
            }
        }
    }

    async fn talk<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(mut self, stream: S) {
        let activity = Arc::new(Activity::default());
        let stream = TokioIo::new(Watched::new(stream, Arc::clone(&activity)));
        let (answers, noted) = (Arc::new(self.answers), Arc::clone(&activity));
        let service = service_fn(move |request: Request<Incoming>| {
            let (answers, in_flight) = (Arc::clone(&answers), InFlight::on(&noted));
            async move {
                let response = answers.answer(request, self.peer).await;
                drop(in_flight);
                Ok::<_, Infallible>(response)
            }
        });
        let tick = self.bounds.tick();
        let connection = self.builder.serve_connection(stream, service);
        let mut connection = std::pin::pin!(connection);
        tokio::select! {
            // A connection that breaks off concerns nobody but its client.
            _ = connection.as_mut() => return,
            _ = self.stopped.changed() => {}
            () = activity.idle(self.bounds.idle_timeout, tick) => {}
        }
        connection.as_mut().graceful_shutdown();
        // Ticks go on, for whoever is late.
        let late = Activity::default();
        let rest = async {
            tokio::select! { _ = connection => {}, () = late.idle(Duration::MAX, tick) => {} }
        };
        let _ = tokio::time::timeout(DRAIN, rest).await;
    }
}
