//! Reads what other processes changed, and forgets it here.

use std::sync::Arc;

use chancery_core::types::{Lifetime, Timestamp};
use chancery_store::StoreError;

use crate::app::App;

/// Clocks of other processes may be off by so much.
const OVERLAP: Lifetime = Lifetime::from_seconds(10);
/// A commit that the database held up, for a standby that was away for example, shows so late: looked for every ten seconds.
const LATE: Lifetime = Lifetime::from_seconds(60);
/// After a longer silence the log may have been swept: everything is forgotten.
const SILENCE: Lifetime = Lifetime::from_seconds(1800);

pub async fn hear(app: Arc<App>) -> Result<(), StoreError> {
    let now = app.clock.now();
    let since = app.heard_at();
    if since + SILENCE < now {
        app.forget_everything();
    }
    let lines = app.store.changes(from(since, now)).await?;
    for change in app.news(&lines).into_iter().chain(app.unsure(now)) {
        app.hear(change).await?;
    }
    app.heard(&lines, now);
    Ok(())
}

/// From when on lines are read.
fn from(since: Timestamp, now: Timestamp) -> Timestamp {
    let is_same = since.seconds().div_euclid(10) == now.seconds().div_euclid(10);
    since - if is_same { OVERLAP } else { LATE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ten_seconds_what_came_late_is_looked_for() {
        let at = |millis: i64| Timestamp::from_millis(1_700_000_000_000 + millis);
        assert_eq!(from(at(500), at(1000)), at(500) - OVERLAP);
        assert_eq!(from(at(9600), at(10_100)), at(9600) - LATE);
        assert_eq!(from(at(10_100), at(10_600)), at(10_100) - OVERLAP);
        assert_eq!(from(at(500), at(45_000)), at(500) - LATE, "after a silence too");
    }
}
