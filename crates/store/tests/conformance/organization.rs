//! Organizations and their divisions.

use std::sync::Arc;

use chancery_core::organization::{Division, Organization};
use chancery_core::write::{Require, Write};
use chancery_store::Store;

use super::sample::*;

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

pub async fn divisions_read_back_by_name(store: Arc<dyn Store>) {
    let named = |n, name: &str| Division { name: name.to_owned(), ..division(n) };
    // By bytes, so upper case comes first.
    let (zone, empty, other) = (named(1, "Zone"), named(2, "archive"), named(3, UNICODE));
    let empty = Division { description: String::new(), ..empty };
    let foreign = Division { organization: organization_id(2), ..division(4) };
    for it in [&empty, &foreign, &other, &zone] {
        commit(&store, [Write::CreateDivision(it.clone())]).await;
    }
    assert_eq!(store.divisions(organization_id(1)).await, Ok(vec![zone, other, empty]));
    assert_eq!(store.divisions(organization_id(2)).await, Ok(vec![foreign]));
}

pub async fn a_division_id_is_taken_once(store: Arc<dyn Store>) {
    commit(&store, [Write::CreateDivision(division(1))]).await;
    let same = Division { id: division_id(1), organization: organization_id(2), ..division(2) };
    conflict(&store, [Write::CreateDivision(same)]).await;
    assert_eq!(store.divisions(organization_id(2)).await, Ok(vec![]));
}

pub async fn a_division_name_is_taken_once_in_an_organization(store: Arc<dyn Store>) {
    let first = division(1);
    let second = Division { name: first.name.clone(), ..division(2) };
    let foreign = Division { organization: organization_id(2), ..second.clone() };
    commit(&store, [Write::CreateDivision(first.clone())]).await;
    conflict(&store, [Write::CreateDivision(second)]).await;
    assert_eq!(store.divisions(organization_id(1)).await, Ok(vec![first]));
    commit(&store, [Write::CreateDivision(foreign)]).await;
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
