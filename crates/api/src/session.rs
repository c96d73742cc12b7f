//! Where a user is logged in. Chancery's own; the vendor has no such operation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{DateTime, schema};

/// One browser in which a user is logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserSession {
    /// It names the session and opens nothing: what the browser holds is another value.
    pub id: String,
    /// IP address of the login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What the browser says that it is, in the header of that name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// When the user logged in.
    pub date_created: DateTime,
    /// When the session was last used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_last_seen: Option<DateTime>,
    /// When it ends, if nobody ends it before.
    pub date_expires: DateTime,
    /// Address of the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
}

/// Every session of a user, without pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserSessionListing {
    /// The sessions.
    #[serde(default)]
    pub entities: Vec<UserSession>,
    /// How many sessions there are.
    #[serde(default)]
    pub total: i64,
    /// Address of the listing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sessions_survive_the_round_trip() -> serde_json::Result<()> {
        let value = json!({
            "entities": [
                {
                    "id": "s1",
                    "address": "192.0.2.1",
                    "userAgent": "Mozilla/5.0",
                    "dateCreated": "2026-07-01T09:00:00.000Z",
                    "dateLastSeen": "2026-07-01T10:00:00.000Z",
                    "dateExpires": "2026-07-02T09:00:00.000Z",
                    "selfUri": "/api/v2/things/s1",
                },
                {
                    "id": "s2",
                    "dateCreated": "2026-07-01T09:00:00.000Z",
                    "dateExpires": "2026-07-02T09:00:00.000Z",
                },
            ],
            "total": 2,
            "selfUri": "/api/v2/things",
        });
        let listing: UserSessionListing = serde_json::from_value(value.clone())?;
        assert_eq!(serde_json::to_value(listing)?, value);
        Ok(())
    }

    #[test]
    fn an_empty_listing_keeps_its_array() -> serde_json::Result<()> {
        let expected = json!({ "entities": [], "total": 0 });
        assert_eq!(serde_json::to_value(UserSessionListing::default())?, expected);
        Ok(())
    }
}
