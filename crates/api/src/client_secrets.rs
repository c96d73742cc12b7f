//! The secrets of a client, one by one. Chancery's own; the vendor knows a single secret.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ClientSecret, DateTime, schema};

/// A secret of a client.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OAuthClientSecret {
    /// It names the secret and opens nothing.
    #[schemars(with = "schema::Uuid")]
    pub id: String,
    /// What it is for; absent if nobody said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The secret itself; in the answer to its creation only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<ClientSecret>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_created: Option<DateTime>,
    /// From when on it is refused; absent: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_expires: Option<DateTime>,
    /// When it was last used, to a minute; absent: not yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_last_used: Option<DateTime>,
    /// Address of the secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
}

/// Every secret of a client, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OAuthClientSecretListing {
    /// The secrets.
    #[serde(default)]
    pub entities: Vec<OAuthClientSecret>,
    /// How many there are.
    #[serde(default)]
    pub total: i64,
    /// Address of the listing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
}

/// A secret that is to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OAuthClientSecretRequest {
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Name>", length(max = 100))]
    pub name: Option<String>,
    /// From when on it is refused; absent: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_expires: Option<DateTime>,
    /// The other secrets end after so many seconds; absent: they stay as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 7_776_000))]
    pub grace_seconds: Option<i64>,
}

/// What is to become of a secret; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OAuthClientSecretPatch {
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Name>", length(max = 100))]
    pub name: Option<String>,
    /// From when on it is refused; what is past ends it at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_expires: Option<DateTime>,
}
