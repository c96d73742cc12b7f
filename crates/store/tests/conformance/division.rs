//! Divisions: their names, their end and their return, and what is in them.

use std::sync::Arc;

use chancery_core::organization::{Division, DivisionUse};
use chancery_core::rbac::{DivisionScope, RoleGrant, SubjectKind};
use chancery_core::types::Timestamp;
use chancery_core::user::{User, UserState};
use chancery_core::write::Write;
use chancery_store::Store;

use super::sample::*;

fn named(n: u64, name: &str) -> Division {
    Division { name: name.to_owned(), ..division(n) }
}

/// Of the role and in the division of these numbers, by the user of that number.
fn held(user: u64, role: u64, division: u64) -> RoleGrant {
    let division = DivisionScope::One(division_id(division));
    RoleGrant { division, ..grant(user_id(user), SubjectKind::User, role) }
}

fn restore(n: u64) -> Write {
    Write::RestoreDivision(organization_id(1), division_id(n))
}

async fn create<const N: usize>(store: &Arc<dyn Store>, divisions: [Division; N]) {
    commit(store, divisions.map(Write::CreateDivision)).await;
}

pub async fn they_read_back_by_name(store: Arc<dyn Store>) {
    // By bytes, so upper case comes first.
    let (zone, empty, other) = (named(1, "Zone"), named(2, "archive"), named(3, UNICODE));
    let empty = Division { description: String::new(), ..empty };
    let foreign = Division { organization: organization_id(2), ..division(4) };
    create(&store, [&empty, &foreign, &other, &zone].map(Clone::clone)).await;
    assert_eq!(store.divisions(organization_id(1)).await, Ok(vec![zone, other, empty]));
    assert_eq!(store.divisions(organization_id(2)).await, Ok(vec![foreign]));
}

pub async fn an_id_is_taken_once(store: Arc<dyn Store>) {
    create(&store, [division(1), division(2)]).await;
    commit(&store, [delete_division(2)]).await;
    for id in [division_id(1), division_id(2)] {
        let same = Division { id, organization: organization_id(2), ..division(3) };
        conflict(&store, [Write::CreateDivision(same)]).await;
    }
    assert_eq!(store.divisions(organization_id(2)).await, Ok(vec![]));
}

pub async fn a_name_is_taken_once_in_an_organization(store: Arc<dyn Store>) {
    let first = division(1);
    let second = Division { name: first.name.clone(), ..division(2) };
    let foreign = Division { organization: organization_id(2), ..second.clone() };
    create(&store, [first.clone()]).await;
    conflict(&store, [Write::CreateDivision(second)]).await;
    assert_eq!(store.divisions(organization_id(1)).await, Ok(vec![first]));
    create(&store, [foreign]).await;
}

pub async fn replacing_one_changes_name_and_description(store: Arc<dyn Store>) {
    create(&store, [division(1), division(2)]).await;
    let new = Division { description: String::new(), ..named(1, "a") };
    // Which is home is not for this write to say.
    commit(&store, [Write::ReplaceDivision(Division { home: false, ..new.clone() })]).await;
    assert_eq!(store.divisions(organization_id(1)).await, Ok(vec![new, division(2)]));
    commit(&store, [Write::ReplaceDivision(division(1)), Write::ReplaceDivision(division(1))]).await;
    assert_eq!(store.divisions(organization_id(1)).await, Ok(vec![division(1), division(2)]));
}

pub async fn replacing_one_takes_no_name_of_another(store: Arc<dyn Store>) {
    create(&store, [division(1), division(2), division(3)]).await;
    conflict(&store, [Write::ReplaceDivision(named(2, &division(1).name))]).await;
    commit(&store, [delete_division(3), Write::ReplaceDivision(named(2, &division(3).name))]).await;
    let renamed = named(2, &division(3).name);
    assert_eq!(store.divisions(organization_id(1)).await, Ok(vec![division(1), renamed]));
}

pub async fn replacing_one_that_is_gone_conflicts(store: Arc<dyn Store>) {
    create(&store, [division(1), division(2)]).await;
    commit(&store, [delete_division(2)]).await;
    let foreign = Division { organization: organization_id(2), ..named(1, "new") };
    for gone in [named(2, "new"), named(3, "new"), foreign] {
        conflict(&store, [Write::ReplaceDivision(gone)]).await;
    }
    assert_eq!(store.divisions(organization_id(1)).await, Ok(vec![division(1)]));
    assert_eq!(store.deleted_divisions(organization_id(1)).await, Ok(vec![division(2)]));
}

pub async fn a_deleted_one_is_listed_apart(store: Arc<dyn Store>) {
    let mut same = [named(2, "b"), named(3, "b"), named(4, "b"), named(5, "a")];
    create(&store, [division(1)]).await;
    for it in &same {
        create(&store, [it.clone()]).await;
        commit(
            &store,
            [Write::DeleteDivision {
                organization: organization_id(1),
                id: it.id,
                home: division_id(1),
                at: NOW,
            }],
        )
        .await;
    }
    same.sort_by_key(|it| (it.name.clone(), it.id));
    assert_eq!(store.divisions(organization_id(1)).await, Ok(vec![division(1)]));
    assert_eq!(store.deleted_divisions(organization_id(1)).await, Ok(same.into()));
    assert_eq!(store.deleted_divisions(organization_id(2)).await, Ok(vec![]));
}

pub async fn deleting_one_ends_the_grants_in_it_alone(store: Arc<dyn Store>) {
    create(&store, [division(1), division(2), division(3)]).await;
    let everywhere = RoleGrant { division: DivisionScope::All, ..held(1, 1, 2) };
    grant_all(&store, user_id(1), vec![held(1, 1, 2), everywhere.clone(), held(1, 2, 2), held(1, 1, 3)])
        .await;
    grant_all(&store, user_id(2), vec![held(2, 1, 2)]).await;
    commit(&store, [delete_division(2)]).await;
    assert_eq!(store.role_grants(user_id(1).into()).await, Ok(vec![everywhere, held(1, 1, 3)]));
    assert_eq!(store.role_grants(user_id(2).into()).await, Ok(vec![]));
    assert_eq!(store.division_grants(division_id(2)).await, Ok(vec![]));
    assert_eq!(store.division_use(division_id(2)).await, Ok(DivisionUse::default()));
}

pub async fn deleting_one_sends_its_users_home(store: Arc<dyn Store>) {
    create(&store, [division(1), division(2), division(3)]).await;
    let member = |n, division| User { division: division_id(division), ..user(n) };
    for it in [member(1, 2), User { state: UserState::Deleted, ..member(2, 2) }, member(3, 3)] {
        commit(&store, [Write::CreateUser(it)]).await;
    }
    commit(&store, [delete_division(2)]).await;
    // They are changed users, as whoever requires their version must see.
    let moved = |it: User| User { version: it.version + 1, division: division_id(1), ..it };
    assert_eq!(read_user(&store, user_id(1)).await, moved(user(1)));
    let deleted = User { state: UserState::Deleted, ..user(2) };
    assert_eq!(read_user(&store, user_id(2)).await, moved(deleted));
    assert_eq!(read_user(&store, user_id(3)).await, member(3, 3));
}

pub async fn deleting_one_that_is_gone_conflicts(store: Arc<dyn Store>) {
    create(&store, [division(1), division(2)]).await;
    conflict(&store, [delete_division(3)]).await;
    conflict(&store, [delete_division(2), delete_division(2)]).await;
    assert_eq!(store.deleted_divisions(organization_id(1)).await, Ok(vec![]));
    commit(&store, [delete_division(2)]).await;
    conflict(&store, [delete_division(2)]).await;
}

pub async fn deleting_one_of_another_organization_conflicts(store: Arc<dyn Store>) {
    let foreign = Division { organization: organization_id(2), ..division(2) };
    create(&store, [division(1), foreign.clone()]).await;
    conflict(&store, [delete_division(2)]).await;
    assert_eq!(store.divisions(organization_id(2)).await, Ok(vec![foreign]));
}

pub async fn of_64_who_delete_one_one_succeeds(store: Arc<dyn Store>) {
    create(&store, [division(1), division(2)]).await;
    commit(&store, [Write::CreateUser(User { division: division_id(2), ..user(1) })]).await;
    let results = race(&[Arc::clone(&store)], 64, |_| vec![delete_division(2)]).await;
    assert_eq!(winners(&results), 1);
    assert_eq!(read_user(&store, user_id(1)).await, User { version: user(1).version + 1, ..user(1) });
}

pub async fn restoring_one_brings_it_back_empty(store: Arc<dyn Store>) {
    create(&store, [division(1), division(2)]).await;
    grant_all(&store, user_id(1), vec![held(1, 1, 2)]).await;
    commit(&store, [Write::CreateUser(User { division: division_id(2), ..user(1) })]).await;
    commit(&store, [delete_division(2)]).await;
    commit(&store, [restore(2)]).await;
    assert_eq!(store.divisions(organization_id(1)).await, Ok(vec![division(1), division(2)]));
    assert_eq!(store.deleted_divisions(organization_id(1)).await, Ok(vec![]));
    assert_eq!(store.division_use(division_id(2)).await, Ok(DivisionUse::default()));
    assert_eq!(read_user(&store, user_id(1)).await.division, division_id(1));
    commit(&store, [delete_division(2)]).await;
    assert_eq!(store.deleted_divisions(organization_id(1)).await, Ok(vec![division(2)]));
}

pub async fn restoring_one_that_is_not_deleted_conflicts(store: Arc<dyn Store>) {
    create(&store, [division(1), division(2)]).await;
    commit(&store, [delete_division(2)]).await;
    conflict(&store, [restore(1)]).await;
    conflict(&store, [restore(3)]).await;
    conflict(&store, [restore(2), restore(2)]).await;
    conflict(&store, [Write::RestoreDivision(organization_id(2), division_id(2))]).await;
    assert_eq!(store.deleted_divisions(organization_id(1)).await, Ok(vec![division(2)]));
}

pub async fn a_deleted_one_leaves_its_name_to_others(store: Arc<dyn Store>) {
    let heir = named(3, &division(2).name);
    create(&store, [division(1), division(2)]).await;
    commit(&store, [delete_division(2), Write::CreateDivision(heir.clone())]).await;
    conflict(&store, [restore(2)]).await;
    assert_eq!(store.divisions(organization_id(1)).await, Ok(vec![division(1), heir]));
    assert_eq!(store.deleted_divisions(organization_id(1)).await, Ok(vec![division(2)]));
    commit(&store, [delete_division(3), restore(2)]).await;
    conflict(&store, [restore(3)]).await;
}

pub async fn its_use_counts_users_and_grants_in_it_alone(store: Arc<dyn Store>) {
    create(&store, [division(1), division(2)]).await;
    let member = |n, state| Write::CreateUser(User { state, division: division_id(2), ..user(n) });
    commit(
        &store,
        [
            member(1, UserState::Active),
            member(2, UserState::Inactive),
            member(3, UserState::Deleted),
            Write::CreateUser(user(4)),
        ],
    )
    .await;
    let everywhere = RoleGrant { division: DivisionScope::All, ..held(4, 1, 2) };
    grant_all(&store, user_id(4), vec![held(4, 1, 2), held(4, 2, 2), everywhere, held(4, 1, 1)]).await;
    grant_all(&store, client_id(1), vec![held(9, 1, 2)]).await;
    assert_eq!(store.division_use(division_id(2)).await, Ok(DivisionUse { users: 2, grants: 3 }));
    assert_eq!(store.division_use(division_id(1)).await, Ok(DivisionUse { users: 1, grants: 1 }));
    assert_eq!(store.division_use(division_id(3)).await, Ok(DivisionUse::default()));
}

pub async fn its_grants_are_listed_oldest_first(store: Arc<dyn Store>) {
    create(&store, [division(1), division(2)]).await;
    let earlier = RoleGrant { granted_at: Timestamp::from_millis(1), ..held(2, 9, 2) };
    let everywhere = RoleGrant { division: DivisionScope::All, ..held(3, 1, 2) };
    let mut grants = vec![held(1, 1, 2), held(1, 2, 2), held(2, 1, 2), held(3, 1, 2)];
    grant_all(&store, user_id(1), vec![held(1, 2, 2), held(1, 1, 1), held(1, 1, 2)]).await;
    grant_all(&store, user_id(2), vec![held(2, 1, 2), earlier.clone()]).await;
    grant_all(&store, user_id(3), vec![everywhere, held(3, 1, 2)]).await;
    grants.sort_by_key(|grant| (grant.subject, grant.role));
    grants.insert(0, earlier);
    assert_eq!(store.division_grants(division_id(2)).await, Ok(grants));
    assert_eq!(store.division_grants(division_id(1)).await, Ok(vec![held(1, 1, 1)]));
    assert_eq!(store.division_grants(division_id(3)).await, Ok(vec![]));
}
