//! Ending sessions: one's own by the cookie that proves it, or whichever of a person's somebody may end.

use crate::audit::{Entry, kinds};
use crate::client::Actor;
use crate::decision::{Decision, Step, Undecided};
use crate::env::Env;
use crate::error::{ApiCode, ApiError};
use crate::facts::Facts;
use crate::session::{Session, proved};
use crate::ticket::Handle;
use crate::types::SessionKey;
use crate::user::User;
use crate::write::Write;

/// Ends the session that a cookie proves, whether it still stood for anybody or not.
pub fn log_out(facts: &Facts, handle: &Handle, env: &Env) -> Step<(), ApiError> {
    let decide = || -> Result<Decision<(), ApiError>, Undecided<ApiError>> {
        let Some(session) = proved(facts, handle, env)? else { return Ok(Decision::allow(())) };
        let entry = Entry {
            actor: Some(Actor::User(session.origin.user)),
            ..Entry::of(session.origin.organization, kinds::LOGOUT, env.now)
        };
        Ok(Decision::write((), vec![Write::EndSession(session.key), Write::Audit(Box::new(entry))]))
    };
    decide().into()
}

/// Which of a person's sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which<'a> {
    /// The one of this id.
    One(&'a str),
    /// All of them, but this one if there is one.
    AllBut(Option<SessionKey>),
}

/// Ends sessions of `user`, which are `known`; says which, if it was one. Another's is not found.
pub fn end(user: &User, known: &[Session], which: Which, entry: Entry) -> Step<Option<SessionKey>, ApiError> {
    let entry = Write::Audit(Box::new(Entry { kind: kinds::SESSIONS_ENDED.to_owned(), ..entry }));
    let (ended, write) = match which {
        Which::AllBut(key) => (None, Write::EndSessions(user.id, key)),
        Which::One(id) => {
            let own = |session: &&Session| session.origin.user == user.id && session.key.0.to_string() == id;
            let Some(session) = known.iter().find(own) else {
                return Step::Done(Decision::refuse(ApiError::new(ApiCode::NotFound)));
            };
            (Some(session.key), Write::EndSession(session.key))
        }
    };
    Step::Done(Decision::write(ended, vec![write, entry]))
}
