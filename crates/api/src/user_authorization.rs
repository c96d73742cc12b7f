//! What a user holds and may do (models `UserAuthorization` and `ResourcePermissionPolicy`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{NamedEntity, ResourceConditionNode};

/// What a user holds and may do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserAuthorization {
    /// Roles held, in whatever division.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<NamedEntity>>,
    /// Roles held but not used; by `expand=authorization.unusedRoles`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unused_roles: Option<Vec<NamedEntity>>,
    /// Permissions from all roles, as `domain:entity:action`, some with a division as fourth part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
    /// The same by domain and entity, with conditions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission_policies: Option<Vec<ResourcePermissionPolicy>>,
}

/// The actions that a user may take on one kind of entity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourcePermissionPolicy {
    /// Id of the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// First part of the permission, such as `oauth`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Second part of the permission, such as `client`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_name: Option<String>,
    /// Display name; usually absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_name: Option<String>,
    /// Free text; usually absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_description: Option<String>,
    /// Key that stands for the set of actions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_set_key: Option<String>,
    /// Whether `resourceConditionNode` is to be obeyed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_conditions: Option<bool>,
    /// Condition on the resource; absent means none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_condition_node: Option<ResourceConditionNode>,
    /// Ids of the only resources meant; absent means no such restriction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub named_resources: Option<Vec<String>>,
    /// The condition in text form; absent means none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_condition: Option<String>,
    /// Third parts of the permission, such as `view`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_set: Option<Vec<String>>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rights_survive_the_round_trip() -> serde_json::Result<()> {
        let value = json!({
            "roles": [{ "id": "r1", "name": "Clerk" }],
            "unusedRoles": [],
            "permissions": ["oauth:client:view"],
            "permissionPolicies": [{
                "id": "p1",
                "domain": "oauth",
                "entityName": "client",
                "actionSetKey": "k",
                "allowConditions": false,
                "resourceConditionNode": { "variableName": "v", "operator": "EQ", "operands": [] },
                "namedResources": [],
                "resourceCondition": "",
                "actionSet": ["view"],
            }],
        });
        let authorization: UserAuthorization = serde_json::from_value(value.clone())?;
        assert_eq!(serde_json::to_value(authorization)?, value);
        assert_eq!(serde_json::to_value(UserAuthorization::default())?, json!({}));
        Ok(())
    }
}
