//! Attempts to log in: admitted, judged and counted in the store, so that all nodes count together.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chancery_core::session::attempts::{Known, Login, Outcome};
use chancery_core::types::Timestamp;
use chancery_core::write::Write;
use chancery_store::StoreError;

use crate::app::App;
use crate::failure::Failure;
use crate::telemetry::metrics;

/// While other nodes count the same, a node tries again for so long.
const PATIENCE: Duration = Duration::from_secs(2);

/// An attempt that was admitted, and counts as failed until it is known to be none.
#[must_use]
pub struct Admitted(Login);

/// Admits an attempt, or answers the seconds until the next one is welcome.
pub async fn admit(app: &Arc<App>, login: Login) -> Result<Result<Admitted, u32>, Failure> {
    let counted = count(app, &login, |known, now| login.admit(known, now)).await?;
    if counted.is_err() {
        metrics::throttled("logins");
    }
    Ok(counted.map(|()| Admitted(login)))
}

/// Notes what came of it.
pub async fn judge(app: &Arc<App>, attempt: Admitted, outcome: Outcome) {
    metrics::login(outcome.name());
    let Admitted(login) = attempt;
    let judged = count(app, &login, |known, now| Ok(login.judge(known, outcome, now))).await;
    // It goes on counting as one that failed.
    if judged.is_err() {
        tracing::warn!("an attempt to log in was not judged");
    }
}

async fn count(
    app: &Arc<App>,
    login: &Login,
    change: impl Fn(&Known, Timestamp) -> Result<Vec<Write>, u32>,
) -> Result<Result<(), u32>, Failure> {
    let look = async || -> Result<Result<Vec<Write>, u32>, Failure> {
        let rows = app.store.attempts(login.keys()).await?;
        let [pair, account, address] =
            login.keys().map(|key| rows.iter().find(|(known, _)| *known == key).map(|(_, tries)| *tries));
        Ok(change(&Known { pair, account, address }, app.clock.now()))
    };
    // Whoever is refused waits for nobody and holds nobody up.
    if let Err(seconds) = look().await? {
        return Ok(Err(seconds));
    }
    // On one node those who count the same take turns.
    let _turn = app.turn(login.keys()[0]).await;
    let begun = Instant::now();
    loop {
        let writes = match look().await? {
            Ok(writes) if writes.is_empty() => return Ok(Ok(())),
            Ok(writes) => writes,
            Err(seconds) => return Ok(Err(seconds)),
        };
        match app.commit(writes).await {
            Ok(_) => return Ok(Ok(())),
            Err(StoreError::Conflict) if begun.elapsed() < PATIENCE => {}
            Err(error) => return Err(error.into()),
        }
    }
}
