//! Ids that were revoked one by one.

use std::sync::Arc;

use chancery_core::types::{FamilyKey, Timestamp};
use chancery_core::write::{Revoked, RevokedId, Write};
use chancery_store::Store;

use super::sample::*;

async fn stored(store: &Arc<dyn Store>, now: Timestamp) -> Vec<Revoked> {
    let mut revoked = store.revoked(now).await.expect("revoked ids");
    revoked.sort_by_key(|revoked| revoked.id);
    revoked
}

pub async fn every_field_reads_back(store: Arc<dyn Store>) {
    assert_eq!(stored(&store, NOW).await, vec![]);
    let family = |key| Revoked { id: RevokedId::Family(FamilyKey(key)), ..revoked(1) };
    let foreign = Revoked { organization: organization_id(2), expires_at: NOW + MINUTE, ..revoked(2) };
    let mut all = vec![family(i64::MAX), revoked(1), family(-1), foreign, family(7)];
    for it in &all {
        commit(&store, [Write::Revoke(*it)]).await;
    }
    all.sort_by_key(|revoked| revoked.id);
    assert_eq!(stored(&store, NOW).await, all);
}

pub async fn what_has_expired_is_left_out(store: Arc<dyn Store>) {
    let (first, second) = (Revoked { expires_at: NOW, ..revoked(1) }, revoked(2));
    commit(&store, [Write::Revoke(first), Write::Revoke(second)]).await;
    assert_eq!(stored(&store, before(NOW)).await.len(), 2);
    assert_eq!(stored(&store, NOW).await, vec![second]);
    assert_eq!(stored(&store, second.expires_at).await, vec![]);
}

pub async fn the_later_expiry_is_kept(store: Arc<dyn Store>) {
    let until = |expires_at| Revoked { expires_at, ..revoked(1) };
    for (expires_at, kept) in [
        (NOW + MINUTE, NOW + MINUTE),
        (NOW, NOW + MINUTE),
        (NOW + MINUTE, NOW + MINUTE),
        (NOW + DAY, NOW + DAY),
    ] {
        commit(&store, [Write::Revoke(until(expires_at))]).await;
        assert_eq!(stored(&store, before(NOW)).await, vec![until(kept)]);
    }
}
