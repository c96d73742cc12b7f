//! A registered callback (RFC 6749 section 3.1.2).

use serde::{Deserialize, Serialize};

/// No callback is longer.
pub const MOST_CHARACTERS: usize = 2048;

const SCRIPTS: &[&str] = &["javascript", "data", "vbscript", "file", "blob", "about", "view-source"];

/// A callback as it was registered; compared as a plain string.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// An absolute URI without fragment (RFC 6749 section 3.1.2) or wildcard; plain http only to the loopback interface
    /// (RFC 8252 section 7.3). The error says what is wrong.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > MOST_CHARACTERS {
            return Err("a redirect URI must have at most 2048 characters");
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err("a redirect URI must not contain spaces or control characters");
        }
        let (scheme, rest) = text.split_once(':').ok_or("a redirect URI must be absolute")?;
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        if !is_scheme || rest.is_empty() {
            return Err("a redirect URI must be absolute");
        }
        if text.contains('#') {
            return Err("a redirect URI must not contain a fragment");
        }
        if text.contains('*') {
            return Err("a redirect URI must not contain a wildcard");
        }
        // A browser runs or opens these itself: what is sent there is not sent to an application.
        if SCRIPTS.iter().any(|script| scheme.eq_ignore_ascii_case(script)) {
            return Err("a redirect URI must not have a scheme that a browser keeps to itself");
        }
        let is_web = |scheme_wanted: &str| scheme.eq_ignore_ascii_case(scheme_wanted);
        if is_web("https") && host(rest).is_none_or(str::is_empty) {
            return Err("a redirect URI must name a host");
        }
        if is_web("http") && !host(rest).is_some_and(is_loopback) {
            return Err("a redirect URI must use https, unless its host is localhost or a loopback address");
        }
        Ok(Self(text.to_owned()))
    }

    /// The text as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The host of what follows the scheme's colon (RFC 3986 section 3.2.2).
fn host(rest: &str) -> Option<&str> {
    let authority = rest.strip_prefix("//")?.split(['/', '?', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    match host.strip_prefix('[') {
        Some(address) => address.split_once(']').map(|(address, _)| address),
        None => host.split(':').next(),
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_is_absolute_and_has_no_fragment() {
        for good in [
            "https://app.example/cb?x=1",
            "http://localhost",
            "com.example.app:/cb",
            "urn:ietf:wg:oauth:2.0:oob",
        ] {
            assert!(RedirectUri::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "app.example/cb",
            "/cb",
            "https:",
            "https://a/#x",
            "https://a b",
            "https://*.a/",
            "http://a/",
            "http://localhost@a/",
            "http://a\\@localhost/",
            "https:///x",
            "javascript:alert(1)",
            "DATA:x",
            "file:///etc",
            "1a://x",
            "http://a\n",
        ] {
            assert!(RedirectUri::parse(bad).is_err(), "{bad}");
        }
    }
}
