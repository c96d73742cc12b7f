//! The keys of the server. Chancery's own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::DateTime;

/// A key; never its value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServerKey {
    /// Its number.
    pub id: String,
    /// What it does: `digest`, `seal`, or the algorithm that it signs with.
    pub purpose: String,
    /// Where it stands: `next`, `current` or `retired`.
    pub standing: String,
    /// Its name in the key set, if it signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// Since when, or from when on, it is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_active: Option<DateTime>,
}

/// All of them, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServerKeyListing {
    /// The keys.
    #[serde(default)]
    pub entities: Vec<ServerKey>,
    /// How many there are.
    #[serde(default)]
    pub total: i64,
}

/// A signing key that is to be replaced ahead of time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServerKeyRotation {
    /// What the key signs with: ES256, RS256, EdDSA or PS256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
    /// The new one signs at once. Whoever keeps the key set for an hour may refuse its first tokens. Absent: in a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_once: Option<bool>,
    /// It signs at once, and those before it are forgotten: what they signed is void.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discard: Option<bool>,
}
