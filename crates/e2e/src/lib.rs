//! The harness of the binary-level tests: it starts the built `chancery` and talks to it like anybody else would.
//!
//! Nothing here uses the other crates of the workspace: what a test needs to know, it learns from the outside. What
//! goes wrong outside a test's own assertions ends the test with a panic that says what happened.
#![expect(clippy::expect_used, reason = "a harness that cannot go on fails the test it works for")]

mod binary;
mod credentials;
mod folder;
mod http;
mod parallel;
mod person;
mod process;
mod python;
mod registry;
mod rounds;
mod server;
mod socket;
mod suite;
mod wait;

pub use binary::{binary, command, isolate, repository, run};
pub use credentials::Credentials;
pub use folder::{Snapshot, mode, snapshot};
pub use http::{Answer, Client};
pub use parallel::{THREADS, at_once};
pub use person::{Login, Person, REDIRECT};
pub use process::{Output, Process};
pub use python::{integrity, query, sqlite};
pub use registry::{CLIENTS, Made, Registry, code_client};
pub use rounds::rounds;
pub use server::{Builder, Server};
pub use socket::{Heard, Socket, connect, http2};
pub use suite::{is_installed, unittest};
pub use wait::until;

/// A folder of its own, removed when dropped.
pub fn folder() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("chancery-e2e-").tempdir().expect("a temporary folder")
}

/// The guide to the SDK, whose snippets are compiled as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/sdk.md")]
mod sdk {}
