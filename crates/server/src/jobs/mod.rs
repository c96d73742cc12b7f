//! What a node does by itself, from time to time.

mod flush;
mod hear;
mod rotate;
mod sweep;
mod tidy;

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chancery_store::StoreError;
use futures_util::FutureExt;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::app::App;
use crate::telemetry::metrics;

pub use flush::flush;

type Run = fn(Arc<App>) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send>>;

/// One job.
pub struct Job {
    /// What it is called in the log.
    pub name: &'static str,
    /// It runs this often.
    pub every: Duration,
    run: Run,
}

/// All jobs of a node.
pub const ALL: &[Job] = &[
    Job { name: "hear", every: Duration::from_millis(500), run: |app| Box::pin(hear::hear(app)) },
    Job { name: "flush", every: Duration::from_secs(5), run: |app| Box::pin(flush::flush(app)) },
    Job { name: "rotate", every: Duration::from_secs(60), run: |app| Box::pin(rotate::rotate(app)) },
    // Each is heard of as it comes; whatever was missed is found now and then.
    Job {
        name: "revoked",
        every: Duration::from_secs(600),
        run: |app| Box::pin(async move { app.load_revoked().await }),
    },
    Job { name: "tidy", every: Duration::from_secs(5), run: |_| Box::pin(tidy::tidy()) },
    Job { name: "sweep", every: Duration::from_secs(60), run: |app| Box::pin(sweep::sweep(app)) },
];

/// Starts them all among the node's tasks.
pub fn start(app: &Arc<App>, tasks: &mut JoinSet<()>) {
    for job in ALL {
        tasks.spawn(keep_running(job, Arc::clone(app)));
    }
}

async fn keep_running(job: &'static Job, app: Arc<App>) {
    let mut ticks = tokio::time::interval(job.every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match AssertUnwindSafe((job.run)(Arc::clone(&app))).catch_unwind().await {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => tracing::warn!(job = job.name, %error, "a job failed and will run again"),
            Err(_) => tracing::error!(job = job.name, "a job panicked and will run again"),
        }
        metrics::job_failed(job.name);
    }
}
