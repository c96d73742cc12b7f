//! Writers that try again as clients do that were told to, and remember what was acknowledged.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use chancery_e2e::{Answer, CLIENTS, Client, until};
use serde_json::Value;

use crate::world::World;

pub const WRITERS: usize = 4;
/// Whoever tries again does so for so long.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// See the module.
pub struct Load {
    token: String,
    body: Value,
    ends: AtomicBool,
    count: AtomicUsize,
}

impl Load {
    pub fn of(world: &World) -> Self {
        let (made, body) = (world.credentials(), world.registry(0).machine("x"));
        let granted = world.nodes[0].client().grant(&made.client_id, &made.client_secret).expect(200);
        Self {
            token: granted.text_of("access_token"),
            body,
            ends: AtomicBool::new(false),
            count: AtomicUsize::new(0),
        }
    }

    /// How many clients were made.
    pub fn acknowledged(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// Writes while something happens: the ids of all clients that were made.
    pub fn during(&self, url: &str, mut happens: impl FnMut()) -> BTreeSet<String> {
        std::thread::scope(|scope| {
            let writers: Vec<_> = (0..WRITERS).map(|n| scope.spawn(move || self.write(url, n))).collect();
            happens();
            self.ends.store(true, Ordering::SeqCst);
            let made = writers.into_iter().map(|writer| writer.join().expect("a writer is told of nothing"));
            made.flatten().collect()
        })
    }

    fn write(&self, url: &str, writer: usize) -> BTreeSet<String> {
        let mut made = BTreeSet::new();
        for number in 0.. {
            if self.ends.load(Ordering::SeqCst) {
                break;
            }
            let mut body = self.body.clone();
            body["name"] = format!("writer {writer} {number}").into();
            // Its own connection: the next request goes to the next node.
            let client = Client::new(url).with_token(&self.token);
            let answer = again(&client, |client| client.send_json("POST", CLIENTS, &body).ok());
            made.insert(answer.expect(200).text_of("id"));
            self.count.fetch_add(1, Ordering::SeqCst);
        }
        made
    }
}

/// Tries again as a client does that was told to: on another connection, after a refusal that says so.
fn again(client: &Client, work: impl Fn(&Client) -> Option<Answer>) -> Answer {
    until("an answer", PATIENCE, || {
        let answer = work(client)?;
        (![502, 503, 504].contains(&answer.status)).then_some(answer)
    })
}

/// Nothing that was acknowledged is lost.
pub fn all_are_there(world: &World, acknowledged: &BTreeSet<String>) {
    let listed = world.registry(0).names();
    let lost: Vec<_> = acknowledged.iter().filter(|id| !listed.contains_key(*id)).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
}
