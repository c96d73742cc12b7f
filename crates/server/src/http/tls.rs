//! TLS 1.2 and 1.3 with the operator's certificate, which is read again when its files change.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

use crate::config::Tls;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Why a certificate cannot be used: names the file, never what is in it.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file cannot be read.
    #[error("{0} cannot be read: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// There is no certificate in the file.
    #[error("{0} holds no certificate in PEM form")]
    NoCertificate(PathBuf),
    /// There is no private key in the file.
    #[error("{0} holds no private key in PEM form")]
    NoKey(PathBuf),
    /// The library cannot sign with the key.
    #[error("the key in {0} cannot be used")]
    BadKey(PathBuf),
    /// The key is that of another certificate.
    #[error("the key in {1} does not belong to the certificate in {0}")]
    Mismatch(PathBuf, PathBuf),
    /// The certificate or the protocol cannot be set up.
    #[error("the certificate in {0} cannot be used")]
    BadCertificate(PathBuf),
}

/// The certificate in use.
#[derive(Debug)]
pub struct Certificate {
    files: Tls,
    /// The files as they were before they were read.
    seen: [Stamp; 2],
    current: ArcSwap<CertifiedKey>,
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello) -> Option<Arc<CertifiedKey>> {
        Some(self.current.load_full())
    }
}

impl Certificate {
    /// Reads the files.
    pub fn load(files: &Tls) -> Result<Arc<Self>, TlsError> {
        let seen = stamps(files);
        let current = ArcSwap::from_pointee(read(files)?);
        Ok(Arc::new(Self { files: files.clone(), seen, current }))
    }

    /// Speaks TLS with it; HTTP/2 is offered first.
    pub fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, TlsError> {
        let resolver: Arc<dyn ResolvesServerCert> = Arc::clone(self) as _;
        let config = ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_safe_default_protocol_versions()
            .map_err(|_| TlsError::BadCertificate(self.files.cert.clone()))?;
        let mut config = config.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Looks at the files from time to time. A pair that cannot be used leaves the one that is in use.
    pub async fn watch(self: Arc<Self>) {
        let mut seen = self.seen;
        let mut ticks = tokio::time::interval(LOOK);
        loop {
            ticks.tick().await;
            // Files can be slow to answer, on a network for example.
            let files = self.files.clone();
            let looked = tokio::task::spawn_blocking(move || {
                let now = stamps(&files);
                (now, (now != seen).then(|| read(&files)))
            });
            let Ok((now, Some(fresh))) = looked.await else { continue };
            seen = now;
            match fresh {
                Ok(fresh) => {
                    self.current.store(Arc::new(fresh));
                    tracing::info!(file = %self.files.cert.display(), "the certificate was read again");
                }
                Err(error) => {
                    tracing::error!(%error, "the new certificate cannot be used; the old one stays")
                }
            }
        }
    }
}

fn provider() -> CryptoProvider {
    aws_lc_rs::default_provider()
}

/// When a file was changed, how long it is, and which it is: a link can come to lead to another.
type Stamp = Option<(SystemTime, u64, u64, u64)>;

/// What tells a changed file from the one that was read.
fn stamps(files: &Tls) -> [Stamp; 2] {
    let stamp = |path: &Path| {
        let found = std::fs::metadata(path).ok()?;
        Some((found.modified().ok()?, found.len(), found.dev(), found.ino()))
    };
    [stamp(&files.cert), stamp(&files.key)]
}

/// Reads a certificate chain and the key that belongs to it.
pub fn read(files: &Tls) -> Result<CertifiedKey, TlsError> {
    let bytes = |path: &Path| {
        std::fs::read(path)
            .map(zeroize::Zeroizing::new)
            .map_err(|error| TlsError::Unreadable(path.to_owned(), error))
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes(&files.cert)?).collect();
    let chain = chain.unwrap_or_default();
    if chain.is_empty() {
        return Err(TlsError::NoCertificate(files.cert.clone()));
    }
    let key = PrivateKeyDer::from_pem_slice(&bytes(&files.key)?);
    let key = key.map_err(|_| TlsError::NoKey(files.key.clone()))?;
    CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => TlsError::Mismatch(files.cert.clone(), files.key.clone()),
        rustls::Error::InvalidCertificate(_) => TlsError::BadCertificate(files.cert.clone()),
        _ => TlsError::BadKey(files.key.clone()),
    })
}
