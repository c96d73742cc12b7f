//! Events on their way to the store: gathered in memory, written in batches. A crash loses the last seconds.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chancery_core::audit::{Entry, kinds};
use chancery_core::client::Actor;
use chancery_core::decision::Event;
use chancery_core::types::{ClientId, FamilyKey, OrganizationId, SecretId, SessionKey, Timestamp, UserId};
use chancery_core::write::Write;
use foldhash::HashMap;

use crate::telemetry::metrics;

/// Uses are recorded at this grain, in milliseconds.
const GRAIN: i64 = 60_000;
/// No more uses, and no more different events, are remembered at a time.
const MOST: usize = 100_000;

/// See the module.
pub struct Recorder {
    /// Whether the audit log is told of tokens that were issued.
    tokens: bool,
    noted: Mutex<Noted>,
}

#[derive(Default)]
struct Noted {
    /// The last use; kept so that each is written once in its grain.
    seen: HashMap<Used, Timestamp>,
    due: HashMap<Used, Timestamp>,
    events: HashMap<Counted, (OrganizationId, u32, Timestamp)>,
}

/// By what, or for whom, a token was issued; or what was used.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Used {
    Secret(SecretId),
    User(UserId),
    Family(FamilyKey),
    Session(SessionKey),
}

/// Events that are one entry in the audit log if they happen together.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Counted {
    kind: &'static str,
    client: ClientId,
    user: Option<UserId>,
    detail: &'static str,
}

impl Hash for Counted {
    /// A client has few kinds of events for one person: the ids tell nearly all of them apart.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.client.hash(state);
        self.user.hash(state);
    }
}

impl Recorder {
    /// That tells the audit log of `tokens` that were issued, or does not.
    pub fn new(tokens: bool) -> Self {
        Self { tokens, noted: Mutex::default() }
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of what happened.
    pub fn record(&self, events: Vec<Event>) {
        for event in events {
            count(&event);
            match event {
                Event::TokenIssued { organization, client, grant, user, proof: (_, secret), at } => {
                    let mut noted = self.noted();
                    noted.used(user.map(Used::User), at);
                    noted.used(secret.map(Used::Secret), at);
                    if self.tokens {
                        let (kind, detail) = (kinds::TOKEN_ISSUED, grant.as_str());
                        noted.tally(organization, Counted { kind, client, user, detail }, at);
                    }
                }
                Event::SessionUsed { session, at } => self.session(session, at),
                Event::TokenRefused { client, code, at } => {
                    let shown = client.map(|(id, _)| id);
                    tracing::debug!(client = ?shown, error = code.as_str(), "token refused");
                    if let Some((client, organization)) = client {
                        let (kind, detail) = (kinds::TOKEN_REFUSED, code.as_str());
                        self.noted().tally(organization, Counted { kind, client, user: None, detail }, at);
                    }
                }
            }
        }
    }

    /// A token of a family was used.
    pub fn family(&self, family: FamilyKey, at: Timestamp) {
        self.noted().used(Some(Used::Family(family)), at);
    }

    /// A session was used.
    pub fn session(&self, session: SessionKey, at: Timestamp) {
        self.noted().used(Some(Used::Session(session)), at);
    }

    /// When a token of a family was last used, as far as this node knows.
    pub fn family_used(&self, family: FamilyKey) -> Option<Timestamp> {
        self.noted().seen.get(&Used::Family(family)).copied()
    }

    /// What is to be written now, made while it is written: a busy moment leaves much of it.
    pub fn drain(&self) -> impl Iterator<Item = Write> + Send + use<> {
        let mut noted = self.noted();
        // Bounded: what was used long ago is simply noted again.
        if noted.seen.len() > MOST {
            noted.seen.clear();
        }
        let write = |(used, at)| match used {
            Used::Secret(secret) => Write::RecordUse(secret, at),
            Used::User(user) => Write::RecordToken(user, at),
            Used::Family(family) => Write::RecordFamily(family, at),
            Used::Session(session) => Write::RecordSession(session, at),
        };
        let (due, events) = (std::mem::take(&mut noted.due), std::mem::take(&mut noted.events));
        drop(noted);
        // In one order on every node: nobody waits for whoever waits for them.
        let due: BTreeMap<_, _> = due.into_iter().collect();
        let uses = due.into_iter().map(write);
        let entries = events.into_iter().map(|(what, (organization, count, at))| {
            Write::Audit(Box::new(Entry {
                // Whoever was refused may be anybody.
                actor: (what.kind == kinds::TOKEN_ISSUED)
                    .then(|| what.user.map_or(Actor::Client(what.client), Actor::User)),
                client: Some(what.client),
                count,
                detail: Some(what.detail.to_owned()),
                ..Entry::of(organization, what.kind, at)
            }))
        });
        uses.chain(entries)
    }
}

impl Noted {
    fn used(&mut self, used: Option<Used>, at: Timestamp) {
        let Some(used) = used else { return };
        let grain = Timestamp::from_millis(at.millis().div_euclid(GRAIN) * GRAIN);
        // A timeout is kept to the moment, as long as this node remembers.
        let at = if matches!(used, Used::Family(_)) { at } else { grain };
        let before = self.seen.get_mut(&used).map(|seen| std::mem::replace(seen, at.max(*seen)));
        if before.is_none() {
            self.seen.insert(used, at);
        }
        if before.is_none_or(|before| before < grain) {
            self.due.insert(used, grain);
        }
    }

    fn tally(&mut self, organization: OrganizationId, what: Counted, at: Timestamp) {
        if let Some((_, count, last)) = self.events.get_mut(&what) {
            *count = count.saturating_add(1);
            *last = at.max(*last);
        } else if self.events.len() < MOST {
            self.events.insert(what, (organization, 1, at));
        }
    }
}

fn count(event: &Event) {
    match event {
        Event::TokenIssued { grant, .. } => metrics::token_issued(grant.as_str()),
        Event::SessionUsed { .. } => {}
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
        let (recorder, random) = (Recorder::new(true), Counting::new(1));
        let secret = SecretId::random(&random);
        let event = |seconds| Event::TokenIssued {
            organization: OrganizationId::random(&random),
            client: ClientId::random(&random),
            grant: GrantType::ClientCredentials,
            user: None,
            proof: (AuthMethod::ClientSecretBasic, Some(secret)),
            at: Timestamp::from_seconds(seconds),
        };
        let uses =
            || -> Vec<Write> { recorder.drain().filter(|it| !matches!(it, Write::Audit(_))).collect() };
        recorder.record(vec![event(60), event(61), event(119)]);
        assert_eq!(uses(), [Write::RecordUse(secret, Timestamp::from_seconds(60))]);
        recorder.record(vec![event(119)]);
        assert_eq!(uses(), []);
        recorder.record(vec![event(120)]);
        assert_eq!(uses().len(), 1);
        let silent = Recorder::new(false);
        silent.record(vec![event(60)]);
        assert_eq!(
            silent.drain().collect::<Vec<_>>(),
            [Write::RecordUse(secret, Timestamp::from_seconds(60))]
        );
    }

    #[test]
    fn what_happens_together_is_one_entry() {
        let (recorder, random) = (Recorder::new(true), Counting::new(1));
        let (organization, client) = (OrganizationId::random(&random), ClientId::random(&random));
        let refused = |seconds| Event::TokenRefused {
            client: Some((client, organization)),
            code: chancery_core::error::ErrorCode::InvalidGrant,
            at: Timestamp::from_seconds(seconds),
        };
        recorder.record(vec![refused(60), refused(62), refused(61)]);
        let [Write::Audit(entry)] = &recorder.drain().collect::<Vec<_>>()[..] else { panic!("one entry") };
        assert_eq!((entry.count, entry.at), (3, Timestamp::from_seconds(62)));
        assert_eq!((&*entry.kind, entry.detail.as_deref()), (kinds::TOKEN_REFUSED, Some("invalid_grant")));
        assert_eq!(recorder.drain().next(), None);
    }
}
