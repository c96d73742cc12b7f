//! Time limits without timers: a deadline is looked at whenever its connection is polled, and a connection is polled now and
//! then in any case. A timer for each head and each body would cost more than reading them.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};

/// A moment that has come as soon as somebody looks after it. Wakes nobody.
pub enum Deadline {
    /// So long after somebody first looks.
    After(Duration),
    /// Then.
    At(Instant),
}

impl Future for Deadline {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match *self {
            Self::After(patience) => *self = Self::At(Instant::now() + patience),
            Self::At(moment) if Instant::now() < moment => {}
            Self::At(_) => return Poll::Ready(()),
        }
        Poll::Pending
    }
}

impl Sleep for Deadline {}

/// The timer of HTTP/1 connections.
pub struct Ticks;

impl Timer for Ticks {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        Box::pin(Deadline::After(duration))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Deadline::At(deadline))
    }
}
