//! The commands that speak to a server: what they do, what they show, and how they refuse.
#![expect(clippy::expect_used, reason = "what cannot be set up fails the test")]

mod apply;
mod browser;
mod clients;
mod completions;
mod guide;
mod keys;
mod output;
mod people;
mod place;
mod profiles;
mod prompts;
mod refusals;
mod secrets;
mod terminal;
mod tokens;
