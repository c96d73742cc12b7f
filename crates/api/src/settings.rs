//! How an organization lets its people in (model `OrgAuthSettings`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::object;

/// The settings as answered; in a change, what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrgAuthSettings {
    /// Whether people need a second factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multifactor_authentication_required: Option<bool>,
    /// Whether `domainAllowlist` is obeyed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain_allowlist_enabled: Option<bool>,
    /// Domains whose pages may embed those of this server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain_allowlist: Option<Vec<String>>,
    /// Addresses that requests may come from; an empty list means any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address_allowlist: Option<Vec<String>>,
    /// What a password must be like.
    #[serde(default, deserialize_with = "object::one", skip_serializing_if = "Option::is_none")]
    pub password_requirements: Option<PasswordRequirements>,
    /// Parts of the API whose use does not count as activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inactivity_timeout_exclusions: Option<Vec<String>>,
    /// Whether a logout ends every session of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub universal_logout: Option<bool>,
}

/// What a password must be like; in a change, what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasswordRequirements {
    /// Least number of characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = i32::MAX))]
    pub minimum_length: Option<i32>,
    /// Least number of digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = i32::MAX))]
    pub minimum_digits: Option<i32>,
    /// Least number of letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = i32::MAX))]
    pub minimum_letters: Option<i32>,
    /// Least number of upper case letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = i32::MAX))]
    pub minimum_upper: Option<i32>,
    /// Least number of lower case letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = i32::MAX))]
    pub minimum_lower: Option<i32>,
    /// Least number of characters that are neither letters nor digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = i32::MAX))]
    pub minimum_specials: Option<i32>,
    /// How long a password must be kept before it is changed again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = i32::MAX))]
    pub minimum_age_seconds: Option<i32>,
    /// After how many days it must be changed; 0 means never.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = i32::MAX))]
    pub expiration_days: Option<i32>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_survive_the_round_trip() -> serde_json::Result<()> {
        let value = json!({
            "multifactorAuthenticationRequired": false,
            "domainAllowlistEnabled": true,
            "domainAllowlist": ["acme.example"],
            "ipAddressAllowlist": ["192.0.2.0/24"],
            "passwordRequirements": {
                "minimumLength": 8,
                "minimumDigits": 1,
                "minimumLetters": 2,
                "minimumUpper": 3,
                "minimumLower": 4,
                "minimumSpecials": 5,
                "minimumAgeSeconds": 3600,
                "expirationDays": 90,
            },
            "inactivityTimeoutExclusions": [],
            "universalLogout": true,
        });
        let settings: OrgAuthSettings = serde_json::from_value(value.clone())?;
        let requirements = settings.password_requirements.as_ref();
        assert_eq!(requirements.and_then(|requirements| requirements.expiration_days), Some(90));
        assert_eq!(serde_json::to_value(settings)?, value);
        Ok(())
    }

    #[test]
    fn a_change_names_only_what_changes() -> serde_json::Result<()> {
        let value = json!({ "passwordRequirements": { "minimumLength": 12 } });
        let change: OrgAuthSettings = serde_json::from_value(value.clone())?;
        assert_eq!(change.domain_allowlist, None);
        assert_eq!(serde_json::to_value(change)?, value);
        assert_eq!(serde_json::to_value(OrgAuthSettings::default())?, json!({}));
        Ok(())
    }
}
