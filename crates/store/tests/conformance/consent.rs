//! What people allowed clients to do.

use std::sync::Arc;

use chancery_core::consent::{Consent, ConsentState};
use chancery_core::types::{Scope, Timestamp};
use chancery_core::write::{Require, Write};
use chancery_store::Store;

use super::sample::*;

async fn create<const N: usize>(store: &Arc<dyn Store>, consents: [Consent; N]) {
    commit(store, consents.map(Write::CreateConsent)).await;
}

pub async fn every_field_reads_back(store: Arc<dyn Store>) {
    let other = Consent {
        organization: organization_id(2),
        scope: Scope::EMPTY,
        asked: false,
        state: ConsentState::Revoked,
        epoch: u32::MAX,
        version: u32::MAX,
        created_at: Timestamp::from_millis(i64::MIN),
        modified_at: Timestamp::from_millis(i64::MAX),
        ..consent(2, 2)
    };
    let zero = Consent { epoch: 0, version: 0, ..consent(3, 3) };
    for it in [consent(1, 1), other, zero] {
        create(&store, [it.clone()]).await;
        assert_eq!(store.find_consent(it.user, it.client).await, Ok(Some(it.clone())));
        assert_eq!(store.consents(it.user).await, Ok(vec![it]));
    }
}

pub async fn one_that_does_not_exist_is_not_found(store: Arc<dyn Store>) {
    create(&store, [consent(1, 2)]).await;
    for (user, client) in [(2, 1), (1, 1), (2, 2)] {
        assert_eq!(store.find_consent(user_id(user), client_id(client)).await, Ok(None));
    }
    assert_eq!(store.consents(user_id(2)).await, Ok(vec![]));
}

pub async fn there_is_one_of_a_user_and_a_client(store: Arc<dyn Store>) {
    create(&store, [consent(1, 1)]).await;
    conflict(&store, [Write::CreateConsent(Consent { organization: organization_id(2), ..consent(1, 1) })])
        .await;
    create(&store, [consent(1, 2), consent(2, 1)]).await;
    assert_eq!(read_consent(&store, 1, 1).await, consent(1, 1));
}

pub async fn of_64_who_make_one_one_succeeds(store: Arc<dyn Store>) {
    let of_epoch = |n| Consent { epoch: u32::try_from(n).expect("small"), ..consent(1, 1) };
    let results = race(&[Arc::clone(&store)], 64, |n| vec![Write::CreateConsent(of_epoch(n))]).await;
    assert_eq!(winners(&results), 1);
    let winner = (0..).zip(&results).find(|(_, result)| result.is_ok()).map(|(n, _)| n).expect("one");
    assert_eq!(read_consent(&store, 1, 1).await, of_epoch(winner));
}

pub async fn they_are_listed_newest_first(store: Arc<dyn Store>) {
    let at = |client, created_at| Consent { created_at, ..consent(1, client) };
    let (old, new) = (at(1, before(NOW)), at(2, after(NOW)));
    let mut same: Vec<_> = (3..8).map(|client| at(client, NOW)).collect();
    create(&store, [old.clone(), new.clone(), consent(2, 9)]).await;
    store
        .commit(same.iter().rev().cloned().map(Write::CreateConsent).collect(), NOW)
        .await
        .expect("consents");
    same.sort_by_key(|it| it.client.to_string());
    let expected = [vec![new], same, vec![old]].concat();
    assert_eq!(store.consents(user_id(1)).await, Ok(expected));
}

pub async fn replacing_one_changes_what_can_be_changed(store: Arc<dyn Store>) {
    create(&store, [consent(1, 1), consent(1, 2), consent(2, 1)]).await;
    let new = Consent {
        scope: Scope::EMPTY,
        asked: false,
        state: ConsentState::Revoked,
        epoch: 7,
        modified_at: after(NOW),
        ..consent(1, 1)
    };
    commit(&store, [Write::ReplaceConsent(new.clone())]).await;
    assert_eq!(read_consent(&store, 1, 1).await, Consent { version: 2, ..new });
    commit(&store, [Write::ReplaceConsent(Consent { version: 2, ..consent(1, 1) })]).await;
    assert_eq!(read_consent(&store, 1, 1).await, Consent { version: 3, ..consent(1, 1) });
    assert_eq!(read_consent(&store, 1, 2).await, consent(1, 2));
    assert_eq!(read_consent(&store, 2, 1).await, consent(2, 1));
}

pub async fn replacing_one_keeps_whose_it_is_and_since_when(store: Arc<dyn Store>) {
    create(&store, [consent(1, 1)]).await;
    let moved = Consent { organization: organization_id(2), created_at: after(NOW), ..consent(1, 1) };
    commit(&store, [Write::ReplaceConsent(moved)]).await;
    assert_eq!(read_consent(&store, 1, 1).await, Consent { version: 2, ..consent(1, 1) });
}

pub async fn replacing_a_stale_version_conflicts(store: Arc<dyn Store>) {
    create(&store, [consent(1, 1)]).await;
    commit(&store, [Write::ReplaceConsent(consent(1, 1))]).await;
    for version in [0, 1, 3] {
        conflict(&store, [Write::ReplaceConsent(Consent { epoch: 9, version, ..consent(1, 1) })]).await;
    }
    assert_eq!(read_consent(&store, 1, 1).await, Consent { version: 2, ..consent(1, 1) });
}

pub async fn replacing_one_that_does_not_exist_conflicts(store: Arc<dyn Store>) {
    create(&store, [consent(1, 1)]).await;
    conflict(&store, [Write::ReplaceConsent(consent(1, 2))]).await;
    conflict(&store, [Write::ReplaceConsent(consent(2, 1))]).await;
}

pub async fn of_64_replacements_of_a_version_one_succeeds(store: Arc<dyn Store>) {
    create(&store, [consent(1, 1)]).await;
    let of_epoch = |n| Consent { epoch: u32::try_from(n).expect("small"), ..consent(1, 1) };
    let results = race(&[Arc::clone(&store)], 64, |n| vec![Write::ReplaceConsent(of_epoch(n))]).await;
    assert_eq!(winners(&results), 1);
    let winner = (0..).zip(&results).find(|(_, result)| result.is_ok()).map(|(n, _)| n).expect("one");
    assert_eq!(read_consent(&store, 1, 1).await, Consent { version: 2, ..of_epoch(winner) });
}

pub async fn a_version_can_be_required(store: Arc<dyn Store>) {
    create(&store, [consent(1, 1)]).await;
    let require =
        |user, client, version| Write::Require(Require::Consent(user_id(user), client_id(client), version));
    commit(&store, [require(1, 1, 1)]).await;
    for (user, client, version) in [(1, 1, 0), (1, 1, 2), (2, 1, 1), (1, 2, 1)] {
        conflict(&store, [require(user, client, version)]).await;
    }
    commit(&store, [Write::ReplaceConsent(consent(1, 1)), require(1, 1, 2)]).await;
    conflict(&store, [require(1, 1, 1)]).await;
}

pub async fn asking_again_leaves_what_was_allowed(store: Arc<dyn Store>) {
    let unasked = Consent { asked: false, ..consent(3, 1) };
    create(&store, [consent(1, 1), consent(2, 1), unasked.clone(), consent(1, 2)]).await;
    commit(&store, [Write::AskAgain(client_id(1))]).await;
    for user in [1, 2] {
        let expected = Consent { asked: false, version: 2, ..consent(user, 1) };
        assert_eq!(read_consent(&store, user, 1).await, expected);
    }
    assert_eq!(read_consent(&store, 3, 1).await, unasked);
    assert_eq!(read_consent(&store, 1, 2).await, consent(1, 2));
}

/// Or a client that is given the same id later would have what nobody allowed it.
pub async fn a_deleted_client_takes_those_to_it_along(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    let foreign = Consent { organization: organization_id(2), ..consent(3, 3) };
    create(&store, [consent(1, 1), consent(2, 1), consent(1, 2), foreign.clone()]).await;
    conflict(&store, [Write::DeleteClient(organization_id(2), client_id(1))]).await;
    assert_eq!(read_consent(&store, 1, 1).await, consent(1, 1));
    commit(&store, [Write::DeleteClient(organization_id(1), client_id(1))]).await;
    create_client(&store, client(1)).await;
    assert_eq!(store.consents(user_id(1)).await, Ok(vec![consent(1, 2)]));
    assert_eq!(store.consents(user_id(2)).await, Ok(vec![]));
    assert_eq!(store.consents(user_id(3)).await, Ok(vec![foreign]));
}
