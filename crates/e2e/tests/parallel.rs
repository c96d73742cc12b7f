//! Many at once, on the same and on different clients: nobody fails, and nothing that was acknowledged is lost.
#![expect(clippy::expect_used, reason = "what cannot be set up fails the test")]

use std::collections::{BTreeMap, BTreeSet};

use chancery_e2e::{Answer, Made, Registry, Server, THREADS, at_once, query};

fn version(server: &Server, id: &str) -> i64 {
    let statement = format!("SELECT version FROM clients WHERE id = '{id}'");
    query(&server.data_dir().join("chancery.db"), &statement).parse().expect("a version")
}

/// Those of the secrets that authenticate.
fn working<'a>(server: &Server, id: &str, secrets: impl IntoIterator<Item = &'a String>) -> Vec<&'a String> {
    let client = server.client();
    secrets.into_iter().filter(|secret| client.authenticates(id, secret)).collect()
}

#[test]
fn parallel_creates_all_make_a_client_of_their_own() {
    let server = Server::start();
    let registry = server.registry();
    let before = registry.names();
    let made = at_once(|index| registry.create(&format!("client {index}")));

    let ids: BTreeSet<_> = made.iter().map(|it| &it.id).collect();
    assert_eq!(ids.len(), THREADS);
    let secrets: BTreeSet<_> = made.iter().map(|it| &it.secret).collect();
    assert_eq!(secrets.len(), THREADS);
    let mut expected = before;
    expected.extend(made.iter().map(|it| (it.id.clone(), it.name.clone())));
    assert_eq!(registry.names(), expected);
    let client = server.client();
    assert!(at_once(|index| client.authenticates(&made[index].id, &made[index].secret)).iter().all(|it| *it));
}

#[test]
fn parallel_updates_of_one_client_all_take_place_one_after_the_other() {
    let server = Server::start();
    let registry = server.registry();
    let made = registry.create("before");
    let before = version(&server, &made.id);
    let names: Vec<_> = (0..THREADS).map(|index| format!("name {index}")).collect();
    let answers = at_once(|index| registry.rename(&made.id, &names[index]).expect(200));
    for (answer, name) in answers.iter().zip(&names) {
        assert_eq!(answer.text_of("name"), *name, "everybody is told of their own update");
    }
    let last = registry.get(&made.id).expect(200).text_of("name");
    assert!(names.contains(&last), "{last}");
    assert_eq!(registry.names()[&made.id], last);
    assert_eq!(version(&server, &made.id), before + THREADS as i64, "every update is one version");
    assert!(server.client().authenticates(&made.id, &made.secret), "an update leaves the secret alone");
}

#[test]
fn parallel_updates_of_different_clients_do_not_touch_each_other() {
    let server = Server::start();
    let registry = server.registry();
    let made = at_once(|index| registry.create(&format!("before {index}")));
    at_once(|index| {
        for round in 0..4 {
            registry.rename(&made[index].id, &format!("client {index}, round {round}")).expect(200);
        }
    });
    let names = registry.names();
    for (index, it) in made.iter().enumerate() {
        assert_eq!(names[&it.id], format!("client {index}, round 3"));
        assert!(server.client().authenticates(&it.id, &it.secret));
    }
    let versions = "SELECT DISTINCT version FROM clients WHERE name LIKE 'client %'";
    assert_eq!(query(&server.data_dir().join("chancery.db"), versions), "5", "one and four updates");
}

#[test]
fn of_parallel_secret_resets_exactly_the_last_one_counts() {
    let server = Server::start();
    let registry = server.registry();
    let made = registry.create("reset by many");
    let secrets = at_once(|_| registry.reset(&made.id).expect(200).text_of("secret"));
    let distinct: BTreeSet<_> = secrets.iter().chain([&made.secret]).collect();
    assert_eq!(distinct.len(), THREADS + 1);
    let live = working(&server, &made.id, distinct);
    assert_eq!(live.len(), 1, "{live:?}");
    assert_ne!(*live[0], made.secret);
    let kept = format!("SELECT COUNT(*) FROM client_secrets WHERE client_id = '{}'", made.id);
    assert_eq!(query(&server.data_dir().join("chancery.db"), &kept), "1");
}

#[test]
fn resets_of_different_clients_each_count() {
    let server = Server::start();
    let registry = server.registry();
    let made = at_once(|index| registry.create(&format!("client {index}")));
    let fresh = at_once(|index| registry.reset(&made[index].id).expect(200).text_of("secret"));
    let client = server.client();
    at_once(|index| {
        assert!(client.authenticates(&made[index].id, &fresh[index]));
        assert!(!client.authenticates(&made[index].id, &made[index].secret));
    });
}

#[test]
fn of_parallel_deletes_of_one_client_exactly_one_deletes_it() {
    let server = Server::start();
    let registry = server.registry();
    for round in 0..4 {
        let made = registry.create(&format!("deleted by many, {round}"));
        let answers = at_once(|_| registry.delete(&made.id));
        let (done, rest): (Vec<_>, Vec<_>) = answers.into_iter().partition(|it| it.status == 204);
        assert_eq!(done.len(), 1);
        for answer in rest {
            assert_eq!(answer.expect(404).text_of("code"), "client.not.found");
        }
        registry.get(&made.id).expect(404);
        assert!(!server.client().authenticates(&made.id, &made.secret));
    }
}

#[test]
fn deletes_of_different_clients_leave_the_others() {
    let server = Server::start();
    let registry = server.registry();
    let made = at_once(|index| registry.create(&format!("client {index}")));
    at_once(|index| {
        if index.is_multiple_of(2) {
            registry.delete(&made[index].id).expect(204);
        }
    });
    let names = registry.names();
    for (index, it) in made.iter().enumerate() {
        assert_eq!(names.contains_key(&it.id), index % 2 == 1);
        assert_eq!(server.client().authenticates(&it.id, &it.secret), index % 2 == 1);
    }
}

/// What one thread was told about one of the shared clients.
enum Told {
    Renamed(String),
    Secret(String),
    Deleted,
    There,
    Missing,
}

/// An answer to an operation on a client that others may delete.
#[track_caller]
fn told(answer: &Answer, of: impl Fn(&Answer) -> Told) -> Told {
    match answer.status {
        404 => Told::Missing,
        200 | 204 => of(answer),
        status => panic!("{status}: {}", answer.text),
    }
}

/// One thread of the mixed test: a life of its own client, and in between operations on a shared one.
fn live(registry: &Registry, index: usize, shared: &[Made]) -> (Option<Made>, Vec<(usize, Told)>) {
    let mut seen = Vec::new();
    let own = registry.create(&format!("own {index}"));
    for round in 0..4 {
        let target = (index + round) % shared.len();
        let id = &shared[target].id;
        seen.push((
            target,
            match (index / shared.len() + round) % 3 {
                0 => told(&registry.rename(id, &format!("shared {target} by {index}, {round}")), |it| {
                    Told::Renamed(it.text_of("name"))
                }),
                1 => told(&registry.reset(id), |it| Told::Secret(it.text_of("secret"))),
                // Only the upper half is ever deleted.
                _ if target >= shared.len() / 2 && round == 3 => {
                    told(&registry.delete(id), |_| Told::Deleted)
                }
                _ => told(&registry.get(id), |_| Told::There),
            },
        ));
        registry.rename(&own.id, &format!("own {index}, {round}")).expect(200);
    }
    let secret = registry.reset(&own.id).expect(200).text_of("secret");
    if index.is_multiple_of(4) {
        registry.delete(&own.id).expect(204);
        registry.get(&own.id).expect(404);
        return (None, seen);
    }
    (Some(Made { id: own.id, name: format!("own {index}, 3"), secret }), seen)
}

#[test]
fn everything_at_once_fails_nowhere_and_loses_nothing() {
    let server = Server::start();
    let registry = server.registry();
    let administrator = server.credentials().client_id;
    let shared: Vec<_> = (0..8).map(|index| registry.create(&format!("shared {index}"))).collect();
    let (own, seen): (Vec<_>, Vec<_>) = at_once(|index| live(&registry, index, &shared)).into_iter().unzip();

    let mut names = registry.names();
    names.remove(&administrator);
    for it in own.iter().flatten() {
        assert_eq!(names.remove(&it.id).as_ref(), Some(&it.name));
        assert!(server.client().authenticates(&it.id, &it.secret));
    }
    let mut by_client: BTreeMap<usize, Vec<Told>> = BTreeMap::new();
    for (target, told) in seen.into_iter().flatten() {
        by_client.entry(target).or_default().push(told);
    }
    assert_eq!(by_client.len(), shared.len());
    for (target, all) in by_client {
        let made = &shared[target];
        let deletes = all.iter().filter(|it| matches!(it, Told::Deleted)).count();
        let missing = all.iter().any(|it| matches!(it, Told::Missing));
        let mut secrets = vec![&made.secret];
        secrets.extend(all.iter().filter_map(|it| match it {
            Told::Secret(secret) => Some(secret),
            _ => None,
        }));
        assert!(deletes <= 1, "deleted {deletes} times");
        assert!(deletes == 1 || !missing, "missing, though nobody deleted it");
        assert_eq!(deletes == 1, target >= shared.len() / 2, "the test does what it says");
        let live = working(&server, &made.id, secrets);
        if deletes == 1 {
            assert_eq!(names.get(&made.id), None);
            assert!(live.is_empty());
        } else {
            let name = names.remove(&made.id).expect("it was not deleted");
            let sent = all.iter().any(|it| matches!(it, Told::Renamed(told) if *told == name));
            assert!(sent, "{name} is none of the names that were acknowledged");
            assert_eq!(live.len(), 1);
        }
    }
    assert!(names.is_empty(), "from nowhere: {names:?}");
    let output = server.stop();
    assert!(!output.stderr.contains("WARN") && !output.stderr.contains("ERROR"), "{output}");
}
