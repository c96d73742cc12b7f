//! Events on their way to the store: gathered in memory, written in batches. A crash loses the last seconds.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chancery_core::decision::Event;
use chancery_core::types::{SecretId, Timestamp, UserId};
use chancery_core::write::Write;

use crate::telemetry::metrics;

/// Uses of secrets are recorded at this grain, in milliseconds.
const GRAIN: i64 = 60_000;

/// See the module.
#[derive(Default)]
pub struct Recorder {
    uses: Mutex<Uses>,
}

#[derive(Default)]
struct Uses {
    /// The last use, rounded down to the grain; kept so that each is written once.
    seen: HashMap<Used, Timestamp>,
    due: HashMap<Used, Timestamp>,
}

/// By what, or for whom, a token was issued.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Used {
    Secret(SecretId),
    User(UserId),
}

impl Recorder {
    /// Takes note of what happened.
    pub fn record(&self, events: Vec<Event>) {
        for event in events {
            count(&event);
            match event {
                Event::TokenIssued { user, proof: (_, secret), at, .. } => self.issued(user, secret, at),
                Event::TokenRefused { client, code } => {
                    tracing::debug!(client = ?client, error = code.as_str(), "token refused");
                }
            }
        }
    }

    fn issued(&self, user: Option<UserId>, secret: Option<SecretId>, at: Timestamp) {
        let at = Timestamp::from_millis(at.millis().div_euclid(GRAIN) * GRAIN);
        let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        for used in user.map(Used::User).into_iter().chain(secret.map(Used::Secret)) {
            if uses.seen.get(&used).is_none_or(|seen| *seen < at) {
                uses.seen.insert(used, at);
                uses.due.insert(used, at);
            }
        }
    }

    /// What is to be written now.
    pub fn drain(&self) -> Vec<Write> {
        let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        // Bounded: what was used long ago is simply noted again.
        if uses.seen.len() > 100_000 {
            uses.seen.clear();
        }
        let write = |(used, at)| match used {
            Used::Secret(secret) => Write::RecordUse(secret, at),
            Used::User(user) => Write::RecordToken(user, at),
        };
        std::mem::take(&mut uses.due).into_iter().map(write).collect()
    }
}

fn count(event: &Event) {
    match event {
        Event::TokenIssued { grant, .. } => metrics::token_issued(grant.as_str()),
        Event::TokenRefused { code, .. } => metrics::token_refused(code.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use chancery_core::client_auth::AuthMethod;
    use chancery_core::env::fixed::Counting;
    use chancery_core::grants::GrantType;
    use chancery_core::types::{ClientId, OrganizationId};

    use super::*;

    #[test]
    fn a_use_is_written_once_a_minute() {
        let (recorder, random) = (Recorder::default(), Counting::new(1));
        let secret = SecretId::random(&random);
        let event = |seconds| Event::TokenIssued {
            organization: OrganizationId::random(&random),
            client: ClientId::random(&random),
            grant: GrantType::ClientCredentials,
            user: None,
            proof: (AuthMethod::ClientSecretBasic, Some(secret)),
            at: Timestamp::from_seconds(seconds),
        };
        recorder.record(vec![event(60), event(61), event(119)]);
        assert_eq!(recorder.drain(), [Write::RecordUse(secret, Timestamp::from_seconds(60))]);
        recorder.record(vec![event(119)]);
        assert_eq!(recorder.drain(), []);
        recorder.record(vec![event(120)]);
        assert_eq!(recorder.drain().len(), 1);
    }
}
