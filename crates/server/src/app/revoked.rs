//! The ids that were revoked one by one, held in memory whole.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use chancery_core::tokens::{AccessToken, Revocations};
use chancery_core::types::Timestamp;
use chancery_core::write::RevokedId;
use chancery_store::{REVOKED_PAGE, Store, StoreError};

/// See the module.
#[derive(Default)]
pub struct RevokedIds(RwLock<HashMap<RevokedId, Timestamp>>);

impl RevokedIds {
    /// Adds. Never replaces: a revocation is not undone, and one committed while `revoked` was being read must not be
    /// lost.
    pub fn add(&self, revoked: impl IntoIterator<Item = (RevokedId, Timestamp)>) {
        let mut ids = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for (id, expires_at) in revoked {
            let until = ids.entry(id).or_insert(expires_at);
            *until = (*until).max(expires_at);
        }
    }

    /// Reads all that matter, page by page: there may be millions.
    pub async fn load(&self, store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
        let mut last = None;
        loop {
            let page = store.revoked_page(now, last).await?;
            self.add(page.iter().map(|it| (it.id, it.expires_at)));
            last = page.last().map(|it| it.id);
            if page.len() < REVOKED_PAGE as usize {
                return Ok(());
            }
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
