//! The `[outbound]` and `[oauth2]` sections: what the server asks of others, and who may register clients.

use std::path::PathBuf;

use chancery_core::jose::Alg;
use chancery_core::policy::{Policy, Registration};
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::{ConfigError, is_host};
use crate::outbound::Allowed;

/// What the server may ask of others: the keys, logos and lists that clients point at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Outbound {
    /// Hosts, addresses or blocks in CIDR notation that are not on the internet, and may be asked all the same; by plain
    /// http too.
    #[serde(deserialize_with = "list")]
    pub allow: Vec<String>,
    /// Certificates (PEM) that are trusted beside those of the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub ca_file: Option<PathBuf>,
}

/// A list or, as a variable has it, a text with commas.
fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        List(Vec<String>),
        Text(String),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::List(all) => all,
        Either::Text(text) => {
            text.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
        }
    })
}

impl Outbound {
    /// Refuses a place that is none.
    pub fn allowed(&self) -> Result<Allowed, ConfigError> {
        let mut allowed = Allowed::default();
        for place in &self.allow {
            if let Ok(network) = place.parse::<IpNet>() {
                allowed.networks.push(network);
            } else if let Ok(address) = place.parse::<std::net::IpAddr>() {
                allowed.networks.push(address.into());
            } else if is_host(place) {
                allowed.hosts.push(place.clone());
            } else {
                return Err(ConfigError(format!(
                    "{place:?} is no host, address or block. Change allow in [outbound]."
                )));
            }
        }
        Ok(allowed)
    }
}

/// The standard side.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OAuth2 {
    /// Who may register clients at `/oauth2/register`.
    #[serde(with = "Registrations")]
    pub registration: Registration,
    /// What access tokens are signed with: `ES256`, `RS256`, `EdDSA` or `PS256`.
    #[schemars(with = "Algorithms")]
    pub access_token_alg: Alg,
}

impl Default for OAuth2 {
    fn default() -> Self {
        let Policy { registration, access_token_alg, .. } = Policy::default();
        Self { registration, access_token_alg }
    }
}

/// The signature algorithms of `Alg`.
#[derive(JsonSchema)]
#[schemars(rename = "Algorithm")]
#[expect(dead_code, reason = "describes what another crate reads")]
enum Algorithms {
    #[schemars(rename = "ES256")]
    Es256,
    #[schemars(rename = "RS256")]
    Rs256,
    #[schemars(rename = "EdDSA")]
    EdDsa,
    #[schemars(rename = "PS256")]
    Ps256,
}

/// Who may register clients.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(remote = "Registration", rename_all = "lowercase")]
#[schemars(rename = "Registration")]
enum Registrations {
    /// Whoever has a token of `chancery client registration-token`.
    Token,
    /// Everybody.
    Open,
    /// Nobody.
    Off,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_host_an_address_or_a_block() {
        for (text, good) in [
            (r#"allow = ["keys.internal", "10.0.0.0/8", "127.0.0.1", "::1", "fd00::/8"]"#, true),
            (r#"allow = ["https://keys.internal"]"#, false),
            (r#"allow = ["keys.internal:8080"]"#, false),
            (r#"allow = [""]"#, false),
            (r#"allow = "127.0.0.1, keys.internal""#, true),
            ("", true),
        ] {
            let read: Outbound = toml::from_str(text).expect(text);
            assert_eq!(read.allowed().is_ok(), good, "{text}");
        }
        let read: OAuth2 = toml::from_str(r#"registration = "open""#).expect("a section");
        assert_eq!((read.registration, read.access_token_alg), (Registration::Open, Alg::Es256));
        for (alg, name) in Alg::ALL {
            let read: OAuth2 = toml::from_str(&format!("access_token_alg = {name:?}")).expect(name);
            assert_eq!(read.access_token_alg, *alg);
        }
        assert!(toml::from_str::<OAuth2>(r#"access_token_alg = "none""#).is_err());
        assert!(toml::from_str::<OAuth2>(r#"registration = "maybe""#).is_err());
    }
}
