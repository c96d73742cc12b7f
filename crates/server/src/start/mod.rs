//! From a configuration to a running server, and to the local commands that work beside one.

pub mod bootstrap;
pub mod credentials;
pub mod data_dir;
pub mod local;

use std::future::Future;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use chancery_store::Store;
use tokio::net::TcpListener;

use crate::app::{App, LoadError, Parts};
use crate::clock::{Clock, SystemClock, SystemRandom};
use crate::config::{Config, ConfigError};
use crate::http;
use crate::jobs;
use bootstrap::Wishes;
use credentials::Place;
use data_dir::{DataDir, MasterKeySource};

/// Why a command did not start: one sentence that says what is wrong, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(pub String);

impl From<ConfigError> for StartError {
    fn from(error: ConfigError) -> Self {
        Self(error.0)
    }
}

/// Starts a server and serves until `stop` comes; then drains, flushes and lets go of everything.
pub async fn serve(
    config: Config,
    master: MasterKeySource,
    wishes: impl Fn() -> Result<Wishes, StartError>,
    stop: impl Future<Output = ()>,
) -> Result<(), StartError> {
    config.check()?;
    // The port first: if it is taken, nothing has been touched.
    let listener = bind(config.listen).await?;
    let address = listener
        .local_addr()
        .map_err(|error| StartError(format!("The listener has no address: {error}.")))?;
    let issuer = config.issuer.clone().unwrap_or_else(|| format!("http://{address}"));
    let issuer = issuer.trim_end_matches('/').to_owned();

    // Only a first start has wishes to grant; one that cannot be granted is refused before anything is made.
    if !DataDir::has_database(&config.data_dir) {
        wishes()?.check()?;
    }
    let folder = DataDir::prepare(&config.data_dir)?;
    let _lock = folder.lock()?;
    let store: Arc<dyn Store> = Arc::new(folder.open_store()?);
    let announce = || announce(address);
    let (clock, random) = (SystemClock, SystemRandom);
    let organizations = store.organizations().await.map_err(|error| unreadable(&folder, &error))?;
    let master = if organizations.is_empty() {
        let granted = wishes()?.check()?;
        let master = folder.master_key_or_new(&master, &random)?;
        let place = Place::choose(config.bootstrap_file.as_deref(), &folder.path.join("bootstrap.json"));
        if place == Place::Terminal {
            announce()?;
        }
        bootstrap::first(&*store, &master, &granted, &issuer, &place, &random, clock.now()).await?;
        if place != Place::Terminal {
            announce()?;
        }
        master
    } else {
        let master = folder.master_key(&master)?;
        data_dir::check_keys(&*store, &master, &folder).await?;
        announce()?;
        master
    };

    let parts = Parts {
        store: Arc::clone(&store),
        clock: Arc::new(clock),
        random: Arc::new(random),
        master,
        issuer,
        policy: config.policy,
    };
    let app = App::load(parts).await.map_err(|error| match error {
        LoadError::Store(error) => unreadable(&folder, &error),
        LoadError::Keys(error) => StartError(format!("The keys cannot be used: {error}.")),
    })?;
    tracing::info!(issuer = app.issuer, data_dir = %folder.path.display(), "ready");
    let running = jobs::start(&app);
    http::serve::serve(listener, http::router(&app), stop).await;
    running.iter().for_each(tokio::task::JoinHandle::abort);
    if let Err(error) = jobs::flush(Arc::clone(&app)).await {
        tracing::warn!(%error, "the last events were not written");
    }
    store.close().await.map_err(|error| StartError(format!("The database was not closed: {error}.")))?;
    tracing::info!("stopped");
    Ok(())
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|error| {
        StartError(match error.kind() {
            std::io::ErrorKind::AddrInUse => format!(
                "The address {address} is in use by another process. Stop that, or choose another with --listen."
            ),
            _ => format!("The address {address} cannot be listened on: {error}. Choose another with --listen."),
        })
    })
}

/// The line that scripts wait for.
fn announce(address: SocketAddr) -> Result<(), StartError> {
    let mut out = std::io::stdout().lock();
    let written = writeln!(out, "listening on http://{address}").and_then(|()| out.flush());
    written.map_err(|error| StartError(format!("The address cannot be printed: {error}.")))
}

fn unreadable(folder: &DataDir, error: &chancery_store::StoreError) -> StartError {
    StartError(format!(
        "The database {} cannot be read: {error}. Restore it from a backup.",
        folder.database().display()
    ))
}
