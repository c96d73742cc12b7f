//! Whether anything happens on a connection: requests in flight, and bytes that its client takes.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What happened on a connection, and when.
pub struct Activity {
    begun: Instant,
    in_flight: AtomicUsize,
    /// The last sign of life, in milliseconds after the beginning.
    last: AtomicU64,
}

impl Default for Activity {
    fn default() -> Self {
        Self { begun: Instant::now(), in_flight: AtomicUsize::new(0), last: AtomicU64::new(0) }
    }
}

impl Activity {
    fn note(&self) {
        let elapsed = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(elapsed, Ordering::Relaxed);
    }

    /// Waits until no request is in flight and nothing has happened for `patience`. Wakes the connection every `tick` on the
    /// way: see `ticks`.
    pub async fn idle(&self, patience: Duration, tick: Duration) {
        loop {
            let last = Duration::from_millis(self.last.load(Ordering::Relaxed));
            let quiet = self.begun.elapsed().saturating_sub(last);
            if quiet >= patience && self.in_flight.load(Ordering::Relaxed) == 0 {
                return;
            }
            // Looked at again when it could be over at the earliest.
            let rest = patience.saturating_sub(quiet).min(tick);
            tokio::time::sleep(rest.max(Duration::from_millis(100))).await;
        }
    }
}

/// A request in flight, as long as it is kept.
pub struct InFlight(Arc<Activity>);

impl InFlight {
    /// One more.
    pub fn on(activity: &Arc<Activity>) -> Self {
        activity.in_flight.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(activity))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.note();
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A stream on which every byte that is sent counts as a sign of life. What comes in does not: a client that sends a
/// byte now and then is heard only once it has asked for something.
pub struct Watched<S> {
    stream: S,
    activity: Arc<Activity>,
}

impl<S> Watched<S> {
    /// Watches over `stream`.
    pub fn new(stream: S, activity: Arc<Activity>) -> Self {
        Self { stream, activity }
    }

    fn sent(&self, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(1..)) = result {
            self.activity.note();
        }
        result
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.sent(result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.sent(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
