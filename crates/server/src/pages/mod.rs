//! Pages for people.

pub mod agent;
pub mod brand;
pub mod docs;
pub mod texts;
pub mod views;
