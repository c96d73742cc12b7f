//! Short forms by which one object of the Genesys Cloud API names another.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema;

/// An object by id, name and address, as in `createdBy`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct DomainEntityRef {
    /// The object's id.
    pub id: String,
    /// Display name; absent where only the id is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Path of the object, starting `/api/v2/`; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
}

/// An object by id and name, as in `organization` of a token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NamedEntity {
    /// The object's id.
    pub id: String,
    /// Display name; absent where only the id is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// An object by nothing but its id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Entity {
    /// The object's id.
    pub id: String,
}

/// A user by id and address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct UserReference {
    /// The user's id.
    #[schemars(with = "schema::Uuid")]
    pub id: String,
    /// `/api/v2/users/{id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_show_only_what_they_know() -> serde_json::Result<()> {
        let bare = DomainEntityRef { id: "u1".into(), ..DomainEntityRef::default() };
        assert_eq!(serde_json::to_value(bare)?, json!({ "id": "u1" }));
        let full = DomainEntityRef {
            id: "u1".into(),
            name: Some("Ada".into()),
            self_uri: Some("/api/v2/users/u1".into()),
        };
        assert_eq!(
            serde_json::to_value(full)?,
            json!({ "id": "u1", "name": "Ada", "selfUri": "/api/v2/users/u1" })
        );
        let named = NamedEntity { id: "o1".into(), name: Some("Acme".into()) };
        assert_eq!(serde_json::to_value(named)?, json!({ "id": "o1", "name": "Acme" }));
        assert_eq!(serde_json::to_value(Entity { id: "o1".into() })?, json!({ "id": "o1" }));
        let user = UserReference { id: "u1".into(), self_uri: Some("/api/v2/users/u1".into()) };
        assert_eq!(serde_json::to_value(user)?, json!({ "id": "u1", "selfUri": "/api/v2/users/u1" }));
        let bare = UserReference { id: "u1".into(), ..UserReference::default() };
        assert_eq!(serde_json::to_value(bare)?, json!({ "id": "u1" }));
        Ok(())
    }
}
