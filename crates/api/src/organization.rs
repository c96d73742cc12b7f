//! The organization that everything else belongs to (model `Organization`).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema;

/// An organization, as answered and as sent to change it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// A UUID; absent in a change, where it is ignored anyway.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Uuid>")]
    pub id: Option<String>,
    /// Display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Language of new users, such as `en-us`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_language: Option<String>,
    /// Country for telephone numbers without one, such as `US`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_country_code: Option<String>,
    /// The short unique name that people type to log in; only the server sets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub third_party_org_name: Option<String>,
    /// Address that goes with `thirdPartyOrgName`.
    #[serde(rename = "thirdPartyURI", skip_serializing_if = "Option::is_none")]
    pub third_party_uri: Option<String>,
    /// Domain name, such as `acme.example`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Counts the changes; a change must name the version that it is based on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(required, range(min = 0, max = i32::MAX))]
    pub version: Option<i32>,
    /// `active`, `inactive` or `deleted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::State>")]
    pub state: Option<String>,
    /// Id of the telephony site used when none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_site_id: Option<String>,
    /// Where users find help.
    #[serde(rename = "supportURI", skip_serializing_if = "Option::is_none")]
    pub support_uri: Option<String>,
    /// Whether voicemail is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voicemail_enabled: Option<bool>,
    /// Product line, such as `PureCloud`; only the server sets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_platform: Option<String>,
    /// Address of the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
    /// Which features are on, by name; only the server sets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<BTreeMap<String, bool>>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn addresses_end_in_capitals() -> serde_json::Result<()> {
        let organization = Organization {
            id: Some("o1".into()),
            third_party_org_name: Some("acme".into()),
            third_party_uri: Some("https://acme.example".into()),
            support_uri: Some("https://help.acme.example".into()),
            version: Some(7),
            self_uri: Some("/api/v2/organizations/o1".into()),
            features: Some(BTreeMap::from([("chat".into(), true)])),
            ..Organization::default()
        };
        let value = serde_json::to_value(&organization)?;
        let expected = json!({
            "id": "o1",
            "thirdPartyOrgName": "acme",
            "thirdPartyURI": "https://acme.example",
            "supportURI": "https://help.acme.example",
            "version": 7,
            "selfUri": "/api/v2/organizations/o1",
            "features": { "chat": true },
        });
        assert_eq!(value, expected);
        assert_eq!(serde_json::from_value::<Organization>(value)?, organization);
        Ok(())
    }
}
