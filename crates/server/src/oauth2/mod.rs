//! The OAuth endpoints, in both dialects.

pub mod jwks;
pub mod metadata;
pub mod token;
pub mod userinfo;
