//! The configuration file. Every member can be left out; an unknown one is refused.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;

use chancery_core::policy::Policy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracing::level_filters::LevelFilter;

use super::branding::Branding;
use super::database::Database;
use super::genesys::Section;
use super::login::{Audit, Login};
use super::outbound::{OAuth2, Outbound};
use super::value::{Network, Seconds};

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For collectors: one JSON object a line.
    Json,
}

/// The least important lines that are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Faults only.
    Error,
    /// And what may become one.
    Warn,
    /// And what an operator wants to know.
    #[default]
    Info,
    /// And every request.
    Debug,
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
        }
    }
}

/// Configuration of Chancery. Every key can be left out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "chancery.toml")]
pub struct File {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Folder that keeps everything.
    pub data_dir: PathBuf,
    /// URL by which others know the server. Without it: the address it is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub issuer: Option<String>,
    /// Where the credentials of the first start go. Without it: the terminal, else `bootstrap.json` in `data_dir`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub bootstrap_file: Option<PathBuf>,
    /// The certificate chain (PEM), the server's own first. With it and `tls_key` the server speaks TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub tls_cert: Option<PathBuf>,
    /// The private key (PEM) of the certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub tls_key: Option<PathBuf>,
    /// Allow plain http on an address that others can reach.
    pub insecure_http: bool,
    /// Proxies, as addresses or blocks in CIDR notation, whose `X-Forwarded-For` is believed.
    #[schemars(with = "Vec<String>")]
    pub trusted_proxies: Vec<Network>,
    /// More names by which requests may call the server, without port. The issuer's host and the bound address are
    /// always good.
    pub allowed_hosts: Vec<String>,
    /// No more connections are open at a time; others wait.
    pub max_connections: NonZeroU32,
    /// Seconds that the head of a request may take.
    #[schemars(with = "u16", range(min = 1, max = 3600))]
    pub head_timeout: Seconds,
    /// Seconds that the body of a request may take.
    #[schemars(with = "u16", range(min = 1, max = 3600))]
    pub body_timeout: Seconds,
    /// Seconds that a connection is kept on which nothing happens.
    #[schemars(with = "u16", range(min = 1, max = 3600))]
    pub idle_timeout: Seconds,
    /// Address and port for `GET /metrics`. Without it no metrics are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub metrics_listen: Option<SocketAddr>,
    /// http URL of an OTLP/HTTP collector. Without it no traces are made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub otlp_endpoint: Option<String>,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// The least important lines that are written.
    pub log_level: LogLevel,
    /// The database that everything is kept in.
    pub database: Database,
    /// Behaviour in which installations of the vendor's service differ.
    #[serde(with = "Section")]
    pub genesys: Policy,
    /// How long a login lasts, here and in applications.
    pub login: Login,
    /// How long the audit log remembers.
    pub audit: Audit,
    /// The standard side.
    pub oauth2: OAuth2,
    /// What the server may ask of others: the keys, logos and lists that clients point at.
    pub outbound: Outbound,
    /// Name, logo and colours of the pages for people.
    pub branding: Branding,
}

impl Default for File {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            data_dir: "chancery-data".into(),
            issuer: None,
            bootstrap_file: None,
            tls_cert: None,
            tls_key: None,
            insecure_http: false,
            trusted_proxies: Vec::new(),
            allowed_hosts: Vec::new(),
            max_connections: NonZeroU32::MIN.saturating_add(9_999),
            head_timeout: Seconds::fixed(30),
            body_timeout: Seconds::fixed(30),
            idle_timeout: Seconds::fixed(60),
            metrics_listen: None,
            otlp_endpoint: None,
            log_format: LogFormat::default(),
            log_level: LogLevel::default(),
            database: Database::default(),
            genesys: Policy::default(),
            login: Login::default(),
            audit: Audit::default(),
            oauth2: OAuth2::default(),
            outbound: Outbound::default(),
            branding: Branding::default(),
        }
    }
}
