//! Users, their sessions, and what they allowed.

use std::cmp::Reverse;

use chancery_core::consent::Consent;
use chancery_core::session::{NewSession, Session};
use chancery_core::types::{ClientId, OrganizationId, SessionKey, Timestamp, UserId};
use chancery_core::user::{Profile, User, UserState};

use super::State;
use super::write::{Done, demand, insert};
use crate::StoreError;

impl State {
    /// Users that are deleted have no address.
    pub fn create_user(&mut self, it: User) -> Done {
        let (owner, email, live) = (it.organization, it.email.clone(), it.state != UserState::Deleted);
        insert(&mut self.users, it.id, it, |other| {
            live && other.state != UserState::Deleted && other.organization == owner && other.email == email
        })
    }

    /// What is recorded by itself, and where it comes from, stays as it is.
    pub fn replace_user(&mut self, new: User) -> Done {
        let stored = self.take_user(new.id, new.version)?;
        self.create_user(User {
            organization: stored.organization,
            version: stored.version + 1,
            created_at: stored.created_at,
            last_token_at: stored.last_token_at,
            last_login_at: stored.last_login_at,
            ..new
        })
    }

    /// Nothing is left that it could act with.
    pub fn delete_user(&mut self, organization: OrganizationId, id: UserId, version: u32) -> Done {
        let stored = self.take_user(id, version)?;
        demand(stored.organization == organization)?;
        self.create_user(User {
            state: UserState::Deleted,
            password: None,
            former_passwords: Vec::new(),
            profile: Profile::default(),
            epoch: stored.epoch + 1,
            version: stored.version + 1,
            ..stored
        })?;
        self.replace_grants(organization, id.into(), Vec::new())?;
        self.consents.retain(|(user, _), _| *user != id);
        self.end_sessions(id, None);
        Ok(())
    }

    fn take_user(&mut self, id: UserId, version: u32) -> Result<User, StoreError> {
        let taken = self.users.remove(&id);
        taken.filter(|it| it.version == version && it.state != UserState::Deleted).ok_or(StoreError::Conflict)
    }

    pub fn user_by_email(&self, organization: OrganizationId, email: &str) -> Option<User> {
        let mut live = self.users.values().filter(|it| it.state != UserState::Deleted);
        live.find(|it| it.organization == organization && it.email == email).cloned()
    }

    pub fn user_ids(&self, organization: OrganizationId, state: Option<UserState>) -> Vec<UserId> {
        let own = self.users.values().filter(|it| it.organization == organization);
        let own = own.filter(|it| state.is_none_or(|state| it.state == state));
        let mut own: Vec<_> = own.map(|it| (&it.name, it.id)).collect();
        own.sort_unstable();
        own.into_iter().map(|(_, id)| id).collect()
    }

    pub fn create_session(&mut self, origin: NewSession) -> SessionKey {
        self.last_session += 1;
        let key = SessionKey(self.last_session);
        let seen_at = origin.created_at;
        self.sessions.insert(key, Session { key, origin, seen_at });
        key
    }

    pub fn end_sessions(&mut self, user: UserId, but: Option<SessionKey>) {
        self.sessions.retain(|key, it| it.origin.user != user || Some(*key) == but);
    }

    pub fn record_session(&mut self, key: SessionKey, at: Timestamp) {
        if let Some(session) = self.sessions.get_mut(&key) {
            session.seen_at = session.seen_at.max(at);
        }
    }

    pub fn sessions_of(&self, user: UserId) -> Vec<Session> {
        let mut own: Vec<_> = self.sessions.values().filter(|it| it.origin.user == user).cloned().collect();
        own.sort_by_key(|it| Reverse((it.origin.created_at, it.key)));
        own
    }

    pub fn create_consent(&mut self, it: Consent) -> Done {
        insert(&mut self.consents, (it.user, it.client), it, |_| false)
    }

    /// Whose it is, and since when, stays as it is.
    pub fn replace_consent(&mut self, new: Consent) -> Done {
        let stored = self.consents.get_mut(&(new.user, new.client));
        let stored = stored.filter(|it| it.version == new.version).ok_or(StoreError::Conflict)?;
        *stored = Consent {
            organization: stored.organization,
            version: stored.version + 1,
            created_at: stored.created_at,
            ..new
        };
        Ok(())
    }

    pub fn consents_of(&self, user: UserId) -> Vec<Consent> {
        let mut own: Vec<_> = self.consents.values().filter(|it| it.user == user).cloned().collect();
        own.sort_by_key(|it| (Reverse(it.created_at), it.client));
        own
    }

    pub fn ask_again(&mut self, client: ClientId) {
        for it in self.consents.values_mut().filter(|it| it.client == client && it.asked) {
            (it.asked, it.version) = (false, it.version + 1);
        }
    }

    pub fn drop_consents_to(&mut self, client: ClientId) {
        self.consents.retain(|(_, other), _| *other != client);
    }
}
