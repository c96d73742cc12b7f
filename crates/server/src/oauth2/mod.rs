//! The OAuth endpoints, in both dialects.

pub mod asking;
pub mod introspect;
pub mod jwks;
pub mod metadata;
pub mod register;
pub mod revoke;
pub mod token;
pub mod userinfo;
