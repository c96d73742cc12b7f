//! The loop around every decision: load, decide, commit; again when the world changed meanwhile.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chancery_core::decision::{Decision, Step, Undecided};
use chancery_core::env::Env;
use chancery_core::error::ApiError;
use chancery_core::facts::Facts;
use chancery_store::{Made, StoreError};

use crate::app::App;
use crate::cache::Age;
use crate::failure::Failure;

/// A decision that still needs facts after so many rounds never comes to an end.
const ROUNDS: usize = 24;
/// Conflicts are tried again for so long.
const PATIENCE: Duration = Duration::from_secs(2);

/// Settles a decision: its writes are durable, its events recorded, before the answer is returned.
pub async fn settle<T, E: Into<Failure>>(
    app: &Arc<App>,
    decide: impl FnMut(&Facts, &Env) -> Step<T, E>,
) -> Result<T, Failure> {
    settle_on(app, Age::Any, decide).await.map(|(answer, _)| answer)
}

/// The same, with the keys that the commit made.
pub async fn settle_made<T, E: Into<Failure>>(
    app: &Arc<App>,
    decide: impl FnMut(&Facts, &Env) -> Step<T, E>,
) -> Result<(T, Vec<Made>), Failure> {
    settle_on(app, Age::Any, decide).await
}

/// The same on facts of this moment: for changes whose guard must not stand on what memory still believes.
pub async fn settle_afresh<T, E: Into<Failure>>(
    app: &Arc<App>,
    decide: impl FnMut(&Facts, &Env) -> Step<T, E>,
) -> Result<T, Failure> {
    settle_on(app, Age::None, decide).await.map(|(answer, _)| answer)
}

/// The same on facts of this moment, with the keys that the commit made.
pub async fn settle_afresh_made<T, E: Into<Failure>>(
    app: &Arc<App>,
    decide: impl FnMut(&Facts, &Env) -> Step<T, E>,
) -> Result<(T, Vec<Made>), Failure> {
    settle_on(app, Age::None, decide).await
}

#[tracing::instrument(name = "settle", level = "debug", skip_all)]
async fn settle_on<T, E: Into<Failure>>(
    app: &Arc<App>,
    mut age: Age,
    mut decide: impl FnMut(&Facts, &Env) -> Step<T, E>,
) -> Result<(T, Vec<Made>), Failure> {
    let begun = Instant::now();
    let mut facts = Facts::default();
    loop {
        let (decision, from_memory) = reach(app, &mut facts, &mut decide, age).await?;
        // No refusal is decided from memory alone: what it stands on is loaded once more.
        if decision.outcome.is_err() && from_memory && age == Age::Any {
            age = Age::Fresh;
            facts = facts.kept();
            continue;
        }
        if decision.writes.is_empty() {
            app.recorder.record(decision.events);
            return decision.outcome.map(|answer| (answer, Vec::new())).map_err(Into::into);
        }
        match Box::pin(app.commit(decision.writes)).await {
            Ok(made) => {
                app.recorder.record(decision.events);
                return decision.outcome.map(|answer| (answer, made)).map_err(Into::into);
            }
            Err(StoreError::Conflict) if begun.elapsed() < PATIENCE => {
                age = Age::None;
                facts = facts.kept();
                tokio::time::sleep(jitter(app)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Reads facts and decides nothing.
pub async fn look_up<T>(
    app: &Arc<App>,
    mut read: impl FnMut(&Facts) -> Result<T, Undecided<ApiError>>,
) -> Result<T, Failure> {
    settle(app, |facts, _| Step::from(read(facts).map(Decision::allow))).await
}

/// Asks until the decision is made; says whether any fact came from memory.
async fn reach<T, E>(
    app: &App,
    facts: &mut Facts,
    decide: &mut impl FnMut(&Facts, &Env) -> Step<T, E>,
    age: Age,
) -> Result<(Decision<T, E>, bool), Failure> {
    let mut from_memory = false;
    for _ in 0..=ROUNDS {
        match app.with_env(|env| decide(facts, env)) {
            Step::Done(decision) => return Ok((decision, from_memory)),
            Step::Need(loads) => {
                for load in loads {
                    from_memory |= Box::pin(app.fetch(facts, load, age)).await?;
                }
            }
        }
    }
    Err(Failure::Internal("a decision asked for facts without end".to_owned()))
}

/// Up to 8 ms, so that those who collided do not meet again.
fn jitter(app: &App) -> Duration {
    let mut byte = [0];
    app.random.fill(&mut byte);
    Duration::from_micros(u64::from(byte[0]) * 32)
}
