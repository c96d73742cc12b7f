//! Everything that a request can reach.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Instant;

use arc_swap::ArcSwap;
use bytes::Bytes;
use chancery_core::client::Client;
use chancery_core::env::{Env, Random};
use chancery_core::facts::{Facts, Load};
use chancery_core::keyring::{Keyring, KeyringError, MasterKey};
use chancery_core::organization::{Division, Organization};
use chancery_core::policy::Policy;
use chancery_core::rbac::{Role, RoleGrant};
use chancery_core::tokens::{AccessToken, Revocations, issue};
use chancery_core::types::{ClientId, Lifetime, OrganizationId, SubjectId, Timestamp, UserId};
use chancery_core::user::User;
use chancery_core::write::{Changed, Revoked, RevokedId, Write};
use chancery_store::{Change, Made, Store, StoreError};
use tokio::sync::{Mutex, MutexGuard};
use tracing::Instrument;

use crate::cache::{Age, Cache};
use crate::clock::Clock;
use crate::http::address::Edges;
use crate::http::body::Room;
use crate::limits::Limits;
use crate::recorder::Recorder;
use crate::telemetry::metrics;
use crate::usage::Usage;

/// When nothing was heard of other nodes for so long, our own tokens are not judged.
const DEAF: Lifetime = Lifetime::from_seconds(60);
/// Tokens opened lately.
const OPENED: usize = 8192;
/// Writers of one record take turns; so many records can be written at the same time.
const TURNS: usize = 64;

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
    opened: quick_cache::sync::Cache<[u8; 32], Arc<AccessToken>>,
    turns: Vec<Mutex<()>>,
    heard_at: AtomicI64,
    /// Whether the last commit reached the store.
    writable: AtomicBool,
    /// Lines of the change log heard lately, so that one change does not empty the caches again and again.
    heard: std::sync::Mutex<HashSet<i64>>,
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

#[derive(Default)]
struct RevokedIds(RwLock<HashMap<RevokedId, Timestamp>>);

impl RevokedIds {
    /// Adds. Never replaces: a revocation is not undone, and one committed while `revoked` was being read must not be
    /// lost.
    fn add(&self, revoked: &[Revoked]) {
        if revoked.is_empty() {
            return;
        }
        let mut ids = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for it in revoked {
            let until = ids.entry(it.id).or_insert(it.expires_at);
            *until = (*until).max(it.expires_at);
        }
    }

    /// Drops what has expired.
    fn prune(&self, now: Timestamp) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).retain(|_, until| now < *until);
    }
}

impl Revocations for RevokedIds {
    fn covers(&self, token: &AccessToken) -> bool {
        let ids = self.0.read().unwrap_or_else(PoisonError::into_inner);
        !ids.is_empty()
            && (ids.contains_key(&RevokedId::Token(token.id))
                || token.family.is_some_and(|family| ids.contains_key(&RevokedId::Family(family))))
    }
}

impl App {
    /// Loads what must be in memory before the first request: the keys and the revoked ids.
    pub async fn load(parts: Parts) -> Result<Arc<Self>, LoadError> {
        let now = parts.clock.now();
        let keys = Keyring::open(&parts.store.keys().await?, &parts.master)?;
        let revoked = RevokedIds::default();
        revoked.add(&parts.store.revoked(now).await?);
        Ok(Arc::new(Self {
            parts,
            recorder: Recorder::default(),
            usage: Usage::default(),
            limits: Limits::default(),
            bodies: Room::default(),
            document: OnceLock::new(),
            keys: ArcSwap::from_pointee(keys),
            revoked,
            clients: Cache::new(20_000),
            users: Cache::new(20_000),
            organizations: Cache::new(1000),
            roles: Cache::new(1000),
            divisions: Cache::new(1000),
            role_grants: Cache::new(20_000),
            opened: quick_cache::sync::Cache::new(OPENED),
            turns: (0..TURNS).map(|_| Mutex::new(())).collect(),
            heard_at: AtomicI64::new(now.millis()),
            writable: AtomicBool::new(true),
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

    /// Fetches one fact, from memory if that is young enough. Says whether memory was asked.
    pub async fn fetch(&self, facts: &mut Facts, load: Load, age: Age) -> Result<bool, StoreError> {
        let now = self.clock.now();
        macro_rules! fetch {
            ($cache:ident, $id:expr, $put:ident, $read:expr, $wrap:expr, $found:ident => $keep:expr) => {{
                if let Some(value) = self.$cache.find($id, age, now) {
                    facts.$put($id, $wrap(value));
                    return Ok(true);
                }
                let ticket = self.$cache.ticket();
                let $found = $read.await?;
                match $keep {
                    Some(value) => {
                        let value = Arc::new(value);
                        self.$cache.keep(ticket, $id, Arc::clone(&value), age, now);
                        facts.$put($id, $wrap(value));
                    }
                    None => facts.$put($id, Default::default()),
                }
                Ok(false)
            }};
        }
        match load {
            Load::ClientCount(id) => {
                facts.put_client_count(id, self.store.count_clients(id).await?);
                Ok(false)
            }
            Load::RoleHolders(id) => {
                facts.put_role_holders(id, Arc::new(self.store.role_holders(id).await?));
                Ok(false)
            }
            Load::WorkingHolders(id) => {
                facts.put_working_holders(id, Arc::new(self.store.working_holders(id).await?));
                Ok(false)
            }
            Load::DivisionUse(id) => {
                facts.put_division_use(id, self.store.division_use(id).await?);
                Ok(false)
            }
            Load::DeletedDivisions(id) => {
                facts.put_deleted_divisions(id, Arc::new(self.store.deleted_divisions(id).await?));
                Ok(false)
            }
            Load::Client(id) => fetch!(clients, id, put_client, self.store.find_client(id), Some, it => it),
            Load::User(id) => fetch!(users, id, put_user, self.store.find_user(id), Some, it => it),
            Load::Organization(id) => {
                fetch!(organizations, id, put_organization, self.store.find_organization(id), Some, it => it)
            }
            Load::Roles(id) => {
                fetch!(roles, id, put_roles, self.store.roles(id), std::convert::identity, it => Some(it))
            }
            Load::Divisions(id) => {
                fetch!(divisions, id, put_divisions, self.store.divisions(id), std::convert::identity, it => Some(it))
            }
            Load::RoleGrants(id) => {
                fetch!(role_grants, id, put_role_grants, self.store.role_grants(id), std::convert::identity, it => Some(it))
            }
        }
    }

    /// Commits, and lets this node see what it did before anybody is answered. Goes on when the caller hangs up, lest
    /// a commit be made that memory never hears of.
    pub async fn commit(self: &Arc<Self>, writes: Vec<Write>) -> Result<Vec<Made>, StoreError> {
        let app = Arc::clone(self);
        let commit = async move {
            let changed: Vec<Changed> = writes.iter().filter_map(Write::changed).collect();
            let revoked: Vec<Revoked> = writes
                .iter()
                .filter_map(|write| if let Write::Revoke(it) = write { Some(*it) } else { None })
                .collect();
            let now = app.clock.now();
            let begun = Instant::now();
            let made = app.store.commit(writes, now).await;
            metrics::commit(begun.elapsed(), &made);
            app.writable.store(matches!(made, Ok(_) | Err(StoreError::Conflict)), Ordering::Relaxed);
            // After a fault nobody knows whether it was done: memory forgets in any case but a clean refusal.
            if made != Err(StoreError::Conflict) {
                app.revoked.add(&revoked);
                for change in changed.into_iter().filter(|change| *change != Changed::Revoked) {
                    app.hear(change).await?;
                }
            }
            made
        };
        let commit = commit.instrument(tracing::debug_span!("commit")).in_current_span();
        tokio::spawn(commit).await.unwrap_or_else(|error| Err(StoreError::Unavailable(error.to_string())))
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
            Changed::Members(id) => {
                self.roles.forget(id);
                self.divisions.forget(id);
                self.users.clear();
                self.role_grants.clear();
            }
            Changed::Revoked => {
                let now = self.clock.now();
                self.revoked.add(&self.store.revoked(now).await?);
                self.revoked.prune(now);
            }
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

    /// Forgets every record: nobody knows what was missed.
    pub fn forget_everything(&self) {
        self.clients.clear();
        self.users.clear();
        self.organizations.clear();
        self.roles.clear();
        self.divisions.clear();
        self.role_grants.clear();
    }

    /// What is new among the lines of the change log that were read just now.
    pub fn news(&self, lines: &[Change]) -> HashSet<Changed> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().filter(|line| !heard.contains(&line.key)).map(|line| line.changed).collect()
    }

    /// Notes that these lines were heard, and with them all changes up to `at`.
    pub fn heard(&self, lines: &[Change], at: Timestamp) {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) =
            lines.iter().map(|line| line.key).collect();
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

    /// Waits until it is this record's turn to be written, so that writers on one node do not conflict.
    pub async fn turn(&self, record: impl Hash) -> MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        record.hash(&mut hasher);
        self.turns[(hasher.finish() % TURNS as u64) as usize].lock().await
    }
}
