//! Deletes what has had its time: expired rows, and inactive clients whose date has come.

use std::sync::Arc;
use std::time::Instant;

use chancery_core::client::{Client, ClientState};
use chancery_core::types::{Lifetime, Timestamp};
use chancery_core::write::{Require, Write};
use chancery_store::StoreError;

use crate::app::App;

/// Small batches, so that no request waits for a sweep.
const BATCH: u32 = 500;

/// A node that sweeps has so long for it, and until then it is nobody else's.
const LEASE: Lifetime = Lifetime::from_seconds(300);

pub async fn sweep(app: Arc<App>) -> Result<(), StoreError> {
    // What is in memory, every node forgets for itself.
    app.prune();
    let now = app.clock.now();
    if app.store.lease("sweep", now + LEASE, now).await? {
        let swept = sweep_store(&app, now).await;
        app.store.lease("sweep", now, now).await?;
        swept?;
    }
    Ok(())
}

async fn sweep_store(app: &Arc<App>, now: Timestamp) -> Result<(), StoreError> {
    let audit_before = now - app.policy.audit.retention;
    let (begun, mut rows) = (Instant::now(), 0);
    loop {
        let batch = Instant::now();
        let swept = app.store.sweep(now, audit_before, BATCH).await?;
        rows += swept;
        if swept < BATCH as usize {
            break;
        }
        // Half of the time is the requests' alone.
        tokio::time::sleep(batch.elapsed()).await;
    }
    if rows >= BATCH as usize {
        tracing::info!(rows, millis = begun.elapsed().as_millis(), "expired rows were deleted");
    }
    for id in app.store.clients_to_delete(now, BATCH).await? {
        let Some(client) = app.store.find_client(id).await? else { continue };
        if is_due(&client, now) {
            let unchanged = Write::Require(Require::Client(id, client.version));
            match app.commit(vec![unchanged, Write::DeleteClient(client.organization, id)]).await {
                Ok(_) => tracing::info!(client = %id, "an inactive client was deleted on its date"),
                // Somebody changed it meanwhile: the next sweep looks again.
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

fn is_due(client: &Client, now: Timestamp) -> bool {
    client.state == ClientState::Inactive && client.date_to_delete.is_some_and(|date| date <= now)
}
