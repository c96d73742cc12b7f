//! From where a request comes, and to which host it was sent.

use std::net::IpAddr;
use std::time::Duration;

use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Version};
use ipnet::IpNet;

use crate::failure::Failure;

/// What the server knows of its surroundings.
#[derive(Clone, Debug)]
pub struct Edges {
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The hosts that requests may be sent to; `None`: any.
    pub hosts: Option<Hosts>,
    /// A body has so long to come.
    pub body_timeout: Duration,
    /// Whether browsers are told to come by https only: the issuer is https, and no name of the loopback interface.
    pub https_only: bool,
}

impl Default for Edges {
    fn default() -> Self {
        Self {
            trusted_proxies: Vec::new(),
            hosts: None,
            body_timeout: Duration::from_secs(30),
            https_only: false,
        }
    }
}

/// Names by which the server may be called. A page of another site that got its name to resolve to this server (DNS
/// rebinding) does not know them.
#[derive(Clone, Debug, Default)]
pub struct Hosts {
    /// In lower case, without port.
    pub names: Vec<String>,
    /// Whether every name of the loopback interface is good: the server listens there only.
    pub loopback: bool,
}

impl Hosts {
    fn admit(&self, authority: &str) -> bool {
        let (host, port) = match authority.rsplit_once(':') {
            // What follows the last colon of a bare IPv6 address is no port.
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        };
        port.is_none_or(|port| port.parse::<u16>().is_ok())
            && (self.loopback && Self::is_loopback(host)
                || self.names.iter().any(|known| known.eq_ignore_ascii_case(host)))
    }

    /// Whether a host, without port, is a name of the loopback interface.
    pub fn is_loopback(host: &str) -> bool {
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return address.to_canonical().is_loopback();
        }
        // RFC 6761 section 6.3.
        let last = host.rsplit('.').next().unwrap_or_default();
        let is_name = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        last.eq_ignore_ascii_case("localhost") && is_name
    }
}

/// Refuses a request to a host that is not this server (RFC 9110 section 7.4), or to none (RFC 9112 section 3.2).
pub fn check_host(head: &Parts, edges: &Edges) -> Result<(), Failure> {
    let Some(hosts) = &edges.hosts else { return Ok(()) };
    let mut named = head.headers.get_all(HOST).iter();
    let header = named.next();
    if named.next().is_some() {
        return Err(Failure::NoHost);
    }
    let target = head.uri.authority().map(Authority::as_str);
    let header = header.map(|value| value.to_str().unwrap_or_default());
    if header.is_none() && (target.is_none() || head.version == Version::HTTP_11) {
        return Err(Failure::NoHost);
    }
    let all_known = header.into_iter().chain(target).all(|authority| hosts.admit(authority));
    if all_known { Ok(()) } else { Err(Failure::Misdirected) }
}

/// The client's address: the other end of the connection or, where that is a trusted proxy, the last one that
/// `X-Forwarded-For` names and that is none.
pub fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    if trusted.is_empty() {
        return peer;
    }
    let mut address = peer;
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let lists = headers.get_all("x-forwarded-for").iter().rev();
    let mut named = lists.flat_map(|value| value.to_str().unwrap_or_default().rsplit(','));
    while is_trusted(&address) {
        let Some(next) = named.next().and_then(|text| parse(text.trim())) else { break };
        address = next;
    }
    address
}

/// An address, with or without a port.
fn parse(text: &str) -> Option<IpAddr> {
    let bare = text.parse::<IpAddr>().ok();
    let found = bare.or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip()));
    found
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_says_who_is_behind_it() {
        let trusted: Vec<IpNet> =
            vec!["10.0.0.0/8".parse().expect("a net"), "::1/128".parse().expect("a net")];
        for (peer, forwarded, expected) in [
            ("192.0.2.1", vec!["198.51.100.7"], "192.0.2.1"),
            ("10.0.0.1", vec!["198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", vec!["6.6.6.6, 198.51.100.7, 10.1.1.1"], "198.51.100.7"),
            ("10.0.0.1", vec!["6.6.6.6", "198.51.100.7:443, 10.1.1.1"], "198.51.100.7"),
            ("10.0.0.1", vec!["6.6.6.6, nonsense"], "10.0.0.1"),
            ("10.0.0.1", vec![], "10.0.0.1"),
            ("10.0.0.1", vec!["10.0.0.2"], "10.0.0.2"),
            ("::1", vec!["[2001:db8::1]:4711"], "2001:db8::1"),
            ("::ffff:10.0.0.1", vec!["::ffff:198.51.100.7"], "198.51.100.7"),
        ] {
            let mut headers = HeaderMap::new();
            for value in &forwarded {
                headers.append("x-forwarded-for", value.parse().expect("a value"));
            }
            let peer: IpAddr = peer.parse().expect("an address");
            assert_eq!(
                behind(peer.to_canonical(), &headers, &trusted).to_string(),
                expected,
                "{peer} {forwarded:?}"
            );
        }
    }

    #[test]
    fn a_request_goes_to_a_host_of_this_server_or_nowhere() {
        let hosts =
            |loopback| Hosts { names: vec!["id.example".to_owned(), "[2001:db8::1]".to_owned()], loopback };
        for (authority, here, elsewhere) in [
            ("id.example", true, true),
            ("ID.example:8443", true, true),
            ("[2001:db8::1]:80", true, true),
            ("localhost:8080", true, false),
            ("app.localhost", true, false),
            ("127.9.9.9", true, false),
            ("[::1]:1", true, false),
            ("evil.example", false, false),
            ("id.example.evil", false, false),
            ("user@id.example", false, false),
            ("", false, false),
            ("id.example:port", false, false),
        ] {
            assert_eq!(
                (hosts(true).admit(authority), hosts(false).admit(authority)),
                (here, elsewhere),
                "{authority}"
            );
        }
    }
}
