//! All writes of a commit or none, whoever else commits at the same time.

use std::sync::Arc;

use chancery_core::client::Client;
use chancery_core::consent::Consent;
use chancery_core::keyring::KeyRow;
use chancery_core::organization::{Division, Organization};
use chancery_core::rbac::{Role, RoleGrant, SubjectKind};
use chancery_core::types::{FamilyKey, KeyId, SessionKey, TicketKey, Timestamp};
use chancery_core::user::User;
use chancery_core::write::{Require, Write};
use chancery_store::{Store, StoreError};

use super::sample::*;

/// Each way to conflict, in a store that `populate` filled, whether before or after `one_of_each`.
fn conflicts(made: Rows) -> Vec<Write> {
    let Rows { ticket, family, .. } = made;
    let stale = |version| Write::ReplaceClient(Box::new(Client { version, ..client(1) }));
    let replace_organization =
        |n, version| Write::ReplaceOrganization(Box::new(Organization { version, ..organization(n) }));
    let replace_user = |n, version| Write::ReplaceUser(Box::new(User { version, ..user(n) }));
    let delete_user = |owner, n, version| Write::DeleteUser(organization_id(owner), user_id(n), version);
    let replace_consent = |client, version| Write::ReplaceConsent(Consent { version, ..consent(1, client) });
    let twice = vec![grant(user_id(1), SubjectKind::User, 1); 2];
    vec![
        Write::Require(Require::Client(client_id(1), 7)),
        Write::Require(Require::Client(client_id(9), 1)),
        Write::Require(Require::User(user_id(1), 6)),
        Write::Require(Require::User(user_id(9), 7)),
        Write::Require(Require::Family(family, 9)),
        Write::Require(Require::Family(FamilyKey(-1), 1)),
        Write::Require(Require::Session(SessionKey(-1))),
        Write::Require(Require::Consent(user_id(1), client_id(1), 3)),
        Write::Require(Require::Consent(user_id(9), client_id(1), 1)),
        Write::Require(Require::Authority(organization_id(1), 4)),
        Write::Require(Require::Authority(organization_id(9), 5)),
        Write::Require(Require::ClientsBelow(organization_id(1), 2)),
        Write::Require(Require::NoOrganization),
        Write::CreateOrganization(Organization { id: organization_id(1), ..organization(9) }),
        Write::CreateOrganization(Organization { short_name: organization(1).short_name, ..organization(9) }),
        replace_organization(1, 0),
        replace_organization(1, 3),
        replace_organization(9, 1),
        Write::AdvanceAuthority(organization_id(1), 4),
        Write::AdvanceAuthority(organization_id(9), 5),
        Write::CreateDivision(Division { id: division_id(1), ..division(9) }),
        Write::CreateDivision(Division { id: division_id(4), ..division(9) }),
        Write::CreateDivision(Division { name: division(1).name, ..division(9) }),
        Write::ReplaceDivision(division(9)),
        Write::ReplaceDivision(Division { name: division(1).name, ..division(5) }),
        delete_division(9),
        Write::RestoreDivision(organization_id(1), division_id(1)),
        Write::RestoreDivision(organization_id(2), division_id(4)),
        Write::CreateRole(Role { id: role_id(1), ..role(9) }),
        Write::CreateRole(Role { name: role(1).name, ..role(9) }),
        Write::ReplaceRole(Role { version: 0, ..role(4) }),
        Write::ReplaceRole(Role { name: role(1).name, ..role(4) }),
        Write::ReplaceRole(role(9)),
        Write::DeleteRole(organization_id(1), role_id(9)),
        Write::DeleteRole(organization_id(2), role_id(1)),
        Write::CreateUser(User { id: user_id(1), ..user(9) }),
        Write::CreateUser(User { email: user(1).email, ..user(9) }),
        replace_user(1, 6),
        replace_user(1, 9),
        replace_user(5, 7),
        replace_user(9, 7),
        Write::ReplaceUser(Box::new(User { email: user(3).email, ..user(1) })),
        delete_user(1, 1, 6),
        delete_user(1, 1, 9),
        delete_user(1, 5, 7),
        delete_user(1, 9, 7),
        delete_user(2, 1, 7),
        Write::CreateConsent(consent(1, 1)),
        replace_consent(1, 0),
        replace_consent(1, 3),
        replace_consent(9, 1),
        Write::CreateClient(Box::new(Client { id: client_id(1), ..client(9) })),
        Write::CreateClient(Box::new(Client { secrets: vec![secret(30), secret(30)], ..client(9) })),
        stale(0),
        stale(3),
        Write::ReplaceClient(Box::new(client(9))),
        Write::ReplaceSecrets(client_id(9), vec![secret(30)]),
        Write::ReplaceSecrets(client_id(1), vec![secret(30), secret(30)]),
        Write::DeleteClient(organization_id(1), client_id(9)),
        Write::DeleteClient(organization_id(2), client_id(1)),
        Write::ReplaceRoleGrants(organization_id(1), user_id(1).into(), twice),
        Write::CreateKey(KeyRow { id: KeyId(1), ..keys().remove(2) }),
        Write::Spend(ticket, NOW + DAY),
        Write::Spend(TicketKey(-1), NOW),
        Write::CreateFamily(from_code(1)),
        advance(family, 3, NOW),
        advance(family, 0, NOW + DAY),
        advance(FamilyKey(-1), 0, NOW),
    ]
}

pub async fn a_failed_commit_leaves_nothing_behind(store: Arc<dyn Store>) {
    let made = populate(&store).await;
    let before = everything(&store, made).await;
    for write in conflicts(made) {
        // The one that fails is the last of many, the first, or alone.
        for place in [one_of_each(made).len(), 0] {
            let mut writes = one_of_each(made);
            writes.insert(place, write.clone());
            assert_eq!(store.commit(writes, NOW).await, Err(StoreError::Conflict), "{write:?} at {place}");
        }
        assert_eq!(store.commit(vec![write.clone()], NOW).await, Err(StoreError::Conflict), "{write:?}");
        assert_eq!(everything(&store, made).await, before, "{write:?}");
    }
    // Without it, all the others go through and change something.
    store.commit(one_of_each(made), NOW).await.expect("one of each write fits");
    assert_ne!(everything(&store, made).await, before);
}

pub async fn writes_see_the_writes_before_them(store: Arc<dyn Store>) {
    let below = |limit| Write::Require(Require::ClientsBelow(organization_id(1), limit));
    let create = |n| Write::CreateClient(Box::new(client(n)));
    let replace = |version| Write::ReplaceClient(Box::new(Client { version, ..client(1) }));
    conflict(&store, [create(1), create(2), below(2)]).await;
    conflict(&store, [create(1), replace(1), replace(1)]).await;
    let empty = Write::Require(Require::NoOrganization);
    conflict(&store, [Write::CreateOrganization(organization(1)), empty]).await;
    assert_eq!(store.client_ids(organization_id(1)).await, Ok(vec![]));
    commit(&store, [Write::CreateOrganization(organization(1))]).await;

    let grants = vec![grant(client_id(1), SubjectKind::Client, 1)];
    let delete = Write::DeleteClient(organization_id(1), client_id(1));
    let made = commit(
        &store,
        [
            below(1),
            create(1),
            replace(1),
            Write::Require(Require::Client(client_id(1), 2)),
            replace(2),
            Write::ReplaceRoleGrants(organization_id(1), client_id(1).into(), grants),
            delete,
            below(1),
            create(1),
            Write::RecordUse(client(1).secrets[0].id, NOW),
        ],
    )
    .await;
    assert_eq!(made, vec![]);
    let mut stored = client(1);
    stored.secrets[0].last_used_at = Some(NOW);
    assert_eq!(read_client(&store, client_id(1)).await, stored);
    assert_eq!(store.role_grants(client_id(1).into()).await, Ok(vec![]));
}

pub async fn every_commit_of_many_at_once_stands_alone(store: Arc<dyn Store>) {
    let made = populate(&store).await;
    // Every second one fails, at its last write.
    let writes = |n: u64| {
        let mut writes = vec![
            Write::CreateClient(Box::new(client(100 + n))),
            Write::CreateUser(user(100 + n)),
            Write::CreateTicket(ticket()),
        ];
        if n % 2 == 1 {
            let conflicts = conflicts(made);
            let pick = usize::try_from(n).expect("small") % conflicts.len();
            writes.push(conflicts[pick].clone());
        }
        writes
    };
    let results = race(&[Arc::clone(&store)], 64, writes).await;
    for (n, result) in (0..).zip(&results) {
        let succeeded = n % 2 == 0;
        assert_eq!(result.is_ok(), succeeded, "{n}: {result:?}");
        let stored = succeeded.then(|| client(100 + n));
        assert_eq!(store.find_client(client_id(100 + n)).await, Ok(stored));
        assert_eq!(store.find_user(user_id(100 + n)).await, Ok(succeeded.then(|| user(100 + n))));
    }
    assert_eq!(winners(&results), 32);
}

pub async fn nobody_sees_half_a_commit(store: Arc<dyn Store>) {
    let grants = |round: i64| -> Vec<RoleGrant> {
        let granted_at = Timestamp::from_millis(round);
        (0..8).map(|n| RoleGrant { granted_at, ..grant(user_id(1), SubjectKind::User, n) }).collect()
    };
    let replace =
        move |round| [Write::ReplaceRoleGrants(organization_id(1), user_id(1).into(), grants(round))];
    commit(&store, replace(0)).await;
    let writer = tokio::spawn({
        let store = Arc::clone(&store);
        async move {
            for round in 1..100 {
                commit(&store, replace(round)).await;
            }
        }
    });
    while !writer.is_finished() {
        let seen = store.role_grants(user_id(1).into()).await.expect("grants");
        assert_eq!(seen.len(), 8);
        assert!(seen.iter().all(|grant| grant.granted_at == seen[0].granted_at), "{seen:?}");
    }
    writer.await.expect("the writer ends");
}
