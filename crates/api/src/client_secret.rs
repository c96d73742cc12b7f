//! The secret of an OAuth client, kept out of logs.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A client's secret in clear: a plain string on the wire, hidden in `Debug` output.
///
/// Equality takes time that depends on the contents; never use it to verify a secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, description = "A client's secret in clear.")]
pub struct ClientSecret(String);

impl ClientSecret {
    /// Wraps a secret that is about to be shown to its owner.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret in clear; whoever calls this answers for where it goes.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_it() {
        assert_eq!(format!("{:?}", ClientSecret::new("hunter2")), "ClientSecret(..)");
        assert_eq!(format!("{:#?}", ClientSecret::new("hunter2")), "ClientSecret(..)");
    }

    #[test]
    fn is_a_bare_string_on_the_wire() -> serde_json::Result<()> {
        assert_eq!(serde_json::to_string(&ClientSecret::new("hunter2"))?, r#""hunter2""#);
        assert_eq!(serde_json::from_str::<ClientSecret>(r#""hunter2""#)?.expose(), "hunter2");
        Ok(())
    }
}
