//! Clients and their secrets.

use std::sync::Arc;

use chancery_core::client::{Actor, Client, ClientState, Metadata};
use chancery_core::grants::{GrantType, GrantTypes};
use chancery_core::rbac::{RoleGrant, SubjectKind};
use chancery_core::types::{ClientId, Lifetime, RedirectUri, Scope, Secret, Timestamp};
use chancery_core::write::{Require, Write};
use chancery_store::Store;

use super::sample::*;

/// A client with nothing filled in that can be left out.
fn bare(n: u64) -> Client {
    Client {
        name: UNICODE.to_owned(),
        description: None,
        token_lifetime: Lifetime::from_seconds(u32::MAX),
        redirect_uris: vec![],
        grant_types: GrantTypes::default(),
        scope: Scope::EMPTY,
        state: ClientState::Inactive,
        date_to_delete: None,
        secrets: vec![],
        epoch: 0,
        version: 12,
        created_by: None,
        modified_by: None,
        metadata: Metadata::default(),
        ..client(n)
    }
}

fn replace(it: Client) -> Write {
    Write::ReplaceClient(Box::new(it))
}

pub async fn every_field_reads_back(store: Arc<dyn Store>) {
    let empty = Client {
        description: Some(String::new()),
        name: String::new(),
        state: ClientState::Disabled,
        created_at: Timestamp::from_millis(-1),
        created_by: Some(Actor::Client(client_id(9))),
        modified_by: Some(Actor::User(user_id(9))),
        ..client(3)
    };
    for it in [client(1), bare(2), empty] {
        create_client(&store, it.clone()).await;
        assert_eq!(store.find_client(it.id).await, Ok(Some(it.clone())));
        assert_eq!(store.clients(vec![it.id]).await, Ok(vec![(listed(it), vec![])]));
    }
}

pub async fn one_that_does_not_exist_is_not_found(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    assert_eq!(store.find_client(client_id(2)).await, Ok(None));
    assert_eq!(store.client_ids(organization_id(2)).await, Ok(vec![]));
    assert_eq!(store.clients(vec![]).await, Ok(vec![]));
}

pub async fn the_last_use_of_a_secret_reads_back(store: Arc<dyn Store>) {
    let used = Secret { last_used_at: Some(NOW + MINUTE), ..secret(1) };
    create_client(&store, Client { secrets: vec![used.clone()], ..client(1) }).await;
    assert_eq!(read_client(&store, client_id(1)).await.secrets, [used]);
}

pub async fn every_combination_of_grant_types_reads_back(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    for bits in 0_u32..1 << GrantType::ALL.len() {
        let chosen = GrantType::ALL.iter().zip(0..).filter(|(_, bit)| bits & 1 << bit != 0);
        let grant_types = chosen.fold(GrantTypes::default(), |set, ((one, _), _)| set.with(*one));
        commit(&store, [replace(Client { grant_types, version: 1 + bits, ..client(1) })]).await;
        assert_eq!(read_client(&store, client_id(1)).await.grant_types, grant_types);
    }
}

pub async fn an_id_is_taken_once(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    let same = Client { id: client_id(1), organization: organization_id(2), ..client(2) };
    conflict(&store, [Write::CreateClient(Box::new(same))]).await;
    assert_eq!(read_client(&store, client_id(1)).await, client(1));
}

pub async fn a_secret_id_is_taken_once(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    let taken = Client { secrets: vec![secret(8), client(1).secrets.remove(0)], ..client(2) };
    conflict(&store, [Write::CreateClient(Box::new(taken))]).await;
    let twice = Client { secrets: vec![secret(8), secret(8)], ..client(2) };
    conflict(&store, [Write::CreateClient(Box::new(twice))]).await;
    assert_eq!(store.find_client(client_id(2)).await, Ok(None));
    assert_eq!(read_client(&store, client_id(1)).await, client(1));
}

pub async fn replacing_one_changes_what_can_be_changed(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    create_client(&store, client(2)).await;
    let new = Client {
        redirect_uris: vec![RedirectUri::parse("https://new.example").expect("a callback")],
        scope: Scope::parse("voicemail").expect("a scope"),
        epoch: 99,
        version: 1,
        modified_at: after(NOW),
        created_by: client(1).created_by,
        secrets: client(1).secrets,
        ..bare(1)
    };
    commit(&store, [replace(new.clone())]).await;
    let stored = Client { version: 2, ..new };
    assert_eq!(read_client(&store, client_id(1)).await, stored);
    // And back, so that what was left out is filled in again.
    commit(&store, [replace(Client { version: 2, ..client(1) })]).await;
    assert_eq!(read_client(&store, client_id(1)).await, Client { version: 3, ..client(1) });
    assert_eq!(read_client(&store, client_id(2)).await, client(2));
}

pub async fn replacing_one_keeps_where_it_comes_from(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    let moved = Client {
        organization: organization_id(2),
        created_at: after(NOW),
        created_by: Some(Actor::User(user_id(2))),
        ..client(1)
    };
    commit(&store, [replace(moved)]).await;
    assert_eq!(read_client(&store, client_id(1)).await, Client { version: 2, ..client(1) });
    assert_eq!(store.client_ids(organization_id(2)).await, Ok(vec![]));
}

pub async fn replacing_one_keeps_its_secrets(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    commit(&store, [Write::RecordUse(client(1).secrets[0].id, NOW)]).await;
    let before = read_client(&store, client_id(1)).await.secrets;
    commit(&store, [replace(Client { secrets: vec![], ..client(1) })]).await;
    commit(&store, [replace(Client { secrets: vec![secret(9)], version: 2, ..client(1) })]).await;
    assert_eq!(read_client(&store, client_id(1)).await.secrets, before);
}

pub async fn replacing_a_stale_version_conflicts(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    commit(&store, [replace(Client { name: "second".to_owned(), ..client(1) })]).await;
    for version in [0, 1, 3] {
        conflict(&store, [replace(Client { name: "third".to_owned(), version, ..client(1) })]).await;
    }
    let stored = read_client(&store, client_id(1)).await;
    assert_eq!(stored, Client { name: "second".to_owned(), version: 2, ..client(1) });
}

pub async fn replacing_one_that_is_gone_conflicts(store: Arc<dyn Store>) {
    conflict(&store, [replace(client(1))]).await;
    assert_eq!(store.find_client(client_id(1)).await, Ok(None));
}

pub async fn of_64_replacements_of_a_version_one_succeeds(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    let named = |n| Client { name: format!("number {n}"), ..client(1) };
    let results = race(&[Arc::clone(&store)], 64, |n| vec![replace(named(n))]).await;
    assert_eq!(winners(&results), 1);
    let winner = (0..).zip(&results).find(|(_, result)| result.is_ok()).map(|(n, _)| n).expect("one");
    assert_eq!(read_client(&store, client_id(1)).await, Client { version: 2, ..named(winner) });
}

pub async fn secrets_are_replaced_whole_and_in_order(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    create_client(&store, client(5)).await;
    // One stays, and changes its place.
    let new = vec![secret(9), secret(3), secret(8)];
    assert_eq!(client(1).secrets[1], secret(3));
    commit(&store, [Write::ReplaceSecrets(client_id(1), new.clone())]).await;
    assert_eq!(read_client(&store, client_id(1)).await, Client { secrets: new, ..client(1) });
    commit(&store, [Write::ReplaceSecrets(client_id(1), vec![])]).await;
    assert_eq!(read_client(&store, client_id(1)).await, Client { secrets: vec![], ..client(1) });
    assert_eq!(read_client(&store, client_id(5)).await, client(5));
}

pub async fn replacing_secrets_keeps_their_last_use(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    commit(&store, [Write::RecordUse(client(1).secrets[0].id, NOW)]).await;
    let mut secrets = read_client(&store, client_id(1)).await.secrets;
    assert_eq!(secrets[0].last_used_at, Some(NOW));
    secrets.push(secret(9));
    commit(&store, [Write::ReplaceSecrets(client_id(1), secrets.clone())]).await;
    assert_eq!(read_client(&store, client_id(1)).await.secrets, secrets);
}

pub async fn secrets_of_a_client_that_is_gone_conflict_unless_there_are_none(store: Arc<dyn Store>) {
    commit(&store, [Write::ReplaceSecrets(client_id(1), vec![])]).await;
    conflict(&store, [Write::ReplaceSecrets(client_id(1), vec![secret(1)])]).await;
    // Nothing was left lying about for a client that comes later.
    create_client(&store, Client { secrets: vec![], ..client(1) }).await;
    assert_eq!(read_client(&store, client_id(1)).await.secrets, vec![]);
    commit(&store, [Write::ReplaceSecrets(client_id(1), vec![secret(1)])]).await;
}

pub async fn a_secret_cannot_take_the_id_of_another_clients(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    create_client(&store, client(2)).await;
    let taken = client(1).secrets;
    conflict(&store, [Write::ReplaceSecrets(client_id(2), taken)]).await;
    conflict(&store, [Write::ReplaceSecrets(client_id(2), vec![secret(9), secret(9)])]).await;
    assert_eq!(read_client(&store, client_id(1)).await, client(1));
    assert_eq!(read_client(&store, client_id(2)).await, client(2));
}

pub async fn deleting_one_takes_its_secrets_and_grants_along(store: Arc<dyn Store>) {
    for n in [1, 2] {
        let grants = vec![grant(client_id(n), SubjectKind::Client, n)];
        create_client(&store, client(n)).await;
        commit(&store, [Write::ReplaceRoleGrants(organization_id(1), client_id(n).into(), grants)]).await;
    }
    commit(&store, [Write::DeleteClient(organization_id(1), client_id(1))]).await;
    assert_eq!(store.find_client(client_id(1)).await, Ok(None));
    assert_eq!(store.client_ids(organization_id(1)).await, Ok(vec![client_id(2)]));
    assert_eq!(store.role_grants(client_id(1).into()).await, Ok(vec![]));
    // Its secrets are gone as well: their ids are free, and a client of the same id has none.
    create_client(&store, Client { secrets: vec![], ..client(1) }).await;
    assert_eq!(read_client(&store, client_id(1)).await.secrets, vec![]);
    commit(&store, [Write::ReplaceSecrets(client_id(1), client(1).secrets)]).await;
    let other = (listed(client(2)), vec![grant(client_id(2), SubjectKind::Client, 2)]);
    assert_eq!(store.clients(vec![client_id(2)]).await, Ok(vec![other]));
}

pub async fn deleting_one_that_is_gone_conflicts(store: Arc<dyn Store>) {
    let delete = || Write::DeleteClient(organization_id(1), client_id(1));
    conflict(&store, [delete()]).await;
    create_client(&store, client(1)).await;
    conflict(&store, [delete(), delete()]).await;
    assert_eq!(read_client(&store, client_id(1)).await, client(1));
    commit(&store, [delete()]).await;
    conflict(&store, [delete()]).await;
}

pub async fn deleting_one_of_another_organization_conflicts(store: Arc<dyn Store>) {
    let grants = vec![grant(client_id(1), SubjectKind::Client, 1)];
    create_client(&store, client(1)).await;
    commit(&store, [Write::ReplaceRoleGrants(organization_id(1), client_id(1).into(), grants.clone())]).await;
    conflict(&store, [Write::DeleteClient(organization_id(2), client_id(1))]).await;
    assert_eq!(store.clients(vec![client_id(1)]).await, Ok(vec![(listed(client(1)), grants)]));
}

pub async fn an_id_can_be_used_again_after_deletion(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    commit(&store, [Write::DeleteClient(organization_id(1), client_id(1))]).await;
    create_client(&store, client(1)).await;
    assert_eq!(read_client(&store, client_id(1)).await, client(1));
}

pub async fn a_use_moves_forward_only(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    create_client(&store, client(2)).await;
    let secrets = client(1).secrets;
    let used = |at| {
        let first = Secret { last_used_at: Some(at), ..secrets[0].clone() };
        Client { secrets: vec![first, secrets[1].clone()], ..client(1) }
    };
    for (at, last) in [(NOW, NOW), (before(NOW), NOW), (NOW, NOW), (after(NOW), after(NOW))] {
        commit(&store, [Write::RecordUse(secrets[0].id, at)]).await;
        assert_eq!(read_client(&store, client_id(1)).await, used(last));
    }
    assert_eq!(read_client(&store, client_id(2)).await, client(2));
}

pub async fn a_use_of_a_secret_that_is_gone_is_no_conflict(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    commit(&store, [Write::RecordUse(secret_id(99), NOW)]).await;
    assert_eq!(read_client(&store, client_id(1)).await, client(1));
}

pub async fn ids_are_listed_by_name_and_then_id(store: Arc<dyn Store>) {
    let names = ["b", "a", "B", "é", "z", "a", "", "a b", "ab", "𝒂", "\u{ffff}", "a", "10", "9"];
    let mut named: Vec<(String, ClientId)> = Vec::new();
    for (n, name) in (1..).zip(names) {
        named.push((name.to_owned(), client_id(n)));
        create_client(&store, Client { name: name.to_owned(), ..client(n) }).await;
    }
    create_client(&store, Client { organization: organization_id(2), ..client(99) }).await;
    named.sort_by(|(name, id), (other_name, other_id)| {
        name.as_bytes().cmp(other_name.as_bytes()).then_with(|| id.to_string().cmp(&other_id.to_string()))
    });
    assert_eq!(store.client_ids(organization_id(1)).await, Ok(named.into_iter().map(|(_, id)| id).collect()));
    assert_eq!(store.client_ids(organization_id(2)).await, Ok(vec![client_id(99)]));
    assert_eq!(store.count_clients(organization_id(2)).await, Ok(1));
}

pub async fn clients_come_in_the_order_asked_for_without_the_gone(store: Arc<dyn Store>) {
    let grants = |n: u64| -> Vec<RoleGrant> {
        (0..n % 4).map(|role| grant(client_id(n), SubjectKind::Client, role)).rev().collect()
    };
    for n in 1..=60 {
        create_client(&store, client(n)).await;
        commit(&store, [Write::ReplaceRoleGrants(organization_id(1), client_id(n).into(), grants(n))]).await;
    }
    commit(&store, [Write::DeleteClient(organization_id(1), client_id(3))]).await;
    let asked = (1..=61).rev();
    let found = asked.clone().filter(|n| ![3, 61].contains(n)).map(|n| (listed(client(n)), grants(n)));
    assert_eq!(store.clients(asked.map(client_id).collect()).await, Ok(found.collect()));
    assert_eq!(store.clients(vec![client_id(3), client_id(61)]).await, Ok(vec![]));
}

pub async fn only_inactive_clients_that_are_due_are_to_be_deleted(store: Arc<dyn Store>) {
    let due = |n, state, date_to_delete| Client { state, date_to_delete, ..client(n) };
    for it in [
        due(1, ClientState::Inactive, Some(NOW)),
        due(2, ClientState::Inactive, Some(after(NOW))),
        due(3, ClientState::Inactive, None),
        due(4, ClientState::Active, Some(before(NOW))),
        due(5, ClientState::Disabled, Some(before(NOW))),
    ] {
        create_client(&store, it).await;
    }
    assert_eq!(store.clients_to_delete(before(NOW), 10).await, Ok(vec![]));
    assert_eq!(store.clients_to_delete(NOW, 10).await, Ok(vec![client_id(1)]));
    commit(&store, [replace(due(1, ClientState::Active, Some(NOW)))]).await;
    assert_eq!(store.clients_to_delete(NOW, 10).await, Ok(vec![]));
}

pub async fn at_most_so_many_are_to_be_deleted_the_longest_due_first(store: Arc<dyn Store>) {
    for n in [3, 1, 5, 2, 4] {
        let date = Timestamp::from_seconds(i64::try_from(n).expect("small"));
        let it = Client { state: ClientState::Inactive, date_to_delete: Some(date), ..client(n) };
        create_client(&store, it).await;
    }
    let first = |count| (1..=count).map(client_id).collect();
    for (limit, found) in [(0, 0), (1, 1), (3, 3), (5, 5), (6, 5)] {
        assert_eq!(store.clients_to_delete(NOW, limit).await, Ok(first(found)));
    }
}

pub async fn a_version_can_be_required(store: Arc<dyn Store>) {
    create_client(&store, Client { version: 7, ..client(1) }).await;
    let require = |n, version| Write::Require(Require::Client(client_id(n), version));
    commit(&store, [require(1, 7)]).await;
    conflict(&store, [require(1, 6)]).await;
    conflict(&store, [require(1, 8)]).await;
    conflict(&store, [require(2, 7)]).await;
    commit(&store, [replace(Client { version: 7, ..client(1) })]).await;
    conflict(&store, [require(1, 7)]).await;
    commit(&store, [require(1, 8)]).await;
}

pub async fn a_number_of_clients_can_be_required(store: Arc<dyn Store>) {
    let below = |limit| Write::Require(Require::ClientsBelow(organization_id(1), limit));
    commit(&store, [Write::CreateOrganization(organization(1))]).await;
    conflict(&store, [below(0)]).await;
    commit(&store, [below(1)]).await;
    commit(&store, [1, 2].map(|n| Write::CreateClient(Box::new(client(n))))).await;
    create_client(&store, Client { organization: organization_id(2), ..client(3) }).await;
    conflict(&store, [below(2)]).await;
    commit(&store, [below(3)]).await;
}

pub async fn of_64_creations_below_a_limit_of_ten_ten_succeed(store: Arc<dyn Store>) {
    commit(&store, [Write::CreateOrganization(organization(1))]).await;
    let create = |n| {
        let below = Write::Require(Require::ClientsBelow(organization_id(1), 10));
        vec![below, Write::CreateClient(Box::new(client(n)))]
    };
    let results = race(&[Arc::clone(&store)], 64, create).await;
    assert_eq!(winners(&results), 10);
    let made = (0..).zip(&results).filter(|(_, result)| result.is_ok());
    let mut made: Vec<_> = made.map(|(n, _)| client_id(n)).collect();
    let mut listed = store.client_ids(organization_id(1)).await.expect("ids");
    [&mut made, &mut listed].into_iter().for_each(|ids| ids.sort_unstable());
    assert_eq!(listed, made);
}

pub async fn a_client_is_never_read_half_changed(store: Arc<dyn Store>) {
    create_client(&store, Client { version: 0, secrets: vec![secret(0)], ..client(1) }).await;
    commit(&store, change(0)).await;
    let writer = tokio::spawn({
        let store = Arc::clone(&store);
        async move {
            for version in 1..100 {
                commit(&store, change(version)).await;
            }
        }
    });
    while !writer.is_finished() {
        let it = read_client(&store, client_id(1)).await;
        assert_eq!(it.secrets, vec![secret(u64::from(it.version))]);
        let (it, grants) = store.clients(vec![it.id]).await.expect("clients").remove(0);
        assert_eq!(grants, vec![grant(it.id, SubjectKind::Client, u64::from(it.version))]);
    }
    writer.await.expect("the writer ends");

    /// Makes the client's only secret and only grant those of the number of its next version.
    fn change(version: u32) -> [Write; 3] {
        let number = u64::from(version + 1);
        let subject = client_id(1).into();
        let grants = vec![grant(client_id(1), SubjectKind::Client, number)];
        [
            replace(Client { version, ..client(1) }),
            Write::ReplaceSecrets(client_id(1), vec![secret(number)]),
            Write::ReplaceRoleGrants(organization_id(1), subject, grants),
        ]
    }
}
