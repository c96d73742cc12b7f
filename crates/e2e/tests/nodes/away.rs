//! The database is away: what memory can answer is answered, the rest is refused quickly, and nothing must be restarted.

use std::time::{Duration, Instant};

use chancery_cluster::Stop;
use chancery_e2e::{CLIENTS, code_client, until};

use crate::world::World;

/// No refusal takes longer.
const QUICK: Duration = Duration::from_secs(5);

#[test]
fn ten_seconds_without_a_database_are_survived() {
    let Some(world) = World::start() else { return };
    let registry = world.registry(0);
    let made = registry.create("kept in memory");
    // What one node made, the others hear of within a second, and forget what they had of it.
    let heard = Instant::now() + Duration::from_secs(2);
    until("all nodes have heard of it", QUICK, || (Instant::now() > heard).then_some(()));
    let clients: Vec<_> = world.nodes.iter().map(|node| node.client()).collect();
    let tokens: Vec<_> = clients
        .iter()
        .map(|client| {
            client.get("/.well-known/jwks.json").expect(200);
            let token = client.grant(&made.id, &made.secret).expect(200).text_of("access_token");
            client.with_token(&token).get("/api/v2/tokens/me").expect(200);
            token
        })
        .collect();
    for pauses in [false, true] {
        let begun = Instant::now();
        if pauses {
            world.cluster.signal("STOP")
        } else {
            world.cluster.stop(Stop::Immediate)
        }
        while begun.elapsed() < Duration::from_secs(10) {
            for (client, token) in clients.iter().zip(&tokens) {
                client.get("/.well-known/jwks.json").expect(200);
                client.get("/health/live").expect(200);
                client.grant(&made.id, &made.secret).expect(200);
                client.with_token(token).get("/api/v2/tokens/me").expect(200);
                let asked = Instant::now();
                registry.through(client.with_token(token)).client.get(CLIENTS).expect(503);
                assert!(asked.elapsed() < QUICK, "{:?}", asked.elapsed());
            }
            let asked = Instant::now();
            registry.client.post(CLIENTS, &code_client("not now")).expect(503);
            assert!(asked.elapsed() < QUICK, "{:?}", asked.elapsed());
            for client in &clients {
                client.get("/health/ready").expect(503);
            }
        }
        if pauses {
            world.cluster.signal("CONT")
        } else {
            world.cluster.begin()
        }
        for client in &clients {
            until("a node that is ready again", Duration::from_secs(15), || {
                (client.get("/health/ready").status == 200).then_some(())
            });
        }
        registry.client.post(CLIENTS, &code_client("again")).expect(200);
    }
}
