//! Records in memory. Absence is never kept, entries have a lifetime, and a load that overlaps an invalidation
//! leaves nothing behind.

use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};

use chancery_core::types::{Lifetime, Timestamp};

/// However quiet the change log, no entry is older.
const LIFETIME: Lifetime = Lifetime::from_seconds(60);
/// A refusal stands on entries that were loaded for one, no longer ago than this: bounds the reloads that refusals of
/// one record can cause.
const FRESH_MILLIS: i64 = 100;

/// How old an entry may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// As old as entries get.
    Any,
    /// Loaded to refuse on, just now.
    Fresh,
    /// Not from memory at all.
    None,
}

impl Age {
    fn admits(self, loaded: Loaded, now: Timestamp) -> bool {
        // A clock that was set back makes entries from the future: those are of no age at all.
        let within = |millis| (0..millis).contains(&(now.millis() - loaded.at.millis()));
        match self {
            Self::Any => within(LIFETIME.millis()),
            Self::Fresh => loaded.afresh && within(FRESH_MILLIS),
            Self::None => false,
        }
    }
}

/// When an entry was loaded, and whether that was because memory would not do.
#[derive(Clone, Copy)]
struct Loaded {
    at: Timestamp,
    afresh: bool,
}

/// A bounded cache of one kind of record.
pub struct Cache<K, V> {
    entries: quick_cache::sync::Cache<K, (Loaded, V)>,
    /// Counts invalidations.
    generation: AtomicU64,
}

impl<K: Eq + Hash + Copy, V: Clone> Cache<K, V> {
    /// Of at most `capacity` entries.
    pub fn new(capacity: usize) -> Self {
        Self { entries: quick_cache::sync::Cache::new(capacity), generation: AtomicU64::new(0) }
    }

    /// The entry, if there is one of that age.
    pub fn find(&self, key: K, age: Age, now: Timestamp) -> Option<V> {
        let (loaded, value) = self.entries.get(&key)?;
        age.admits(loaded, now).then_some(value)
    }

    /// Call before the read whose answer will be kept.
    pub fn ticket(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// Keeps what was read, unless something was invalidated since `ticket` was taken: it may have been this.
    pub fn keep(&self, ticket: u64, key: K, value: V, age: Age, now: Timestamp) {
        if self.ticket() == ticket {
            self.entries.insert(key, (Loaded { at: now, afresh: age != Age::Any }, value));
            if self.ticket() != ticket {
                self.entries.remove(&key);
            }
        }
    }

    /// Forgets one entry.
    pub fn forget(&self, key: K) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.entries.remove(&key);
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

    #[test]
    fn a_load_that_overlaps_an_invalidation_is_not_kept() {
        let cache = Cache::new(10);
        let ticket = cache.ticket();
        cache.forget(1);
        cache.keep(ticket, 1, "stale", Age::Any, NOW);
        assert_eq!(cache.find(1, Age::Any, NOW), None);
        cache.keep(cache.ticket(), 1, "current", Age::Any, NOW);
        assert_eq!(cache.find(1, Age::Any, NOW), Some("current"));
    }

    #[test]
    fn an_entry_is_as_old_as_the_reader_allows() {
        let cache = Cache::new(10);
        cache.keep(cache.ticket(), 1, "value", Age::Any, NOW);
        assert_eq!(cache.find(1, Age::Fresh, NOW), None, "it was not loaded to refuse on");
        cache.keep(cache.ticket(), 1, "value", Age::Fresh, NOW);
        let later = |millis| Timestamp::from_millis(NOW.millis() + millis);
        assert_eq!(cache.find(1, Age::Fresh, later(99)), Some("value"));
        assert_eq!(cache.find(1, Age::Fresh, later(100)), None);
        assert_eq!(cache.find(1, Age::Any, later(59_999)), Some("value"));
        assert_eq!(cache.find(1, Age::Any, later(60_000)), None);
        assert_eq!(cache.find(1, Age::None, NOW), None);
        assert_eq!(cache.find(1, Age::Any, later(-1)), None);
    }
}
