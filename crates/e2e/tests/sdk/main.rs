//! The Rust SDK against a real server: every operation, every login, every kind of refusal, every example.
#![expect(clippy::expect_used, reason = "what cannot be set up fails the test")]

mod clients;
mod divisions;
mod examples;
mod grants;
mod logins;
mod names;
mod organization;
mod own;
mod place;
mod refusals;
mod roles;
mod tokens;
mod users;
mod waiting;
