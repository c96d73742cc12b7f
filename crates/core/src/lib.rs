//! The protocol of Chancery as pure, synchronous functions: `(facts, request, env) -> Step`.
//!
//! Nothing here does I/O or reads a clock, and no decision draws randomness by itself (signing, which comes after,
//! does); what a decision needs from outside stands in [`facts::Facts`] and [`env::Env`], what it changes in [`decision::Decision::writes`].

pub mod access;
pub mod audit;
pub mod authorize;
pub mod client;
pub mod client_auth;
pub mod common_passwords;
pub mod consent;
pub mod decision;
pub mod dialect;
pub mod discovery;
pub mod env;
pub mod error;
pub mod facts;
pub mod family;
pub mod form;
pub mod founding;
pub mod grants;
pub mod jose;
pub mod keyring;
pub mod openid;
pub mod organization;
pub mod policy;
pub mod rbac;
pub mod session;
#[cfg(test)]
mod tenant;
pub mod ticket;
pub mod tokens;
pub mod types;
pub mod usage;
pub mod user;
pub mod write;
