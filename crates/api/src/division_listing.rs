//! The two listings of divisions that are not a plain page (models `AuthzDivisionCursorListing`,
//! `DivsPermittedEntityListing`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AuthzDivision, Listing, schema};

/// Divisions by cursor: its addresses lead on, and nothing is counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthzDivisionCursorListing {
    /// The divisions of this page; an empty page has an empty array.
    #[serde(default)]
    pub entities: Vec<AuthzDivision>,
    /// Address of the page after this one; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub next_uri: Option<String>,
    /// Address of this page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
    /// Address of the page before this one; absent on the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub previous_uri: Option<String>,
}

/// The divisions in which the caller has a permission.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DivsPermittedEntityListing {
    /// One page of them.
    #[serde(flatten)]
    pub page: Listing<AuthzDivision>,
    /// Whether the permission holds in every division.
    #[serde(default)]
    pub all_divs_permitted: bool,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn home() -> AuthzDivision {
        AuthzDivision { id: Some("d1".into()), ..AuthzDivision::default() }
    }

    #[test]
    fn a_page_by_cursor_counts_nothing() -> serde_json::Result<()> {
        assert_eq!(serde_json::to_value(AuthzDivisionCursorListing::default())?, json!({ "entities": [] }));
        let page = AuthzDivisionCursorListing {
            entities: vec![home()],
            next_uri: Some("/api/v2/authorization/divisions/query?after=d1".into()),
            self_uri: Some("/api/v2/authorization/divisions/query".into()),
            previous_uri: None,
        };
        let value = serde_json::to_value(&page)?;
        let expected = json!({
            "entities": [{ "id": "d1" }],
            "nextUri": "/api/v2/authorization/divisions/query?after=d1",
            "selfUri": "/api/v2/authorization/divisions/query",
        });
        assert_eq!(value, expected);
        assert_eq!(serde_json::from_value::<AuthzDivisionCursorListing>(value)?, page);
        Ok(())
    }

    #[test]
    fn permitted_divisions_stand_beside_the_counts() -> serde_json::Result<()> {
        let permitted = DivsPermittedEntityListing {
            page: Listing {
                entities: vec![home()],
                page_size: 25,
                page_number: 1,
                total: 1,
                page_count: 1,
                ..Listing::default()
            },
            all_divs_permitted: true,
        };
        let value = serde_json::to_value(&permitted)?;
        let expected = json!({
            "entities": [{ "id": "d1" }],
            "pageSize": 25,
            "pageNumber": 1,
            "total": 1,
            "pageCount": 1,
            "allDivsPermitted": true,
        });
        assert_eq!(value, expected);
        assert_eq!(serde_json::from_value::<DivsPermittedEntityListing>(value)?, permitted);
        Ok(())
    }
}
