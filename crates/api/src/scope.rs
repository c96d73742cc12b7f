//! The scopes that tokens of users can carry (models `OAuthScope`, `OAuthScopeListing`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema;

/// A scope that a client may ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct OAuthScope {
    /// The scope name itself, such as `users:readonly`; its colon may come percent-encoded in a path.
    pub id: String,
    /// What it permits, in the language that `Accept-Language` asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `/api/v2/oauth/scopes/{id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
}

/// Every known scope, without pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OAuthScopeListing {
    /// How many scopes there are.
    #[serde(default)]
    pub total: i64,
    /// The scopes.
    #[serde(default)]
    pub entities: Vec<OAuthScope>,
    /// `/api/v2/oauth/scopes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_listing_has_no_paging_members() -> serde_json::Result<()> {
        let listing = OAuthScopeListing {
            total: 1,
            entities: vec![OAuthScope { id: "users:readonly".into(), ..OAuthScope::default() }],
            self_uri: Some("/api/v2/oauth/scopes".into()),
        };
        let value = serde_json::to_value(&listing)?;
        let expected = json!({
            "total": 1,
            "entities": [{ "id": "users:readonly" }],
            "selfUri": "/api/v2/oauth/scopes",
        });
        assert_eq!(value, expected);
        assert_eq!(serde_json::from_value::<OAuthScopeListing>(value)?, listing);
        Ok(())
    }

    #[test]
    fn an_empty_listing_keeps_its_array() -> serde_json::Result<()> {
        let expected = json!({ "total": 0, "entities": [] });
        assert_eq!(serde_json::to_value(OAuthScopeListing::default())?, expected);
        Ok(())
    }
}
