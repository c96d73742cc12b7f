//! How long a token may lie idle (models `IdleTokenTimeout`, `InactivityTimeoutGroupBundle`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{object, schema};

/// The idle timeout of an organization, as answered; in a change, what is absent stays as it is.
// No value is judged here, so that the server can name the fault in its own code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IdleTokenTimeout {
    /// After how many seconds without use a token lapses: 5 minutes to 8 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 300, max = 28_800))]
    pub idle_token_timeout_seconds: Option<i32>,
    /// Whether tokens lapse without use at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_idle_token_timeout: Option<bool>,
    /// `Minutes` or `Hours`: what a page shows the timeout in. The members are in seconds all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::InactivityUnit>")]
    pub inactivity_timeout_unit: Option<String>,
    /// Whether `inactivityTimeoutGroupBundles` is obeyed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inactivity_timeout_groups_enabled: Option<bool>,
    /// Timeouts of their own for the members of groups. The server has no groups, so it neither says nor reads any.
    #[schemars(skip)]
    #[serde(default, deserialize_with = "object::many", skip_serializing_if = "Option::is_none")]
    pub inactivity_timeout_group_bundles: Option<Vec<InactivityTimeoutGroupBundle>>,
}

/// A timeout for the members of some groups.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InactivityTimeoutGroupBundle {
    /// Which bundle counts for who is in several: 1 goes before 5.
    #[schemars(range(min = 1, max = 5))]
    pub priority: i32,
    /// After how many seconds without use a token lapses: 5 minutes to 8 hours.
    #[schemars(range(min = 300, max = 28_800))]
    pub timeout_seconds: i32,
    /// `Minutes` or `Hours`: what a page shows the timeout in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::InactivityUnit>")]
    pub inactivity_timeout_unit: Option<String>,
    /// Ids of the groups.
    pub groups: Vec<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_timeout_survives_the_round_trip() -> serde_json::Result<()> {
        let value = json!({
            "idleTokenTimeoutSeconds": 7200,
            "enableIdleTokenTimeout": true,
            "inactivityTimeoutUnit": "Hours",
            "inactivityTimeoutGroupsEnabled": false,
            "inactivityTimeoutGroupBundles": [
                { "priority": 1, "timeoutSeconds": 300, "inactivityTimeoutUnit": "Minutes", "groups": ["g1"] },
                { "priority": 2, "timeoutSeconds": 600, "groups": [] },
            ],
        });
        let timeout: IdleTokenTimeout = serde_json::from_value(value.clone())?;
        assert_eq!(serde_json::to_value(timeout)?, value);
        Ok(())
    }

    #[test]
    fn a_change_names_only_what_changes() -> serde_json::Result<()> {
        let change: IdleTokenTimeout = serde_json::from_value(json!({
            "idleTokenTimeoutSeconds": null, "inactivityTimeoutGroupBundles": null, "surprise": true,
        }))?;
        assert_eq!(change, IdleTokenTimeout::default());
        assert_eq!(serde_json::to_value(change)?, json!({}));
        Ok(())
    }

    #[test]
    fn a_bundle_is_a_whole() {
        for bundle in
            [json!({ "priority": 1, "timeoutSeconds": 300 }), json!([1, 300, null, []]), json!(null)]
        {
            let value = json!({ "inactivityTimeoutGroupBundles": [bundle] });
            assert!(serde_json::from_value::<IdleTokenTimeout>(value).is_err());
        }
    }
}
