//! `kill -9` under writes: what was acknowledged is there afterwards, and the database is sound.
#![expect(clippy::expect_used, reason = "what cannot be set up fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chancery_e2e::{Answer, Builder, CLIENTS, Client, Registry, Server, folder, integrity, rounds, until};
use serde_json::json;

const WRITERS: usize = 6;
const LIMIT: Duration = Duration::from_secs(30);

/// A client as its only writer knows it.
#[derive(Debug)]
struct Known {
    id: String,
    /// Acknowledged.
    name: String,
    /// The last one acknowledged; `None` when a later reset was not.
    secret: Option<String>,
    /// Sent, but never acknowledged: may have happened or not.
    name_in_flight: Option<String>,
    delete_in_flight: bool,
    /// Something was sent in this round.
    touched: bool,
}

/// One writer, through all rounds.
#[derive(Debug, Default)]
struct Writer {
    known: Vec<Known>,
    deleted: BTreeMap<String, Option<String>>,
    /// The name of a create that was never acknowledged.
    create_in_flight: Option<String>,
    /// A generator of steps (Knuth's), different for every writer.
    state: u64,
}

/// What the writers of a round share.
struct Round {
    number: usize,
    registry: Registry,
    acknowledged: AtomicUsize,
    killed: AtomicBool,
}

impl Writer {
    fn next(&mut self) -> usize {
        self.state =
            self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) as usize
    }

    /// Writes until no answer comes any more.
    fn write(&mut self, round: &Round, index: usize) {
        for step in 0.. {
            let name = format!("writer {index}, round {}, step {step}", round.number);
            let answered = match self.next() % 6 {
                _ if self.known.is_empty() => self.create(round, name),
                0 | 1 => self.create(round, name),
                2 | 3 => self.rename(round, name),
                4 => self.reset(round),
                _ => self.delete(round),
            };
            match answered {
                Ok(()) => round.acknowledged.fetch_add(1, Ordering::SeqCst),
                Err(error) => {
                    assert!(round.killed.load(Ordering::SeqCst), "no answer from a living server: {error}");
                    return;
                }
            };
        }
    }

    fn pick(&mut self) -> (&mut Known, String) {
        let at = self.next() % self.known.len();
        let known = &mut self.known[at];
        known.touched = true;
        let path = Registry::path(&known.id);
        (known, path)
    }

    fn create(&mut self, round: &Round, name: String) -> Result<(), ureq::Error> {
        self.create_in_flight = Some(name.clone());
        let body = round.registry.machine(&name);
        let made = ok(round.registry.client.send_json("POST", CLIENTS, &body)?, 200);
        self.create_in_flight = None;
        self.known.push(Known {
            id: made.text_of("id"),
            name,
            secret: Some(made.text_of("secret")),
            name_in_flight: None,
            delete_in_flight: false,
            touched: true,
        });
        Ok(())
    }

    fn rename(&mut self, round: &Round, name: String) -> Result<(), ureq::Error> {
        let (known, path) = self.pick();
        known.name_in_flight = Some(name.clone());
        ok(round.registry.client.send_json("PUT", &path, &round.registry.machine(&name))?, 200);
        known.name_in_flight = None;
        known.name = name;
        Ok(())
    }

    fn reset(&mut self, round: &Round) -> Result<(), ureq::Error> {
        let (known, path) = self.pick();
        known.secret = None;
        let answer = round.registry.client.send_json("POST", &format!("{path}/secret"), &json!({}))?;
        known.secret = Some(ok(answer, 200).text_of("secret"));
        Ok(())
    }

    fn delete(&mut self, round: &Round) -> Result<(), ureq::Error> {
        let (known, path) = self.pick();
        known.delete_in_flight = true;
        ok(round.registry.client.send("DELETE", &path, &[], None)?, 204);
        let id = known.id.clone();
        let at = self.known.iter().position(|it| it.id == id).expect("it was just picked");
        let gone = self.known.swap_remove(at);
        self.deleted.insert(gone.id, gone.secret);
        Ok(())
    }

    /// Compares what was acknowledged with what is there, and settles what was in flight. Takes what it knows out
    /// of `names`.
    fn check(&mut self, client: &Client, names: &mut BTreeMap<String, String>, thoroughly: bool) {
        for id in self.deleted.keys() {
            assert!(!names.contains_key(id), "{id} was deleted and is there again");
        }
        if thoroughly {
            for (id, secret) in &self.deleted {
                assert!(secret.as_ref().is_none_or(|it| !client.authenticates(id, it)), "{id} is deleted");
            }
        }
        self.known.retain_mut(|it| {
            let Some(name) = names.remove(&it.id) else {
                assert!(it.delete_in_flight, "{it:?} was acknowledged and is gone");
                return false;
            };
            let in_flight = it.name_in_flight.take();
            assert!(
                name == it.name || Some(&name) == in_flight.as_ref(),
                "{it:?} or {in_flight:?} is {name}"
            );
            it.name = name;
            it.delete_in_flight = false;
            if let Some(secret) = it.secret.as_ref().filter(|_| it.touched || thoroughly) {
                assert!(client.authenticates(&it.id, secret), "{it:?} lost its secret");
            }
            it.touched = false;
            true
        });
    }
}

#[track_caller]
fn ok(answer: Answer, status: u16) -> Answer {
    assert_eq!(answer.status, status, "{}", answer.text);
    answer
}

/// Lets the writers loose, and kills the server a moment after some answers, more in some rounds than in others.
fn write_and_kill(server: Server, round: &Round, writers: &mut [Writer], moment: Duration) {
    std::thread::scope(|scope| {
        let threads: Vec<_> = writers
            .iter_mut()
            .enumerate()
            .map(|(index, writer)| scope.spawn(move || writer.write(round, index)))
            .collect();
        let enough = 1 + round.number * 7 % 24;
        until("so many acknowledged writes", LIMIT, || {
            (round.acknowledged.load(Ordering::SeqCst) >= enough).then_some(())
        });
        // Not to wait for anything: this is the load.
        std::thread::sleep(moment);
        round.killed.store(true, Ordering::SeqCst);
        let output = server.kill();
        assert_eq!(output.code, None, "the server ended by itself: {output}");
        for thread in threads {
            thread.join().expect("a writer does not panic");
        }
    });
}

#[test]
fn what_was_acknowledged_survives_fifty_kills() {
    let folder = folder();
    let builder = Builder::on(&folder.path().join("data")).option("--issuer", "http://id.example");
    let mut server = builder.start();
    let (made, token) = (server.credentials(), server.token());
    let mut writers: Vec<Writer> =
        (1..).take(WRITERS).map(|state| Writer { state, ..Writer::default() }).collect();
    let mut unknown = BTreeSet::from([made.client_id.clone()]);
    let mut acknowledged = 0;

    let all = rounds(50);
    for number in 0..all {
        let registry = Registry::new(server.client().with_token(&token));
        let (count, killed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let round = Round { number, registry, acknowledged: count, killed };
        let moment = Duration::from_micros(2000 + (number as u64 * 7919) % 58_000);
        write_and_kill(server, &round, &mut writers, moment);
        acknowledged += round.acknowledged.into_inner();
        assert_eq!(integrity(builder.data_dir()), "ok", "after round {number}");

        server = builder.start();
        let client = server.client();
        // A token of the first round is good in all of them.
        let mut names = Registry::new(client.with_token(&token)).names();
        for writer in &mut writers {
            writer.check(&client, &mut names, number + 1 == all);
        }
        names.retain(|id, _| !unknown.contains(id));
        // What is left was sent and never acknowledged, one for each writer at most.
        for writer in &mut writers {
            let Some(name) = writer.create_in_flight.take() else { continue };
            let ids: Vec<_> = names.iter().filter(|(_, it)| **it == name).map(|(id, _)| id.clone()).collect();
            assert!(ids.len() <= 1, "{name} was sent once and is there {} times", ids.len());
            for id in ids {
                names.remove(&id);
                unknown.insert(id);
            }
        }
        assert!(names.is_empty(), "from nowhere: {names:?}");
    }

    assert!(acknowledged > 10 * all, "too little was written to prove anything: {acknowledged}");
    let deleted: usize = writers.iter().map(|it| it.deleted.len()).sum();
    let there: usize = writers.iter().map(|it| it.known.len()).sum();
    println!("{acknowledged} writes were acknowledged, {there} clients are there and {deleted} are deleted");
    assert!(deleted > all && there > all, "{deleted} deleted, {there} there");
    let registry = Registry::new(server.client().with_token(&token));
    for id in writers.iter().flat_map(|it| it.deleted.keys()) {
        registry.get(id).expect(404);
    }
    for it in writers.iter().flat_map(|it| &it.known) {
        assert_eq!(registry.get(&it.id).expect(200).text_of("name"), it.name);
    }
    assert!(server.client().authenticates(&made.client_id, &made.client_secret));
    server.stop();
    assert_eq!(integrity(builder.data_dir()), "ok");
}

/// How far a first start has come, seen from outside.
type Landmark = (&'static str, fn(&Path) -> bool);

const LANDMARKS: &[Landmark] = &[
    ("the folder is there", |data| data.exists()),
    ("the database is there", |data| data.join("chancery.db").exists()),
    ("its log is there", |data| size(data, "chancery.db-wal") > 0),
    ("the schema is being written", |data| size(data, "chancery.db-wal") > 64 * 1024),
    ("the master key is there", |data| data.join("master.key").exists()),
    ("the credentials are there", |data| data.join("bootstrap.json").exists()),
];

fn size(data: &Path, name: &str) -> u64 {
    std::fs::metadata(data.join(name)).map_or(0, |found| found.len())
}

#[test]
fn a_first_start_that_is_killed_locks_nobody_out() {
    let (mut broke_off, mut wrong) = (0, Vec::new());
    for (landmark, reached) in LANDMARKS {
        for delay in [0, 300, 600, 1000, 1500, 2000, 3000, 5000] {
            let folder = folder();
            let builder = Builder::on(&folder.path().join("data"));
            let process = builder.spawn();
            let begun = Instant::now();
            while !reached(builder.data_dir()) {
                assert!(begun.elapsed() < LIMIT, "{landmark}: never");
                std::thread::yield_now();
            }
            // Not to wait for anything: this is where the kill falls.
            std::thread::sleep(Duration::from_micros(delay));
            let output = process.kill();
            broke_off += usize::from(output.stdout.is_empty());
            // The first start that gets through makes the credentials, or finds them made.
            let server = match builder.try_start() {
                Ok(server) => server,
                Err(output) => {
                    let said = output.stderr.lines().next().unwrap_or_default();
                    wrong.push(format!("killed {delay} us after {landmark}; from then on: {said}"));
                    continue;
                }
            };
            let made = server.credentials();
            let client = server.client();
            assert!(
                client.authenticates(&made.client_id, &made.client_secret),
                "{delay} us after {landmark}"
            );
            assert_eq!(server.registry().names().len(), 1, "one organization with one client");
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    assert!(broke_off > 20, "the kills came too late to prove anything: {broke_off}");
}
