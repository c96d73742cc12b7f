//! `chancery serve`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use chancery_server::config::{Config, LogFormat, LogLevel};
use chancery_server::start::{self, StartError};
use chancery_server::telemetry;
use clap::{Args, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};

use super::{Data, wishes};

/// What `--help` says of the environment that only the first start reads.
pub const FIRST_START: &str = "\
Fixed values for the first start, each from the environment or, with _FILE after its name, from a file:
  CHANCERY_BOOTSTRAP_CLIENT_ID       a UUID
  CHANCERY_BOOTSTRAP_CLIENT_SECRET   at least 32 of A-Z a-z 0-9 _ -, 10 of them different
  CHANCERY_BOOTSTRAP_ADMIN_EMAIL
  CHANCERY_BOOTSTRAP_ADMIN_PASSWORD  at least 12 characters
The master key can also come from CHANCERY_MASTER_KEY, and [genesys] options from CHANCERY_GENESYS_<KEY>.";

/// Every option can also stand in the configuration file, with underscores.
#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    data: Data,
    /// Address and port; port 0 takes a free one [default: 127.0.0.1:8080].
    #[arg(long, env = "CHANCERY_LISTEN", value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// URL by which others know the server [default: the address it is bound to].
    #[arg(long, env = "CHANCERY_ISSUER", value_name = "URL")]
    issuer: Option<String>,
    /// Where the credentials of the first start go [default: the terminal, else bootstrap.json in the data directory].
    #[arg(long, env = "CHANCERY_BOOTSTRAP_FILE", value_name = "PATH")]
    bootstrap_file: Option<PathBuf>,
    /// How log lines are written [default: text].
    #[arg(long, env = "CHANCERY_LOG_FORMAT", value_name = "FORMAT")]
    log_format: Option<Format>,
    /// The least important lines that are written [default: info].
    #[arg(long, env = "CHANCERY_LOG_LEVEL", value_name = "LEVEL")]
    log_level: Option<Level>,
    /// Allow plain http on an address that others can reach.
    #[arg(long, env = "CHANCERY_INSECURE_HTTP", num_args = 0..=1, default_missing_value = "true")]
    insecure_http: Option<bool>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum Level {
    Error,
    Warn,
    Info,
    Debug,
}

impl From<Format> for LogFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text,
            Format::Json => Self::Json,
        }
    }
}

impl From<Level> for LogLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::Error,
            Level::Warn => Self::Warn,
            Level::Info => Self::Info,
            Level::Debug => Self::Debug,
        }
    }
}

impl Serve {
    /// Serves until SIGTERM or SIGINT.
    pub async fn run(self) -> anyhow::Result<()> {
        let file = self.data.file()?;
        let format = self.log_format.map(LogFormat::from).or(file.log_format).unwrap_or_default();
        let level = self.log_level.map(LogLevel::from).or(file.log_level).unwrap_or_default();
        let config = Config {
            listen: self
                .listen
                .or(file.listen)
                .unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))),
            data_dir: self.data.data_dir(&file),
            issuer: self.issuer.or(file.issuer),
            bootstrap_file: self.bootstrap_file.or(file.bootstrap_file),
            insecure_http: self.insecure_http.or(file.insecure_http).unwrap_or_default(),
            policy: file.genesys,
        };
        telemetry::start(format, level);
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let stop = async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        let wishes = || wishes().map_err(|error| StartError(error.to_string()));
        Ok(start::serve(config, self.data.master_key()?, wishes, stop).await?)
    }
}
