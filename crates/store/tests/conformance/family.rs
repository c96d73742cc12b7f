//! Families.

use std::collections::BTreeSet;
use std::sync::Arc;

use chancery_core::dialect::Dialect;
use chancery_core::family::{Family, NewFamily};
use chancery_core::tokens::Audience;
use chancery_core::types::{FamilyKey, Scope};
use chancery_core::write::{Require, Write};
use chancery_store::{Made, Store};

use super::sample::*;

fn fresh(key: FamilyKey) -> Family {
    Family {
        key,
        origin: family(),
        generation: 0,
        rotated_at: NOW,
        revoked_at: None,
        last_used_at: None,
        version: 1,
    }
}

pub async fn every_field_reads_back(store: Arc<dyn Store>) {
    let other = NewFamily {
        scope: Scope::EMPTY,
        client_authenticated: false,
        client_epoch: u32::MAX,
        user_epoch: 0,
        consent_epoch: None,
        dialect: Dialect::Genesys,
        audience: Audience::Management,
        login: None,
        created_at: before(NOW),
        ..family()
    };
    let extreme = NewFamily { consent_epoch: Some(u32::MAX), user_epoch: u32::MAX, ..family() };
    for origin in [family(), other, extreme, from_code(1)] {
        let key = create_family(&store, origin.clone()).await;
        let rotated_at = origin.created_at;
        assert_eq!(store.find_family(key).await, Ok(Some(Family { origin, rotated_at, ..fresh(key) })));
    }
}

pub async fn one_that_does_not_exist_is_not_found(store: Arc<dyn Store>) {
    let key = create_family(&store, family()).await;
    for other in [key.0 + 1, key.0 - 1, -key.0, i64::MAX, i64::MIN] {
        assert_eq!(store.find_family(FamilyKey(other)).await, Ok(None));
    }
}

pub async fn every_family_has_a_key_of_its_own(store: Arc<dyn Store>) {
    let results = race(&[Arc::clone(&store)], 64, |_| vec![Write::CreateFamily(family()); 2]).await;
    assert_eq!(winners(&results), 64);
    let mut keys = BTreeSet::new();
    for made in results.into_iter().flatten().flatten() {
        let Made::Family(key) = made else { panic!("a family made {made:?}") };
        assert!(keys.insert(key), "{key:?} was made twice");
        assert_eq!(read_family(&store, key).await, fresh(key));
    }
    assert_eq!(keys.len(), 128);
}

pub async fn one_is_found_by_the_code_that_it_came_of(store: Arc<dyn Store>) {
    create_family(&store, family()).await;
    let keys = [create_family(&store, from_code(1)).await, create_family(&store, from_code(2)).await];
    for (n, key) in (1..).zip(keys) {
        let origin = from_code(n);
        assert_eq!(store.find_family_of_code(code_id(n)).await, Ok(Some(Family { origin, ..fresh(key) })));
    }
    assert_eq!(store.find_family_of_code(code_id(3)).await, Ok(None));
}

pub async fn of_64_who_redeem_a_code_one_makes_the_only_family(store: Arc<dyn Store>) {
    let redeem = |_| vec![Write::CreateFamily(from_code(1)), Write::Audit(Box::new(entry(1)))];
    let results = race(&[Arc::clone(&store)], 64, redeem).await;
    assert_eq!(winners(&results), 1);
    let made: Vec<_> = results.into_iter().flatten().flatten().collect();
    let [Made::Family(made)] = made[..] else { panic!("{made:?}") };
    assert_eq!(read_family(&store, made).await.origin, from_code(1));
    assert_eq!(read_audit(&store, all_of(1)).await.len(), 1, "what else they wrote went with them");
    // Whatever became of it since.
    commit(&store, [advance(made, 0, NOW), Write::RevokeFamily(made, NOW)]).await;
    conflict(&store, [Write::CreateFamily(from_code(1))]).await;
    let long_after = NOW + DAY + DAY + DAY + DAY;
    assert_eq!(store.sweep(long_after, LONG_AGO, 1000).await, Ok(1), "the family");
}

pub async fn a_second_of_a_code_takes_nothing_else_down(store: Arc<dyn Store>) {
    create_family(&store, from_code(0)).await;
    let one_of_two = |n: u64| match n % 3 {
        0 => vec![Write::CreateFamily(from_code(n))],
        1 => vec![Write::CreateFamily(from_code(0))],
        _ => vec![Write::Audit(Box::new(entry(1))), Write::CreateFamily(from_code(0))],
    };
    let results = race(&[Arc::clone(&store)], 63, |n| one_of_two(n + 3)).await;
    assert_eq!(winners(&results), 21);
    for n in 3..66 {
        let found = store.find_family_of_code(code_id(n)).await.expect("reads").is_some();
        assert_eq!(found, n % 3 == 0, "{n}");
    }
    assert_eq!(read_audit(&store, all_of(1)).await.len(), 0);
}

/// Or an old refresh token, and an old revocation, would name the family of somebody else.
pub async fn a_key_is_not_made_again_after_its_family_was_swept(store: Arc<dyn Store>) {
    let first = create_family(&store, family()).await;
    let second = create_family(&store, family()).await;
    assert_eq!(store.sweep(NOW + DAY + DAY + DAY + DAY, LONG_AGO, 10).await, Ok(2));
    let third = create_family(&store, family()).await;
    assert!(third != first && third != second, "{third:?} was made twice");
}

pub async fn advancing_counts_up(store: Arc<dyn Store>) {
    let (key, other) = (create_family(&store, family()).await, create_family(&store, family()).await);
    commit(&store, [advance(key, 0, after(NOW))]).await;
    let once = Family { generation: 1, version: 2, rotated_at: after(NOW), ..fresh(key) };
    assert_eq!(read_family(&store, key).await, once);
    commit(&store, [advance(key, 1, NOW + MINUTE)]).await;
    let twice = Family { generation: 2, version: 3, rotated_at: NOW + MINUTE, ..fresh(key) };
    assert_eq!(read_family(&store, key).await, twice);
    assert_eq!(read_family(&store, other).await, fresh(other));
}

pub async fn another_generation_does_not_advance(store: Arc<dyn Store>) {
    let key = create_family(&store, family()).await;
    commit(&store, [advance(key, 0, NOW)]).await;
    for generation in [0, 2] {
        conflict(&store, [advance(key, generation, NOW)]).await;
    }
    assert_eq!(read_family(&store, key).await, Family { generation: 1, version: 2, ..fresh(key) });
}

pub async fn one_that_began_at_another_moment_does_not_advance(store: Arc<dyn Store>) {
    let key = create_family(&store, family()).await;
    for began in [before(NOW), after(NOW)] {
        conflict(&store, [Write::Advance { key, began, generation: 0, at: NOW }]).await;
    }
    assert_eq!(read_family(&store, key).await, fresh(key));
}

pub async fn a_revoked_one_does_not_advance(store: Arc<dyn Store>) {
    let key = create_family(&store, family()).await;
    commit(&store, [Write::RevokeFamily(key, NOW)]).await;
    conflict(&store, [advance(key, 0, NOW)]).await;
    assert_eq!(read_family(&store, key).await, Family { revoked_at: Some(NOW), version: 2, ..fresh(key) });
}

pub async fn an_expired_one_does_not_advance(store: Arc<dyn Store>) {
    let end = family().expires_at;
    let key = create_family(&store, family()).await;
    conflict(&store, [advance(key, 0, after(end))]).await;
    conflict(&store, [advance(key, 0, end)]).await;
    assert_eq!(read_family(&store, key).await, fresh(key));
    commit(&store, [advance(key, 0, before(end))]).await;
}

pub async fn one_that_does_not_exist_does_not_advance(store: Arc<dyn Store>) {
    conflict(&store, [advance(FamilyKey(1), 0, NOW)]).await;
}

pub async fn of_64_who_advance_a_generation_one_succeeds(store: Arc<dyn Store>) {
    let key = create_family(&store, family()).await;
    let results = race(&[Arc::clone(&store)], 64, |_| vec![advance(key, 0, NOW)]).await;
    assert_eq!(winners(&results), 1);
    assert_eq!(read_family(&store, key).await, Family { generation: 1, version: 2, ..fresh(key) });
}

pub async fn revoking_is_for_good_and_happens_once(store: Arc<dyn Store>) {
    let (key, other) = (create_family(&store, family()).await, create_family(&store, family()).await);
    let revoked = Family { revoked_at: Some(NOW), version: 2, ..fresh(key) };
    for at in [NOW, before(NOW), NOW + MINUTE] {
        commit(&store, [Write::RevokeFamily(key, at)]).await;
        assert_eq!(read_family(&store, key).await, revoked);
    }
    assert_eq!(read_family(&store, other).await, fresh(other));
}

pub async fn revoking_one_that_does_not_exist_is_no_conflict(store: Arc<dyn Store>) {
    commit(&store, [Write::RevokeFamily(FamilyKey(1), NOW)]).await;
    assert_eq!(store.find_family(FamilyKey(1)).await, Ok(None));
}

pub async fn a_version_can_be_required(store: Arc<dyn Store>) {
    let key = create_family(&store, family()).await;
    let require = |version| Write::Require(Require::Family(key, version));
    commit(&store, [require(1)]).await;
    conflict(&store, [require(0)]).await;
    commit(&store, [advance(key, 0, NOW), require(2)]).await;
    conflict(&store, [require(1)]).await;
    commit(&store, [Write::RevokeFamily(key, NOW), require(3)]).await;
    conflict(&store, [Write::Require(Require::Family(FamilyKey(key.0 + 1), 1))]).await;
}

pub async fn its_last_use_moves_forward_only(store: Arc<dyn Store>) {
    let (key, other) = (create_family(&store, family()).await, create_family(&store, family()).await);
    for (at, last) in [(NOW, NOW), (before(NOW), NOW), (NOW, NOW), (after(NOW), after(NOW))] {
        commit(&store, [Write::RecordFamily(key, at)]).await;
        // It is no change that anybody who requires the version must see.
        assert_eq!(read_family(&store, key).await, Family { last_used_at: Some(last), ..fresh(key) });
    }
    commit(&store, [advance(key, 0, NOW), Write::RevokeFamily(key, NOW)]).await;
    assert_eq!(read_family(&store, key).await.last_used_at, Some(after(NOW)));
    assert_eq!(read_family(&store, other).await, fresh(other));
}

pub async fn a_use_of_one_that_does_not_exist_is_no_conflict(store: Arc<dyn Store>) {
    commit(&store, [Write::RecordFamily(FamilyKey(1), NOW)]).await;
    assert_eq!(store.find_family(FamilyKey(1)).await, Ok(None));
}
