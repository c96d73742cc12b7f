//! Two processes on one database.

use std::sync::Arc;

use chancery_core::client::Client;
use chancery_core::write::{Require, Write};
use chancery_store::Store;

use super::sample::*;

/// What is good once is good once, whichever of two processes on one database is asked.
pub async fn of_64_at_two_processes_one_wins(stores: &[Arc<dyn Store>; 2]) {
    let Rows { ticket, family: first, .. } = populate(&stores[0]).await;
    let spent = race(stores, 64, |_| vec![Write::Spend(ticket, NOW)]).await;
    assert_eq!(winners(&spent), 1);
    let redeemed = race(stores, 64, |_| vec![Write::CreateFamily(from_code(9))]).await;
    assert_eq!(winners(&redeemed), 1);
    let advanced = race(stores, 64, |_| vec![advance(first, 0, NOW)]).await;
    assert_eq!(winners(&advanced), 1);
    let named = |n| Client { name: format!("number {n}"), ..client(1) };
    let replaced = race(stores, 64, |n| vec![Write::ReplaceClient(Box::new(named(n)))]).await;
    assert_eq!(winners(&replaced), 1);
    commit(&stores[0], [Write::CreateOrganization(organization(9))]).await;
    let created = race(stores, 64, |n| {
        let below = Write::Require(Require::ClientsBelow(organization_id(9), 10));
        let client = Client { organization: organization_id(9), ..client(100 + n) };
        vec![below, Write::CreateClient(Box::new(client))]
    });
    assert_eq!(winners(&created.await), 10);
}
