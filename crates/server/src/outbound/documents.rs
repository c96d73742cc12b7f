//! Documents of others, kept for a while: nobody is asked the same thing too often, and whoever has what it needs does not wait
//! for whoever asks anew.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

/// A document is good for so long.
const KEPT: Duration = Duration::from_secs(600);
/// However much somebody wants it anew, it is not asked for anew again within this time; nor is one that could not be had.
const PAUSE: Duration = Duration::from_secs(5);

/// Documents of one kind, by their places.
pub struct Documents<T>(quick_cache::sync::Cache<Arc<str>, Arc<Kept<T>>>);

struct Kept<T> {
    known: RwLock<Known<T>>,
    asking: Mutex<()>,
}

struct Known<T> {
    document: Option<Arc<T>>,
    /// When it was asked for last.
    asked: Option<Instant>,
    /// When it was last asked for although it was known.
    renewed: Option<Instant>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        let nothing = Known { document: None, asked: None, renewed: None };
        Self { known: RwLock::new(nothing), asking: Mutex::new(()) }
    }
}

impl<T> Kept<T> {
    /// What is known, if that will do for somebody who came at `since`.
    fn good(&self, afresh: bool, since: Instant) -> Option<Option<Arc<T>>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let within = |time: Option<Instant>, span| time.is_some_and(|time| time.elapsed() < span);
        let is_good = match &known.document {
            None => within(known.asked, PAUSE),
            Some(_) if afresh => within(known.renewed, PAUSE) || known.asked >= Some(since),
            Some(_) => within(known.asked, KEPT),
        };
        is_good.then(|| known.document.clone())
    }
}

impl<T: Send + Sync> Documents<T> {
    /// None yet, and never more than so many.
    pub fn new(most: usize) -> Self {
        Self(quick_cache::sync::Cache::new(most))
    }

    /// The document at a place, and whether it was kept rather than asked for by `ask`; `afresh` asks again, but not too often.
    pub async fn find(
        &self,
        place: &Arc<str>,
        afresh: bool,
        ask: impl Future<Output = Result<T, String>>,
    ) -> (Option<Arc<T>>, bool) {
        let Ok(kept) = self.0.get_or_insert_with(place, || Ok::<_, ()>(Arc::<Kept<T>>::default())) else {
            return (None, false);
        };
        let since = Instant::now();
        if let Some(known) = kept.good(afresh, since) {
            return (known, true);
        }
        // Whoever comes meanwhile waits for the same answer.
        let _asking = kept.asking.lock().await;
        if let Some(known) = kept.good(afresh, since) {
            return (known, true);
        }
        let answer = ask.await;
        let mut known = kept.known.write().unwrap_or_else(PoisonError::into_inner);
        known.asked = Some(Instant::now());
        if known.document.is_some() {
            known.renewed = known.asked;
        }
        match answer {
            Ok(document) => known.document = Some(Arc::new(document)),
            // What was good goes on being good: its place may be away for a while.
            Err(why) => tracing::warn!(why, "a document of a client cannot be fetched"),
        }
        (known.document.clone(), false)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn many_who_ask_at_once_ask_once() {
        let (documents, asked) = (Documents::<u32>::new(8), AtomicU32::new(0));
        let place = Arc::from("https://a.example/keys");
        let ask = async || {
            tokio::task::yield_now().await;
            Ok(asked.fetch_add(1, Ordering::Relaxed))
        };
        let all = (0..64).map(|n| documents.find(&place, n % 2 == 0, ask()));
        for (found, _) in futures_util::future::join_all(all).await {
            assert_eq!(found.as_deref(), Some(&0));
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn what_is_known_is_asked_for_anew_once_and_then_not_for_a_while() {
        let (documents, asked) = (Documents::<u32>::new(8), AtomicU32::new(0));
        let place = Arc::from("https://a.example/keys");
        let ask = async || Ok(asked.fetch_add(1, Ordering::Relaxed));
        for (afresh, found) in [(false, 0), (false, 0), (true, 1), (true, 1), (false, 1)] {
            let (document, _) = documents.find(&place, afresh, ask()).await;
            assert_eq!(document.as_deref(), Some(&found), "afresh: {afresh}");
        }
    }

    #[tokio::test]
    async fn what_could_not_be_had_is_not_asked_for_at_once_again() {
        let documents = Documents::<u32>::new(8);
        let place = Arc::from("https://a.example/keys");
        let failed = documents.find(&place, false, async { Err("away".to_owned()) }).await;
        assert_eq!(failed, (None, false));
        assert_eq!(documents.find(&place, true, async { Ok(1) }).await, (None, true));
        let other = Arc::from("https://b.example/keys");
        assert_eq!(documents.find(&other, true, async { Ok(1) }).await, (Some(Arc::new(1)), false));
    }
}
