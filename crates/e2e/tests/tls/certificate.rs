//! Certificates made for a test, by an authority made for it.

use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

/// An authority that only the test's own clients trust.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

/// A certificate for this machine, and its key.
#[derive(Clone)]
pub struct Pair {
    pub certificate: String,
    pub key: String,
    /// What a client sees of it.
    pub shown: CertificateDer<'static>,
}

impl Authority {
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("a certificate").der().clone();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// A new pair.
    pub fn pair(&self) -> Pair {
        let key = KeyPair::generate().expect("a key");
        let names = ["127.0.0.1".to_owned(), "localhost".to_owned()];
        let params = CertificateParams::new(names).expect("names");
        let made = params.signed_by(&key, &self.issuer).expect("a certificate");
        Pair { certificate: made.pem(), key: key.serialize_pem(), shown: made.der().clone() }
    }

    /// What a client trusts.
    pub fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).expect("a certificate");
        roots
    }
}

impl Pair {
    /// Puts it where the server looks.
    pub fn write(&self, folder: &Path) {
        write(folder, &self.certificate, &self.key);
    }
}

/// Puts anything where the server looks, each file in one step.
pub fn write(folder: &Path, certificate: &str, key: &str) {
    let paths = crate::files(folder);
    for (path, text) in [(paths.0, certificate), (paths.1, key)] {
        let beside = path.with_extension("new");
        std::fs::write(&beside, text).expect("a file");
        std::fs::rename(&beside, path).expect("a file in its place");
    }
}
