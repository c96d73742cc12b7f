//! Operating the binary: looking at its configuration, its metrics, its log lines and its traces.
#![expect(clippy::expect_used, reason = "what cannot be set up fails the test")]

mod check;
mod collector;
mod config;
mod logs;
mod metrics;
mod ready;
mod traces;
