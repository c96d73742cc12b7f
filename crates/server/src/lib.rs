//! The HTTP side of Chancery: a thin shell that parses, loads, decides, commits and renders. A library, so that
//! tests run the real thing in process.

pub mod api;
pub mod app;
pub mod cache;
pub mod clock;
pub mod config;
pub mod failure;
pub mod http;
pub mod jobs;
mod keys;
pub mod limits;
pub mod oauth2;
pub mod openapi;
pub mod outbound;
pub mod own_password;
pub mod pages;
pub mod password;
pub mod picture;
pub mod recorder;
pub mod settle;
pub mod start;
pub mod telemetry;
pub mod usage;
