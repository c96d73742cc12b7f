//! Everything that a request can reach.

mod fetch;
mod revoked;
mod signing;
mod unstoppable;

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use bytes::Bytes;
use chancery_core::audit::derived::audited;
use chancery_core::client::Client;
use chancery_core::consent::Consent;
use chancery_core::env::{Env, Random};
use chancery_core::keyring::{Keyring, KeyringError, MasterKey};
use chancery_core::organization::{Division, Organization};
use chancery_core::policy::Policy;
use chancery_core::rbac::{Role, RoleGrant};
use chancery_core::tokens::{AccessToken, issue};
use chancery_core::types::{ClientId, Lifetime, OrganizationId, SubjectId, Timestamp, UserId};
use chancery_core::user::User;
use chancery_core::write::{Changed, Write};
use chancery_store::{Change, Made, Store, StoreError};
use tokio::sync::{Mutex, MutexGuard};
use tracing::Instrument;

use crate::cache::Cache;
use crate::clock::Clock;
use crate::http::address::Edges;
use crate::http::body::Room;
use crate::http::cookies::Cookies;
use crate::http::origin;
use crate::limits::Limits;
use crate::outbound::Outbound;
use crate::pages::brand::Brand;
use crate::password::Hashing;
use crate::recorder::Recorder;
use crate::telemetry::metrics;
use crate::usage::Usage;
use revoked::RevokedIds;
use unstoppable::Unstoppable;

/// When nothing was heard of other nodes for so long, our own tokens are not judged.
const DEAF: Lifetime = Lifetime::from_seconds(60);
/// A commit whose end was not heard is visible by then, or what memory knew of before is forgotten.
const UNSURE: Lifetime = Lifetime::from_seconds(120);
/// Tokens opened lately.
const OPENED: usize = 16_384;
/// Writers of one record take turns; so many records can be written at the same time.
const TURNS: usize = 64;

/// Nobody waits longer for a turn.
const PATIENCE: Duration = Duration::from_secs(2);

/// What an app is made of.
pub struct Parts {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Unwraps the keys.
    pub master: MasterKey,
    /// The issuer identifier, without a slash at its end.
    pub issuer: String,
    /// What the operator chose.
    pub policy: Policy,
    /// What is known of the surroundings.
    pub edges: Edges,
    /// Whose pages people see.
    pub brand: Brand,
    /// The way to what others have.
    pub outbound: Outbound,
}

/// The state of a node; shared by all requests and jobs. Reads as its parts do.
pub struct App {
    parts: Parts,
    /// What happened and is not written yet.
    pub recorder: Recorder,
    /// How often the management API was called, and is not written yet.
    pub usage: Usage,
    /// How often callers may ask.
    pub limits: Limits,
    /// The room for bodies.
    pub bodies: Room,
    /// The room for passwords that are being digested.
    pub hashing: Hashing,
    /// The cookies of this server.
    pub cookies: Cookies,
    /// The OpenAPI document, once somebody has asked for it.
    pub document: OnceLock<Bytes>,
    keys: ArcSwap<Keyring>,
    revoked: RevokedIds,
    clients: Cache<ClientId, Arc<Client>>,
    users: Cache<UserId, Arc<User>>,
    organizations: Cache<OrganizationId, Arc<Organization>>,
    roles: Cache<OrganizationId, Arc<Vec<Role>>>,
    divisions: Cache<OrganizationId, Arc<Vec<Division>>>,
    role_grants: Cache<SubjectId, Arc<Vec<RoleGrant>>>,
    consents: Cache<(UserId, ClientId), Arc<Consent>>,
    opened: quick_cache::sync::Cache<[u8; 32], Arc<AccessToken>>,
    turns: Vec<Mutex<()>>,
    heard_at: AtomicI64,
    /// Whether the last commit reached the store.
    writable: AtomicBool,
    /// Until when memory forgets what may have been changed.
    unsure: std::sync::Mutex<HashMap<Changed, Timestamp>>,
    /// Lines of the change log heard lately, so that one change does not empty the caches again and again.
    heard: std::sync::Mutex<HashMap<i64, Timestamp>>,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

/// Why a node cannot begin.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LoadError {
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys do not open.
    #[error(transparent)]
    Keys(#[from] KeyringError),
}

impl App {
    /// Loads what must be in memory before the first request: the keys and the revoked ids.
    pub async fn load(parts: Parts) -> Result<Arc<Self>, LoadError> {
        let now = parts.clock.now();
        let keys = Keyring::open(&parts.store.keys().await?, &parts.master)?;
        let revoked = RevokedIds::default();
        revoked.load(&*parts.store, now).await?;
        let cookies = Cookies::of(&parts.issuer);
        Ok(Arc::new(Self {
            recorder: Recorder::new(parts.policy.audit.tokens),
            parts,
            usage: Usage::default(),
            limits: Limits::default(),
            bodies: Room::default(),
            hashing: Hashing::default(),
            cookies,
            document: OnceLock::new(),
            keys: ArcSwap::from_pointee(keys),
            revoked,
            clients: Cache::new(20_000),
            users: Cache::new(20_000),
            organizations: Cache::new(1000),
            roles: Cache::new(1000),
            divisions: Cache::new(1000),
            role_grants: Cache::new(20_000),
            consents: Cache::new(20_000),
            opened: quick_cache::sync::Cache::new(OPENED),
            turns: (0..TURNS).map(|_| Mutex::new(())).collect(),
            heard_at: AtomicI64::new(now.millis()),
            writable: AtomicBool::new(true),
            unsure: std::sync::Mutex::default(),
            heard: std::sync::Mutex::default(),
        }))
    }

    /// Runs `with` in the surroundings of this moment.
    pub fn with_env<T>(&self, with: impl FnOnce(&Env) -> T) -> T {
        let keys = self.keys.load();
        with(&Env {
            now: self.clock.now(),
            issuer: &self.issuer,
            policy: &self.policy,
            keys: &keys,
            revoked: &self.revoked,
            random: &*self.random,
        })
    }

    /// The keys as they are now.
    pub fn keys(&self) -> Arc<Keyring> {
        self.keys.load_full()
    }

    /// Opens a presented token, or remembers that it did; says nothing about whether it is still good.
    pub fn open_token(&self, text: &str) -> Option<Arc<AccessToken>> {
        let digest: [u8; 32] = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes())
            .as_ref()
            .try_into()
            .ok()?;
        if let Some(token) = self.opened.get(&digest) {
            return Some(token);
        }
        let token = Arc::new(self.with_env(|env| issue::open(text, env))?);
        self.opened.insert(digest, Arc::clone(&token));
        Some(token)
    }

    /// Commits, with what the audit log says of it, and lets this node see what it did before anybody is answered. Goes on
    /// when the caller hangs up, lest a commit be made that memory never hears of.
    pub async fn commit(self: &Arc<Self>, writes: Vec<Write>) -> Result<Vec<Made>, StoreError> {
        let app = Arc::clone(self);
        let mut writes = audited(writes, app.clock.now());
        origin::stamp(&mut writes);
        let commit = async move {
            let changed: Vec<Changed> = writes.iter().filter_map(Write::changed).collect();
            let now = app.clock.now();
            let begun = Instant::now();
            let made = app.store.commit(writes, now).await;
            metrics::commit(begun.elapsed(), &made);
            app.writable.store(matches!(made, Ok(_) | Err(StoreError::Conflict)), Ordering::Relaxed);
            // After a fault nobody knows whether it was done: memory forgets in any case but a clean refusal.
            if matches!(made, Err(StoreError::Unavailable(_))) {
                let mut unsure = app.unsure.lock().unwrap_or_else(PoisonError::into_inner);
                unsure.extend(changed.iter().map(|change| (*change, now + UNSURE)));
            }
            if made != Err(StoreError::Conflict) {
                for change in changed {
                    app.hear(change).await?;
                }
            }
            made
        };
        let commit = origin::keep(commit, origin::current());
        Unstoppable::new(commit.instrument(tracing::debug_span!("commit")).in_current_span()).await
    }

    /// What commits changed whose end was not heard: one may become visible late, while a standby is away for example, so memory
    /// forgets it again and again, as long as it could remember anything of before.
    pub fn unsure(&self, now: Timestamp) -> Vec<Changed> {
        let mut unsure = self.unsure.lock().unwrap_or_else(PoisonError::into_inner);
        unsure.retain(|_, until| now < *until);
        unsure.keys().copied().collect()
    }

    /// Drops or reloads what was changed, here or elsewhere.
    pub async fn hear(&self, change: Changed) -> Result<(), StoreError> {
        match change {
            Changed::Organization(id) => self.organizations.forget(id),
            Changed::Divisions(id) => self.divisions.forget(id),
            Changed::Roles(id) => self.roles.forget(id),
            Changed::User(id) => self.users.forget(id),
            Changed::Client(id) => self.clients.forget(id),
            Changed::RoleGrants(id) => self.role_grants.forget(id),
            Changed::Consent(user, client) => self.consents.forget((user, client)),
            Changed::Consents(_) => self.consents.clear(),
            Changed::Members(id) => {
                self.roles.forget(id);
                self.divisions.forget(id);
                self.users.clear();
                self.role_grants.clear();
            }
            Changed::Revoked(id, until) => self.revoked.add([(id, until)]),
            Changed::Keys => {
                let rows = self.store.keys().await?;
                match Keyring::open(&rows, &self.master) {
                    Ok(keys) => self.keys.store(Arc::new(keys)),
                    Err(error) => return Err(StoreError::Corrupt(error.to_string())),
                }
            }
        }
        Ok(())
    }

    /// Reads the revoked ids anew.
    pub async fn load_revoked(&self) -> Result<(), StoreError> {
        self.revoked.load(&*self.store, self.clock.now()).await
    }

    /// Forgets revoked ids whose tokens have all expired.
    pub fn prune(&self) {
        self.revoked.prune(self.clock.now());
    }

    /// Forgets every record: nobody knows what was missed.
    pub fn forget_everything(&self) {
        self.clients.clear();
        self.users.clear();
        self.organizations.clear();
        self.roles.clear();
        self.divisions.clear();
        self.role_grants.clear();
        self.consents.clear();
    }

    /// What is new among the lines of the change log that were read just now.
    pub fn news(&self, lines: &[Change]) -> HashSet<Changed> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().filter(|line| !heard.contains_key(&line.key)).map(|line| line.changed).collect()
    }

    /// Notes that these lines were heard, and with them all changes up to `at`.
    pub fn heard(&self, lines: &[Change], at: Timestamp) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.extend(lines.iter().map(|line| (line.key, at)));
        // Longer than any line is read again.
        heard.retain(|_, last| at < *last + UNSURE);
        self.heard_at.store(at.millis(), Ordering::Relaxed);
    }

    /// When changes were heard last.
    pub fn heard_at(&self) -> Timestamp {
        Timestamp::from_millis(self.heard_at.load(Ordering::Relaxed))
    }

    /// Whether this node has heard too little to say that a token was not revoked elsewhere.
    pub fn is_deaf(&self) -> bool {
        self.heard_at() + DEAF < self.clock.now()
    }

    /// Whether the last commit reached the store.
    pub fn is_writable(&self) -> bool {
        self.writable.load(Ordering::Relaxed)
    }

    /// Waits until it is this record's turn to be written, so that writers on one node do not conflict; not for ever, where those
    /// before hang: whoever has waited long enough goes without, and takes what conflicts come.
    pub async fn turn(&self, record: impl Hash) -> Option<MutexGuard<'_, ()>> {
        let mut hasher = DefaultHasher::new();
        record.hash(&mut hasher);
        let turn = &self.turns[(hasher.finish() % TURNS as u64) as usize];
        tokio::time::timeout(PATIENCE, turn.lock()).await.ok()
    }
}
