//! Nodes are restarted one after another and killed in the middle of their work: whoever tries again notices nothing, and what was
//! acknowledged is there.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use chancery_e2e::{Answer, CLIENTS, Client, Server, rounds, until};
use serde_json::Value;

use crate::world::{NODES, RoundRobin, World};

const WRITERS: usize = 4;
/// Whoever tries again does so for so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// Tries again as a client does that was told to: on another connection, after a refusal that says so.
fn again(client: &Client, work: impl Fn(&Client) -> Option<Answer>) -> Answer {
    until("an answer", PATIENCE, || {
        let answer = work(client)?;
        (![502, 503, 504].contains(&answer.status)).then_some(answer)
    })
}

/// Makes clients, one after another, until it is told to end: those that were acknowledged.
fn write(
    url: &str,
    token: &str,
    body: &Value,
    name: &str,
    ends: &AtomicBool,
    count: &AtomicUsize,
) -> BTreeSet<String> {
    let mut made = BTreeSet::new();
    for number in 0.. {
        if ends.load(Ordering::SeqCst) {
            break;
        }
        let mut body = body.clone();
        body["name"] = format!("{name} {number}").into();
        // Its own connection: the next request goes to the next node.
        let client = Client::new(url).with_token(token);
        let answer = again(&client, |client| client.send_json("POST", CLIENTS, &body).ok());
        made.insert(answer.expect(200).text_of("id"));
        count.fetch_add(1, Ordering::SeqCst);
    }
    made
}

#[test]
fn whoever_tries_again_notices_no_restart_and_no_crash() {
    let Some(mut world) = World::start() else { return };
    let all = rounds(50);
    let balancer = RoundRobin::start(world.nodes.iter().map(|node| node.address().to_owned()).collect());
    let registry = world.registry(0);
    let made = world.credentials();
    let token = Client::new(balancer.url()).grant(&made.client_id, &made.client_secret).expect(200);
    let (token, body) = (token.text_of("access_token"), registry.machine("x"));
    let (ends, count) = (AtomicBool::new(false), AtomicUsize::new(0));
    let acknowledged = std::thread::scope(|scope| {
        let (url, token, body, ends, count) = (balancer.url(), &token, &body, &ends, &count);
        let writers: Vec<_> = (0..WRITERS)
            .map(|n| scope.spawn(move || write(url, token, body, &format!("writer {n}"), ends, count)))
            .collect();
        for round in 0..all {
            let before = count.load(Ordering::SeqCst);
            until("writes in this round", PATIENCE, || {
                (count.load(Ordering::SeqCst) > before + round % 5).then_some(())
            });
            let index = round % NODES;
            let node: Server = world.nodes.remove(index);
            // Every second one ends as by a power cut.
            if round % 2 == 0 {
                drop(node.kill())
            } else {
                drop(node.stop())
            }
            let node = world.builders[index].start();
            balancer.replace(index, node.address());
            world.nodes.insert(index, node);
        }
        ends.store(true, Ordering::SeqCst);
        let made = writers.into_iter().map(|writer| writer.join().expect("a writer is told of nothing"));
        made.flatten().collect::<BTreeSet<_>>()
    });
    assert!(acknowledged.len() > all, "{}", acknowledged.len());
    let listed = world.registry(0).names();
    let lost: Vec<_> = acknowledged.iter().filter(|id| !listed.contains_key(*id)).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
}
