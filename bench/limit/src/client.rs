//! The one client: known by its id and an HMAC-SHA256 digest of its secret, as Chancery's store has them.

use aws_lc_rs::hmac;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::Error;

/// What is known of the client.
pub struct Client {
    /// Its id.
    pub id: String,
    key: hmac::Key,
    digest: hmac::Tag,
}

impl Client {
    /// The client that Chancery makes at its first start.
    pub fn from_env() -> Result<Self, Error> {
        let variable = |name| std::env::var(name).map_err(|error| format!("{name}: {error}"));
        let secret = variable("CHANCERY_BOOTSTRAP_CLIENT_SECRET")?;
        let mut bytes = [0; 32];
        aws_lc_rs::rand::fill(&mut bytes)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        let digest = hmac::sign(&key, secret.as_bytes());
        Ok(Self { id: variable("CHANCERY_BOOTSTRAP_CLIENT_ID")?, key, digest })
    }

    /// Whether the Basic credentials are this client's (RFC 7617).
    pub fn is_asking(&self, headers: &HeaderMap) -> bool {
        self.prove(headers).is_some()
    }

    fn prove(&self, headers: &HeaderMap) -> Option<()> {
        let credentials = headers.get(AUTHORIZATION)?.as_bytes().strip_prefix(b"Basic ")?;
        let decoded = STANDARD.decode(credentials).ok()?;
        let (id, secret) = str::from_utf8(&decoded).ok()?.split_once(':')?;
        // Digests and compares in constant time.
        (id == self.id).then(|| hmac::verify(&self.key, secret.as_bytes(), self.digest.as_ref()).ok())?
    }
}
