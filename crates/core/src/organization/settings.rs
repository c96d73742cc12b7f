//! What the administrators of an organization choose, and the rules for it.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::decision::{Decision, Step, Undecided};
use crate::error::{ApiCode, ApiError};
use crate::facts::Facts;
use crate::organization::{IdleTimeout, Organization};
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
    /// When tokens of people lapse.
    pub idle: IdleTimeout,
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
        let net: IpNet = text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))?;
        // A caller's address is compared in its canonical form, so an IPv4-mapped range is one of IPv4.
        match (net.addr().to_canonical(), net.prefix_len().checked_sub(96)) {
            (address @ IpAddr::V4(_), Some(length)) if net.addr().is_ipv6() => {
                IpNet::new(address, length).ok()
            }
            _ => Some(net),
        }
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

pub(super) type Outcome = Result<Decision<Organization, ApiError>, Undecided<ApiError>>;

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

pub(super) fn find(facts: &Facts, caller: &Caller) -> Result<Organization, Undecided<ApiError>> {
    let found = facts.organization(caller.organization)?.as_deref();
    found.cloned().ok_or_else(|| ApiError::new(ApiCode::NotFound).into())
}

pub(super) fn replaced(it: Organization) -> Decision<Organization, ApiError> {
    let answer = Organization { version: it.version + 1, ..it.clone() };
    Decision::write(answer, vec![Write::ReplaceOrganization(Box::new(it))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::Tenant;

    fn based_on(tenant: &Tenant) -> Draft {
        Draft { version: Some(tenant.organization.version.into()), ..Draft::default() }
    }

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn what_is_left_out_stays_and_what_is_empty_goes() {
        let mut tenant = Tenant::found();
        let settings = &mut tenant.organization.settings;
        (settings.domain, settings.support_uri) = (text("example.com"), text("https://help.example.com"));
        settings.voicemail_enabled = true;
        let asked = Draft {
            name: text("Renamed"),
            default_country_code: text("CH"),
            domain: text(""),
            ..based_on(&tenant)
        };
        let (answer, writes) = tenant.allowed(|facts, _| update(facts, &tenant.admin(), &asked));
        let mut written = Organization { name: "Renamed".to_owned(), ..tenant.organization.clone() };
        (written.settings.domain, written.settings.default_country_code) = (None, text("CH"));
        assert_eq!(answer, Organization { version: written.version + 1, ..written.clone() });
        assert_eq!(writes, [Write::ReplaceOrganization(Box::new(written))]);
    }

    #[test]
    fn each_member_has_its_rule() {
        let tenant = Tenant::found();
        let good = || based_on(&tenant);
        let (constraint, conflict) = (ApiCode::ConstraintValidation, ApiCode::GeneralConflict);
        let long = || text(&"é".repeat(257));
        for (asked, expected) in [
            (Draft { name: text(&"é".repeat(256)), ..good() }, None),
            (Draft { version: None, ..good() }, Some((constraint, "version"))),
            (Draft { version: Some(0), ..good() }, Some((conflict, "version"))),
            (Draft { version: Some(i64::from(u32::MAX) + 2), ..good() }, Some((conflict, "version"))),
            (Draft { version: Some(-1), ..good() }, Some((conflict, "version"))),
            (Draft { name: long(), ..good() }, Some((constraint, "name"))),
            (Draft { name: text(" "), ..good() }, Some((constraint, "name"))),
            (Draft { name: text(""), ..good() }, Some((constraint, "name"))),
            (Draft { default_language: text(""), ..good() }, Some((constraint, "defaultLanguage"))),
            (Draft { default_country_code: long(), ..good() }, Some((constraint, "defaultCountryCode"))),
            (Draft { domain: text("a\nb"), ..good() }, Some((constraint, "domain"))),
            (Draft { support_uri: long(), ..good() }, Some((constraint, "supportURI"))),
            (Draft { default_site_id: long(), ..good() }, Some((constraint, "defaultSiteId"))),
        ] {
            let decision = tenant.decide(|facts, _| update(facts, &tenant.admin(), &asked));
            let error = decision.outcome.err();
            let found = error.as_ref().map(|it| (it.code, it.field.as_deref().unwrap_or_default()));
            assert_eq!(found, expected, "{asked:?}");
        }
    }

    #[test]
    fn a_list_admits_what_it_names_in_every_form_of_an_address() {
        let listing = |entries: &[&str]| Authentication {
            ip_allowlist: entries.iter().map(|entry| (*entry).to_owned()).collect(),
            ..Authentication::default()
        };
        for (entries, address, admitted) in [
            (&[][..], "203.0.113.9", true),
            (&["192.0.2.1"], "192.0.2.1", true),
            (&["192.0.2.1"], "192.0.2.2", false),
            (&["192.0.2.1"], "::ffff:192.0.2.1", true),
            (&["192.0.2.0/24"], "192.0.2.255", true),
            (&["192.0.2.77/24"], "192.0.2.1", true),
            (&["192.0.2.0/24"], "192.0.3.0", false),
            (&["192.0.2.0/24"], "::ffff:192.0.2.9", true),
            (&["0.0.0.0/0"], "2001:db8::1", false),
            (&["::/0"], "2001:db8::1", true),
            (&["::/0"], "192.0.2.1", false),
            (&["2001:db8::/32"], "2001:db8:ffff::1", true),
            (&["2001:db8::/32"], "2001:db9::1", false),
            (&["2001:DB8:0:0::1"], "2001:db8::1", true),
            (&["::ffff:192.0.2.1"], "192.0.2.1", true),
            (&["::ffff:192.0.2.1"], "192.0.2.2", false),
            (&["::ffff:192.0.2.0/120"], "192.0.2.200", true),
            (&["::ffff:192.0.2.0/120"], "::ffff:192.0.3.1", false),
            (&["198.51.100.1", "192.0.2.0/31"], "192.0.2.1", true),
        ] {
            let parsed = address.parse().expect("an address");
            assert_eq!(listing(entries).admits(parsed), admitted, "{address} by {entries:?}");
        }
    }

    #[test]
    fn what_is_no_address_and_no_range_is_no_entry() {
        for wrong in
            ["", " 192.0.2.1", "192.0.2", "192.0.2.0/33", "2001:db8::/129", "192.0.2.1-9", "*", "fe80::1%1"]
        {
            assert_eq!(Authentication::range(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn nobody_shuts_themselves_out() {
        let tenant = Tenant::found();
        for (entry, shut_out) in [("192.0.2.0/24", false), ("::ffff:192.0.2.1", false), ("203.0.113.1", true)]
        {
            let change = |it: &mut Authentication| {
                it.ip_allowlist = vec![entry.to_owned()];
                it.universal_logout = true;
                Ok(())
            };
            let decision = tenant.decide(|facts, _| authenticate_by(facts, &tenant.admin(), &change));
            if shut_out {
                let error = decision.outcome.expect_err("a refusal");
                let expected = (ApiCode::ConstraintValidation, Some("ipAddressAllowlist"));
                assert_eq!((error.code, error.field.as_deref()), expected);
                continue;
            }
            let mut written = tenant.organization.clone();
            change(&mut written.settings.authentication).expect("allowed");
            assert_eq!(decision.writes, [Write::ReplaceOrganization(Box::new(written))]);
            assert_eq!(decision.outcome.expect("allowed").version, tenant.organization.version + 1);
        }
    }

    #[test]
    fn a_change_that_is_refused_changes_nothing() {
        let tenant = Tenant::found();
        let change = |_: &mut Authentication| Err(ApiError::constraint("domainAllowlist", "No."));
        let error = tenant.refused(|facts, _| authenticate_by(facts, &tenant.admin(), &change));
        assert_eq!(error.field.as_deref(), Some("domainAllowlist"));
    }

    #[test]
    fn settings_of_an_older_version_read_with_defaults() {
        let old = r#"{"domain":"example.com","authentication":{"universal_logout":true}}"#;
        let read: Settings = serde_json::from_str(old).expect("settings");
        assert_eq!(
            (read.domain.as_deref(), read.authentication.universal_logout),
            (Some("example.com"), true)
        );
        assert!(read.authentication.ip_allowlist.is_empty());
        let text = serde_json::to_string(&read).expect("JSON");
        assert_eq!(serde_json::from_str::<Settings>(&text).expect("settings"), read);
    }
}
