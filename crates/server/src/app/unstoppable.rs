//! Work that goes on when whoever asked for it hangs up.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A future that runs to its end even if it is dropped: then as a task of its own, which it need not be before.
pub struct Unstoppable<T: Send + 'static>(Option<Work<T>>);

impl<T: Send + 'static> Unstoppable<T> {
    /// Of `work`, which begins when this is first polled.
    pub fn new(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self(Some(Box::pin(work)))
    }
}

impl<T: Send + 'static> Future for Unstoppable<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        // What panics is gone: nothing goes on with it.
        let Some(mut work) = self.0.take() else { return Poll::Pending };
        let polled = work.as_mut().poll(context);
        self.0 = Some(work).filter(|_| polled.is_pending());
        polled
    }
}

impl<T: Send + 'static> Drop for Unstoppable<T> {
    fn drop(&mut self) {
        if let (Some(work), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn what_was_begun_is_done_whoever_hangs_up() {
        let ((go, gone), (say, said)) = (oneshot::channel::<()>(), oneshot::channel());
        let mut work = Unstoppable::new(async {
            let _ = gone.await;
            let _ = say.send("done");
        });
        assert_eq!((&mut work).now_or_never(), None);
        drop(work);
        go.send(()).expect("goes on");
        assert_eq!(said.await, Ok("done"));
    }

    #[tokio::test]
    async fn what_is_done_is_done_once() {
        assert_eq!(Unstoppable::new(async { 7 }).await, 7);
    }
}
