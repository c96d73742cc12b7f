//! Divisions: the parts of an organization that grants are bound to (model `AuthzDivision`).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema;

/// A division as answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthzDivision {
    /// A UUID, or `*` in a grant for all divisions.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::DivisionId>")]
    pub id: Option<String>,
    /// Display name, unique in the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the division is for; may be empty.
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
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
}

/// A division to create, or to put in the place of one that there is. `null` and absent are the same, and
/// members that only the server sets are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthzDivisionRequest {
    /// Display name, unique in the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(required, length(min = 1))]
    pub name: Option<String>,
    /// What the division is for; may be empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
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

    #[test]
    fn a_request_is_a_name_and_a_description() -> serde_json::Result<()> {
        let request: AuthzDivisionRequest = serde_json::from_value(json!({
            "id": 5, "name": "East", "description": "", "homeDivision": "no", "objectCounts": null,
        }))?;
        assert_eq!(serde_json::to_value(request)?, json!({ "name": "East", "description": "" }));
        assert_eq!(
            serde_json::from_value::<AuthzDivisionRequest>(json!({ "name": null }))?,
            AuthzDivisionRequest::default()
        );
        Ok(())
    }
}
