//! Counters that begin anew a minute after their first count.

use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use chancery_core::types::Timestamp;
use quick_cache::sync::Cache;

/// How long a window is.
pub const MILLIS: i64 = 60_000;
/// So many callers are remembered; whoever is forgotten begins anew.
const CALLERS: usize = 100_000;

#[derive(Clone, Copy)]
struct Window {
    since: Timestamp,
    count: u32,
}

/// One counter for each caller.
pub struct Windows<K>(Cache<K, Arc<Mutex<Window>>>);

impl<K: Eq + Hash + Clone> Default for Windows<K> {
    fn default() -> Self {
        Self(Cache::new(CALLERS))
    }
}

impl<K: Eq + Hash + Clone> Windows<K> {
    /// Counts one, and answers how many there are in this window, and in how many seconds it ends.
    pub fn count(&self, who: &K, now: Timestamp) -> (u32, u32) {
        let fresh = || Ok::<_, ()>(Arc::new(Mutex::new(Window { since: now, count: 0 })));
        let Ok(window) = self.0.get_or_insert_with(who, fresh) else { return (0, 0) };
        let mut window = window.lock().unwrap_or_else(PoisonError::into_inner);
        if !window.holds(now) {
            *window = Window { since: now, count: 0 };
        }
        window.count = window.count.saturating_add(1);
        (window.count, window.rest(now))
    }

    /// The same, and counts nothing.
    pub fn peek(&self, who: &K, now: Timestamp) -> (u32, u32) {
        let Some(window) = self.0.get(who) else { return (0, 0) };
        let window = *window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.holds(now) { (window.count, window.rest(now)) } else { (0, 0) }
    }
}

impl Window {
    /// A clock that was set back ends the window too.
    fn holds(&self, now: Timestamp) -> bool {
        (0..MILLIS).contains(&(now.millis() - self.since.millis()))
    }

    fn rest(&self, now: Timestamp) -> u32 {
        let left = MILLIS - (now.millis() - self.since.millis());
        u32::try_from(left.div_euclid(1000) + i64::from(left % 1000 != 0)).unwrap_or(1).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_begins_anew_after_a_minute() {
        let windows = Windows::<u8>::default();
        let at = |millis: i64| Timestamp::from_millis(1_700_000_000_000 + millis);
        assert_eq!(windows.count(&1, at(0)), (1, 60));
        assert_eq!(windows.count(&1, at(500)), (2, 60));
        assert_eq!(windows.peek(&1, at(59_001)), (2, 1));
        assert_eq!(windows.count(&2, at(59_001)), (1, 60), "callers do not share a window");
        assert_eq!(windows.peek(&1, at(60_000)), (0, 0));
        assert_eq!(windows.count(&1, at(60_000)), (1, 60));
        assert_eq!(windows.count(&1, at(0)), (1, 60), "a clock that was set back");
    }
}
