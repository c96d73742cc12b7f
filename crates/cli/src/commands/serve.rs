//! `chancery serve`.

use chancery_server::start;
use chancery_server::telemetry;
use clap::{ArgMatches, Args};
use tokio::signal::unix::{SignalKind, signal};

use super::options::Options;
use super::wishes;

/// What `--help` says of the environment that no flag stands for.
pub const ENVIRONMENT: &str = "\
Fixed values for the first start, each from the environment or, with _FILE after its name, from a file:
  CHANCERY_BOOTSTRAP_CLIENT_ID       a UUID
  CHANCERY_BOOTSTRAP_CLIENT_SECRET   at least 32 of A-Z a-z 0-9 _ -, 10 of them different
  CHANCERY_BOOTSTRAP_ADMIN_EMAIL
  CHANCERY_BOOTSTRAP_ADMIN_PASSWORD  at least 12 characters
The master key can also come from CHANCERY_MASTER_KEY, and options of the sections [database], [genesys],
[login], [audit], [oauth2], [outbound] and [branding] from CHANCERY_<SECTION>_<KEY>.";

/// Every option can also stand in the configuration file, with underscores.
#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    options: Options,
}

impl Serve {
    /// Serves until SIGTERM or SIGINT.
    pub async fn run(self, matches: &ArgMatches) -> anyhow::Result<()> {
        let config = self.options.config(matches)?;
        config.check()?;
        let telemetry = telemetry::start(&config)?;
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let stop = async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        let served = start::serve(config, self.options.data.master_key()?, wishes, stop).await;
        telemetry.stop().await;
        Ok(served?)
    }
}
