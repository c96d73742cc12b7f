//! The OAuth endpoints, in both dialects.

pub mod jwks;
pub mod token;
