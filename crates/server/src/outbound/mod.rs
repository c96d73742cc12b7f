//! What this server asks of others: the documents that clients point at. One guard, small answers, no redirects, and nobody is
//! asked the same thing too often.

mod documents;
mod guard;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chancery_core::jose::{KeySet, json};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Url};
use serde_json::Value;

use documents::Documents;
pub use guard::Allowed;
use guard::Resolver;

use crate::picture::Picture;

/// No answer takes longer.
const PATIENCE: Duration = Duration::from_secs(5);
/// No answer is larger, in bytes.
const LARGEST: usize = 256 * 1024;
/// So many documents of a kind are kept.
const DOCUMENTS: usize = 1000;
/// So many pictures: with the size of the largest, what they take of memory.
const PICTURES: usize = 64;

/// The way out.
pub struct Outbound {
    allowed: Arc<Allowed>,
    client: Client,
    key_sets: Documents<KeySet>,
    pictures: Documents<Picture>,
}

impl Outbound {
    /// With what the operator allows, and certificates (PEM) to trust beside those of the system.
    pub fn new(allowed: Allowed, roots: Option<&Path>) -> Result<Self, String> {
        let allowed = Arc::new(allowed);
        let mut builder = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(PATIENCE)
            .timeout(PATIENCE)
            .pool_max_idle_per_host(1)
            .user_agent(concat!("chancery/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(Resolver(Arc::clone(&allowed))));
        if let Some(path) = roots {
            let file =
                std::fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
            let all = Certificate::from_pem_bundle(&file).ok().filter(|all| !all.is_empty());
            let all = all.ok_or_else(|| format!("{} holds no certificate", path.display()))?;
            builder = builder.tls_certs_merge(all);
        }
        let client = builder.build().map_err(|error| error.to_string())?;
        Ok(Self { allowed, client, key_sets: Documents::new(DOCUMENTS), pictures: Documents::new(PICTURES) })
    }

    /// What is at a place; the error says for the log why there is nothing.
    async fn fetch(&self, place: &str, accept: &'static str) -> Result<Bytes, String> {
        let url = Url::parse(place).map_err(|error| error.to_string())?;
        if !self.allowed.admits(&url) {
            return Err("the address may not be asked".to_owned());
        }
        let sent = self.client.get(url).header("Accept", accept).send().await;
        let mut answer = sent.map_err(|error| error.without_url().to_string())?;
        if answer.status() != reqwest::StatusCode::OK {
            return Err(format!("the answer has the status {}", answer.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|error| error.without_url().to_string())? {
            if body.len() + part.len() > LARGEST {
                return Err("the answer is too large".to_owned());
            }
            body.extend_from_slice(&part);
        }
        Ok(body.into())
    }

    async fn document(&self, place: &str) -> Result<Value, String> {
        let body = self.fetch(place, "application/json").await?;
        json::read(&body).ok_or_else(|| "the answer is not JSON".to_owned())
    }

    /// The list of texts at a place, asked for each time: whoever registers has just written it.
    pub async fn texts(&self, place: &str) -> Option<Arc<Vec<String>>> {
        let document = self.document(place).await;
        let texts = document.and_then(|it| serde_json::from_value(it).map_err(|error| error.to_string()));
        texts
            .inspect_err(|why| tracing::warn!(why, "a document of a client cannot be fetched"))
            .ok()
            .map(Arc::new)
    }

    /// The key set at a place.
    pub async fn key_set(&self, place: &Arc<str>, afresh: bool) -> (Option<Arc<KeySet>>, bool) {
        let ask = async { KeySet::read(&self.document(place).await?).map_err(str::to_owned) };
        self.key_sets.find(place, afresh, ask).await
    }

    /// The picture at a place.
    pub async fn picture(&self, place: &Arc<str>) -> Option<Arc<Picture>> {
        let ask = async {
            let body = self.fetch(place, "image/png, image/jpeg, image/webp, image/gif").await?;
            Picture::of_pixels(body).ok_or_else(|| "the answer is no picture".to_owned())
        };
        self.pictures.find(place, false, ask).await.0
    }
}
