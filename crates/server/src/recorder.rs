//! Events on their way to the store: gathered in memory, written in batches. A crash loses the last seconds.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chancery_core::decision::Event;
use chancery_core::types::{SecretId, Timestamp};
use chancery_core::write::Write;

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
    seen: HashMap<SecretId, Timestamp>,
    due: HashMap<SecretId, Timestamp>,
}

impl Recorder {
    /// Takes note of what happened.
    pub fn record(&self, events: Vec<Event>) {
        for event in events {
            match event {
                Event::TokenIssued { proof: (_, Some(secret)), at, .. } => self.used(secret, at),
                Event::TokenIssued { client, .. } => tracing::debug!(%client, "token issued"),
                Event::TokenRefused { client, code } => {
                    tracing::debug!(client = ?client, error = code.as_str(), "token refused");
                }
            }
        }
    }

    fn used(&self, secret: SecretId, at: Timestamp) {
        let at = Timestamp::from_millis(at.millis().div_euclid(GRAIN) * GRAIN);
        let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        if uses.seen.get(&secret).is_none_or(|seen| *seen < at) {
            uses.seen.insert(secret, at);
            uses.due.insert(secret, at);
        }
    }

    /// What is to be written now.
    pub fn drain(&self) -> Vec<Write> {
        let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        // Bounded: what was used long ago is simply noted again.
        if uses.seen.len() > 100_000 {
            uses.seen.clear();
        }
        std::mem::take(&mut uses.due).into_iter().map(|(secret, at)| Write::RecordUse(secret, at)).collect()
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
