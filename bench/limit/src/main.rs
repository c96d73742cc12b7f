//! The limit servers: what this machine and the HTTP stack can do if a server does only the indispensable work. One process,
//! a path for each kind of work; `limit [--tls CERT.pem KEY.pem] [--data-dir DIR]`.

mod client;
mod jwt;
mod list;
mod routes;
mod row;
mod sealed;
mod tls;

use std::path::PathBuf;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::routes::Routes;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Error = Box<dyn std::error::Error>;

#[derive(Default)]
struct Options {
    tls: Option<(PathBuf, PathBuf)>,
    data_dir: Option<PathBuf>,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, Error> {
        let mut options = Self::default();
        while let Some(name) = arguments.next() {
            let mut path = || arguments.next().map(PathBuf::from).ok_or(format!("{name} lacks a path"));
            match name.as_str() {
                "--tls" => options.tls = Some((path()?, path()?)),
                "--data-dir" => options.data_dir = Some(path()?),
                _ => return Err(format!("{name} is no option").into()),
            }
        }
        Ok(options)
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let options = Options::parse(std::env::args().skip(1))?;
    let tls = options.tls.map(|(cert, key)| tls::acceptor(&cert, &key)).transpose()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let issuer = format!("{scheme}://{}", listener.local_addr()?);
    // Never given back: requests share it without counting who does.
    let routes: &Routes = Box::leak(Box::new(Routes::new(&issuer, options.data_dir.as_deref())?));
    let router = routes.router();
    // An orderly end: a build that counts what it does writes that down.
    let mut end = signal(SignalKind::terminate())?;
    println!("listening on {issuer}");
    loop {
        let (stream, _) = tokio::select! {
            accepted = listener.accept() => accepted?,
            _ = end.recv() => return Ok(()),
        };
        stream.set_nodelay(true)?;
        match tls.clone() {
            None => drop(tokio::spawn(talk(stream, router.clone()))),
            Some(tls) => {
                let router = router.clone();
                drop(tokio::spawn(async move {
                    if let Ok(stream) = tls.accept(stream).await {
                        talk(stream, router).await;
                    }
                }));
            }
        }
    }
}

async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, router: Router) {
    let service = TowerToHyperService::new(router);
    // A connection that breaks off concerns nobody but its client.
    drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
}
