//! A registered callback (RFC 6749 section 3.1.2).

use serde::{Deserialize, Serialize};

/// No callback is longer.
pub const MOST_CHARACTERS: usize = 2048;

const SCRIPTS: &[&str] = &[
    "about",
    "blob",
    "chrome",
    "data",
    "feed",
    "file",
    "filesystem",
    "ftp",
    "jar",
    "javascript",
    "mailto",
    "sms",
    "tel",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// A callback as it was registered; compared as a plain string.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// An absolute URI without fragment (RFC 6749 section 3.1.2) or wildcard; plain http only to the loopback interface
    /// (RFC 8252 section 7.3). The error says what is wrong.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let uri = Self::parse_with_http(text)?;
        let (scheme, rest) = text.split_once(':').unwrap_or_default();
        if scheme.eq_ignore_ascii_case("http") && !host(rest).is_some_and(is_loopback) {
            return Err("a redirect URI must use https, unless its host is localhost or a loopback address");
        }
        Ok(uri)
    }

    /// The same with plain http to anywhere: whoever is on the way reads codes and tokens.
    pub fn parse_with_http(text: &str) -> Result<Self, &'static str> {
        if text.len() > MOST_CHARACTERS {
            return Err("a redirect URI must have at most 2048 characters");
        }
        // RFC 3986 section 2: what browsers and libraries read differently is not let in.
        let is_uri = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
        if !text.bytes().all(is_uri) || !is_encoded(text) {
            return Err("a redirect URI must have the characters of a URI only; others are percent-encoded");
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
        if is_web("https") || is_web("http") {
            let authority = authority(rest).unwrap_or_default();
            if authority.contains('@') {
                return Err("a redirect URI must not contain a user");
            }
            if !is_authority(authority) {
                return Err("a redirect URI must name a host, or an address, and a port up to 65535 if any");
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// The text as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a request may name `asked` for it: the same text and nothing else (RFC 9700 section 2.1), but on the loopback
    /// interface any port if none was registered (RFC 8252 section 7.3).
    pub fn admits(&self, asked: &str) -> bool {
        self.0 == asked
            || self.is_at(asked, |host, own, asked| is_loopback(host) && own.is_none() && asked.is_some())
    }

    /// The same, and at an address of the loopback interface any port whichever was registered, as RFC 8252 section 7.3 has it.
    /// A name, others may have taken (section 8.3).
    pub fn admits_any_port(&self, asked: &str) -> bool {
        self.admits(asked)
            || self.is_at(asked, |host, _, _| !host.eq_ignore_ascii_case("localhost") && is_loopback(host))
    }

    /// Whether `asked` is the same but for its port, and host and ports are good.
    fn is_at(&self, asked: &str, good: impl Fn(&str, Option<&str>, Option<&str>) -> bool) -> bool {
        let (Some(own), Some(asked)) = (parts(&self.0), parts(asked)) else { return false };
        let same_rest = own.rest == asked.rest || own.rest.is_empty() && asked.rest == "/";
        own.host == asked.host && same_rest && good(own.host.trim_matches(['[', ']']), own.port, asked.port)
    }

    /// Where it leads, for people: host and port, or the scheme of an application.
    pub fn place(asked: &str) -> &str {
        let (scheme, rest) = asked.split_once(':').unwrap_or((asked, ""));
        let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
        authority(rest).filter(|_| is_web).unwrap_or(scheme)
    }
}

/// A URI of the scheme http, taken apart.
struct Parts<'a> {
    host: &'a str,
    port: Option<&'a str>,
    rest: &'a str,
}

fn parts(uri: &str) -> Option<Parts<'_>> {
    let rest = uri.strip_prefix("http:")?;
    let authority = authority(rest)?;
    let (host, port) = match authority.rsplit_once(':').filter(|_| !authority.ends_with(']')) {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let is_port = |port: &str| port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok();
    let rest = rest.get("//".len() + authority.len()..)?;
    port.is_none_or(is_port).then_some(Parts { host, port, rest })
}

/// The authority of what follows the scheme's colon (RFC 3986 section 3.2).
fn authority(rest: &str) -> Option<&str> {
    rest.strip_prefix("//")?.split(['/', '?', '#']).next()
}

/// Whether it is a name or an address, and perhaps a port. What a host is not made of would be read as something else where the
/// authority is named.
pub fn is_authority(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':').filter(|_| !text.ends_with(']')) {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    let is_host = match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').is_some_and(|it| it.parse::<std::net::Ipv6Addr>().is_ok()),
        None => !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b)),
    };
    is_host && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

/// Whether two hexadecimal digits follow each percent sign (RFC 3986 section 2.1).
pub fn is_encoded(text: &str) -> bool {
    let is_hex = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit());
    text.split('%').skip(1).all(is_hex)
}

/// The host in it (RFC 3986 section 3.2.2).
fn host(rest: &str) -> Option<&str> {
    let host = authority(rest)?;
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
            "https://a/é",
            "https://user@a/",
            "https://a;b/",
            "https://a:99999/",
            "https://a:b/",
            "chrome://settings",
            "filesystem:http://a/",
            "feed:javascript:alert(1)",
            "mailto:a@b",
            "https://a,b/",
            "https://a%2fb/",
            "https://a\\b/",
            "https://a/{x}",
            "https://a/%zz{",
            "https://a/%zz",
            "https://a/%4",
            "https://[/",
            "https://[::1",
            "https://[a]/",
            "https://::1/",
            "https://a:/",
        ] {
            assert!(RedirectUri::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn plain_http_goes_elsewhere_only_where_it_is_allowed() {
        for (text, good) in [
            ("http://app.test/cb", true),
            ("http://localhost/cb", true),
            ("http:///cb", false),
            ("http://user@app.test/", false),
            ("javascript:alert(1)", false),
        ] {
            assert_eq!(RedirectUri::parse_with_http(text).is_ok(), good, "{text}");
        }
        assert!(RedirectUri::parse("http://app.test/cb").is_err());
    }

    #[test]
    fn a_request_names_exactly_what_was_registered() {
        let web = RedirectUri::parse("https://app.example/cb?x=1").expect("a callback");
        assert!(web.admits("https://app.example/cb?x=1"));
        for trick in [
            "https://app.example/cb",
            "https://app.example/cb?x=1&y=2",
            "https://app.example/cb?x=1#y",
            "https://app.example/cb/?x=1",
            "https://app.example/CB?x=1",
            "https://APP.example/cb?x=1",
            "https://app.example:443/cb?x=1",
            "https://app.example/a/../cb?x=1",
            "https://app.example/%63b?x=1",
            "https://user@app.example/cb?x=1",
            "https://app.example.evil.example/cb?x=1",
            "http://app.example/cb?x=1",
            "",
        ] {
            assert!(!web.admits(trick), "{trick}");
        }
    }

    #[test]
    fn any_port_of_the_loopback_interface_is_good_if_none_was_registered() {
        for (registered, asked, good) in [
            ("http://localhost", "http://localhost:8080", true),
            ("http://localhost", "http://localhost:8080/", true),
            ("http://localhost", "http://localhost", true),
            ("http://localhost/cb", "http://localhost:8080/cb", true),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb", true),
            ("http://[::1]/cb", "http://[::1]:65535/cb", true),
            ("http://localhost/cb", "http://localhost:8080/", false),
            ("http://localhost/cb", "http://127.0.0.1:8080/cb", false),
            ("http://localhost:80/cb", "http://localhost:8080/cb", false),
            ("http://localhost", "http://localhost:65536", false),
            ("http://localhost", "http://localhost:", false),
            ("http://localhost", "http://localhost:8080@evil.example", false),
            ("http://localhost", "http://localhost.evil.example:8080", false),
            ("http://localhost", "https://localhost:8080", false),
            ("https://localhost/cb", "https://localhost:8080/cb", false),
            ("http://localhost/cb?x=1", "http://localhost:8080/cb?x=1", true),
            ("http://localhost/cb?x=1", "http://localhost:8080/cb?x=2", false),
            ("http://localhost/cb", "http://localhost:8080/cb?x=1", false),
            ("http://localhost/cb", "http://localhost:8080/cb#x", false),
            ("http://localhost/cb", "http://localhost:8080//cb", false),
            ("http://localhost/cb", "http://user@localhost:8080/cb", false),
            ("http://localhost/cb", "http://LOCALHOST:8080/cb", false),
            ("http://localhost/cb", "http://localhost:-1/cb", false),
            ("http://localhost/cb", "http://localhost:+1/cb", false),
            ("http://localhost/cb", "http://localhost:80:80/cb", false),
            ("http://localhost", "http://localhost:8080?x", false),
            ("http://localhost", "http://localhost:8080#x", false),
            ("http://[::1]/cb", "http://[::2]:1/cb", false),
            ("com.example.app:/cb", "com.example.app:8080/cb", false),
        ] {
            let uri = RedirectUri::parse(registered).expect(registered);
            assert_eq!(uri.admits(asked), good, "{registered} {asked}");
        }
    }

    #[test]
    fn a_port_that_was_registered_binds_a_name_and_no_address_of_the_loopback_interface() {
        for (registered, asked, good) in [
            ("http://127.0.0.1:80/cb", "http://127.0.0.1:8080/cb", true),
            ("http://127.0.0.1:80/cb", "http://127.0.0.1/cb", true),
            ("http://127.0.0.1/cb", "http://127.0.0.1:8080/cb", true),
            ("http://[::1]:80/cb", "http://[::1]:8080/cb", true),
            ("http://127.0.0.1:80/cb", "http://127.0.0.2:8080/cb", false),
            ("http://127.0.0.1:80/cb", "http://127.0.0.1:8080/other", false),
            ("http://127.0.0.1:80/cb", "https://127.0.0.1:8080/cb", false),
            ("http://localhost:80/cb", "http://localhost:8080/cb", false),
            ("https://app.example:80/cb", "https://app.example:8080/cb", false),
        ] {
            let uri = RedirectUri::parse(registered).expect(registered);
            assert_eq!(uri.admits_any_port(asked), good, "{registered} {asked}");
        }
    }

    #[test]
    fn people_are_told_where_it_leads() {
        for (uri, place) in [
            ("https://app.example/cb?x=1", "app.example"),
            ("http://localhost:8080/", "localhost:8080"),
            ("http://[::1]:8080", "[::1]:8080"),
            ("com.example.app:/cb", "com.example.app"),
            ("com.example.app://host/cb", "com.example.app"),
        ] {
            assert_eq!(RedirectUri::place(uri), place);
        }
    }
}
