//! Calls of the management API, counted in memory and written in batches. A crash loses the last seconds.

use std::sync::{Mutex, PoisonError};

use chancery_core::types::{ClientId, Timestamp};
use chancery_core::usage::{Day, Tally, UsageCount};
use foldhash::HashMap;

use crate::api::Operation;

/// So many counts are written at a time, so that no request waits for long.
const BATCH: usize = 500;
/// While the store is away, no more are gathered: the rest goes uncounted.
const MOST: usize = 200_000;

/// Template and method are constants of the operation.
type Key = (ClientId, Day, &'static str, &'static str);

/// The counters of this node.
#[derive(Default)]
pub struct Usage(Mutex<HashMap<Key, Tally>>);

impl Usage {
    /// Counts one answer. What is no operation is not counted.
    pub fn count(&self, client: ClientId, operation: &Operation, status: u16, now: Timestamp) {
        if operation.id.is_empty() {
            return;
        }
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (client, Day::of(now), operation.path, operation.method);
        if counts.len() < MOST || counts.contains_key(&key) {
            counts.entry(key).or_default().count(status);
        }
    }

    /// What is counted of a client and not written yet.
    pub fn waiting(&self, client: ClientId) -> Vec<UsageCount> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().filter(|((own, ..), _)| *own == client).map(|(key, tally)| row(key, *tally)).collect()
    }

    /// A batch to be written now; empty when all is. Until it is written, a result lacks it.
    pub fn drain(&self) -> Vec<UsageCount> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut keys: Vec<Key> = counts.keys().take(BATCH).copied().collect();
        // In one order on every node: nobody waits for whoever waits for them.
        keys.sort_unstable();
        keys.iter().filter_map(|key| counts.remove(key).map(|tally| row(key, tally))).collect()
    }
}

fn row((client, day, template, method): &Key, tally: Tally) -> UsageCount {
    UsageCount {
        client: *client,
        day: *day,
        template: (*template).to_owned(),
        method: (*method).to_owned(),
        tally,
    }
}
