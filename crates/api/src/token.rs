//! The token in use, as the Genesys Cloud API describes it to its bearer (model `TokenInfo`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{DateTime, DomainEntityRef, Entity, NamedEntity, RoleDivision, schema};

/// What a token is good for and whom it was issued to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenInfo {
    /// The organization that the token acts in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<NamedEntity>,
    /// The organization that the token's owner belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home_organization: Option<NamedEntity>,
    /// Scopes that the client is authorized for; of no effect for client credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorized_scope: Option<Vec<String>>,
    /// The user behind a clone; absent unless the bearer was cloned from another organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloned_user: Option<TokenInfoClonedUser>,
    /// When the token lapses if it is not used; absent without an idle timeout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_token_idles: Option<DateTime>,
    /// The client that the token was issued to.
    #[serde(rename = "OAuthClient", skip_serializing_if = "Option::is_none")]
    pub oauth_client: Option<OrgOAuthClient>,
}

/// The user that a clone in another organization stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct TokenInfoClonedUser {
    /// Id of the original user.
    pub id: String,
    /// The organization of the original user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<Entity>,
}

/// A client together with the organization that owns it. It carries no secret and no callbacks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct OrgOAuthClient {
    /// The `client_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Uuid>")]
    pub id: Option<String>,
    /// Display name.
    pub name: String,
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
    /// As in `OAuthClient`.
    #[schemars(with = "schema::GrantType")]
    pub authorized_grant_type: String,
    /// Scopes of user tokens; of no effect for `CLIENT-CREDENTIALS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Vec<String>>,
    /// The roles it holds, each in one division; for `CLIENT-CREDENTIALS` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_divisions: Option<Vec<RoleDivision>>,
    /// As in `OAuthClient`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::ClientState>")]
    pub state: Option<String>,
    /// When it will be deleted; absent while no deletion is planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_to_delete: Option<DateTime>,
    /// The owner; clients read its id unasked, so it is never absent. The id `purecloud-builtin` is reserved
    /// for the clients that the vendor ships.
    pub organization: NamedEntity,
}

/// When a user last got a token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OAuthLastTokenIssued {
    /// The instant of issue; absent if there never was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_issued: Option<DateTime>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_client_member_begins_with_capitals() -> serde_json::Result<()> {
        let info = TokenInfo {
            organization: Some(NamedEntity { id: "o1".into(), name: Some("Acme".into()) }),
            home_organization: Some(NamedEntity { id: "o1".into(), name: None }),
            authorized_scope: Some(vec!["users".into()]),
            cloned_user: Some(TokenInfoClonedUser {
                id: "u9".into(),
                organization: Some(Entity { id: "o9".into() }),
            }),
            date_token_idles: Some(DateTime("2026-07-01T12:00:00.000Z".into())),
            oauth_client: Some(OrgOAuthClient {
                id: Some("c1".into()),
                name: "Robot".into(),
                authorized_grant_type: "CODE".into(),
                organization: NamedEntity { id: "o1".into(), name: None },
                ..OrgOAuthClient::default()
            }),
        };
        let value = serde_json::to_value(&info)?;
        let expected = json!({
            "organization": { "id": "o1", "name": "Acme" },
            "homeOrganization": { "id": "o1" },
            "authorizedScope": ["users"],
            "clonedUser": { "id": "u9", "organization": { "id": "o9" } },
            "dateTokenIdles": "2026-07-01T12:00:00.000Z",
            "OAuthClient": {
                "id": "c1",
                "name": "Robot",
                "authorizedGrantType": "CODE",
                "organization": { "id": "o1" },
            },
        });
        assert_eq!(value, expected);
        assert_eq!(serde_json::from_value::<TokenInfo>(value)?, info);
        Ok(())
    }

    #[test]
    fn nothing_known_is_an_empty_object() -> serde_json::Result<()> {
        assert_eq!(serde_json::to_value(TokenInfo::default())?, json!({}));
        assert_eq!(serde_json::to_value(OAuthLastTokenIssued::default())?, json!({}));
        Ok(())
    }
}
