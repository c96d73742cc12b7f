//! The page in which the Genesys Cloud API answers collections.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema;

/// One page of a collection. The counts are always written; an address without a target is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "{T}EntityListing")]
pub struct Listing<T> {
    /// The objects of this page; an empty page has an empty array.
    #[serde(default = "Vec::<T>::new")]
    pub entities: Vec<T>,
    /// How many objects a page may hold; 25 unless the request said otherwise.
    #[serde(default)]
    pub page_size: i32,
    /// Which page this is, counted from 1.
    #[serde(default)]
    pub page_number: i32,
    /// How many objects all pages hold together.
    #[serde(default)]
    pub total: i64,
    /// Address of the first page, relative to the API host, starting `/api/v2/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub first_uri: Option<String>,
    /// Address of the page after this one; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub next_uri: Option<String>,
    /// Address of the page before this one; absent on the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub previous_uri: Option<String>,
    /// Address of the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub last_uri: Option<String>,
    /// Address of this page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
    /// How many pages there are. Clients loop up to this number, so it must be there even for one page.
    #[serde(default)]
    pub page_count: i32,
}

impl<T> Listing<T> {
    /// The same page with other entities, one for each.
    pub fn of<U>(self, entities: Vec<U>) -> Listing<U> {
        Listing {
            entities,
            page_size: self.page_size,
            page_number: self.page_number,
            total: self.total,
            first_uri: self.first_uri,
            next_uri: self.next_uri,
            previous_uri: self.previous_uri,
            last_uri: self.last_uri,
            self_uri: self.self_uri,
            page_count: self.page_count,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Entity;

    #[test]
    fn a_page_in_the_middle_survives_the_round_trip() -> serde_json::Result<()> {
        let page = Listing {
            entities: vec![Entity { id: "a".into() }],
            page_size: 1,
            page_number: 2,
            total: 3,
            first_uri: Some("/api/v2/things?pageNumber=1".into()),
            next_uri: Some("/api/v2/things?pageNumber=3".into()),
            previous_uri: Some("/api/v2/things?pageNumber=1".into()),
            last_uri: Some("/api/v2/things?pageNumber=3".into()),
            self_uri: Some("/api/v2/things?pageNumber=2".into()),
            page_count: 3,
        };
        let value = serde_json::to_value(&page)?;
        let expected = json!({
            "entities": [{ "id": "a" }],
            "pageSize": 1,
            "pageNumber": 2,
            "total": 3,
            "firstUri": "/api/v2/things?pageNumber=1",
            "nextUri": "/api/v2/things?pageNumber=3",
            "previousUri": "/api/v2/things?pageNumber=1",
            "lastUri": "/api/v2/things?pageNumber=3",
            "selfUri": "/api/v2/things?pageNumber=2",
            "pageCount": 3,
        });
        assert_eq!(value, expected);
        assert_eq!(serde_json::from_value::<Listing<Entity>>(value)?, page);
        Ok(())
    }

    #[test]
    fn an_empty_page_keeps_its_array_and_omits_addresses() -> serde_json::Result<()> {
        let page = Listing::<Entity> { page_number: 1, page_count: 1, ..Listing::default() };
        let expected = json!({ "entities": [], "pageSize": 0, "pageNumber": 1, "total": 0, "pageCount": 1 });
        assert_eq!(serde_json::to_value(page)?, expected);
        Ok(())
    }

    #[test]
    fn elements_need_no_default() -> serde_json::Result<()> {
        let page: Listing<crate::DateTime> = serde_json::from_value(json!({}))?;
        assert!(page.entities.is_empty());
        Ok(())
    }
}
