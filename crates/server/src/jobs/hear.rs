//! Reads what other processes changed, and forgets it here.

use std::sync::Arc;

use chancery_core::types::Lifetime;
use chancery_store::StoreError;

use crate::app::App;

/// Clocks of other processes may be off by so much.
const OVERLAP: Lifetime = Lifetime::from_seconds(10);
/// After a longer silence the log may have been swept: everything is forgotten.
const SILENCE: Lifetime = Lifetime::from_seconds(1800);

pub async fn hear(app: Arc<App>) -> Result<(), StoreError> {
    let now = app.clock.now();
    let since = app.heard_at();
    if since + SILENCE < now {
        app.forget_everything();
    }
    let lines = app.store.changes(since - OVERLAP).await?;
    for change in app.news(&lines).into_iter().chain(app.unsure(now)) {
        app.hear(change).await?;
    }
    app.heard(&lines, now);
    Ok(())
}
