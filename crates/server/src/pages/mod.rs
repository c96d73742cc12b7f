//! Pages for people.

pub mod account;
pub mod account_login;
pub mod agent;
pub mod assets;
pub mod authorize;
pub mod brand;
pub mod choose;
pub mod consent;
pub mod device;
pub mod docs;
pub mod door;
pub mod end_session;
pub mod forged;
pub mod login;
pub mod logout;
pub mod show;
pub mod texts;
pub mod views;
pub mod visit;
