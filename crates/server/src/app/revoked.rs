//! The ids that were revoked one by one, held in memory whole.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use chancery_core::tokens::{AccessToken, Revocations};
use chancery_core::types::Timestamp;
use chancery_core::write::{Revoked, RevokedId};

/// See the module.
#[derive(Default)]
pub struct RevokedIds(RwLock<HashMap<RevokedId, Timestamp>>);

impl RevokedIds {
    /// Adds. Never replaces: a revocation is not undone, and one committed while `revoked` was being read must not be
    /// lost.
    pub fn add(&self, revoked: &[Revoked]) {
        if revoked.is_empty() {
            return;
        }
        let mut ids = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for it in revoked {
            let until = ids.entry(it.id).or_insert(it.expires_at);
            *until = (*until).max(it.expires_at);
        }
    }

    /// Drops what has expired.
    pub fn prune(&self, now: Timestamp) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).retain(|_, until| now < *until);
    }
}

impl Revocations for RevokedIds {
    fn covers(&self, token: &AccessToken) -> bool {
        let ids = self.0.read().unwrap_or_else(PoisonError::into_inner);
        !ids.is_empty()
            && (ids.contains_key(&RevokedId::Token(token.id))
                || token.family.is_some_and(|family| ids.contains_key(&RevokedId::Family(family))))
    }
}
