//! Where this server may reach out to: what anybody on the internet could reach too, and what the operator named. Whoever
//! registers a client could else make the server ask its neighbours.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock};

use ipnet::IpNet;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Addresses that are nobody's on the internet (the special-purpose registries of RFC 6890), or that lead to such.
static CLOSED: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    let all = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    ];
    all.iter().filter_map(|net| net.parse().ok()).collect()
});

/// What the operator lets the server reach beside the internet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Addresses.
    pub networks: Vec<IpNet>,
    /// Names, whatever address they have.
    pub hosts: Vec<String>,
}

impl Allowed {
    /// Whether the URL may be asked at all: https, and no address that is closed. Plain http goes to named places only.
    pub fn admits(&self, url: &Url) -> bool {
        let named = self.names(url);
        let is_open = match url.host() {
            Some(url::Host::Ipv4(address)) => self.opens(address.into()),
            Some(url::Host::Ipv6(address)) => self.opens(address.into()),
            Some(url::Host::Domain(_)) => true,
            None => false,
        };
        let has_user = !url.username().is_empty() || url.password().is_some();
        !has_user && (named || is_open) && (url.scheme() == "https" || url.scheme() == "http" && named)
    }

    /// Whether the operator named the place.
    fn names(&self, url: &Url) -> bool {
        match url.host() {
            Some(url::Host::Domain(name)) => self.names_host(name),
            Some(url::Host::Ipv4(address)) => self.holds(address.into()),
            Some(url::Host::Ipv6(address)) => self.holds(address.into()),
            None => false,
        }
    }

    fn names_host(&self, name: &str) -> bool {
        self.hosts.iter().any(|host| host.eq_ignore_ascii_case(name))
    }

    fn holds(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|net| net.contains(&address.to_canonical()))
    }

    fn opens(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.holds(address) || !CLOSED.iter().any(|net| net.contains(&address))
    }
}

/// Looks names up, and leaves out what may not be reached: asked for each connection, so that a name cannot turn from one to
/// the other in between.
pub struct Resolver(pub Arc<Allowed>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = Arc::clone(&self.0);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let may = |address: &SocketAddr| allowed.names_host(name.as_str()) || allowed.opens(address.ip());
            let open: Vec<SocketAddr> = found.filter(may).collect();
            if open.is_empty() {
                return Err("no address that may be reached".into());
            }
            Ok(Box::new(open.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(allowed: &Allowed, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| allowed.admits(&url))
    }

    #[test]
    fn nothing_but_the_internet_is_reached_by_itself() {
        let nothing = Allowed::default();
        for (url, good) in [
            ("https://keys.example/set", true),
            ("https://8.8.8.8/", true),
            ("https://[2606:4700::1111]/", true),
            ("http://keys.example/set", false),
            ("https://127.0.0.1/", false),
            ("https://127.1/", false),
            ("https://2130706433/", false),
            ("https://0x7f.0.0.1/", false),
            ("https://10.1.2.3/", false),
            ("https://169.254.169.254/latest", false),
            ("https://192.168.1.1:8443/", false),
            ("https://[::1]/", false),
            ("https://[::ffff:127.0.0.1]/", false),
            ("https://[64:ff9b::7f00:1]/", false),
            ("https://[::ffff:0:127.0.0.1]/", false),
            ("https://[2002:7f00:1::]/", false),
            ("https://[fd00::1]/", false),
            ("https://[fe80::1]/", false),
            ("https://0.0.0.0/", false),
            ("https://user:word@keys.example/", false),
            ("https://user@keys.example/", false),
            ("ftp://keys.example/", false),
            ("file:///etc/passwd", false),
            ("data:application/json,{}", false),
        ] {
            assert_eq!(admits(&nothing, url), good, "{url}");
        }
        assert_eq!(CLOSED.len(), 29, "each network is one");
    }

    #[test]
    fn what_the_operator_named_is_reached_and_its_neighbour_is_not() {
        let allowed = Allowed {
            networks: vec!["127.0.0.1/32".parse().expect("a network")],
            hosts: vec!["keys.internal".to_owned()],
        };
        for (url, good) in [
            ("http://127.0.0.1:8080/", true),
            ("https://127.0.0.1/", true),
            ("https://[::ffff:127.0.0.1]/", true),
            ("http://127.0.0.2/", false),
            ("https://127.0.0.2/", false),
            ("http://Keys.Internal/", true),
            ("http://keys.internal.example/", false),
        ] {
            assert_eq!(admits(&allowed, url), good, "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_home_is_not_resolved_unless_it_was_named() {
        let look_up = async |allowed: Allowed| {
            let resolver = Resolver(Arc::new(allowed));
            resolver.resolve("localhost".parse().expect("a name")).await.is_ok()
        };
        assert!(!look_up(Allowed::default()).await);
        assert!(look_up(Allowed { hosts: vec!["localhost".to_owned()], ..Allowed::default() }).await);
    }
}
