//! The server's keys.

use std::sync::Arc;

use chancery_core::keyring::KeyRow;
use chancery_core::types::KeyId;
use chancery_core::write::Write;
use chancery_store::Store;

use super::sample::*;

async fn stored(store: &Arc<dyn Store>) -> Vec<KeyRow> {
    let mut keys = store.keys().await.expect("keys");
    keys.sort_by_key(|key| key.id);
    keys
}

async fn create(store: &Arc<dyn Store>) -> Vec<KeyRow> {
    for key in keys().into_iter().rev() {
        commit(store, [Write::CreateKey(key)]).await;
    }
    keys()
}

pub async fn every_field_reads_back(store: Arc<dyn Store>) {
    assert_eq!(stored(&store).await, vec![]);
    let mut all = create(&store).await;
    assert_eq!(all.len(), 3);
    let last = KeyRow { id: KeyId(u32::MAX), wrapped: vec![], active_from: NOW + DAY, ..all[0].clone() };
    commit(&store, [Write::CreateKey(last.clone())]).await;
    all.push(last);
    assert_eq!(stored(&store).await, all);
}

pub async fn an_id_is_taken_once(store: Arc<dyn Store>) {
    let all = create(&store).await;
    conflict(&store, [Write::CreateKey(KeyRow { id: KeyId(1), ..all[1].clone() })]).await;
    assert_eq!(stored(&store).await, all);
}

pub async fn a_deleted_one_is_gone(store: Arc<dyn Store>) {
    let mut all = create(&store).await;
    commit(&store, [Write::DeleteKey(KeyId(2))]).await;
    all.remove(1);
    assert_eq!(stored(&store).await, all);
}

pub async fn deleting_one_that_is_gone_is_no_conflict(store: Arc<dyn Store>) {
    let all = create(&store).await;
    commit(&store, [Write::DeleteKey(KeyId(9))]).await;
    assert_eq!(stored(&store).await, all);
}
