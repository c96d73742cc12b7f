//! The session of a browser in which a person has logged in. A cookie names its row and proves it.

pub mod attempts;
pub mod end;
pub mod end_session;
pub mod login;

use std::net::IpAddr;
use std::sync::Arc;

use crate::decision::Undecided;
use crate::env::Env;
use crate::facts::Facts;
use crate::ticket::Handle;
use crate::user::{User, UserState};

use crate::types::{Digest, Lifetime, OrganizationId, SessionKey, Timestamp, UserId};

/// A session that is not stored yet; the store makes its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// Whose organization it is.
    pub organization: OrganizationId,
    /// Who logged in.
    pub user: UserId,
    /// The user's epoch at that time.
    pub user_epoch: u32,
    /// Digest of the verifier in the cookie.
    pub digest: Digest,
    /// From where.
    pub address: Option<IpAddr>,
    /// With what, as the browser says it; cut to 256 characters.
    pub agent: String,
    /// When the person logged in (`auth_time`).
    pub created_at: Timestamp,
    /// When it ends, used or not.
    pub expires_at: Timestamp,
}

/// A stored session; one that was ended is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its row.
    pub key: SessionKey,
    /// What it was made with.
    pub origin: NewSession,
    /// When it was last used, at a minute's grain.
    pub seen_at: Timestamp,
}

/// The live session that a cookie names and proves, with its person.
pub fn find<'a, E>(
    facts: &'a Facts,
    handle: &Handle,
    env: &Env,
) -> Result<Option<(&'a Arc<Session>, &'a Arc<User>)>, Undecided<E>> {
    let Some(session) = proved(facts, handle, env)? else { return Ok(None) };
    let backs = |user: &&Arc<User>| session.stands_for(user, env.policy.login.session_idle, env.now);
    Ok(facts.user(session.origin.user)?.as_ref().filter(backs).map(|user| (session, user)))
}

/// The session that a cookie names and proves, whether it still stands for anybody or not.
pub fn proved<'a, E>(
    facts: &'a Facts,
    handle: &Handle,
    env: &Env,
) -> Result<Option<&'a Arc<Session>>, Undecided<E>> {
    let session = facts.session(SessionKey(handle.row))?.as_ref();
    Ok(session.filter(|session| handle.verifier.matches(&session.origin.digest, env.keys)))
}

impl Session {
    /// Whether it still stands for `user`, as the user is now.
    pub fn stands_for(&self, user: &User, idle: Lifetime, now: Timestamp) -> bool {
        user.id == self.origin.user
            && user.epoch == self.origin.user_epoch
            && user.state == UserState::Active
            && self.is_live(idle, now)
    }

    /// Whether it has neither idled nor come to its end.
    pub fn is_live(&self, idle: Lifetime, now: Timestamp) -> bool {
        now < self.origin.expires_at && now < self.seen_at + idle
    }
}
