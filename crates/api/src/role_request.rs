//! Roles as they are sent (models `DomainOrganizationRoleCreate`, `DomainOrganizationRoleUpdate`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{DomainPermissionPolicy, object};

/// A role to create. `null` and absent are the same, and members that only the server sets are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DomainOrganizationRoleCreate {
    /// Display name, unique in the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(required, length(min = 1))]
    pub name: Option<String>,
    /// What the role is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Key of the template behind a built-in role, such as `employee`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_role_id: Option<String>,
    /// Single-word permissions of the old kind, such as `group_creation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
    /// The permissions, gathered by domain and entity.
    #[serde(default, deserialize_with = "object::many", skip_serializing_if = "Option::is_none")]
    pub permission_policies: Option<Vec<DomainPermissionPolicy>>,
}

/// A role to put in the place of one that there is. `null` and absent are the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DomainOrganizationRoleUpdate {
    /// Id of the role, as in the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Display name, unique in the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(required, length(min = 1))]
    pub name: Option<String>,
    /// What the role is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Single-word permissions of the old kind, such as `group_creation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
    /// The permissions, gathered by domain and entity.
    #[serde(default, deserialize_with = "object::many", skip_serializing_if = "Option::is_none")]
    pub permission_policies: Option<Vec<DomainPermissionPolicy>>,
}

/// The one member of a role that can be changed alone; any other is ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DomainOrganizationRolePatch {
    /// Whether a built-in role lags behind its template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_needs_update: Option<bool>,
}

/// A built-in role to be restored, named by either member; whatever else the role has is ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DefaultRole {
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The template that it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_role_id: Option<String>,
}

/// Several of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(with = "Vec<DefaultRole>")]
pub struct DefaultRoles(
    /// Absent stands for none.
    #[serde(deserialize_with = "object::many")]
    pub Option<Vec<DefaultRole>>,
);

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn policies() -> Value {
        json!([{
            "domain": "oauth",
            "entityName": "client",
            "policyName": "Own clients",
            "policyDescription": "Those of one team",
            "actionSet": ["view", "edit"],
            "namedResources": ["c1"],
            "allowConditions": true,
            "resourceConditionNode": {
                "conjunction": "AND",
                "terms": [
                    {
                        "variableName": "Client.team",
                        "operator": "IN",
                        "operands": [
                            { "type": "TEAM", "team": { "id": "t1", "name": "Robots" } },
                            { "type": "QUEUE", "queue": { "id": "q1" } },
                        ],
                    },
                    { "conjunction": "OR", "terms": [] },
                ],
            },
        }])
    }

    #[test]
    fn policies_keep_every_member_that_was_sent() -> serde_json::Result<()> {
        let value = json!({
            "name": "Clerk",
            "description": "",
            "defaultRoleId": "employee",
            "permissions": ["group_creation"],
            "permissionPolicies": policies(),
        });
        let role: DomainOrganizationRoleCreate = serde_json::from_value(value.clone())?;
        assert_eq!(serde_json::to_value(role)?, value);
        let value =
            json!({ "id": "r1", "name": "Clerk", "permissions": [], "permissionPolicies": policies() });
        let role: DomainOrganizationRoleUpdate = serde_json::from_value(value.clone())?;
        assert_eq!(serde_json::to_value(role)?, value);
        Ok(())
    }

    #[test]
    fn what_only_the_server_sets_is_ignored() -> serde_json::Result<()> {
        let role: DomainOrganizationRoleCreate = serde_json::from_value(json!({
            "id": "r1", "name": null, "userCount": "many", "default": true, "selfUri": 5, "surprise": true,
        }))?;
        assert_eq!(role, DomainOrganizationRoleCreate::default());
        assert_eq!(serde_json::to_value(role)?, json!({}));
        Ok(())
    }

    #[test]
    fn a_patch_is_one_member() -> serde_json::Result<()> {
        let patch: DomainOrganizationRolePatch =
            serde_json::from_value(json!({ "name": 5, "roleNeedsUpdate": false }))?;
        assert_eq!(serde_json::to_value(patch)?, json!({ "roleNeedsUpdate": false }));
        assert_eq!(serde_json::to_value(DomainOrganizationRolePatch::default())?, json!({}));
        Ok(())
    }
}
