//! Writes the events and the usage counts that have gathered.

use std::sync::Arc;

use chancery_store::StoreError;

use crate::app::App;
use crate::usage::Usage;

/// One commit a batch; what cannot be written is lost, as events may be.
pub async fn flush(app: Arc<App>) -> Result<(), StoreError> {
    let writes = app.recorder.drain();
    if !writes.is_empty() {
        app.commit(writes).await?;
    }
    loop {
        let batch = app.usage.drain();
        if batch.is_empty() {
            return Ok(());
        }
        app.commit(Usage::write(batch)).await?;
    }
}
