//! What users allowed to clients (models `OAuthAuthorization`, `OAuthAuthorizationListing`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{DateTime, DomainEntityRef, OAuthClient, schema};

/// What one resource owner allowed to one client, or was asked to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OAuthAuthorization {
    /// The client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<OAuthClient>,
    /// Names of the scopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Vec<String>>,
    /// Ids of the roles that a client with client credentials holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// Who allows it: a user or an organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_owner: Option<DomainEntityRef>,
    /// When it was first allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_created: Option<DateTime>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_modified: Option<DateTime>,
    /// Who first allowed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<DomainEntityRef>,
    /// Who changed it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified_by: Option<DomainEntityRef>,
    /// Whether an answer is still awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending: Option<bool>,
    /// `Unauthorized`, `Requested`, `Authorized` or `Revoked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::AuthorizationState>")]
    pub state: Option<String>,
    /// `/api/v2/oauth/authorizations/{clientId}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
}

/// Every authorization of a resource owner, without pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OAuthAuthorizationListing {
    /// How many authorizations there are.
    #[serde(default)]
    pub total: i64,
    /// The authorizations.
    #[serde(default)]
    pub entities: Vec<OAuthAuthorization>,
    /// `/api/v2/oauth/authorizations`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_authorization_survives_the_round_trip() -> serde_json::Result<()> {
        let value = json!({
            "client": { "id": "c1", "name": "Robot", "authorizedGrantType": "CODE" },
            "scope": ["users:readonly"],
            "roles": [],
            "resourceOwner": { "id": "u1", "name": "Ada", "selfUri": "/api/v2/users/u1" },
            "dateCreated": "2026-07-01T12:00:00.000Z",
            "dateModified": "2026-07-02T12:00:00.000Z",
            "createdBy": { "id": "u1" },
            "modifiedBy": { "id": "u1" },
            "pending": false,
            "state": "Authorized",
            "selfUri": "/api/v2/oauth/authorizations/c1",
        });
        let authorization: OAuthAuthorization = serde_json::from_value(value.clone())?;
        assert_eq!(serde_json::to_value(authorization)?, value);
        assert_eq!(serde_json::to_value(OAuthAuthorization::default())?, json!({}));
        Ok(())
    }

    #[test]
    fn a_listing_has_no_paging_members() -> serde_json::Result<()> {
        let listing = OAuthAuthorizationListing {
            total: 1,
            entities: vec![OAuthAuthorization::default()],
            self_uri: Some("/api/v2/oauth/authorizations".into()),
        };
        let value = serde_json::to_value(&listing)?;
        assert_eq!(value, json!({ "total": 1, "entities": [{}], "selfUri": "/api/v2/oauth/authorizations" }));
        assert_eq!(serde_json::from_value::<OAuthAuthorizationListing>(value)?, listing);
        let empty = serde_json::to_value(OAuthAuthorizationListing::default())?;
        assert_eq!(empty, json!({ "total": 0, "entities": [] }));
        Ok(())
    }
}
