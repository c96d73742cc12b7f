//! Organizations.

use std::sync::Arc;

use chancery_core::organization::{Organization, Settings};
use chancery_core::write::{Require, Write};
use chancery_store::Store;

use super::sample::*;

fn replace(it: Organization) -> Write {
    Write::ReplaceOrganization(Box::new(it))
}

pub async fn every_field_reads_back(store: Arc<dyn Store>) {
    let it = Organization { version: 5, default_language: "he-IL".to_owned(), ..organization(1) };
    commit(&store, [Write::CreateOrganization(it.clone())]).await;
    assert_eq!(store.find_organization(it.id).await, Ok(Some(it.clone())));
    assert_eq!(store.organizations().await, Ok(vec![it]));
}

pub async fn one_that_does_not_exist_is_not_found(store: Arc<dyn Store>) {
    assert_eq!(store.find_organization(organization_id(1)).await, Ok(None));
    assert_eq!(store.organizations().await, Ok(vec![]));
    assert_eq!(store.divisions(organization_id(1)).await, Ok(vec![]));
}

pub async fn they_are_listed_oldest_first(store: Arc<dyn Store>) {
    let aged = |n, created_at| Organization { created_at, ..organization(n) };
    let (oldest, middle, youngest) = (aged(1, before(NOW)), aged(2, NOW), aged(3, after(NOW)));
    for it in [&youngest, &oldest, &middle] {
        commit(&store, [Write::CreateOrganization(it.clone())]).await;
    }
    assert_eq!(store.organizations().await, Ok(vec![oldest, middle, youngest]));
}

pub async fn an_id_is_taken_once(store: Arc<dyn Store>) {
    let first = organization(1);
    commit(&store, [Write::CreateOrganization(first.clone())]).await;
    conflict(&store, [Write::CreateOrganization(Organization { id: first.id, ..organization(2) })]).await;
    assert_eq!(store.organizations().await, Ok(vec![first]));
}

pub async fn a_short_name_is_taken_once(store: Arc<dyn Store>) {
    let first = organization(1);
    let second = Organization { short_name: first.short_name.clone(), ..organization(2) };
    commit(&store, [Write::CreateOrganization(first.clone())]).await;
    conflict(&store, [Write::CreateOrganization(second)]).await;
    assert_eq!(store.organizations().await, Ok(vec![first.clone()]));
    // The name for people is anybody's.
    commit(&store, [Write::CreateOrganization(Organization { name: first.name, ..organization(2) })]).await;
}

pub async fn settings_that_nobody_chose_read_back(store: Arc<dyn Store>) {
    let it = Organization { settings: Settings::default(), ..organization(1) };
    commit(&store, [Write::CreateOrganization(it.clone())]).await;
    assert_eq!(read_organization(&store, it.id).await, it);
}

pub async fn replacing_one_changes_name_language_and_settings(store: Arc<dyn Store>) {
    commit(&store, [Write::CreateOrganization(organization(1)), Write::CreateOrganization(organization(2))])
        .await;
    let new = Organization {
        name: "new".to_owned(),
        default_language: "de".to_owned(),
        settings: Settings::default(),
        ..organization(1)
    };
    commit(&store, [replace(new.clone())]).await;
    assert_eq!(read_organization(&store, new.id).await, Organization { version: 2, ..new.clone() });
    commit(&store, [replace(Organization { version: 2, ..organization(1) })]).await;
    assert_eq!(read_organization(&store, new.id).await, Organization { version: 3, ..organization(1) });
    assert_eq!(read_organization(&store, organization_id(2)).await, organization(2));
}

pub async fn replacing_one_keeps_everything_else(store: Arc<dyn Store>) {
    commit(&store, [Write::CreateOrganization(organization(1)), Write::CreateOrganization(organization(2))])
        .await;
    let (authority, created_at) = (99, after(NOW));
    let short_name = organization(2).short_name;
    commit(&store, [replace(Organization { short_name, authority, created_at, ..organization(1) })]).await;
    let stored = Organization { version: 2, ..organization(1) };
    assert_eq!(read_organization(&store, organization_id(1)).await, stored);
}

pub async fn replacing_a_stale_version_conflicts(store: Arc<dyn Store>) {
    conflict(&store, [replace(organization(1))]).await;
    commit(&store, [Write::CreateOrganization(organization(1)), replace(organization(1))]).await;
    for version in [0, 1, 3] {
        let third = Organization { name: "third".to_owned(), version, ..organization(1) };
        conflict(&store, [replace(third)]).await;
    }
    let stored = Organization { version: 2, ..organization(1) };
    assert_eq!(store.organizations().await, Ok(vec![stored]));
}

pub async fn of_64_replacements_of_a_version_one_succeeds(store: Arc<dyn Store>) {
    commit(&store, [Write::CreateOrganization(organization(1))]).await;
    let named = |n: u64| Organization { name: format!("number {n}"), ..organization(1) };
    let results = race(&[Arc::clone(&store)], 64, |n| vec![replace(named(n))]).await;
    assert_eq!(winners(&results), 1);
    let winner = (0..).zip(&results).find(|(_, result)| result.is_ok()).map(|(n, _)| n).expect("one");
    let stored = Organization { version: 2, ..named(winner) };
    assert_eq!(read_organization(&store, organization_id(1)).await, stored);
}

pub async fn authority_advances_from_what_was_read(store: Arc<dyn Store>) {
    let advance = |n, authority| Write::AdvanceAuthority(organization_id(n), authority);
    conflict(&store, [advance(1, 5)]).await;
    commit(&store, [Write::CreateOrganization(organization(1)), Write::CreateOrganization(organization(2))])
        .await;
    for other in [0, 4, 6] {
        conflict(&store, [advance(1, other)]).await;
    }
    commit(&store, [advance(1, 5)]).await;
    conflict(&store, [advance(1, 5)]).await;
    commit(&store, [advance(1, 6), advance(1, 7)]).await;
    let stored = Organization { authority: 8, ..organization(1) };
    assert_eq!(store.find_organization(organization_id(1)).await, Ok(Some(stored)), "nothing else moves");
    assert_eq!(read_organization(&store, organization_id(2)).await, organization(2));
}

pub async fn of_64_who_advance_an_authority_one_succeeds(store: Arc<dyn Store>) {
    commit(&store, [Write::CreateOrganization(organization(1))]).await;
    for authority in [5, 6] {
        let advance = |_| vec![Write::AdvanceAuthority(organization_id(1), authority)];
        assert_eq!(winners(&race(&[Arc::clone(&store)], 64, advance).await), 1);
    }
    assert_eq!(read_organization(&store, organization_id(1)).await.authority, 7);
}

pub async fn an_authority_can_be_required(store: Arc<dyn Store>) {
    let require = |n, authority| Write::Require(Require::Authority(organization_id(n), authority));
    commit(&store, [Write::CreateOrganization(organization(1)), require(1, 5)]).await;
    for (n, authority) in [(1, 4), (1, 6), (2, 5)] {
        conflict(&store, [require(n, authority)]).await;
    }
    commit(&store, [Write::AdvanceAuthority(organization_id(1), 5), require(1, 6)]).await;
    conflict(&store, [require(1, 5)]).await;
}

pub async fn the_store_is_bootstrapped_once(store: Arc<dyn Store>) {
    let empty = || Write::Require(Require::NoOrganization);
    commit(&store, [empty(), Write::CreateOrganization(organization(1))]).await;
    conflict(&store, [empty()]).await;
    conflict(&store, [empty(), Write::CreateOrganization(organization(2))]).await;
    assert_eq!(store.organizations().await, Ok(vec![organization(1)]));
}

pub async fn of_sixteen_bootstraps_one_succeeds(store: Arc<dyn Store>) {
    let bootstrap = |n| {
        let empty = Write::Require(Require::NoOrganization);
        vec![empty, Write::CreateOrganization(organization(n)), Write::CreateDivision(division(n))]
    };
    let results = race(&[Arc::clone(&store)], 16, bootstrap).await;
    assert_eq!(winners(&results), 1);
    let winner = (0..).zip(&results).find(|(_, result)| result.is_ok()).map(|(n, _)| n).expect("one");
    assert_eq!(store.organizations().await, Ok(vec![organization(winner)]));
    assert_eq!(store.divisions(organization_id(1)).await, Ok(vec![division(winner)]));
}
