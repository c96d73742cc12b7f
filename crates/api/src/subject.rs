//! Subjects and what was granted to them (model `AuthzSubject`).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AuthzDivision, DateTime, schema};

/// A user, group or OAuth client, seen as a holder of roles.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct AuthzSubject {
    /// Id of the user, group or client.
    #[schemars(with = "schema::Uuid")]
    pub id: String,
    /// Its display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Every role it holds, once for each division.
    #[serde(default)]
    pub grants: Vec<AuthzGrant>,
    /// Counts the changes to the grants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i32>,
    /// `/api/v2/authorization/subjects/{id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
}

/// A role held in a division.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct AuthzGrant {
    /// Who was granted it: the subject itself, or a group that it inherits from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Uuid>")]
    pub subject_id: Option<String>,
    /// Where it holds; the id `*` means everywhere.
    pub division: AuthzDivision,
    /// What was granted.
    pub role: AuthzGrantRole,
    /// When it was granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_made_at: Option<DateTime>,
}

/// A role in the short form that grants show.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct AuthzGrantRole {
    /// The role's id.
    #[schemars(with = "schema::Uuid")]
    pub id: String,
    /// Display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the role is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What the role permits; absent where it is not spelled out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policies: Option<Vec<AuthzGrantPolicy>>,
    /// Whether it is a built-in role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<bool>,
    /// `/api/v2/authorization/roles/{id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
}

/// The actions that a granted role permits on one kind of entity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthzGrantPolicy {
    /// Third parts of the permission, such as `view`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions: Option<Vec<String>>,
    /// Condition on the resource in text form; absent means none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// First part of the permission, such as `oauth`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Second part of the permission, such as `client`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_name: Option<String>,
}

/// How many roles each of several subjects holds, by its id.
pub type RoleCounts = BTreeMap<String, i64>;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_subject_survives_the_round_trip() -> serde_json::Result<()> {
        let subject = AuthzSubject {
            id: "u1".into(),
            grants: vec![AuthzGrant {
                subject_id: Some("u1".into()),
                division: AuthzDivision { id: Some("*".into()), ..AuthzDivision::default() },
                role: AuthzGrantRole {
                    id: "r1".into(),
                    policies: Some(vec![AuthzGrantPolicy {
                        actions: Some(vec!["view".into()]),
                        condition: None,
                        domain: Some("oauth".into()),
                        entity_name: Some("client".into()),
                    }]),
                    default: Some(false),
                    ..AuthzGrantRole::default()
                },
                grant_made_at: Some(DateTime("2026-07-01T12:00:00.000Z".into())),
            }],
            version: Some(2),
            ..AuthzSubject::default()
        };
        let value = serde_json::to_value(&subject)?;
        let expected = json!({
            "id": "u1",
            "grants": [{
                "subjectId": "u1",
                "division": { "id": "*" },
                "role": {
                    "id": "r1",
                    "policies": [{ "actions": ["view"], "domain": "oauth", "entityName": "client" }],
                    "default": false,
                },
                "grantMadeAt": "2026-07-01T12:00:00.000Z",
            }],
            "version": 2,
        });
        assert_eq!(value, expected);
        assert_eq!(serde_json::from_value::<AuthzSubject>(value)?, subject);
        Ok(())
    }

    #[test]
    fn a_subject_without_grants_keeps_the_array() -> serde_json::Result<()> {
        let subject = AuthzSubject { id: "u1".into(), ..AuthzSubject::default() };
        assert_eq!(serde_json::to_value(subject)?, json!({ "id": "u1", "grants": [] }));
        Ok(())
    }
}
