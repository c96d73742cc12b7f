//! Starting, configuring and stopping the binary: what an operator meets on the first day, and on a bad one.
#![expect(clippy::expect_used, reason = "what cannot be set up fails the test")]

mod broken;
mod configuration;
mod connection;
mod credentials;
mod first;
mod front;
mod stopping;
mod terminal;

use chancery_e2e::Output;

/// Fails the test unless the process said one thing on standard error: what is wrong.
#[track_caller]
fn one_sentence(output: &Output) -> &str {
    let said = output.stderr.trim_end();
    assert!(said.starts_with("error: "), "{output}");
    assert_eq!(said.lines().count(), 1, "{output}");
    assert!(said.ends_with('.'), "{output}");
    said
}
