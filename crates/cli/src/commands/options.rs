//! The options of a server, as flags and variables. Each is a key of the configuration file, and called the same.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use anyhow::Context;
use chancery_server::config::{Config, Layers, Network, Origin, Seconds};
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, ValueEnum};
use serde::Serialize;

use super::{Data, environment};

/// Every option can also stand in the configuration file, with underscores.
#[derive(Args, Serialize)]
pub struct Options {
    #[command(flatten)]
    #[serde(skip)]
    pub data: Data,
    /// Address and port; port 0 takes a free one [default: 127.0.0.1:8080].
    #[arg(long, env = "CHANCERY_LISTEN", value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// URL by which others know the server [default: the address it is bound to].
    #[arg(long, env = "CHANCERY_ISSUER", value_name = "URL")]
    issuer: Option<String>,
    /// Where the credentials of the first start go [default: the terminal, else bootstrap.json in the data directory].
    #[arg(long, env = "CHANCERY_BOOTSTRAP_FILE", value_name = "PATH")]
    bootstrap_file: Option<PathBuf>,
    /// Certificate chain (PEM); with it and --tls-key the server speaks TLS.
    #[arg(long, env = "CHANCERY_TLS_CERT", value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// Private key (PEM) of the certificate.
    #[arg(long, env = "CHANCERY_TLS_KEY", value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Allow plain http on an address that others can reach.
    #[arg(long, env = "CHANCERY_INSECURE_HTTP", num_args = 0..=1, default_missing_value = "true")]
    insecure_http: Option<bool>,
    /// Proxies whose X-Forwarded-For is believed: addresses or CIDR blocks, separated by commas.
    #[arg(long, env = "CHANCERY_TRUSTED_PROXIES", value_name = "LIST", value_delimiter = ',')]
    trusted_proxies: Option<Vec<Network>>,
    /// More names by which requests may call the server, separated by commas [default: those of the issuer and the
    /// bound address].
    #[arg(long, env = "CHANCERY_ALLOWED_HOSTS", value_name = "LIST", value_delimiter = ',')]
    allowed_hosts: Option<Vec<String>>,
    /// Connections that are open at a time; others wait [default: 10000].
    #[arg(long, env = "CHANCERY_MAX_CONNECTIONS", value_name = "COUNT")]
    max_connections: Option<NonZeroU32>,
    /// Time for the head of a request [default: 30].
    #[arg(long, env = "CHANCERY_HEAD_TIMEOUT", value_name = "SECONDS")]
    head_timeout: Option<Seconds>,
    /// Time for the body of a request [default: 30].
    #[arg(long, env = "CHANCERY_BODY_TIMEOUT", value_name = "SECONDS")]
    body_timeout: Option<Seconds>,
    /// Time that a connection is kept on which nothing happens [default: 60].
    #[arg(long, env = "CHANCERY_IDLE_TIMEOUT", value_name = "SECONDS")]
    idle_timeout: Option<Seconds>,
    /// Address and port for GET /metrics [default: no metrics].
    #[arg(long, env = "CHANCERY_METRICS_LISTEN", value_name = "ADDR:PORT")]
    metrics_listen: Option<SocketAddr>,
    /// http URL of an OTLP/HTTP collector [default: no traces].
    #[arg(long, env = "CHANCERY_OTLP_ENDPOINT", value_name = "URL")]
    otlp_endpoint: Option<String>,
    /// How log lines are written [default: text].
    #[arg(long, env = "CHANCERY_LOG_FORMAT", value_name = "FORMAT")]
    log_format: Option<Format>,
    /// The least important lines that are written [default: info].
    #[arg(long, env = "CHANCERY_LOG_LEVEL", value_name = "LEVEL")]
    log_level: Option<Level>,
}

#[derive(Clone, Copy, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Text,
    Json,
}

#[derive(Clone, Copy, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Error,
    Warn,
    Info,
    Debug,
}

impl Options {
    /// These over the file over the defaults. `matches` knows which of them are flags.
    pub fn layers(&self, matches: &ArgMatches) -> anyhow::Result<Layers> {
        let mut options = toml::Table::try_from(self).context("An option is not UTF-8")?;
        if let Some(path) = &self.data.data_dir {
            let value = toml::Value::try_from(path).context("The data directory is not UTF-8")?;
            options.insert("data_dir".to_owned(), value);
        }
        if let Some(url) = &self.data.database_url {
            options.insert("database_url".to_owned(), url.clone().into());
        }
        let origin = |key: &str| match matches.value_source(key) {
            Some(ValueSource::CommandLine) => Origin::Flag,
            _ => Origin::Environment,
        };
        Ok(Layers::load(self.data.config.as_deref(), environment(), options, origin)?)
    }

    /// What a server starts with.
    pub fn config(&self, matches: &ArgMatches) -> anyhow::Result<Config> {
        Ok(self.layers(matches)?.file.try_into()?)
    }
}
