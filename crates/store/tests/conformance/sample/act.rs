//! What most tests do with a store.

use std::sync::Arc;

use chancery_core::audit::{Audited, Wanted};
use chancery_core::client::Client;
use chancery_core::consent::Consent;
use chancery_core::family::{Family, NewFamily};
use chancery_core::organization::Organization;
use chancery_core::rbac::RoleGrant;
use chancery_core::session::{NewSession, Session};
use chancery_core::ticket::{NewTicket, Ticket};
use chancery_core::types::{ClientId, FamilyKey, OrganizationId, SessionKey, SubjectId, TicketKey, UserId};
use chancery_core::usage::{Day, UsageCount};
use chancery_core::user::User;
use chancery_core::write::Write;
use chancery_store::{Made, Store, StoreError};
use tokio::sync::Barrier;

use super::*;

/// Commits, and answers the keys that were made.
pub async fn commit<const N: usize>(store: &Arc<dyn Store>, writes: [Write; N]) -> Vec<Made> {
    store.commit(writes.into(), NOW).await.expect("nothing stands in the way of the commit")
}

/// Commits in vain.
pub async fn conflict<const N: usize>(store: &Arc<dyn Store>, writes: [Write; N]) {
    let text = format!("{writes:?}");
    assert_eq!(store.commit(writes.into(), NOW).await, Err(StoreError::Conflict), "{text}");
}

pub async fn create_client(store: &Arc<dyn Store>, client: Client) {
    commit(store, [Write::CreateClient(Box::new(client))]).await;
}

/// Makes these the grants of a subject.
pub async fn grant_all(store: &Arc<dyn Store>, subject: impl Into<SubjectId>, grants: Vec<RoleGrant>) {
    commit(store, [Write::ReplaceRoleGrants(organization_id(1), subject.into(), grants)]).await;
}

pub async fn create_ticket(store: &Arc<dyn Store>, ticket: NewTicket) -> TicketKey {
    match commit(store, [Write::CreateTicket(ticket)]).await[..] {
        [Made::Ticket(key)] => key,
        ref other => panic!("one ticket made {other:?}"),
    }
}

pub async fn create_family(store: &Arc<dyn Store>, family: NewFamily) -> FamilyKey {
    match commit(store, [Write::CreateFamily(family)]).await[..] {
        [Made::Family(key)] => key,
        ref other => panic!("one family made {other:?}"),
    }
}

pub async fn create_session(store: &Arc<dyn Store>, session: NewSession) -> SessionKey {
    match commit(store, [Write::CreateSession(session)]).await[..] {
        [Made::Session(key)] => key,
        ref other => panic!("one session made {other:?}"),
    }
}

pub async fn read_organization(store: &Arc<dyn Store>, id: OrganizationId) -> Organization {
    store.find_organization(id).await.expect("the store answers").expect("the organization exists")
}

pub async fn read_user(store: &Arc<dyn Store>, id: UserId) -> User {
    store.find_user(id).await.expect("the store answers").expect("the user exists")
}

/// All counts of the client of that number, by day, path and method.
pub async fn read_usage(store: &Arc<dyn Store>, n: u64) -> Vec<UsageCount> {
    let all = store.usage(client_id(n), Day(i64::MIN), Day(i64::MAX));
    let mut all = all.await.expect("the store answers");
    all.sort_by(|a, b| (a.day, &a.template, &a.method).cmp(&(b.day, &b.template, &b.method)));
    all
}

pub async fn read_client(store: &Arc<dyn Store>, id: ClientId) -> Client {
    store.find_client(id).await.expect("the store answers").expect("the client exists")
}

pub async fn read_ticket(store: &Arc<dyn Store>, key: TicketKey) -> Ticket {
    store.find_ticket(key).await.expect("the store answers").expect("the ticket exists")
}

pub async fn read_family(store: &Arc<dyn Store>, key: FamilyKey) -> Family {
    store.find_family(key).await.expect("the store answers").expect("the family exists")
}

pub async fn read_session(store: &Arc<dyn Store>, key: SessionKey) -> Session {
    store.find_session(key).await.expect("the store answers").expect("the session has not ended")
}

/// What the user of one number allowed the client of the other.
pub async fn read_consent(store: &Arc<dyn Store>, user: u64, client: u64) -> Consent {
    let found = store.find_consent(user_id(user), client_id(client));
    found.await.expect("the store answers").expect("the consent exists")
}

pub async fn read_audit(store: &Arc<dyn Store>, wanted: Wanted) -> Vec<Audited> {
    store.audit(wanted).await.expect("the store answers")
}

/// Commits from so many tasks at once; all start together. The results are in the order of the numbers.
/// With several stores, the tasks take turns among them.
pub async fn race(
    stores: &[Arc<dyn Store>],
    tasks: u64,
    writes: impl Fn(u64) -> Vec<Write>,
) -> Vec<Result<Vec<Made>, StoreError>> {
    let start = Arc::new(Barrier::new(usize::try_from(tasks).expect("small")));
    let running: Vec<_> = (0..tasks)
        .zip(stores.iter().cycle())
        .map(|(number, store)| {
            let (store, start, writes) = (Arc::clone(store), Arc::clone(&start), writes(number));
            tokio::spawn(async move {
                start.wait().await;
                store.commit(writes, NOW).await
            })
        })
        .collect();
    let mut results = Vec::new();
    for task in running {
        results.push(task.await.expect("the task ends"));
    }
    results
}

/// How many succeeded; all the others must have met a conflict.
pub fn winners(results: &[Result<Vec<Made>, StoreError>]) -> usize {
    let others = results.iter().filter(|result| result.is_err());
    for result in others {
        assert_eq!(*result, Err(StoreError::Conflict));
    }
    results.iter().filter(|result| result.is_ok()).count()
}

/// Fewer than a page.
pub async fn read_revoked(store: &Arc<dyn Store>, now: Timestamp) -> Vec<Revoked> {
    store.revoked_page(now, None).await.expect("revoked ids")
}

/// Advances a family of these.
pub fn advance(key: FamilyKey, generation: u32, at: Timestamp) -> Write {
    Write::Advance { key, began: NOW, generation, at }
}
