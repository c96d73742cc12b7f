//! Records in memory. Absence is never kept, entries have a lifetime, and a load that overlaps an invalidation
//! leaves nothing behind.

use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};

use chancery_core::types::{Lifetime, Timestamp};

/// However quiet the change log, no entry is older.
const LIFETIME: Lifetime = Lifetime::from_seconds(60);
/// A refusal stands on entries no older than this: bounds the reloads that refusals of one record can cause.
const FRESH_MILLIS: i64 = 100;

/// How old an entry may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// As old as entries get.
    Any,
    /// Young enough to refuse on.
    Fresh,
    /// Not from memory at all.
    None,
}

impl Age {
    fn admits(self, loaded_at: Timestamp, now: Timestamp) -> bool {
        let age = now.millis() - loaded_at.millis();
        match self {
            Self::Any => age < LIFETIME.millis(),
            Self::Fresh => age < FRESH_MILLIS,
            Self::None => false,
        }
    }
}

/// A bounded cache of one kind of record.
pub struct Cache<K, V> {
    entries: quick_cache::sync::Cache<K, (Timestamp, V)>,
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
        let (loaded_at, value) = self.entries.get(&key)?;
        age.admits(loaded_at, now).then_some(value)
    }

    /// Call before the read whose answer will be kept.
    pub fn ticket(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// Keeps what was read, unless something was invalidated since `ticket` was taken: it may have been this.
    pub fn keep(&self, ticket: u64, key: K, value: V, now: Timestamp) {
        if self.ticket() == ticket {
            self.entries.insert(key, (now, value));
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
        cache.keep(ticket, 1, "stale", NOW);
        assert_eq!(cache.find(1, Age::Any, NOW), None);
        cache.keep(cache.ticket(), 1, "current", NOW);
        assert_eq!(cache.find(1, Age::Any, NOW), Some("current"));
    }

    #[test]
    fn an_entry_is_as_old_as_the_reader_allows() {
        let cache = Cache::new(10);
        cache.keep(cache.ticket(), 1, "value", NOW);
        let later = |millis| Timestamp::from_millis(NOW.millis() + millis);
        assert_eq!(cache.find(1, Age::Fresh, later(99)), Some("value"));
        assert_eq!(cache.find(1, Age::Fresh, later(100)), None);
        assert_eq!(cache.find(1, Age::Any, later(59_999)), Some("value"));
        assert_eq!(cache.find(1, Age::Any, later(60_000)), None);
        assert_eq!(cache.find(1, Age::None, NOW), None);
    }
}
