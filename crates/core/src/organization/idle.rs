//! When tokens of people lapse because nobody uses them.

use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::decision::Step;
use crate::env::Env;
use crate::error::{ApiCode, ApiError};
use crate::facts::Facts;
use crate::organization::Organization;
use crate::organization::settings::{Outcome, find, replaced};
use crate::types::{Lifetime, Timestamp};

/// `tokens/timeout`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IdleTimeout {
    /// `enableIdleTokenTimeout`, and when it was: what was not used before that is not held against anybody, since nobody
    /// took note.
    pub since: Option<Timestamp>,
    /// `idleTokenTimeoutSeconds`: a token that is not used for so long is refused.
    pub after: Lifetime,
    /// `inactivityTimeoutUnit`; how the vendor's clients show it.
    pub unit: Option<String>,
}

impl IdleTimeout {
    /// When a token of a person lapses without use; `None`: never before its time.
    pub fn limit(&self) -> Option<Idle> {
        self.since.map(|since| Idle { since, after: self.after })
    }
}

/// An idle timeout that is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Idle {
    since: Timestamp,
    after: Lifetime,
}

impl Idle {
    /// When a token that was last used then lapses.
    pub fn lapses_at(self, used: Timestamp) -> Timestamp {
        used.max(self.since) + self.after
    }
}

/// What an idle timeout can be.
pub const IDLE_RANGE: std::ops::RangeInclusive<i64> = 300..=28_800;

impl Default for IdleTimeout {
    fn default() -> Self {
        Self { since: None, after: Lifetime::from_seconds(28_800), unit: None }
    }
}

/// Replaces the idle timeout of tokens; what the caller leaves out stays.
pub fn idle_after(
    facts: &Facts,
    caller: &Caller,
    seconds: Option<i64>,
    enabled: Option<bool>,
    unit: Option<&str>,
    env: &Env,
) -> Step<Organization, ApiError> {
    let decide = || -> Outcome {
        let mut it = find(facts, caller)?;
        let idle = &mut it.settings.idle;
        if let Some(seconds) = seconds {
            let refused = || ApiError::new(ApiCode::TokenTimeoutExceeded).at("idleTokenTimeoutSeconds");
            let fits = Some(seconds).filter(|seconds| IDLE_RANGE.contains(seconds));
            let seconds = fits.and_then(|it| u32::try_from(it).ok()).ok_or_else(refused)?;
            idle.after = Lifetime::from_seconds(seconds);
        }
        if let Some(unit) = unit {
            if !["Minutes", "Hours"].contains(&unit) {
                let reason = "The unit is Minutes or Hours.";
                return Err(ApiError::constraint("inactivityTimeoutUnit", reason).into());
            }
            idle.unit = Some(unit.to_owned());
        }
        if enabled.unwrap_or(idle.since.is_some()) {
            idle.since.get_or_insert(env.now);
        } else {
            idle.since = None;
        }
        Ok(replaced(it))
    };
    decide().into()
}

#[cfg(test)]
mod tests;
