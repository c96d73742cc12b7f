//! The shape of every decision: the answer, the writes, the events.

use crate::client_auth::AuthMethod;
use crate::error::ErrorCode;
use crate::facts::Load;
use crate::grants::GrantType;
use crate::types::{ClientId, OrganizationId, SecretId, SessionKey, Timestamp, UserId};
use crate::write::Write;

/// What a decision function answers: it needs more facts, or it is done.
#[derive(Debug)]
pub enum Step<T, E> {
    /// Fetch these, then ask again.
    Need(Vec<Load>),
    /// Commit the writes, record the events, then give the answer.
    Done(Decision<T, E>),
}

/// An answer with its consequences. A refusal can carry writes too.
#[derive(Debug)]
pub struct Decision<T, E> {
    /// The answer.
    pub outcome: Result<T, E>,
    /// Durable before the answer is given; all of them or none.
    pub writes: Vec<Write>,
    /// Recorded in batches; a crash may lose the last seconds of them.
    pub events: Vec<Event>,
}

impl<T, E> Decision<T, E> {
    /// Yes, and nothing changes.
    pub const fn allow(value: T) -> Self {
        Self { outcome: Ok(value), writes: Vec::new(), events: Vec::new() }
    }

    /// Yes, once these are written.
    pub const fn write(value: T, writes: Vec<Write>) -> Self {
        Self { outcome: Ok(value), writes, events: Vec::new() }
    }

    /// No.
    pub const fn refuse(error: E) -> Self {
        Self { outcome: Err(error), writes: Vec::new(), events: Vec::new() }
    }

    /// With another form of the answer.
    pub fn map<U>(self, with: impl FnOnce(T) -> U) -> Decision<U, E> {
        Decision { outcome: self.outcome.map(with), writes: self.writes, events: self.events }
    }

    /// With something to record.
    pub fn and(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }
}

/// Why a function stopped before its end: facts are missing, or the answer is no. Lets `?` serve both.
#[derive(Debug)]
pub enum Undecided<E> {
    /// Fetch these, then ask again.
    Need(Vec<Load>),
    /// The answer is no.
    Refused(E),
    /// The answer is no, and these are durable before it is given.
    RefusedWith(E, Vec<Write>),
}

impl<E> From<E> for Undecided<E> {
    fn from(error: E) -> Self {
        Self::Refused(error)
    }
}

impl<E> Undecided<E> {
    /// The same; if it is a refusal, these are durable too.
    pub fn with(self, more: &[Write]) -> Self {
        match self {
            Self::Refused(error) if !more.is_empty() => Self::RefusedWith(error, more.to_vec()),
            Self::RefusedWith(error, mut writes) => {
                writes.extend(more.iter().cloned());
                Self::RefusedWith(error, writes)
            }
            other => other,
        }
    }

    /// The same with another form of the refusal.
    pub fn map<F>(self, with: impl FnOnce(E) -> F) -> Undecided<F> {
        match self {
            Self::Need(loads) => Undecided::Need(loads),
            Self::Refused(error) => Undecided::Refused(with(error)),
            Self::RefusedWith(error, writes) => Undecided::RefusedWith(with(error), writes),
        }
    }
}

impl<T, E> From<Result<Decision<T, E>, Undecided<E>>> for Step<T, E> {
    fn from(result: Result<Decision<T, E>, Undecided<E>>) -> Self {
        match result {
            Ok(decision) => Self::Done(decision),
            Err(Undecided::Refused(error)) => Self::Done(Decision::refuse(error)),
            Err(Undecided::RefusedWith(error, writes)) => {
                Self::Done(Decision { writes, ..Decision::refuse(error) })
            }
            Err(Undecided::Need(loads)) => Self::Need(loads),
        }
    }
}

/// Something that happened and is counted, not something that must not be lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An access token was issued.
    TokenIssued {
        /// Whose client it is.
        organization: OrganizationId,
        /// To whom.
        client: ClientId,
        /// By which grant.
        grant: GrantType,
        /// For whom; `None`: for the client itself.
        user: Option<UserId>,
        /// How the client proved who it is, and with which of its secrets.
        proof: (AuthMethod, Option<SecretId>),
        /// When.
        at: Timestamp,
    },
    /// A browser's session was used.
    SessionUsed {
        /// Which.
        session: SessionKey,
        /// When.
        at: Timestamp,
    },
    /// A token request was refused.
    TokenRefused {
        /// The client that it says it came from, proven or not, and whose that is; `None`: no client of ours.
        client: Option<(ClientId, OrganizationId)>,
        /// Why.
        code: ErrorCode,
        /// When.
        at: Timestamp,
    },
}
