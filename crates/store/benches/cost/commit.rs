//! Commits of a login and of its refreshes.

use chancery_core::dialect::Dialect;
use chancery_core::env::fixed::Counting;
use chancery_core::family::NewFamily;
use chancery_core::tokens::Audience;
use chancery_core::types::{ClientId, FamilyKey, KeyId, Lifetime, OrganizationId, Scope, UserId};
use chancery_core::write::Write;
use chancery_store::Made;
use divan::Bencher;
use divan::counter::ItemsCount;

use super::backend::{Backend, NOW, Opened, installed};

fn family() -> NewFamily {
    let random = Counting::new(1);
    NewFamily {
        organization: OrganizationId::random(&random),
        client: ClientId::random(&random),
        client_epoch: 1,
        user: UserId::random(&random),
        user_epoch: 1,
        consent_epoch: Some(1),
        dialect: Dialect::Genesys,
        scope: Scope::parse("users oauth:readonly").expect("a scope"),
        audience: Audience::Management,
        login: None,
        mac_key: KeyId(1),
        client_authenticated: true,
        code: None,
        created_at: NOW,
        expires_at: NOW + Lifetime::from_days(30),
    }
}

fn families(store: &Opened, count: usize) -> Vec<FamilyKey> {
    let made = store.commit(vec![Write::CreateFamily(family()); count]);
    made.into_iter()
        .map(|it| match it {
            Made::Family(key) => key,
            other => panic!("a family made {other:?}"),
        })
        .collect()
}

/// A login. The store grows by a row each time, so there are as many on every store.
#[divan::bench(args = installed(), sample_size = 1)]
fn family_row(bencher: Bencher, backend: Backend) {
    let store = backend.open();
    bencher.bench_local(|| store.commit(vec![Write::CreateFamily(family())]));
}

/// A refresh, alone.
#[divan::bench(args = installed())]
fn one(bencher: Bencher, backend: Backend) {
    advances(bencher, backend, 1);
}

/// Refreshes of as many logins, which may share the wait for the disk.
#[divan::bench(args = installed())]
fn of_32_at_once(bencher: Bencher, backend: Backend) {
    advances(bencher, backend, 32);
}

fn advances(bencher: Bencher, backend: Backend, count: usize) {
    let store = backend.open();
    let (keys, mut generation) = (families(&store, count), 0);
    bencher.counter(ItemsCount::new(count)).bench_local(|| {
        store.commit_each(keys.iter().map(|key| Write::Advance {
            key: *key,
            began: NOW,
            generation,
            at: NOW,
        }));
        generation += 1;
    });
}
