//! Ids that were revoked one by one.

use std::sync::Arc;

use chancery_core::types::{FamilyKey, Timestamp};
use chancery_core::write::{Revoked, RevokedId, Write};
use chancery_store::{REVOKED_PAGE, Store};

use super::sample::*;

async fn stored(store: &Arc<dyn Store>, now: Timestamp) -> Vec<Revoked> {
    let mut revoked = read_revoked(store, now).await;
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

pub async fn many_come_in_pages_and_each_once(store: Arc<dyn Store>) {
    let all: Vec<_> = (0..u64::from(REVOKED_PAGE) + 7).map(revoked).collect();
    for some in all.chunks(500) {
        let writes = some.iter().map(|it| Write::Revoke(*it)).collect();
        store.commit(writes, NOW).await.expect("a commit");
    }
    let first = store.revoked_page(NOW, None).await.expect("a page");
    let rest = store.revoked_page(NOW, first.last().map(|it| it.id)).await.expect("a page");
    assert_eq!((first.len(), rest.len()), (REVOKED_PAGE as usize, 7));
    let mut found: Vec<_> = first.into_iter().chain(rest).map(|it| it.id).collect();
    found.sort_unstable();
    found.dedup();
    assert_eq!(found.len(), all.len());
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
