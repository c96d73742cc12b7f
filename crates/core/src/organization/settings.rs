//! What the administrators of an organization choose, and the rules for it.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::decision::{Decision, Step, Undecided};
use crate::error::{ApiCode, ApiError};
use crate::facts::Facts;
use crate::organization::Organization;
use crate::write::Write;

/// Kept as one document; what an older version did not know has its default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// An ISO 3166 code.
    pub default_country_code: Option<String>,
    /// A domain name.
    pub domain: Option<String>,
    /// Where users find help.
    pub support_uri: Option<String>,
    /// Kept for the vendor's clients; means nothing here.
    pub default_site_id: Option<String>,
    /// Kept for the vendor's clients; means nothing here.
    pub voicemail_enabled: bool,
    /// How its people log in, and from where its API is reached.
    pub authentication: Authentication,
}

/// `authentication/settings`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Authentication {
    /// `multifactorAuthenticationRequired`.
    pub multifactor_required: bool,
    /// `domainAllowlistEnabled`.
    pub domain_allowlist_enabled: bool,
    /// `domainAllowlist`.
    pub domain_allowlist: Vec<String>,
    /// `ipAddressAllowlist`, addresses and ranges as they were sent; empty lets everybody in.
    pub ip_allowlist: Vec<String>,
    /// `inactivityTimeoutExclusions`.
    pub inactivity_timeout_exclusions: Vec<String>,
    /// `universalLogout`.
    pub universal_logout: bool,
    /// `passwordRequirements`.
    pub password: PasswordRequirements,
}

impl Authentication {
    /// Whether the API can be reached from there.
    pub fn admits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.ip_allowlist.is_empty()
            || self.ip_allowlist.iter().filter_map(|text| Self::range(text)).any(|net| net.contains(&address))
    }

    /// An entry of `ipAddressAllowlist`: an address, or a range such as `192.0.2.0/24`.
    pub fn range(text: &str) -> Option<IpNet> {
        text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
    }
}

/// What a password must have; counts of characters, ages in seconds and days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PasswordRequirements {
    /// `minimumLength`.
    pub minimum_length: Option<u32>,
    /// `minimumDigits`.
    pub minimum_digits: Option<u32>,
    /// `minimumLetters`.
    pub minimum_letters: Option<u32>,
    /// `minimumUpper`.
    pub minimum_upper: Option<u32>,
    /// `minimumLower`.
    pub minimum_lower: Option<u32>,
    /// `minimumSpecials`.
    pub minimum_specials: Option<u32>,
    /// `minimumAgeSeconds`.
    pub minimum_age_seconds: Option<u32>,
    /// `expirationDays`.
    pub expiration_days: Option<u32>,
}

/// Changes to an organization; `None` where the caller said nothing.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The version that the change is based on.
    pub version: Option<i64>,
    /// `name`.
    pub name: Option<String>,
    /// `defaultLanguage`.
    pub default_language: Option<String>,
    /// `defaultCountryCode`.
    pub default_country_code: Option<String>,
    /// `domain`.
    pub domain: Option<String>,
    /// `supportURI`.
    pub support_uri: Option<String>,
    /// `defaultSiteId`.
    pub default_site_id: Option<String>,
    /// `voicemailEnabled`.
    pub voicemail_enabled: Option<bool>,
}

type Outcome = Result<Decision<Organization, ApiError>, Undecided<ApiError>>;

/// Replaces what `PUT organizations/me` can; what the caller leaves out stays.
pub fn update(facts: &Facts, caller: &Caller, draft: &Draft) -> Step<Organization, ApiError> {
    let decide = || -> Outcome {
        let mut it = find(facts, caller)?;
        let version = draft.version.ok_or_else(|| {
            ApiError::constraint("version", "The version that the change is based on is required.")
        })?;
        if version != i64::from(it.version) {
            let reason = "The organization was changed since the version that the change is based on.";
            return Err(ApiError::because(ApiCode::GeneralConflict, reason).at("version").into());
        }
        let text = |field: &'static str, new: &Option<String>, old: &mut Option<String>| {
            let Some(new) = new else { return Ok(()) };
            if new.chars().count() > 256 || new.chars().any(char::is_control) {
                let reason = "The member has at most 256 characters and no control characters.";
                return Err(ApiError::constraint(field, reason));
            }
            *old = Some(new.clone()).filter(|new| !new.is_empty());
            Ok(())
        };
        let (mut name, mut language) = (Some(it.name.clone()), Some(it.default_language.clone()));
        text("name", &draft.name, &mut name)?;
        text("defaultLanguage", &draft.default_language, &mut language)?;
        text("defaultCountryCode", &draft.default_country_code, &mut it.settings.default_country_code)?;
        text("domain", &draft.domain, &mut it.settings.domain)?;
        text("supportURI", &draft.support_uri, &mut it.settings.support_uri)?;
        text("defaultSiteId", &draft.default_site_id, &mut it.settings.default_site_id)?;
        it.name = name
            .filter(|name| !name.trim().is_empty())
            .ok_or_else(|| ApiError::constraint("name", "A name is required."))?;
        it.default_language = language
            .ok_or_else(|| ApiError::constraint("defaultLanguage", "A default language is required."))?;
        it.settings.voicemail_enabled = draft.voicemail_enabled.unwrap_or(it.settings.voicemail_enabled);
        Ok(replaced(it))
    };
    decide().into()
}

/// Replaces the authentication settings. Whoever would shut themselves out is refused.
pub fn authenticate_by(
    facts: &Facts,
    caller: &Caller,
    change: &dyn Fn(&mut Authentication) -> Result<(), ApiError>,
) -> Step<Organization, ApiError> {
    let decide = || -> Outcome {
        let mut it = find(facts, caller)?;
        change(&mut it.settings.authentication)?;
        if !it.settings.authentication.admits(caller.address) {
            let reason = "The list does not have the address that this request comes from.";
            return Err(ApiError::constraint("ipAddressAllowlist", reason).into());
        }
        Ok(replaced(it))
    };
    decide().into()
}

fn find(facts: &Facts, caller: &Caller) -> Result<Organization, Undecided<ApiError>> {
    let found = facts.organization(caller.organization)?.as_deref();
    found.cloned().ok_or_else(|| ApiError::new(ApiCode::NotFound).into())
}

fn replaced(it: Organization) -> Decision<Organization, ApiError> {
    let answer = Organization { version: it.version + 1, ..it.clone() };
    Decision::write(answer, vec![Write::ReplaceOrganization(Box::new(it))])
}

/// The organization's `authority`, for a decision that stands on what somebody holds: read before what it guards.
pub fn authority<E>(facts: &Facts, caller: &Caller) -> Result<u32, Undecided<E>> {
    Ok(facts.organization(caller.organization)?.as_ref().map_or(0, |it| it.authority))
}
