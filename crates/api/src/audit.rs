//! The record of what was done and by whom. Chancery's own; the vendor's audit API has other forms.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{DateTime, DomainEntityRef, schema};

/// Something that happened, once or several times in the same way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// Names it within the organization; says nothing else.
    pub id: String,
    /// When it happened; the last time, if several.
    pub date: DateTime,
    /// What happened. Later versions may know more kinds.
    pub kind: String,
    /// The user or client that did it; absent where nobody is known, as for a failed login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<DomainEntityRef>,
    /// The client through which it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<DomainEntityRef>,
    /// What it was done to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<AuditEntity>,
    /// IP address that the request came from; absent for what came from no request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Id of the request, as in its `ININ-Correlation-Id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// How many times it happened, 1 or more.
    #[schemars(range(min = 1))]
    pub count: i64,
    /// What there is to say beyond the kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What something was done to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntity {
    /// What it is, such as `user` or `client`.
    pub r#type: String,
    /// Its id.
    pub id: String,
    /// Display name at that time; absent where only the id is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Entries by cursor, the newest first: its addresses lead on, and nothing is counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditListing {
    /// The entries of this page; an empty page has an empty array.
    #[serde(default)]
    pub entities: Vec<AuditEntry>,
    /// Address of the page after this one; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub next_uri: Option<String>,
    /// Address of this page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_survives_the_round_trip() -> serde_json::Result<()> {
        let value = json!({
            "entities": [
                {
                    "id": "a2",
                    "date": "2026-07-01T12:00:00.000Z",
                    "kind": "user.update",
                    "actor": { "id": "u1", "name": "Ada", "selfUri": "/api/v2/users/u1" },
                    "client": { "id": "c1" },
                    "entity": { "type": "user", "id": "u2", "name": "Charles" },
                    "address": "2001:db8::1",
                    "correlationId": "r1",
                    "count": 1,
                    "detail": "email",
                },
                { "id": "a1", "date": "2026-07-01T11:00:00.000Z", "kind": "login.failure", "count": 40 },
            ],
            "nextUri": "/api/v2/things?after=a1",
            "selfUri": "/api/v2/things",
        });
        let page: AuditListing = serde_json::from_value(value.clone())?;
        assert_eq!(page.entities.iter().map(|entry| entry.count).sum::<i64>(), 41);
        assert_eq!(serde_json::to_value(page)?, value);
        Ok(())
    }

    #[test]
    fn an_empty_page_keeps_its_array() -> serde_json::Result<()> {
        assert_eq!(serde_json::to_value(AuditListing::default())?, json!({ "entities": [] }));
        Ok(())
    }

    #[test]
    fn an_entry_says_when_and_what() {
        let entry = json!({ "id": "a1", "date": "2026-07-01T11:00:00.000Z", "kind": "login", "count": 1 });
        for member in ["id", "date", "kind", "count"] {
            let mut part = entry.clone();
            part[member].take();
            assert!(serde_json::from_value::<AuditEntry>(part).is_err(), "{member}");
        }
    }
}
