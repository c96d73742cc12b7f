//! The user behind a token, with contacts and rights (model `UserMe`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    DateTime, DomainEntityRef, DomainOrganizationRole, NamedEntity, OAuthLastTokenIssued, Organization,
    ResourceConditionNode, TokenInfo, schema,
};

/// A user. The members from `authorization` to `orgAuthorization` are absent unless `expand` asks for them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserMe {
    /// A UUID.
    #[schemars(with = "schema::Uuid")]
    pub id: String,
    /// Full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The division that the user belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub division: Option<DomainEntityRef>,
    /// Mail address, which is also the login name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Login name, nearly always the same as `email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// `active`, `inactive` or `deleted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::State>")]
    pub state: Option<String>,
    /// Title at work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Department at work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Name to address the user by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_name: Option<String>,
    /// The chief contacts, drawn from `addresses`; only the server sets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_contact_info: Option<Vec<Contact>>,
    /// Every contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addresses: Option<Vec<Contact>>,
    /// Counts the changes; a change must name the version that it is based on.
    pub version: i32,
    /// Whether routed conversations are answered without a click.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acd_auto_answer: Option<bool>,
    /// Roles and permissions; by `expand=authorization`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization: Option<UserAuthorization>,
    /// When the user last got a token; by `expand=lasttokenissued`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_token_issued: Option<OAuthLastTokenIssued>,
    /// When the user last logged in; by `expand=dateLastLogin`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_last_login: Option<DateTime>,
    /// The organization of the user; by `expand=organization`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<Organization>,
    /// The token in use; by `expand=token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenInfo>,
    /// Roles of the organization; by `expand=orgauthorization`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org_authorization: Option<Vec<DomainOrganizationRole>>,
    /// `/api/v2/users/{id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
}

/// One way to reach a user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// Mail address or telephone number, the latter usually in E.164 form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The address as people write it; only the server sets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// `PHONE`, `EMAIL` or `SMS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::MediaType>")]
    pub media_type: Option<String>,
    /// `PRIMARY`, `WORK`, `WORK2` to `WORK4`, `HOME`, `MOBILE`, `MAIN` or `OTHER`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::ContactType>")]
    pub r#type: Option<String>,
    /// Extension of a telephone number; absent for direct lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension: Option<String>,
    /// Country of a telephone number, such as `US`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
}

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
    fn a_bare_user_has_nothing_unset() -> serde_json::Result<()> {
        let user = UserMe { id: "u1".into(), version: 1, ..UserMe::default() };
        assert_eq!(serde_json::to_value(user)?, json!({ "id": "u1", "version": 1 }));
        Ok(())
    }

    #[test]
    fn an_expanded_user_survives_the_round_trip() -> serde_json::Result<()> {
        let value = json!({
            "id": "u1",
            "name": "Ada",
            "division": { "id": "d1", "name": "Home", "selfUri": "/api/v2/authorization/divisions/d1" },
            "email": "ada@acme.example",
            "username": "ada@acme.example",
            "state": "active",
            "title": "Engineer",
            "department": "Engines",
            "preferredName": "Ada",
            "primaryContactInfo": [
                { "address": "ada@acme.example", "mediaType": "EMAIL", "type": "PRIMARY" },
            ],
            "addresses": [{
                "address": "+13175550123",
                "display": "(317) 555-0123",
                "mediaType": "PHONE",
                "type": "WORK",
                "extension": "7",
                "countryCode": "US",
            }],
            "version": 3,
            "acdAutoAnswer": false,
            "authorization": {
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
            },
            "lastTokenIssued": { "dateIssued": "2026-07-01T12:00:00.000Z" },
            "dateLastLogin": "2026-07-01T12:00:00.000Z",
            "organization": { "id": "o1", "version": 1 },
            "token": { "organization": { "id": "o1" } },
            "orgAuthorization": [{ "id": "r1" }],
            "selfUri": "/api/v2/users/u1",
        });
        let user: UserMe = serde_json::from_value(value.clone())?;
        assert_eq!(serde_json::to_value(user)?, value);
        Ok(())
    }
}
