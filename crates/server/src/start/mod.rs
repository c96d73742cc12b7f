//! From a configuration to a running server, and to the local commands that work beside one.

pub mod bootstrap;
pub mod carry;
pub mod credentials;
pub mod data_dir;
pub mod doctor;
mod files;
pub mod local;

use std::future::Future;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use chancery_store::StoreError;

use crate::app::{App, LoadError, Parts};
use crate::clock::{Clock, SystemClock, SystemRandom};
use crate::config::{Config, ConfigError};
use crate::http;
use crate::http::address::{Edges, Hosts};
use crate::http::serve::Bounds;
use crate::http::tls::{Certificate, TlsError};
use crate::jobs;
use crate::outbound::Outbound;
use crate::pages::brand::Brand;
use crate::telemetry::exposition::Exposition;
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

impl From<TlsError> for StartError {
    fn from(error: TlsError) -> Self {
        Self(format!("TLS cannot be spoken: {error}. Change --tls-cert or --tls-key."))
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
    // What can be refused first: nothing has been touched.
    let certificate = config.tls.as_ref().map(Certificate::load).transpose()?;
    let tls = certificate.as_ref().map(Certificate::acceptor).transpose()?;
    let brand = Brand::load(&config.branding)?;
    let outbound = outbound(&config)?;
    let listener = bind(config.listen).await?;
    let address = listener
        .local_addr()
        .map_err(|error| StartError(format!("The listener has no address: {error}.")))?;
    let issuer = config.issuer_at(address);
    files::allow(config.max_connections);
    let bounds = Bounds {
        connections: config.max_connections,
        head_timeout: config.head_timeout,
        body_timeout: config.body_timeout,
        idle_timeout: config.idle_timeout,
    };
    let edges = edges(&config, &issuer, address);
    let metrics = match config.metrics_listen {
        Some(address) => Some(bind_metrics(address).await?),
        None => None,
    };

    // Only a first start has wishes to grant; one that cannot be granted is refused before anything is made.
    if config.database.is_none() && !DataDir::has_database(&config.data_dir) {
        wishes()?.check()?;
    }
    let folder = DataDir::prepare(&config.data_dir, config.database)?;
    let _lock = folder.lock()?;
    let store = folder.await_store().await?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let announce = || announce(scheme, address, metrics.as_ref().map(|it| it.address));
    let (clock, random) = (SystemClock, SystemRandom);
    let master = if bootstrap::is_due(&*store, &folder, &clock).await? {
        let granted = wishes()?.check()?;
        folder.make()?;
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

    let brand = brand.at(&issuer);
    let parts = Parts {
        store: Arc::clone(&store),
        clock: Arc::new(clock),
        random: Arc::new(random),
        master,
        issuer,
        policy: config.policy,
        edges,
        brand,
        outbound,
    };
    let app = App::load(parts).await.map_err(|error| match error {
        LoadError::Store(error) => unreadable(&folder, &error),
        LoadError::Keys(error) => StartError(format!("The keys cannot be used: {error}.")),
    })?;
    let mut tasks = JoinSet::new();
    if let Some(metrics) = metrics {
        tasks.spawn(metrics.serve().ok_or_else(second_to_count)?);
    }
    if let Some(certificate) = certificate {
        tasks.spawn(certificate.watch());
    }
    tracing::info!(issuer = app.issuer, database = folder.database(), "ready");
    jobs::start(&app, &mut tasks);
    http::serve::serve(listener, http::Router::new(&app), tls, bounds, stop).await;
    // Nothing of the node may ask the store once it is closed.
    tasks.shutdown().await;
    if let Err(error) = jobs::flush(Arc::clone(&app)).await {
        tracing::warn!(%error, "the last events were not written");
    }
    store.close().await.map_err(|error| StartError(format!("The database was not closed: {error}.")))?;
    tracing::info!("stopped");
    Ok(())
}

/// The way out, as the operator wants it.
pub(crate) fn outbound(config: &Config) -> Result<Outbound, ConfigError> {
    Outbound::new(config.outbound.allowed()?, config.outbound.ca_file.as_deref()).map_err(|why| {
        ConfigError(format!("What the server asks of others cannot be set up: {why}. Change [outbound]."))
    })
}

/// By which names the server is called, and whose word on a client's address counts.
fn edges(config: &Config, issuer: &str, address: SocketAddr) -> Edges {
    let host = |authority: &str| {
        authority.parse::<axum::http::uri::Authority>().ok().map(|it| it.host().to_lowercase())
    };
    let authority =
        issuer.split_once("://").map_or(issuer, |(_, rest)| rest.split('/').next().unwrap_or(rest));
    let is_loopback = host(authority).is_some_and(|host| Hosts::is_loopback(&host));
    let mut names: Vec<String> = host(authority).into_iter().chain(host(&address.to_string())).collect();
    names.extend(config.allowed_hosts.iter().map(|name| name.to_lowercase()));
    Edges {
        trusted_proxies: config.trusted_proxies.clone(),
        hosts: Some(Hosts { names, loopback: address.ip().is_loopback() }),
        body_timeout: config.body_timeout,
        https_only: issuer.starts_with("https://") && !is_loopback,
    }
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

async fn bind_metrics(address: SocketAddr) -> Result<Exposition, StartError> {
    Exposition::bind(address).await.map_err(|error| {
        StartError(format!(
            "The address {address} cannot be listened on: {error}. Choose another with --metrics-listen."
        ))
    })
}

fn second_to_count() -> StartError {
    StartError("Another server in this process keeps metrics already.".to_owned())
}

/// The line that scripts wait for, and where the metrics are.
fn announce(scheme: &str, address: SocketAddr, metrics: Option<SocketAddr>) -> Result<(), StartError> {
    let mut text = format!("listening on {scheme}://{address}\n");
    if let Some(metrics) = metrics {
        text.push_str(&format!("metrics on http://{metrics}\n"));
    }
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| StartError(format!("The address cannot be printed: {error}.")))
}

fn unreadable(folder: &DataDir, error: &StoreError) -> StartError {
    let advice = match error {
        StoreError::Corrupt(_) => " Restore it from a backup.",
        StoreError::Unavailable(_) | StoreError::Conflict => " Try again.",
    };
    StartError(format!("The database {} cannot be read: {error}.{advice}", folder.database()))
}
