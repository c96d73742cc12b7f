//! Passwords of people, kept out of logs (models `ChangePasswordRequest`, `ChangeMyPasswordRequest`).

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema;

/// A password in clear: a plain string on the wire, hidden in `Debug` output.
///
/// Equality takes time that depends on the contents; never use it to verify a password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// Wraps a password that is about to be sent.
    pub fn new(password: impl Into<String>) -> Self {
        Self(password.into())
    }

    /// The password in clear; whoever calls this answers for where it goes.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// A password that somebody else sets. `null` and absent are the same.
// No value is judged here, so that the server can name the fault in its own code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangePasswordRequest {
    /// The password from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "schema::Password")]
    pub new_password: Option<Password>,
}

/// A password that its owner changes. `null` and absent are the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeMyPasswordRequest {
    /// The password from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "schema::Password")]
    pub new_password: Option<Password>,
    /// The password until now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "schema::Password")]
    pub old_password: Option<Password>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn debug_hides_it() {
        assert_eq!(format!("{:?}", Password::new("hunter2")), "Password(..)");
        let new_password = Some(Password::new("hunter2"));
        let old_password = Some(Password::new("hunter1"));
        let set = ChangePasswordRequest { new_password: new_password.clone() };
        let change = ChangeMyPasswordRequest { new_password, old_password };
        let printed = format!("{set:?} {set:#?} {change:?} {change:#?}");
        assert!(printed.contains("Password(..)"));
        assert!(!printed.contains("hunter"), "{printed}");
    }

    #[test]
    fn is_a_bare_string_on_the_wire() -> serde_json::Result<()> {
        assert_eq!(serde_json::to_string(&Password::new("hunter2"))?, r#""hunter2""#);
        assert_eq!(serde_json::from_str::<Password>(r#""hunter2""#)?.expose(), "hunter2");
        Ok(())
    }

    #[test]
    fn changes_survive_the_round_trip() -> serde_json::Result<()> {
        let value = json!({ "newPassword": "hunter2" });
        let set: ChangePasswordRequest = serde_json::from_value(value.clone())?;
        assert_eq!(serde_json::to_value(set)?, value);
        let value = json!({ "newPassword": "hunter2", "oldPassword": "" });
        let change: ChangeMyPasswordRequest = serde_json::from_value(value.clone())?;
        assert_eq!(serde_json::to_value(change)?, value);
        Ok(())
    }

    #[test]
    fn null_absent_and_unknown_are_left_to_the_server() -> serde_json::Result<()> {
        let none = ChangePasswordRequest::default();
        for value in [json!({}), json!({ "newPassword": null, "hint": 5 })] {
            assert_eq!(serde_json::from_value::<ChangePasswordRequest>(value)?, none);
        }
        let none = ChangeMyPasswordRequest::default();
        for value in [json!({}), json!({ "newPassword": null, "oldPassword": null, "hint": 5 })] {
            assert_eq!(serde_json::from_value::<ChangeMyPasswordRequest>(value)?, none);
        }
        assert_eq!(serde_json::to_value(none)?, json!({}));
        Ok(())
    }
}
