//! How to reach a database: a URL as PostgreSQL's own tools read it, and what stands beside it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;
use tokio_postgres::config::{Host, SslMode};

/// No host is waited for longer, if the URL does not say so.
const CONNECT: Duration = Duration::from_secs(2);
/// As many connections as a node has, if nobody says so.
pub const CONNECTIONS: usize = 16;

/// Why a URL is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UrlError(String);

/// Where the database is, and how it is spoken to. Never shows the password.
#[derive(Clone)]
pub struct Settings {
    pub(super) config: tokio_postgres::Config,
    roots: Option<PathBuf>,
    /// So many connections at most, at least one.
    pub connections: usize,
    /// Whether statements are prepared once a connection; `false` for poolers that give every transaction another one.
    pub prepared: bool,
}

impl FromStr for Settings {
    type Err = UrlError;

    /// Reads `postgres://user:password@host:port,host:port/name?...` with the parameters of libpq: what it would encrypt without
    /// looking whom for is refused, and a server that is not on this machine is spoken to by TLS.
    fn from_str(url: &str) -> Result<Self, UrlError> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(UrlError("it begins with postgres://".to_owned()));
        }
        // A password that is not percent-encoded would be read as a host or a parameter, and shown as one.
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let (authority, after) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if authority.matches('@').count() > 1 || after.contains('@') {
            return Err(UrlError(
                "an @ that does not end the user and password must be percent-encoded, as must / ? # in them"
                    .to_owned(),
            ));
        }
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut roots, mut kept) = (None, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value),
                Some(("sslrootcert", value)) => roots = Some(PathBuf::from(decoded(value)?)),
                _ => kept.push(pair),
            }
        }
        let url = format!("{place}?{}", kept.join("&"));
        let mut config: tokio_postgres::Config = url.parse().map_err(|error| UrlError(root(&error)))?;
        let is_here = |host: &Host| match host {
            Host::Tcp(name) => {
                name == "localhost" || name.parse().is_ok_and(|it: std::net::IpAddr| it.is_loopback())
            }
            Host::Unix(_) => true,
        };
        if config.get_hosts().is_empty() {
            return Err(UrlError("it names no host".to_owned()));
        }
        if !config.get_hostaddrs().is_empty() {
            return Err(UrlError("hostaddr is not supported: name the host".to_owned()));
        }
        if config.get_user().is_none() {
            return Err(UrlError("it names no user".to_owned()));
        }
        config.ssl_mode(match mode {
            None if config.get_hosts().iter().all(is_here) => SslMode::Disable,
            Some("disable") => SslMode::Disable,
            None | Some("require" | "verify-ca" | "verify-full") => SslMode::Require,
            Some(_) => {
                let advice = "sslmode is disable, or require: then the server's certificate is verified";
                return Err(UrlError(advice.to_owned()));
            }
        });
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_application_name().is_none() {
            config.application_name("chancery");
        }
        Ok(Self { config, roots, connections: CONNECTIONS, prepared: true })
    }
}

impl Settings {
    /// With a password that does not stand in the URL.
    pub fn password(&mut self, password: &[u8]) {
        self.config.password(password);
    }

    /// With the roots in this file (PEM) beside those of the system.
    pub fn trust(&mut self, roots: &Path) {
        self.roots = Some(roots.to_owned());
    }

    /// Refuses roots that cannot be used.
    pub fn check(&self) -> Result<(), UrlError> {
        self.tls().map(drop)
    }

    /// Where it is, for people: hosts, ports and the name of the database.
    pub fn place(&self) -> String {
        let ports = self.config.get_ports();
        let hosts = self.config.get_hosts().iter().enumerate().map(|(index, host)| {
            let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(name) => format!("{name}:{port}"),
                Host::Unix(path) => format!("{}:{port}", path.display()),
            }
        });
        let name = self.config.get_dbname().or(self.config.get_user()).unwrap_or_default();
        format!("{}/{name}", hosts.collect::<Vec<_>>().join(","))
    }

    /// Speaks TLS, where the settings want it.
    pub(super) fn tls(&self) -> Result<rustls::ClientConfig, UrlError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let roots = match &self.roots {
            None => Vec::new(),
            Some(path) => certificates(path)?,
        };
        let failed = |error: rustls::Error| UrlError(format!("TLS cannot be set up: {error}"));
        let verifier = Verifier::new_with_extra_roots(roots, Arc::clone(&provider)).map_err(failed)?;
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(failed)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(config)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place())
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, UrlError> {
    let all = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match all {
        Ok(all) if !all.is_empty() => Ok(all),
        Ok(_) => Err(UrlError(format!("{} holds no certificate", path.display()))),
        Err(error) => Err(UrlError(format!("{} cannot be read: {error}", path.display()))),
    }
}

fn decoded(value: &str) -> Result<String, UrlError> {
    let text = percent_encoding::percent_decode_str(value).decode_utf8();
    text.map(Into::into).map_err(|_| UrlError("it is not UTF-8".to_owned()))
}

/// The innermost reason.
pub(super) fn root(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_elsewhere_is_spoken_to_by_tls_alone() {
        for (url, mode) in [
            ("postgres://me@localhost/db", SslMode::Disable),
            ("postgres://me@127.0.0.1:5433/db", SslMode::Disable),
            ("postgres://me@%2Frun%2Fpostgresql/db", SslMode::Disable),
            ("postgresql://me@db.example/db", SslMode::Require),
            ("postgres://me@localhost,db.example/db", SslMode::Require),
            ("postgres://me@localhost/db?sslmode=require", SslMode::Require),
            ("postgres://me@db.example/db?sslmode=verify-full&sslrootcert=%2Fca.pem", SslMode::Require),
            ("postgres://me@db.example/db?sslmode=disable", SslMode::Disable),
        ] {
            let settings: Settings = url.parse().expect(url);
            assert_eq!(settings.config.get_ssl_mode(), mode, "{url}");
        }
    }

    #[test]
    fn what_is_no_url_is_refused_and_no_password_is_shown() {
        for bad in [
            "",
            "mysql://me@localhost/db",
            "postgres://localhost/db",
            "postgres:///db?user=me",
            "postgres://me@localhost/db?sslmode=prefer",
            "postgres://me@localhost:port/db",
            "postgres://me@localhost/db?hostaddr=192.0.2.1",
            "postgres://me:secret@localhost/db?magic=1",
            "postgres://me:p@secret@localhost/db",
            "postgres://me:p/secret@localhost/db",
            "postgres://me:p?secret=x@localhost/db",
            "postgres://me:p#secret@localhost/db",
        ] {
            let error = bad.parse::<Settings>().expect_err(bad);
            assert!(!error.to_string().contains("secret") && !error.to_string().is_empty(), "{error}");
        }
        let url = "postgres://me:secret@a.example:1,b.example:2/db?target_session_attrs=read-write";
        let settings: Settings = url.parse().expect("a URL");
        assert_eq!(format!("{settings:?}"), "a.example:1,b.example:2/db");
    }
}
