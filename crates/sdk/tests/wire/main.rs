//! What goes over the wire and what comes back, against a server that answers as it is told.
#![expect(clippy::expect_used, reason = "what cannot be set up fails the test")]

mod answers;
mod canned;
mod grants;
mod refusals;
mod requests;
mod retries;
mod tokens;
