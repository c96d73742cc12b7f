//! The loop around every decision: load, decide, commit; again when the world changed meanwhile.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chancery_core::decision::{Decision, Event, Step, Undecided};
use chancery_core::env::Env;
use chancery_core::error::ApiError;
use chancery_core::facts::{Facts, Load};
use chancery_core::write::Write;
use chancery_store::{Made, StoreError};

use crate::app::App;
use crate::cache::Age;
use crate::failure::Failure;

/// A decision that still needs facts after so many rounds never comes to an end.
const ROUNDS: usize = 24;
/// Conflicts are tried again for so long.
const PATIENCE: Duration = Duration::from_secs(2);

/// Settles a decision: its writes are durable, its events recorded, before the answer is returned.
pub async fn settle<T: Send, E: Into<Failure> + Send>(
    app: &Arc<App>,
    decide: impl FnMut(&Facts, &Env) -> Step<T, E> + Send,
) -> Result<T, Failure> {
    settle_on(app, Age::Any, decide).await.map(|(answer, _)| answer)
}

/// The same, with the keys that the commit made.
pub async fn settle_made<T: Send, E: Into<Failure> + Send>(
    app: &Arc<App>,
    decide: impl FnMut(&Facts, &Env) -> Step<T, E> + Send,
) -> Result<(T, Vec<Made>), Failure> {
    settle_on(app, Age::Any, decide).await
}

/// The same on facts of this moment: for changes whose guard must not stand on what memory still believes.
pub async fn settle_afresh<T: Send, E: Into<Failure> + Send>(
    app: &Arc<App>,
    decide: impl FnMut(&Facts, &Env) -> Step<T, E> + Send,
) -> Result<T, Failure> {
    settle_on(app, Age::None, decide).await.map(|(answer, _)| answer)
}

/// The same on facts of this moment, with the keys that the commit made.
pub async fn settle_afresh_made<T: Send, E: Into<Failure> + Send>(
    app: &Arc<App>,
    decide: impl FnMut(&Facts, &Env) -> Step<T, E> + Send,
) -> Result<(T, Vec<Made>), Failure> {
    settle_on(app, Age::None, decide).await
}

async fn settle_on<T: Send, E: Into<Failure> + Send>(
    app: &Arc<App>,
    age: Age,
    mut decide: impl FnMut(&Facts, &Env) -> Step<T, E> + Send,
) -> Result<(T, Vec<Made>), Failure> {
    let mut outcome = None;
    let mut turn = |facts: &Facts, env: &Env| match decide(facts, env) {
        Step::Need(loads) => Turn::Need(loads),
        Step::Done(Decision { outcome: reached, writes, events }) => {
            let is_refused = reached.is_err();
            outcome = Some(reached);
            Turn::Done { is_refused, writes, events }
        }
    };
    let made = drive(app, age, &mut turn).await?;
    let outcome = outcome.ok_or_else(|| Failure::Internal("nothing was decided".to_owned()))?;
    outcome.map(|answer| (answer, made)).map_err(Into::into)
}

/// What the loop sees of a decision: all but the answer, so that one loop serves every kind.
enum Turn {
    Need(Vec<Load>),
    Done { is_refused: bool, writes: Vec<Write>, events: Vec<Event> },
}

type Decide<'a> = &'a mut (dyn FnMut(&Facts, &Env) -> Turn + Send);

#[tracing::instrument(name = "settle", level = "debug", skip_all)]
async fn drive(app: &Arc<App>, mut age: Age, decide: Decide<'_>) -> Result<Vec<Made>, Failure> {
    let begun = Instant::now();
    let mut facts = Facts::default();
    let (mut rounds, mut from_memory) = (0, false);
    loop {
        let (is_refused, writes, events) = match app.with_env(|env| decide(&facts, env)) {
            Turn::Need(_) if rounds == ROUNDS => {
                return Err(Failure::Internal("a decision asked for facts without end".to_owned()));
            }
            Turn::Need(loads) => {
                rounds += 1;
                for load in loads {
                    from_memory |= app.recall(&mut facts, &load, age)
                        || Box::pin(app.fetch(&mut facts, load, age)).await?;
                }
                continue;
            }
            Turn::Done { is_refused, writes, events } => (is_refused, writes, events),
        };
        // No refusal is decided from memory alone: what it stands on is loaded once more.
        if is_refused && from_memory && age == Age::Any {
            age = Age::Fresh;
        } else if writes.is_empty() {
            app.recorder.record(events);
            return Ok(Vec::new());
        } else {
            match Box::pin(app.commit(writes)).await {
                Ok(made) => {
                    app.recorder.record(events);
                    return Ok(made);
                }
                Err(StoreError::Conflict) if begun.elapsed() < PATIENCE => {
                    age = Age::None;
                    tokio::time::sleep(jitter(app)).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        facts = facts.kept();
        (rounds, from_memory) = (0, false);
    }
}

/// Reads facts and decides nothing.
pub async fn look_up<T: Send>(
    app: &Arc<App>,
    mut read: impl FnMut(&Facts) -> Result<T, Undecided<ApiError>> + Send,
) -> Result<T, Failure> {
    settle(app, |facts, _| Step::from(read(facts).map(Decision::allow))).await
}

/// Up to 8 ms, so that those who collided do not meet again.
fn jitter(app: &App) -> Duration {
    let mut byte = [0];
    app.random.fill(&mut byte);
    Duration::from_micros(u64::from(byte[0]) * 32)
}
