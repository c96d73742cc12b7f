//! Brings keys and takes them away, as `chancery_core::keyring::rotation` says.

use std::sync::Arc;

use chancery_core::keyring::rotation;
use chancery_store::StoreError;

use crate::app::App;

pub async fn rotate(app: Arc<App>) -> Result<(), StoreError> {
    let rows = app.store.keys().await?;
    let due = rotation::due(&rows, &app.master, &*app.random, app.clock.now());
    let due = due.ok_or_else(|| StoreError::Unavailable("a key could not be made".to_owned()))?;
    if due.is_empty() {
        return Ok(());
    }
    match app.commit(due).await {
        // Another node was faster; its keys are as good.
        Ok(_) | Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error),
    }
}
