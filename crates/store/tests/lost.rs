//! A commit whose answer is lost on the way, on PostgreSQL: it is done once, and said to be done.

#![expect(clippy::expect_used, reason = "all of this is test code")]

#[expect(dead_code, unused_imports, reason = "the suite needs more of it")]
mod conformance {
    pub mod sample;
}

use std::io::{Read, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{sleep, spawn};
use std::time::Duration;

use chancery_cluster::{Cluster, is_installed};
use chancery_core::types::FamilyKey;
use chancery_core::write::{Require, Write};
use chancery_store::postgres::Settings;
use chancery_store::{Made, Postgres, Store};
use conformance::sample::*;

/// A way to the database that is cut, so many times as are left, once a `COMMIT` has gone over it.
fn way(port: u16, left: Arc<AtomicU32>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let own = listener.local_addr().expect("an address").port();
    spawn(move || {
        for near in listener.incoming() {
            let near = near.expect("a connection");
            let far = TcpStream::connect(("127.0.0.1", port)).expect("the database");
            let (mut from, mut to) =
                (far.try_clone().expect("a socket"), near.try_clone().expect("a socket"));
            spawn(move || std::io::copy(&mut from, &mut to));
            let left = Arc::clone(&left);
            spawn(move || carry(near, far, &left));
        }
    });
    own
}

fn carry(mut near: TcpStream, mut far: TcpStream, left: &AtomicU32) {
    let mut bytes = [0; 65_536];
    while let Ok(length @ 1..) = near.read(&mut bytes) {
        let sent = &bytes[..length];
        let cuts = sent.windows(6).any(|it| it == b"COMMIT")
            && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |it| it.checked_sub(1)).is_ok();
        if cuts {
            // Nobody hears of what it does.
            let _ = near.shutdown(Shutdown::Both);
        }
        if far.write_all(sent).is_err() {
            break;
        }
        if cuts {
            sleep(Duration::from_millis(100));
            break;
        }
    }
    let _ = (near.shutdown(Shutdown::Both), far.shutdown(Shutdown::Both));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_done_once() {
    if !is_installed() {
        return;
    }
    let cluster = Cluster::shared();
    let (url, left) = (cluster.database(), Arc::new(AtomicU32::new(0)));
    let cut =
        url.replace(&format!(":{}", cluster.port()), &format!(":{}", way(cluster.port(), Arc::clone(&left))));
    assert_ne!(cut, url);
    let mut settings: Settings = cut.parse().expect("a URL");
    // So that the proxy can read along.
    settings.prepared = false;
    let store: Arc<dyn Store> = Arc::new(Postgres::open(&settings).await.expect("a database"));
    commit(&store, [Write::CreateUser(user(1)), Write::CreateFamily(family())]).await;

    let only_looks = vec![Write::Require(Require::User(user_id(1), user(1).version))];
    let redeems = vec![Write::CreateFamily(from_code(1))];
    let adds = vec![Write::Audit(Box::new(entry(1)))];
    for writes in [only_looks.clone(), redeems.clone(), adds] {
        left.store(1, Ordering::SeqCst);
        let done = store.commit(writes.clone(), NOW).await.unwrap_or_else(|why| panic!("{writes:?}: {why}"));
        assert_eq!(left.load(Ordering::SeqCst), 0, "nothing was lost of {writes:?}");
        assert_eq!(done.iter().any(|made| matches!(made, Made::Family(FamilyKey(_)))), writes == redeems);
    }
    assert!(store.find_family_of_code(code_id(1)).await.expect("reads").is_some());
    assert_eq!(read_audit(&store, all_of(1)).await.len(), 1);
    conflict(&store, [Write::CreateFamily(from_code(1))]).await;
    conflict(&store, [Write::Require(Require::User(user_id(1), 99))]).await;
    store.close().await.expect("the store closes");
}
