//! Writes the events that have gathered.

use std::sync::Arc;

use chancery_store::StoreError;

use crate::app::App;

/// One commit; what cannot be written is lost, as events may be.
pub async fn flush(app: Arc<App>) -> Result<(), StoreError> {
    let writes = app.recorder.drain();
    if !writes.is_empty() {
        app.commit(writes).await?;
    }
    Ok(())
}
