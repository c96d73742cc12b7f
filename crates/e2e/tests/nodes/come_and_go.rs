//! Nodes are restarted one after another and killed in the middle of their work: whoever tries again notices nothing, and what was
//! acknowledged is there.

use chancery_e2e::{Server, rounds, until};

use crate::load::{Load, PATIENCE, all_are_there};
use crate::world::{NODES, RoundRobin, World};

#[test]
fn whoever_tries_again_notices_no_restart_and_no_crash() {
    let Some(mut world) = World::start() else { return };
    let all = rounds(50);
    let balancer = RoundRobin::start(world.nodes.iter().map(|node| node.address().to_owned()).collect());
    let load = Load::of(&world);
    let acknowledged = load.during(balancer.url(), || {
        for round in 0..all {
            let before = load.acknowledged();
            until("writes in this round", PATIENCE, || {
                (load.acknowledged() > before + round % 5).then_some(())
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
    });
    assert!(acknowledged.len() > all, "{}", acknowledged.len());
    all_are_there(&world, &acknowledged);
}
