//! The primary dies under load and its synchronous standby takes over: nodes find it by themselves, and what was acknowledged is
//! there.

use std::time::Instant;

use chancery_cluster::{Cluster, Kind, Stop};
use chancery_e2e::{rounds, until};

use crate::load::{Load, PATIENCE, WRITERS, all_are_there};
use crate::world::{RoundRobin, World};

#[test]
fn a_standby_takes_over_with_all_that_was_acknowledged() {
    if !chancery_cluster::is_installed() {
        return;
    }
    for round in 0..rounds(2) {
        let primary = Cluster::start(Kind::Durable);
        let standby = primary.standby();
        primary.promise("standby");
        let database = primary.database();
        let name = database.rsplit('/').next().expect("a name");
        let hosts = format!("127.0.0.1:{},127.0.0.1:{}", primary.port(), standby.port());
        let url = format!("postgres://chancery@{hosts}/{name}?target_session_attrs=read-write");
        let world = World::on(primary, &url);
        let balancer = RoundRobin::start(world.nodes.iter().map(|node| node.address().to_owned()).collect());
        let load = Load::of(&world);
        let acknowledged = load.during(balancer.url(), || {
            let comes = |count| until("writes", PATIENCE, || (load.acknowledged() > count).then_some(()));
            comes(50);
            let died = Instant::now();
            world.cluster.stop(Stop::Immediate);
            let before = load.acknowledged();
            standby.promote();
            // Each writer may be told of one that the primary still committed.
            comes(before + WRITERS);
            eprintln!("round {round}: written to again after {} ms", died.elapsed().as_millis());
            comes(before + 50);
        });
        all_are_there(&world, &acknowledged);
    }
}
