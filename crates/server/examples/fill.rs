//! Fills the store of a server that has begun with rows of one kind, as many as it is told, and says how fast it went: what
//! `bench/scale` measures on. Clients are numbered, and all have one secret.
//!
//! `fill DATA_DIR|URL MASTER_KEY_FILE clients|families|expired|revoked COUNT`

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use chancery_core::client::Client;
use chancery_core::dialect::Dialect;
use chancery_core::family::NewFamily;
use chancery_core::grants::{GrantType, GrantTypes};
use chancery_core::keyring::Keyring;
use chancery_core::tokens::Audience;
use chancery_core::types::{ClientId, ClientSecret, Lifetime, Scope, Secret, Timestamp, TokenId, UserId};
use chancery_core::write::{Revoked, RevokedId, Write};
use chancery_server::clock::{Clock, SystemClock, SystemRandom};
use chancery_server::start::data_dir::{DataDir, MasterKeySource, check_keys};
use chancery_store::Store;

const USAGE: &str = "fill DATA_DIR|URL MASTER_KEY_FILE clients|families|expired|revoked COUNT";
const SECRET: &str = "a-secret-that-all-of-them-have-in-common";
/// So many rows a commit, and so many commits at a time.
const BATCH: u64 = 500;
const AT_ONCE: usize = 8;

type Error = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [place, key, kind, count] = &arguments[..] else { return Err(USAGE.into()) };
    let make = match &**kind {
        "clients" => Pattern::client,
        "families" => Pattern::family,
        "expired" => Pattern::expired,
        "revoked" => Pattern::revoked,
        _ => return Err(USAGE.into()),
    };
    let shared = if place.starts_with("postgres") { Some(place.parse()?) } else { None };
    let folder = DataDir::existing(Path::new(place), shared)?;
    let store = folder.open_store().await?;
    let master = folder.master_key(&MasterKeySource::File(PathBuf::from(key)))?;
    let keys = Arc::new(check_keys(&*store, &master, &folder).await?);
    let organization = store.organizations().await?.first().ok_or("there is no organization")?.id;
    let first = *store.client_ids(organization).await?.first().ok_or("there is no client")?;
    let pattern = store.find_client(first).await?.ok_or("there is no client")?;
    let user = *store.user_ids(organization, None).await?.first().ok_or("there is nobody")?;

    let made = Arc::new(Pattern { keys, pattern, user });
    run(kind, &store, count.parse()?, made, make).await?;
    store.close().await?;
    Ok(())
}

struct Pattern {
    keys: Arc<Keyring>,
    pattern: Client,
    user: UserId,
}

impl Pattern {
    fn client(&self, number: u64) -> Option<Write> {
        let now = SystemClock.now();
        let secret = ClientSecret::chosen(SECRET).ok()?;
        Some(Write::CreateClient(Box::new(Client {
            id: ClientId::parse(&format!("00000000-0000-4000-8000-{number:012x}"))?,
            name: format!("Client {number}"),
            grant_types: GrantTypes::default().with(GrantType::ClientCredentials),
            secrets: vec![Secret::keep(&secret, &self.keys, &SystemRandom, now)],
            ..self.pattern.clone()
        })))
    }

    fn family(&self, _: u64) -> Option<Write> {
        let now = SystemClock.now();
        self.family_until(now, now + Lifetime::from_days(30))
    }

    fn expired(&self, _: u64) -> Option<Write> {
        let created = SystemClock.now() - Lifetime::from_days(400);
        self.family_until(created, created + Lifetime::from_days(30))
    }

    fn revoked(&self, _: u64) -> Option<Write> {
        Some(Write::Revoke(Revoked {
            organization: self.pattern.organization,
            id: RevokedId::Token(TokenId::random(&SystemRandom)),
            expires_at: SystemClock.now() + Lifetime::from_days(1),
        }))
    }

    fn family_until(&self, created_at: Timestamp, expires_at: Timestamp) -> Option<Write> {
        Some(Write::CreateFamily(NewFamily {
            organization: self.pattern.organization,
            client: self.pattern.id,
            client_epoch: self.pattern.epoch,
            user: self.user,
            user_epoch: 1,
            consent_epoch: None,
            dialect: Dialect::Standard,
            scope: Scope::parse("openid")?,
            audience: Audience::Issuer,
            login: None,
            mac_key: self.keys.digest_key(),
            client_authenticated: true,
            code: None,
            created_at,
            expires_at,
        }))
    }
}

async fn run(
    name: &str,
    store: &Arc<dyn Store>,
    count: u64,
    pattern: Arc<Pattern>,
    make: fn(&Pattern, u64) -> Option<Write>,
) -> Result<(), Error> {
    let (begun, next) = (Instant::now(), Arc::new(AtomicU64::new(0)));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..AT_ONCE {
        let (store, pattern, next) = (Arc::clone(store), Arc::clone(&pattern), Arc::clone(&next));
        tasks.spawn(async move {
            loop {
                let from = next.fetch_add(BATCH, Ordering::Relaxed);
                if from >= count {
                    return Ok::<_, Error>(());
                }
                let numbers = from..(from + BATCH).min(count);
                let writes: Option<Vec<_>> = numbers.map(|number| make(&pattern, number)).collect();
                store.commit(writes.ok_or("a row could not be made")?, SystemClock.now()).await?;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("{count} {name} in {seconds:.1} s: {:.0} a second", count as f64 / seconds);
    Ok(())
}
