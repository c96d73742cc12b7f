//! What an operator can set: flags, then the environment, then the file, then the defaults.

mod branding;
mod colour;
mod database;
mod file;
mod genesys;
mod layers;
mod login;
mod outbound;
mod schema;
mod usable;
mod value;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use axum::http::Uri;
use chancery_core::policy::Policy;
pub use chancery_store::postgres::Settings;
use ipnet::IpNet;

pub use branding::Branding;
pub use colour::Colour;
pub use database::Database;
pub use file::{File, LogFormat, LogLevel};
pub use layers::{Layers, Origin};
pub use outbound::{OAuth2, Outbound};
pub use schema::schema;
pub use usable::usable;
pub use value::{Network, Seconds};

/// A configuration that cannot be used; the text says what is wrong and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

/// The server's certificate chain and the key that belongs to it, both PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The certificate chain, the server's own certificate first.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Everything that a server starts with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// The database that nodes share; `None`: the file in the data directory.
    pub database: Option<Settings>,
    /// The URL by which others know the server; `None`: the address it is bound to.
    pub issuer: Option<String>,
    /// Where the credentials made at the first start go; `None`: to the terminal or into the data directory.
    pub bootstrap_file: Option<PathBuf>,
    /// Allows plain http on an address that others can reach.
    pub insecure_http: bool,
    /// What the server speaks TLS with; `None`: it speaks plain http.
    pub tls: Option<Tls>,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Names by which requests may call the server, beside those of the issuer and the bound address.
    pub allowed_hosts: Vec<String>,
    /// No more connections are open at a time; others wait.
    pub max_connections: usize,
    /// The head of a request has so long to come.
    pub head_timeout: Duration,
    /// The body of a request has so long to come.
    pub body_timeout: Duration,
    /// A connection on which nothing happens is kept so long.
    pub idle_timeout: Duration,
    /// Where metrics are shown; `None`: nowhere, and none are kept.
    pub metrics_listen: Option<SocketAddr>,
    /// The collector that traces go to; `None`: none are made.
    pub otlp_endpoint: Option<String>,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// The least important lines that are written.
    pub log_level: LogLevel,
    /// Behaviour in which installations of the vendor's service differ.
    pub policy: Policy,
    /// What the server may ask of others.
    pub outbound: Outbound,
    /// Name, logo and colours of the pages for people.
    pub branding: Branding,
}

impl TryFrom<File> for Config {
    type Error = ConfigError;

    fn try_from(file: File) -> Result<Self, ConfigError> {
        file.login.check()?;
        file.audit.check()?;
        let tls = match (file.tls_cert, file.tls_key) {
            (Some(cert), Some(key)) => Some(Tls { cert, key }),
            (None, None) => None,
            _ => return refuse("TLS needs both a certificate and its key. Set --tls-cert and --tls-key."),
        };
        Ok(Self {
            listen: file.listen,
            data_dir: file.data_dir,
            database: file.database.settings()?,
            issuer: file.issuer,
            bootstrap_file: file.bootstrap_file,
            insecure_http: file.insecure_http,
            tls,
            trusted_proxies: file.trusted_proxies.into_iter().map(|Network(network)| network).collect(),
            allowed_hosts: file.allowed_hosts,
            max_connections: usize::try_from(file.max_connections.get()).unwrap_or(usize::MAX),
            head_timeout: file.head_timeout.into(),
            body_timeout: file.body_timeout.into(),
            idle_timeout: file.idle_timeout.into(),
            metrics_listen: file.metrics_listen,
            otlp_endpoint: file.otlp_endpoint,
            log_format: file.log_format,
            log_level: file.log_level,
            policy: Policy {
                registration: file.oauth2.registration,
                access_token_alg: file.oauth2.access_token_alg,
                login: file.login.into(),
                audit: file.audit.into(),
                ..file.genesys
            },
            outbound: file.outbound,
            branding: file.branding,
        })
    }
}

fn refuse<T>(text: &str) -> Result<T, ConfigError> {
    Err(ConfigError(text.to_owned()))
}

impl Config {
    /// The URL by which others know the server that is bound to `address`, without a slash at its end.
    pub fn issuer_at(&self, address: SocketAddr) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let issuer = self.issuer.clone().unwrap_or_else(|| format!("{scheme}://{address}"));
        issuer.trim_end_matches('/').to_owned()
    }

    /// Refuses an issuer that is none, plain http where others can reach it, names that name nothing, trust in everybody,
    /// two ports that are one, and colours on which nobody can read.
    pub fn check(&self) -> Result<(), ConfigError> {
        let is_https = self.issuer.as_deref().is_some_and(|issuer| issuer.starts_with("https://"));
        if let Some(issuer) = &self.issuer {
            // RFC 8414 section 2: a URL without query or fragment.
            let rest = issuer.strip_prefix("https://").or_else(|| issuer.strip_prefix("http://"));
            let bad = |c: char| matches!(c, '?' | '#' | '@') || c.is_whitespace() || c.is_control();
            if rest.is_none_or(|rest| rest.is_empty() || rest.starts_with('/') || rest.contains(bad)) {
                return refuse(
                    "The issuer must be an http or https URL without user, query or fragment. Change --issuer.",
                );
            }
            if self.tls.is_some() && !is_https {
                return refuse("A server that speaks TLS has an https issuer. Change --issuer.");
            }
        } else if self.listen.ip().is_unspecified() {
            return refuse(
                "An unspecified listen address does not say by which URL others know the server. Set --issuer.",
            );
        }
        let is_safe = self.tls.is_some() || is_https || self.insecure_http;
        if !self.listen.ip().is_loopback() && !is_safe {
            return refuse(
                "Plain http on an address that others can reach would show every secret. Set --tls-cert and \
                 --tls-key, put TLS in front and set an https --issuer, listen on 127.0.0.1, or accept the risk with \
                 --insecure-http.",
            );
        }
        if let Some(host) = self.allowed_hosts.iter().find(|host| !is_host(host)) {
            return Err(ConfigError(format!(
                "The allowed host {host:?} is not a host name. Name hosts without scheme and port in --allowed-hosts."
            )));
        }
        if let Some(all) = self.trusted_proxies.iter().find(|network| network.prefix_len() == 0) {
            return Err(ConfigError(format!(
                "With {all} as a trusted proxy everybody could forge an address. Name the proxies' own addresses in \
                 --trusted-proxies."
            )));
        }
        if self.metrics_listen.is_some_and(|metrics| meet(self.listen, metrics)) {
            return refuse(
                "Metrics need a port of their own, apart from the one that is listened on. Change --metrics-listen or \
                 --listen.",
            );
        }
        if self.otlp_endpoint.as_deref().is_some_and(|url| !is_collector(url)) {
            return refuse(
                "The OTLP endpoint must be an http URL without user or query, http://127.0.0.1:4318 for example. \
                 Change --otlp-endpoint.",
            );
        }
        self.outbound.allowed()?;
        self.branding.check()
    }
}

/// Whether one socket takes the place of the other: an unspecified address stands for all of them, that of IPv6 for those
/// of IPv4 too. The system finds a port for each that asks for port 0.
fn meet(one: SocketAddr, other: SocketAddr) -> bool {
    let (left, right) = (one.ip().to_canonical(), other.ip().to_canonical());
    let covers = |all: IpAddr, it: IpAddr| all.is_unspecified() && (all.is_ipv6() || it.is_ipv4());
    one.port() == other.port()
        && one.port() != 0
        && (left == right || covers(left, right) || covers(right, left))
}

/// RFC 3986 section 3.2.2, without what nobody calls a server.
fn is_host(text: &str) -> bool {
    let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match inside {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
            !text.is_empty() && text.len() <= 253 && text.chars().all(good)
        }
    }
}

fn is_collector(text: &str) -> bool {
    text.parse::<Uri>().is_ok_and(|url| {
        url.scheme_str() == Some("http")
            && url.authority().is_some_and(|it| !it.host().is_empty() && !it.as_str().contains('@'))
            && url.query().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(listen: &str, issuer: Option<&str>, insecure_http: bool) -> Config {
        let file = File {
            listen: listen.parse().expect("an address"),
            issuer: issuer.map(Into::into),
            insecure_http,
            ..File::default()
        };
        Config::try_from(file).expect("a configuration")
    }

    fn with_tls(listen: &str, issuer: Option<&str>) -> Config {
        let tls = Tls { cert: "cert.pem".into(), key: "key.pem".into() };
        Config { tls: Some(tls), ..config(listen, issuer, false) }
    }

    #[test]
    fn plain_http_stays_at_home_unless_it_is_allowed_out() {
        for (listen, issuer, insecure, good) in [
            ("127.0.0.1:0", None, false, true),
            ("[::1]:0", None, false, true),
            ("0.0.0.0:80", None, true, false),
            ("0.0.0.0:80", Some("http://id.example"), false, false),
            ("0.0.0.0:80", Some("http://id.example"), true, true),
            ("0.0.0.0:80", Some("https://id.example"), false, true),
            ("192.0.2.1:80", None, false, false),
            ("127.0.0.1:0", Some("id.example"), false, false),
            ("127.0.0.1:0", Some("https://id.example/?a"), false, false),
            ("127.0.0.1:0", Some("https://user:word@id.example"), false, false),
            ("127.0.0.1:0", Some("https://"), false, false),
        ] {
            assert_eq!(
                config(listen, issuer, insecure).check().is_ok(),
                good,
                "{listen} {issuer:?} {insecure}"
            );
        }
    }

    #[test]
    fn with_tls_any_address_is_good_and_the_issuer_is_https() {
        for (listen, issuer, good) in [
            ("192.0.2.1:443", None, true),
            ("0.0.0.0:443", Some("https://id.example"), true),
            ("0.0.0.0:443", None, false),
            ("127.0.0.1:0", Some("http://id.example"), false),
        ] {
            assert_eq!(with_tls(listen, issuer).check().is_ok(), good, "{listen} {issuer:?}");
        }
        let address = "192.0.2.1:443".parse().expect("an address");
        assert_eq!(with_tls("192.0.2.1:443", None).issuer_at(address), "https://192.0.2.1:443");
        assert_eq!(config("192.0.2.1:443", None, true).issuer_at(address), "http://192.0.2.1:443");
    }

    #[test]
    fn a_certificate_without_key_is_refused() {
        for (cert, key) in [(Some("cert.pem".into()), None), (None, Some("key.pem".into()))] {
            let file = File { tls_cert: cert, tls_key: key, ..File::default() };
            assert!(Config::try_from(file).is_err());
        }
    }

    #[test]
    fn metrics_have_a_port_of_their_own() {
        for (listen, metrics, good) in [
            ("127.0.0.1:9464", "127.0.0.1:9464", false),
            ("0.0.0.0:9464", "127.0.0.1:9464", false),
            ("127.0.0.1:9464", "[::]:9464", false),
            ("127.0.0.1:9464", "[::ffff:127.0.0.1]:9464", false),
            ("0.0.0.0:9464", "[::1]:9464", true),
            ("127.0.0.1:9464", "127.0.0.2:9464", true),
            ("127.0.0.1:9464", "127.0.0.1:9465", true),
            ("127.0.0.1:0", "127.0.0.1:0", true),
        ] {
            let metrics_listen = Some(metrics.parse().expect("an address"));
            let config = Config { metrics_listen, ..config(listen, Some("https://id.example"), false) };
            assert_eq!(config.check().is_ok(), good, "{listen} {metrics}");
        }
    }

    #[test]
    fn nobody_trusts_everybody() {
        for (network, good) in [
            ("0.0.0.0/0", false),
            ("192.0.2.1/0", false),
            ("::/0", false),
            ("10.0.0.0/8", true),
            ("::1", true),
        ] {
            let Network(network) = network.parse().expect("a network");
            let config = Config { trusted_proxies: vec![network], ..config("127.0.0.1:0", None, false) };
            let checked = config.check();
            assert_eq!(checked.is_ok(), good, "{network}");
            assert!(checked.err().is_none_or(|error| error.0.contains(&network.to_string())));
        }
    }

    #[test]
    fn a_host_is_a_name_and_a_collector_is_a_plain_url() {
        for (host, good) in [
            ("id.example", true),
            ("[::1]", true),
            ("", false),
            ("id.example:80", false),
            ("https://id.example", false),
            ("*.example", false),
        ] {
            let config =
                Config { allowed_hosts: vec![host.to_owned()], ..config("127.0.0.1:0", None, false) };
            assert_eq!(config.check().is_ok(), good, "{host}");
        }
        for (url, good) in [
            ("http://127.0.0.1:4318", true),
            ("http://collector:4318/prefix", true),
            ("https://collector:4318", false),
            ("http://user:word@collector", false),
            ("http://collector/?a", false),
            ("collector:4318", false),
            ("http://", false),
        ] {
            let config = Config { otlp_endpoint: Some(url.to_owned()), ..config("127.0.0.1:0", None, false) };
            assert_eq!(config.check().is_ok(), good, "{url}");
        }
    }
}
