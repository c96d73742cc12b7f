//! The people of an organization (models `User` and `Contact`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{DateTime, DomainEntityRef, OAuthLastTokenIssued, UserAuthorization, schema};

/// A user. What is said to come by `expand` is absent unless the request asks for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct User {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_bare_user_has_nothing_unset() -> serde_json::Result<()> {
        let user = User { id: "u1".into(), version: 1, ..User::default() };
        assert_eq!(serde_json::to_value(user)?, json!({ "id": "u1", "version": 1 }));
        Ok(())
    }

    #[test]
    fn a_full_user_survives_the_round_trip() -> serde_json::Result<()> {
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
            "authorization": { "roles": [{ "id": "r1", "name": "Clerk" }] },
            "lastTokenIssued": { "dateIssued": "2026-07-01T12:00:00.000Z" },
            "dateLastLogin": "2026-07-01T12:00:00.000Z",
            "selfUri": "/api/v2/users/u1",
        });
        let user: User = serde_json::from_value(value.clone())?;
        assert_eq!(serde_json::to_value(user)?, value);
        Ok(())
    }

    #[test]
    fn values_unknown_to_this_version_survive_the_round_trip() -> serde_json::Result<()> {
        let value = json!({
            "id": "u1", "state": "asleep", "addresses": [{ "mediaType": "FAX", "type": "ATTIC" }], "version": 1,
        });
        let user: User = serde_json::from_value(value.clone())?;
        assert_eq!(serde_json::to_value(user)?, value);
        Ok(())
    }
}
