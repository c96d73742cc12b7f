//! Roles and the permissions they draw on (models `DomainOrganizationRole`, `PermissionCollection`).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{DateTime, ResourceConditionNode, object, schema};

/// A role as answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DomainOrganizationRole {
    /// A UUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Uuid>")]
    pub id: Option<String>,
    /// Display name, unique in the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the role is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Key of the template behind a built-in role, such as `employee`; absent for roles made from nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_role_id: Option<String>,
    /// Single-word permissions of the old kind, such as `group_creation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
    /// Permissions that go unused; absent unless asked for by `expand=unusedPermissions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unused_permissions: Option<Vec<String>>,
    /// The permissions, gathered by domain and entity.
    #[serde(default, deserialize_with = "object::many", skip_serializing_if = "Option::is_none")]
    pub permission_policies: Option<Vec<DomainPermissionPolicy>>,
    /// How many users hold the role; absent with `userCount=false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_count: Option<i32>,
    /// Whether a built-in role lags behind its template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_needs_update: Option<bool>,
    /// Licence that the role demands; absent where licences play no part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_license: Option<String>,
    /// Further licences that the role demands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addon_licenses: Option<Vec<String>>,
    /// When the licences were last worked out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_license_last_updated: Option<DateTime>,
    /// Whether the platform counts it as a base role; usually absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<bool>,
    /// Whether it is one of the built-in roles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<bool>,
    /// `/api/v2/authorization/roles/{id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
}

/// The actions that a role permits on one kind of entity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DomainPermissionPolicy {
    /// First part of the permission, such as `oauth`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Second part of the permission, such as `client`; `*` stands for all entities of the domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_name: Option<String>,
    /// Display name; usually absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_name: Option<String>,
    /// Free text; usually absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_description: Option<String>,
    /// Third parts of the permission, such as `view`; `*` stands for all actions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_set: Option<Vec<String>>,
    /// Ids of the only resources meant; absent means no such restriction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub named_resources: Option<Vec<String>>,
    /// Whether `resourceConditionNode` is to be obeyed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_conditions: Option<bool>,
    /// Condition on the resource; absent means none.
    #[serde(default, deserialize_with = "object::one", skip_serializing_if = "Option::is_none")]
    pub resource_condition_node: Option<ResourceConditionNode>,
}

/// All permissions of one domain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PermissionCollection {
    /// Id of the collection; absent where the domain says enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Display name of the domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// First part of the permissions, such as `oauth`.
    pub domain: String,
    /// The permissions by entity, which is their second part.
    #[serde(default)]
    pub permission_map: BTreeMap<String, Vec<DomainPermission>>,
    /// Address of the collection; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
}

/// One permission, `domain:entityType:action`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct DomainPermission {
    /// First part, such as `oauth`.
    pub domain: String,
    /// Second part, such as `client`.
    pub entity_type: String,
    /// Third part, such as `view`.
    pub action: String,
    /// What it permits, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether a policy may narrow it by a condition; absent means no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allows_conditions: Option<bool>,
    /// Whether it holds only in the divisions of the grant; absent means it holds everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub division_aware: Option<bool>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_role_survives_the_round_trip() -> serde_json::Result<()> {
        let value = json!({
            "id": "r1",
            "name": "Clerk",
            "defaultRoleId": "employee",
            "permissions": ["group_creation"],
            "unusedPermissions": [],
            "permissionPolicies": [{
                "domain": "oauth",
                "entityName": "client",
                "actionSet": ["view", "add"],
                "allowConditions": false,
                "resourceConditionNode": { "conjunction": "AND", "terms": [] },
            }],
            "userCount": 3,
            "roleNeedsUpdate": false,
            "baseLicense": "x",
            "addonLicenses": [],
            "dateLicenseLastUpdated": "2026-07-01T12:00:00.000Z",
            "base": false,
            "default": true,
            "selfUri": "/api/v2/authorization/roles/r1",
        });
        let role: DomainOrganizationRole = serde_json::from_value(value.clone())?;
        assert_eq!(role.default, Some(true));
        assert_eq!(serde_json::to_value(role)?, value);
        Ok(())
    }

    #[test]
    fn a_role_to_create_needs_no_id() -> serde_json::Result<()> {
        let role: DomainOrganizationRole = serde_json::from_value(json!({ "name": "Clerk" }))?;
        assert_eq!(serde_json::to_value(role)?, json!({ "name": "Clerk" }));
        Ok(())
    }

    #[test]
    fn a_collection_survives_the_round_trip() -> serde_json::Result<()> {
        let value = json!({
            "domain": "oauth",
            "permissionMap": {
                "client": [{
                    "domain": "oauth",
                    "entityType": "client",
                    "action": "view",
                    "label": "View clients",
                    "allowsConditions": false,
                    "divisionAware": false,
                }],
            },
        });
        let collection: PermissionCollection = serde_json::from_value(value.clone())?;
        assert_eq!(collection.permission_map["client"][0].action, "view");
        assert_eq!(serde_json::to_value(collection)?, value);
        Ok(())
    }
}
