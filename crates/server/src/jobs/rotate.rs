//! Brings keys and takes them away, as `chancery_core::keyring::rotation` says.

use std::sync::Arc;

use chancery_core::keyring::rotation;
use chancery_core::types::Lifetime;
use chancery_core::write::Changed;
use chancery_store::StoreError;

use crate::app::App;

/// A node that makes keys has so long for it.
const LEASE: Lifetime = Lifetime::from_seconds(60);

pub async fn rotate(app: Arc<App>) -> Result<(), StoreError> {
    let now = app.clock.now();
    // One makes keys for all.
    if app.store.lease("keys", now + LEASE, now).await? {
        let made = bring_and_take(&app).await;
        app.store.lease("keys", now, now).await?;
        made?;
    }
    // Whatever was heard, and in whichever order: once a minute memory has what the store has.
    app.hear(Changed::Keys).await
}

async fn bring_and_take(app: &Arc<App>) -> Result<(), StoreError> {
    let rows = app.store.keys().await?;
    let node = Arc::clone(app);
    let judge = move || {
        let login = &node.policy.login;
        // Whoever is still logged in somewhere has an ID token of that login.
        let hints = login.session_lifetime.max(login.refresh_lifetime);
        rotation::due(&rows, &node.master, &*node.random, hints, node.clock.now())
    };
    // An RSA key takes a blink to find.
    let due = tokio::task::spawn_blocking(judge).await.ok().flatten();
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
