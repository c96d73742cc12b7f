//! OAuth clients as the Genesys Cloud API answers and accepts them (model `OAuthClient` and its kin).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ClientSecret, DateTime, DomainEntityRef, Listing, object, schema};

/// A client as answered.
// Arrays are absent or present as the server chooses; an empty one is not the same as none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct OAuthClient {
    /// A UUID, which is also the `client_id` of the login host.
    #[schemars(with = "schema::Uuid")]
    pub id: String,
    /// Display name.
    pub name: String,
    /// Lifetime of new access tokens in seconds; absent means 86400.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 300, max = 172_800))]
    pub access_token_validity_seconds: Option<i64>,
    /// Free text for administrators; absent when none was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Callback addresses that an authorization request may name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<schema::Uri>>")]
    pub registered_redirect_uri: Option<Vec<String>>,
    /// Present only in the answers to creation and to a reset of the secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<ClientSecret>,
    /// Roles without their divisions: the older form of `roleDivisions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<schema::Uuid>>")]
    pub role_ids: Option<Vec<String>>,
    /// When the client was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_created: Option<DateTime>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_modified: Option<DateTime>,
    /// The user or client that created it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<DomainEntityRef>,
    /// The user or client that changed it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified_by: Option<DomainEntityRef>,
    /// `CODE` (also for PKCE), `TOKEN`, `SAML2-BEARER`, `PASSWORD` or `CLIENT-CREDENTIALS`.
    #[schemars(with = "schema::GrantType")]
    pub authorized_grant_type: String,
    /// Scopes of user tokens; of no effect for `CLIENT-CREDENTIALS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Vec<String>>,
    /// The roles it holds, each in one division; for `CLIENT-CREDENTIALS` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_divisions: Option<Vec<RoleDivision>>,
    /// `active`, `inactive` (no new tokens, may be deleted) or `disabled` (existing tokens are dead, too).
    /// Absent means `active`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::ClientState>")]
    pub state: Option<String>,
    /// When it will be deleted; absent while no deletion is planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_to_delete: Option<DateTime>,
    /// `/api/v2/oauth/clients/{id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
}

/// A client as sent to create or replace one. `null` and absent are the same, and members that only the
/// server sets are ignored.
// No value is judged here, so that the server can name the fault in its own code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OAuthClientRequest {
    /// Display name, not blank.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "schema::Name")]
    pub name: Option<String>,
    /// Lifetime of access tokens in seconds; absent asks for 86400.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 300, max = 172_800))]
    pub access_token_validity_seconds: Option<i64>,
    /// Free text for administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4096), regex(pattern = r"^[^\x00]*$"))]
    pub description: Option<String>,
    /// Callback addresses to register.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<schema::Uri>>", length(max = 200))]
    pub registered_redirect_uri: Option<Vec<String>>,
    /// Roles without divisions; counts only if `roleDivisions` is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<schema::Uuid>>")]
    pub role_ids: Option<Vec<String>>,
    /// The grant type. Old spellings such as `CLIENT_CREDENTIALS` are understood, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "schema::GrantType")]
    pub authorized_grant_type: Option<String>,
    /// Scope names; needed for every grant type but client credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Vec<String>>,
    /// Roles to hold, each in one division; needed for client credentials.
    #[serde(default, deserialize_with = "object::many", skip_serializing_if = "Option::is_none")]
    pub role_divisions: Option<Vec<RoleDivision>>,
    /// State to be put in; absent means `active` for a new client and no change for another.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::ClientState>")]
    pub state: Option<String>,
    /// When the client shall be deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_to_delete: Option<DateTime>,
}

/// A role held in a division.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleDivision {
    /// The role's id.
    #[schemars(with = "schema::Uuid")]
    pub role_id: String,
    /// The division's id, or `*` for all divisions.
    #[schemars(with = "schema::DivisionId")]
    pub division_id: String,
}

/// All clients of an organization, in a single page: the request for it has no paging parameters.
pub type OAuthClientEntityListing = Listing<OAuthClient>;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn robot() -> OAuthClient {
        OAuthClient {
            id: "c1".into(),
            name: "Robot".into(),
            authorized_grant_type: "CLIENT-CREDENTIALS".into(),
            ..OAuthClient::default()
        }
    }

    #[test]
    fn a_bare_client_has_nothing_unset() -> serde_json::Result<()> {
        let expected = json!({ "id": "c1", "name": "Robot", "authorizedGrantType": "CLIENT-CREDENTIALS" });
        assert_eq!(serde_json::to_value(robot())?, expected);
        Ok(())
    }

    #[test]
    fn a_full_client_uses_the_exact_names() -> serde_json::Result<()> {
        let noon = DateTime("2026-07-01T12:00:00.000Z".into());
        let ada = DomainEntityRef { id: "u1".into(), ..DomainEntityRef::default() };
        let client = OAuthClient {
            access_token_validity_seconds: Some(86_400),
            description: Some(String::new()),
            registered_redirect_uri: Some(vec!["https://a.example/cb".into()]),
            secret: Some(ClientSecret::new("hunter2")),
            role_ids: Some(vec!["r1".into()]),
            date_created: Some(noon.clone()),
            date_modified: Some(noon.clone()),
            created_by: Some(ada.clone()),
            modified_by: Some(ada),
            scope: Some(vec![]),
            role_divisions: Some(vec![RoleDivision { role_id: "r1".into(), division_id: "*".into() }]),
            state: Some("active".into()),
            date_to_delete: Some(noon),
            self_uri: Some("/api/v2/oauth/clients/c1".into()),
            ..robot()
        };
        let value = serde_json::to_value(&client)?;
        let expected = json!({
            "id": "c1",
            "name": "Robot",
            "accessTokenValiditySeconds": 86400,
            "description": "",
            "registeredRedirectUri": ["https://a.example/cb"],
            "secret": "hunter2",
            "roleIds": ["r1"],
            "dateCreated": "2026-07-01T12:00:00.000Z",
            "dateModified": "2026-07-01T12:00:00.000Z",
            "createdBy": { "id": "u1" },
            "modifiedBy": { "id": "u1" },
            "authorizedGrantType": "CLIENT-CREDENTIALS",
            "scope": [],
            "roleDivisions": [{ "roleId": "r1", "divisionId": "*" }],
            "state": "active",
            "dateToDelete": "2026-07-01T12:00:00.000Z",
            "selfUri": "/api/v2/oauth/clients/c1",
        });
        assert_eq!(value, expected);
        assert_eq!(serde_json::from_value::<OAuthClient>(value)?, client);
        Ok(())
    }

    #[test]
    fn unknown_values_survive_the_round_trip() -> serde_json::Result<()> {
        let value = json!({
            "id": "c1", "name": "Robot", "authorizedGrantType": "CODE_PKCE", "state": "dormant",
        });
        let client: OAuthClient = serde_json::from_value(value.clone())?;
        assert_eq!(serde_json::to_value(client)?, value);
        Ok(())
    }

    #[test]
    fn debug_does_not_print_the_secret() {
        let client = OAuthClient { secret: Some(ClientSecret::new("hunter2")), ..robot() };
        let printed = format!("{client:?} {client:#?}");
        assert!(printed.contains("ClientSecret(..)"));
        assert!(!printed.contains("hunter2"));
    }

    #[test]
    fn a_listing_of_clients_survives_the_round_trip() -> serde_json::Result<()> {
        let listing = OAuthClientEntityListing {
            entities: vec![robot()],
            page_size: 1,
            page_number: 1,
            total: 1,
            self_uri: Some("/api/v2/oauth/clients".into()),
            page_count: 1,
            ..Listing::default()
        };
        let text = serde_json::to_string(&listing)?;
        assert!(!text.contains("null"));
        assert_eq!(serde_json::from_str::<OAuthClientEntityListing>(&text)?, listing);
        Ok(())
    }

    #[test]
    fn a_request_ignores_nulls_and_members_it_does_not_know() -> serde_json::Result<()> {
        let request: OAuthClientRequest = serde_json::from_value(json!({
            "id": "c1",
            "name": "Robot",
            "accessTokenValiditySeconds": 600,
            "description": null,
            "registeredRedirectUri": [],
            "roleIds": ["r1"],
            "authorizedGrantType": "CLIENT_CREDENTIALS",
            "scope": null,
            "roleDivisions": [{ "roleId": "r1", "divisionId": "d1" }],
            "state": "active",
            "dateToDelete": null,
            "dateCreated": 5,
            "surprise": true,
        }))?;
        let expected = OAuthClientRequest {
            name: Some("Robot".into()),
            access_token_validity_seconds: Some(600),
            registered_redirect_uri: Some(vec![]),
            role_ids: Some(vec!["r1".into()]),
            authorized_grant_type: Some("CLIENT_CREDENTIALS".into()),
            role_divisions: Some(vec![RoleDivision { role_id: "r1".into(), division_id: "d1".into() }]),
            state: Some("active".into()),
            ..OAuthClientRequest::default()
        };
        assert_eq!(request, expected);
        Ok(())
    }

    #[test]
    fn an_empty_request_is_an_empty_object() -> serde_json::Result<()> {
        let empty = OAuthClientRequest::default();
        assert_eq!(serde_json::to_value(&empty)?, json!({}));
        assert_eq!(serde_json::from_value::<OAuthClientRequest>(json!({}))?, empty);
        Ok(())
    }
}
