//! What PostgreSQL alone brings: several nodes, connections that end at any moment, a server that goes away and comes back.

#![expect(clippy::expect_used, reason = "all of this is test code")]

#[expect(dead_code, reason = "the suite needs more of it")]
mod conformance {
    pub mod sample;
    pub mod together;
}

use std::sync::Arc;
use std::time::{Duration, Instant};

use chancery_cluster::{Cluster, Kind, Pooler, Stop, is_installed};
use chancery_core::types::{Lifetime, Timestamp};
use chancery_core::write::{Changed, Require, Write};
use chancery_store::postgres::Settings;
use chancery_store::{OpenError, Postgres, Store, StoreError};
use conformance::sample::*;
use conformance::together::of_64_at_two_processes_one_wins;

async fn open(url: &str) -> Arc<dyn Store> {
    let mut settings: Settings = url.parse().expect("a URL");
    settings.connections = 8;
    Arc::new(Postgres::open(&settings).await.expect("a database"))
}

async fn close(stores: impl IntoIterator<Item = Arc<dyn Store>>) {
    for store in stores {
        store.close().await.expect("the store closes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn between_two_nodes_one_of_64_wins() {
    if !is_installed() {
        return;
    }
    let url = Cluster::shared().database();
    let stores = [open(&url).await, open(&url).await];
    of_64_at_two_processes_one_wins(&stores).await;
    close(stores).await;
}

/// Two who each require what the other changes: never do both succeed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_decision_stands_on_does_not_change_under_it() {
    if !is_installed() {
        return;
    }
    let url = Cluster::shared().database();
    let stores = [open(&url).await, open(&url).await];
    for round in 0..20 {
        let (one, other) = (2 * round, 2 * round + 1);
        commit(&stores[0], [one, other].map(|n| Write::CreateUser(user(n)))).await;
        let results = race(&stores, 2, |n| {
            let (own, others) = if n == 0 { (one, other) } else { (other, one) };
            let version = user(others).version;
            vec![
                Write::Require(Require::User(user_id(others), version)),
                Write::ReplaceUser(Box::new(user(own))),
            ]
        });
        assert_eq!(winners(&results.await), 1, "round {round}");
    }
    close(stores).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_hears_what_another_changed() {
    if !is_installed() {
        return;
    }
    let url = Cluster::shared().database();
    let stores = [open(&url).await, open(&url).await];
    commit(&stores[0], [Write::CreateUser(user(1))]).await;
    let heard = stores[1].changes(NOW).await.expect("changes");
    assert_eq!(heard.iter().map(|it| it.changed).collect::<Vec<_>>(), [Changed::User(user_id(1))]);
    assert_eq!(stores[0].changes(NOW).await, Ok(vec![]), "its own");
    close(stores).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_nodes_bring_one_schema_up() {
    if !is_installed() {
        return;
    }
    let url = Cluster::shared().database();
    let nodes = (0..6).map(|_| {
        let url = url.clone();
        tokio::spawn(async move { open(&url).await })
    });
    for node in nodes.collect::<Vec<_>>() {
        let store = node.await.expect("no panic");
        assert_eq!(store.organizations().await, Ok(vec![]));
        store.close().await.expect("the store closes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_that_this_version_does_not_understand_is_refused() {
    if !is_installed() {
        return;
    }
    let cluster = Cluster::shared();
    let url = cluster.database();
    open(&url).await.close().await.expect("the store closes");
    let name = url.rsplit('/').next().expect("a name");
    let next = "INSERT INTO refinery_schema_history SELECT version + 1, 'future', applied_on, '1' FROM refinery_schema_history
                ORDER BY version DESC LIMIT 1";
    cluster.query(name, next);
    open(&url).await.close().await.expect("what only adds is served");
    cluster
        .query(name, "UPDATE schema_served SET since = (SELECT MAX(version) FROM refinery_schema_history)");
    let refused = Postgres::open(&url.parse().expect("a URL")).await.err();
    assert!(matches!(refused, Some(OpenError::TooNew { found, known }) if found == known + 1), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_is_one_nodes_until_it_expires_or_is_given_back() {
    if !is_installed() {
        return;
    }
    let url = Cluster::shared().database();
    let [one, other] = [open(&url).await, open(&url).await];
    let minute = Lifetime::from_seconds(60);
    let lease = async |store: &Arc<dyn Store>, until, now| store.lease("sweep", until, now).await;
    assert_eq!(lease(&one, NOW + minute, NOW).await, Ok(true));
    assert_eq!(lease(&other, NOW + minute, NOW).await, Ok(false));
    assert_eq!(lease(&one, NOW + minute, NOW).await, Ok(true), "its own it keeps");
    assert_eq!(lease(&other, NOW + minute + minute, NOW + minute).await, Ok(true), "expired");
    assert_eq!(lease(&other, NOW, NOW).await, Ok(true), "given back");
    assert_eq!(lease(&one, NOW + minute, NOW).await, Ok(true));
    assert_eq!(other.lease("rotate", NOW + minute, NOW).await, Ok(true), "another one");
    close([one, other]).await;
}

/// Connections end all the time, and the server restarts: nothing that was acknowledged is lost, nothing is done twice, and
/// nobody is told of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_end_are_nobodys_concern() {
    if !is_installed() {
        return;
    }
    let cluster = Arc::new(Cluster::start(Kind::Durable));
    let url = cluster.database();
    let store = open(&url).await;
    let killer = {
        let cluster = Arc::clone(&cluster);
        std::thread::spawn(move || {
            let others = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'chancery'";
            let mut killed = 0;
            while killed < 25 {
                killed += cluster.query("postgres", others).parse::<u32>().expect("a number");
            }
        })
    };
    let mut created = 0;
    while !killer.is_finished() || created < 200 {
        let write = Write::CreateUser(user(created));
        assert_eq!(store.commit(vec![write], NOW).await, Ok(vec![]), "{created}");
        assert_eq!(store.find_user(user_id(created)).await.map(|it| it.is_some()), Ok(true));
        created += 1;
    }
    killer.join().expect("no panic");
    let ids = store.user_ids(organization_id(1), None).await.expect("ids");
    assert_eq!(ids.len() as u64, created);

    cluster.stop(Stop::Immediate);
    let begun = Instant::now();
    let refused = store.commit(vec![Write::CreateUser(user(created))], NOW).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert!(begun.elapsed() < Duration::from_secs(10));
    cluster.begin();
    assert_eq!(
        store.commit(vec![Write::CreateUser(user(created))], NOW).await,
        Ok(vec![]),
        "it comes back by itself"
    );
    assert_eq!(store.user_ids(organization_id(1), None).await.map(|ids| ids.len() as u64), Ok(created + 1));

    // A server that says nothing at all.
    cluster.signal("STOP");
    let begun = Instant::now();
    let unheard = store.find_user(user_id(0)).await;
    assert!(matches!(unheard, Err(StoreError::Unavailable(_))), "{unheard:?}");
    assert!(begun.elapsed() < Duration::from_secs(10));
    cluster.signal("CONT");
    assert_eq!(store.find_user(user_id(0)).await.map(|it| it.is_some()), Ok(true));
    store.close().await.expect("the store closes");
}

/// Somebody holds a row for long: whoever wants it is told soon, and leaves nobody waiting in the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_in_the_database_for_longer_than_anybody_here() {
    if !is_installed() {
        return;
    }
    let cluster = Cluster::shared();
    let url = cluster.database();
    let name = url.rsplit('/').next().expect("a name").to_owned();
    let store = open(&url).await;
    commit(&store, [Write::CreateUser(user(1))]).await;
    let holder = {
        let name = name.clone();
        std::thread::spawn(move || {
            cluster.query(&name, "BEGIN; SELECT 1 FROM users FOR UPDATE; SELECT pg_sleep(6); COMMIT")
        })
    };
    let waiting = format!(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = '{name}' AND wait_event_type = 'Lock'"
    );
    let held =
        format!("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = '{name}' AND wait_event = 'PgSleep'");
    while cluster.query("postgres", &held) != "1" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let begun = Instant::now();
    let refused = store.commit(vec![Write::ReplaceUser(Box::new(user(1)))], NOW).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(cluster.query("postgres", &waiting), "0");
    holder.join().expect("no panic");
    commit(&store, [Write::ReplaceUser(Box::new(user(1)))]).await;
    store.close().await.expect("the store closes");
}

/// A commit that its standby has not heard of would be lost with the primary.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_acknowledged_that_no_standby_has() {
    if !is_installed() {
        return;
    }
    let primary = Cluster::start(Kind::Durable);
    let standby = primary.standby();
    primary.promise("standby");
    let store = open(&primary.database()).await;
    commit(&store, [Write::CreateUser(user(1))]).await;
    standby.signal("STOP");
    let begun = Instant::now();
    let unheard = store.commit(vec![Write::CreateUser(user(2))], NOW).await;
    assert!(matches!(unheard, Err(StoreError::Unavailable(_))), "{unheard:?}");
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    standby.signal("CONT");
    commit(&store, [Write::CreateUser(user(3))]).await;
    store.close().await.expect("the store closes");
}

/// What changes any number of rows may take longer than anything else, and what takes too long is not left behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_rows_may_take_their_time() {
    if !is_installed() {
        return;
    }
    let cluster = Cluster::shared();
    let url = cluster.database();
    let name = url.rsplit('/').next().expect("a name").to_owned();
    let store = open(&url).await;
    commit(
        &store,
        [
            Write::CreateUser(user(1)),
            Write::CreateOrganization(organization(1)),
            Write::CreateClient(Box::new(client(1))),
        ],
    )
    .await;
    // As slow as ten million of them.
    let slow = "CREATE FUNCTION slow() RETURNS trigger AS 'BEGIN PERFORM pg_sleep(6); RETURN OLD; END' LANGUAGE plpgsql; \
                CREATE TRIGGER slow BEFORE DELETE ON usage_counts FOR EACH STATEMENT EXECUTE FUNCTION slow()";
    cluster.query(&name, slow);
    let other = open(&url).await;
    let begun = Instant::now();
    commit(&store, [Write::DeleteClient(organization_id(1), client_id(1))]).await;
    assert_eq!(store.find_client(client_id(1)).await, Ok(None));
    // Whoever looks back for a moment only hears of it all the same.
    let late = NOW + Lifetime::from_seconds(u32::try_from(begun.elapsed().as_secs()).expect("seconds") - 1);
    let heard = other.changes(late).await.expect("the change log");
    assert!(heard.iter().any(|it| it.changed == Changed::Client(client_id(1))), "{heard:?}");
    other.close().await.expect("the store closes");

    cluster.query(&name, "ALTER TABLE users RENAME TO slow_users; CREATE VIEW users AS SELECT * FROM slow_users WHERE CAST(pg_sleep(60) AS TEXT) IS NOT NULL");
    let unread = store.find_user(user_id(1)).await;
    assert!(matches!(unread, Err(StoreError::Unavailable(_))), "{unread:?}");
    let asleep =
        format!("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = '{name}' AND wait_event = 'PgSleep'");
    let begun = Instant::now();
    while cluster.query("postgres", &asleep) != "0" {
        assert!(begun.elapsed() < Duration::from_secs(10), "a query that nobody waits for goes on");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    store.close().await.expect("the store closes");
}

/// Whoever is elsewhere is spoken to by TLS, and only if its certificate is trusted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_is_known_by_its_certificate() {
    if !is_installed() {
        return;
    }
    let cluster = Cluster::start(Kind::Fast);
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let (certificate, password) = (made.cert.pem(), "p@ss/word");
    cluster.encrypt(&certificate, &made.signing_key.serialize_pem(), "app", password);
    let folder = tempfile::tempdir().expect("a folder");
    let roots = folder.path().join("ca.pem");
    std::fs::write(&roots, certificate).expect("a file");
    let open = async |host: &str, trusted: bool, password: &str| {
        let url = format!("postgres://app@{host}:{}/postgres?sslmode=require", cluster.port());
        let mut settings: Settings = url.parse().expect("a URL");
        settings.password(password.as_bytes());
        if trusted {
            settings.trust(&roots);
        }
        Postgres::open(&settings).await
    };
    let store = open("localhost", true, password).await.expect("a database that is trusted");
    assert_eq!(
        cluster.query(
            "postgres",
            "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'app'"
        ),
        "t"
    );
    Store::close(&store).await.expect("the store closes");
    for (host, trusted, password) in
        [("localhost", false, password), ("127.0.0.1", true, password), ("localhost", true, "guessed")]
    {
        let Err(error) = open(host, trusted, password).await else { panic!("{host} is let in") };
        assert!(!error.to_string().contains(password), "{error}");
    }
}

/// A count that is off, as after somebody deleted rows by hand, is put right, and harms nobody until then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_are_counted_anew() {
    if !is_installed() {
        return;
    }
    let cluster = Cluster::shared();
    let url = cluster.database();
    let store = open(&url).await;
    let made = [Write::CreateOrganization(organization(1)), Write::CreateClient(Box::new(client(1)))];
    commit(&store, made).await;
    cluster.query(url.rsplit('/').next().expect("a name"), "UPDATE client_counts SET clients = -5");
    assert_eq!(store.count_clients(organization_id(1)).await, Ok(0));
    assert_eq!(store.recount_clients(organization_id(1)).await, Ok(()));
    assert_eq!(store.count_clients(organization_id(1)).await, Ok(1));
    store.close().await.expect("the store closes");
}

/// A pooler gives every transaction another connection, on which nothing of this node's was prepared.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_hands_out_connections_by_the_transaction_is_enough() {
    if !is_installed() || !Pooler::is_installed() {
        return;
    }
    let cluster = Cluster::shared();
    let url = cluster.database();
    let pooler = Pooler::start(cluster);
    let behind = pooler.url(url.rsplit('/').next().expect("a name"));
    let mut settings: Settings = behind.parse().expect("a URL");
    settings.prepared = false;
    let begun = Instant::now();
    while Postgres::schema(&settings).await.is_err() && begun.elapsed() < Duration::from_secs(20) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut stores: Vec<Arc<dyn Store>> = Vec::new();
    for _ in 0..2 {
        stores.push(Arc::new(Postgres::open(&settings).await.expect("a database")));
    }
    populate(&stores[0]).await;
    let redeemed = race(&stores, 64, |_| vec![Write::CreateFamily(from_code(9))]).await;
    assert_eq!(winners(&redeemed), 1);
    assert_eq!(read_client(&stores[1], client_id(1)).await.id, client_id(1));
    let week = Timestamp::from_seconds(NOW.seconds() + 7 * 86_400);
    assert!(stores[1].sweep(week, NOW, 1000).await.expect("a sweep") > 0);
    close(stores).await;
}
