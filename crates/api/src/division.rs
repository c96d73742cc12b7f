//! Divisions: the parts of an organization that grants are bound to (model `AuthzDivision`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A division, as answered and as sent to create or replace one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthzDivision {
    /// A UUID, or `*` in a grant for all divisions; absent when the division is being created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Display name, unique in the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the division is for; the server insists on the member in a request, though it may be empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether this is the one division that every organization has from the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home_division: Option<bool>,
    /// How many objects of each kind it holds; absent unless asked for by `objectCount=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_counts: Option<BTreeMap<String, i64>>,
    /// `/api/v2/authorization/divisions/{id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub self_uri: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_division_survives_the_round_trip() -> serde_json::Result<()> {
        let division = AuthzDivision {
            id: Some("d1".into()),
            name: Some("Home".into()),
            description: Some(String::new()),
            home_division: Some(true),
            object_counts: Some(BTreeMap::from([("USER".into(), 4)])),
            self_uri: Some("/api/v2/authorization/divisions/d1".into()),
        };
        let value = serde_json::to_value(&division)?;
        let expected = json!({
            "id": "d1",
            "name": "Home",
            "description": "",
            "homeDivision": true,
            "objectCounts": { "USER": 4 },
            "selfUri": "/api/v2/authorization/divisions/d1",
        });
        assert_eq!(value, expected);
        assert_eq!(serde_json::from_value::<AuthzDivision>(value)?, division);
        assert_eq!(serde_json::to_value(AuthzDivision::default())?, json!({}));
        Ok(())
    }
}
