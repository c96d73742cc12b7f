//! Writes the events and the usage counts that have gathered; asks a store that took nothing whether it does now.

use std::sync::Arc;

use chancery_core::types::KeyId;
use chancery_core::write::Write;
use chancery_store::StoreError;

use crate::app::App;

/// So many a commit.
const BATCH: usize = 500;

/// One commit a batch; what cannot be written is lost, as events may be.
pub async fn flush(app: Arc<App>) -> Result<(), StoreError> {
    if !app.is_writable() {
        // Whether it is still so: no key has this id, so all that is written is a line of the change log.
        app.commit(vec![Write::DeleteKey(KeyId(0))]).await?;
    }
    let mut writes = app.recorder.drain();
    loop {
        let batch: Vec<_> = writes.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        app.commit(batch).await?;
    }
    loop {
        let batch = app.usage.drain();
        if batch.is_empty() {
            return Ok(());
        }
        app.commit(vec![Write::CountUsage(batch)]).await?;
    }
}
