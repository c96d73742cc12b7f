//! Where a request comes from, and who makes it: what the audit log says beside what happened. Set once for each request, so
//! that no operation can leave it out.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use chancery_core::access::Caller;
use chancery_core::client::Actor;
use chancery_core::types::{ClientId, UserId};
use chancery_core::write::Write;

use super::envelope::CorrelationId;

/// See the module.
pub struct Origin {
    address: IpAddr,
    /// What the answer and all lines about it are found by.
    pub correlation: CorrelationId,
    caller: OnceLock<(Actor, Option<ClientId>)>,
}

tokio::task_local! {
    /// That of the request that this task answers.
    pub static ORIGIN: Arc<Origin>;
}

impl Origin {
    /// Of a request of which nobody knows yet who makes it.
    pub fn new(address: IpAddr, correlation: CorrelationId) -> Self {
        Self { address, correlation, caller: OnceLock::new() }
    }
}

/// Lets a task of its own go on in the name of the request that begins it, if one does.
pub async fn keep<T>(task: impl Future<Output = T>, origin: Option<Arc<Origin>>) -> T {
    match origin {
        Some(origin) => ORIGIN.scope(origin, task).await,
        None => task.await,
    }
}

/// That of the request that is answered, if one is.
pub fn current() -> Option<Arc<Origin>> {
    ORIGIN.try_with(Arc::clone).ok()
}

/// Notes who makes the request.
pub fn admitted(caller: &Caller) {
    let _ = ORIGIN.try_with(|origin| origin.caller.set((caller.actor(), Some(caller.client.id))));
}

/// Notes the person at the browser that makes it.
pub fn person(user: UserId) {
    let _ = ORIGIN.try_with(|origin| origin.caller.set((Actor::User(user), None)));
}

/// Completes the entries for the audit log. Jobs have no origin: what they do, the server does.
pub fn stamp(writes: &mut [Write]) {
    let _ = ORIGIN.try_with(|origin| {
        for write in writes {
            let Write::Audit(entry) = write else { continue };
            entry.address.get_or_insert(origin.address);
            entry.correlation.get_or_insert_with(|| origin.correlation.0.to_string());
            if let Some((actor, client)) = origin.caller.get() {
                entry.actor.get_or_insert(*actor);
                entry.client = entry.client.or(*client);
            }
        }
    });
}
