//! Three nodes on one PostgreSQL: they share nothing else, and nobody can tell them apart.
#![expect(clippy::expect_used, reason = "a harness that cannot go on fails the test it works for")]

mod away;
mod come_and_go;
mod failover;
mod load;
mod moved;
mod one_server;
mod world;
