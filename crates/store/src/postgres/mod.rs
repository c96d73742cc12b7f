//! PostgreSQL, or what speaks its protocol: a bounded pool, commits in transactions of their own, rows that are only added in
//! statements of many rows. Nodes share nothing but the database.

mod batch;
mod commit;
mod many;
mod row;
mod schema;
mod session;
mod settings;

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, UNIX_EPOCH};

use async_trait::async_trait;
use chancery_core::types::Timestamp;
use deadpool_postgres::{Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime, Timeouts};
use tokio_postgres_rustls::MakeRustlsConnect;
use uuid::Uuid;

use crate::sql::engine::{Done, Engine};
use crate::sql::{Expect, Query, Statement, Value};
use crate::transfer::Source;
use crate::{OpenError, Schema, StoreError};
use batch::Batches;
use commit::{Body, Failed};
use row::Fault;
use session::{LONG, Sent, Session};
pub use settings::{CONNECTIONS, Settings, UrlError};

/// Nobody waits longer for a connection.
const WAIT: Duration = Duration::from_secs(1);
/// Nothing is tried again after this time.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two tries, at first; then twice as long each time.
const PAUSE: Duration = Duration::from_millis(10);

/// A store in a database that several nodes can share.
pub struct Postgres {
    /// Names this process in the change log, so that it need not read its own lines.
    node: String,
    database: Database,
    batches: Batches,
}

/// The way to the database.
#[derive(Clone)]
struct Database {
    pool: Pool,
    tls: MakeRustlsConnect,
    prepared: bool,
    /// Whether it can say what became of a transaction.
    remembers: bool,
}

impl Postgres {
    /// Connects, and brings an older schema up. Refuses what is too new.
    pub async fn open(settings: &Settings) -> Result<Self, OpenError> {
        let mut database = Database::of(settings)?;
        let mut client = database.pool.get().await.map_err(|error| OpenError::from(lost(error)))?;
        schema::bring_up(&mut client).await?;
        database.remembers = schema::remembers(&client).await?;
        drop(client);
        let batches = Batches::start(database.clone());
        Ok(Self { node: Uuid::new_v4().simple().to_string(), database, batches })
    }

    /// The schema of the database; nothing is changed.
    pub async fn schema(settings: &Settings) -> Result<Schema, OpenError> {
        let database = Database::of(settings)?;
        let client = database.pool.get().await.map_err(|error| OpenError::from(lost(error)))?;
        schema::look(&client).await
    }

    /// The database as it is at this moment.
    pub async fn source(settings: &Settings) -> Result<impl Source + use<>, OpenError> {
        let mut session = Database::of(settings)?.session().await?;
        session
            .exchange(&[Sent::plain("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")])
            .await?;
        Ok(session)
    }
}

impl Database {
    fn of(settings: &Settings) -> Result<Self, OpenError> {
        let failed = |error: &dyn std::error::Error| OpenError::Io(error.to_string());
        let tls = MakeRustlsConnect::new(settings.tls().map_err(|error| failed(&error))?);
        // A connection that is closed is noticed when it is used; whatever is lost with it is tried again.
        let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(settings.config.clone(), tls.clone(), config);
        let pool = Pool::builder(manager)
            .max_size(settings.connections.max(1))
            .timeouts(Timeouts { wait: Some(WAIT), create: Some(PATIENCE), recycle: Some(WAIT) })
            .runtime(Runtime::Tokio1)
            .build();
        Ok(Self {
            pool: pool.map_err(|error| failed(&error))?,
            tls,
            prepared: settings.prepared,
            remembers: false,
        })
    }

    async fn session(&self) -> Result<Session, Fault> {
        let connection = self.pool.get().await.map_err(lost)?;
        Ok(Session::new(connection, self.tls.clone(), self.prepared))
    }

    /// All rows of all queries, in one transaction if they are several.
    async fn ask<T>(&self, queries: &[Query<T>]) -> Result<Vec<Vec<T>>, Fault> {
        let mut session = self.session().await?;
        let own = queries.iter().map(|it| Sent { sql: it.sql, params: &it.params });
        let answers = if queries.len() == 1 {
            session.exchange(&own.collect::<Vec<_>>()).await?
        } else {
            let mut all = vec![Sent::plain("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")];
            all.extend(own);
            all.push(Sent::plain("COMMIT"));
            session.exchange(&all).await?.drain(1..=queries.len()).collect()
        };
        session.is_clean();
        let read = |(query, answer): (&Query<T>, session::Answer)| {
            answer.rows.iter().map(|row| (query.read)(row)).collect::<Result<Vec<_>, _>>()
        };
        Ok(queries.iter().zip(answers).map(read).collect::<Result<_, _>>()?)
    }

    async fn commit(&self, body: &Body) -> Result<Done, Failed> {
        body.attempt(&mut self.session().await?, self.remembers).await
    }

    /// Does a body once, however often it must be tried.
    async fn run(&self, body: &Body) -> Result<Done, StoreError> {
        let mut tries = Tries::new();
        loop {
            match self.commit(body).await {
                Ok(done) => return Ok(done),
                Err(Failed::Undone(fault)) => tries.again(fault, &self.pool).await?,
                // What changes nothing was done when all of it was found.
                Err(Failed::Unknown(..)) if body.only_looks() => return Ok(body.done(0)),
                Err(Failed::Unknown(transaction, fault)) => {
                    match self.outcome(body, &transaction, &mut tries).await? {
                        Some(true) => return Ok(body.done(0)),
                        Some(false) => tries.again(fault, &self.pool).await?,
                        None => return Err(fault.into_error()),
                    }
                }
            }
        }
    }

    /// Whether a body was done by a transaction whose end was not heard of; `None` if nobody can tell. A transaction that ended is
    /// not taken at its word: after a crash its number may be another's. Its rows have keys that are nobody else's.
    async fn outcome(
        &self,
        body: &Body,
        transaction: &str,
        tries: &mut Tries,
    ) -> Result<Option<bool>, StoreError> {
        if !self.remembers {
            return Ok(None);
        }
        let status = [Query {
            sql: "SELECT pg_xact_status(CAST(CAST($1 AS TEXT) AS XID8))",
            params: crate::sql::params![transaction],
            read: |row| Ok(row.text(0)?.map(str::to_owned)),
        }];
        let ended = loop {
            match self.ask(&status).await {
                Ok(answers) => match answers.into_iter().flatten().flatten().next().as_deref() {
                    Some("in progress") => {
                        tries.again(Fault::Again("a commit does not end".to_owned()), &self.pool).await?;
                    }
                    ended => break ended.map(str::to_owned),
                },
                Err(fault) => tries.again(fault, &self.pool).await?,
            }
        };
        let Some((sql, key)) = body.witness else {
            return Ok((ended.as_deref() == Some("aborted")).then_some(false));
        };
        let witness = [Query { sql, params: crate::sql::params![key], read: |_| Ok(()) }];
        loop {
            match self.ask(&witness).await {
                Ok(answers) => return Ok(Some(answers.iter().any(|rows| !rows.is_empty()))),
                Err(fault) => tries.again(fault, &self.pool).await?,
            }
        }
    }
}

#[async_trait]
impl Source for Session {
    async fn page(&mut self, sql: &'static str, params: Vec<Value>) -> Result<Vec<Vec<Value>>, StoreError> {
        let answers = self.within(LONG, &[Sent { sql, params: &params }]).await.map_err(Fault::into_error)?;
        answers.iter().flat_map(|answer| &answer.rows).map(crate::sql::Row::values).collect()
    }
}

/// How long something has been tried.
struct Tries {
    since: Instant,
    pause: Duration,
}

impl Tries {
    fn new() -> Self {
        Self { since: Instant::now(), pause: PAUSE }
    }

    /// Waits until it can be tried again; the error if it cannot, or not any more.
    async fn again(&mut self, fault: Fault, pool: &Pool) -> Result<(), StoreError> {
        if let Fault::Final(error) = fault {
            return Err(error);
        }
        if matches!(fault, Fault::Lost(_)) {
            // Whatever ended this connection has likely ended the others.
            pool.retain(|connection, _| !connection.is_closed());
        }
        if self.since.elapsed() + self.pause >= PATIENCE {
            return Err(fault.into_error());
        }
        tokio::time::sleep(self.pause).await;
        self.pause *= 2;
        Ok(())
    }
}

/// Nothing was sent: it can be tried again, unless the server said no.
fn lost(error: PoolError) -> Fault {
    match error {
        PoolError::Backend(error) => {
            let was_heard = error.as_db_error().is_some();
            match Fault::from(error) {
                Fault::Final(StoreError::Unavailable(why)) if !was_heard => Fault::Lost(why),
                other => other,
            }
        }
        other => Fault::Lost(other.to_string()),
    }
}

/// A key for a new row: at random, so that nodes wait for no other; or for a log in the order of time, so that what is read
/// together lies together.
fn key(expect: Expect) -> i64 {
    static LAST: AtomicI64 = AtomicI64::new(0);
    let random = Uuid::new_v4().as_u64_pair().1.cast_signed() & i64::MAX;
    if expect != Expect::Log {
        return random;
    }
    let millis = UNIX_EPOCH.elapsed().unwrap_or_default().as_millis();
    let now = i64::try_from(millis << 21).unwrap_or_default() | random & 0xf_ffff;
    let next = |last: i64| Some(now.max(last + 1));
    LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).map_or(now, |last| now.max(last + 1))
}

#[async_trait]
impl Engine for Postgres {
    fn node(&self) -> &str {
        &self.node
    }

    fn time(&self) -> Option<Query<Timestamp>> {
        Some(Query {
            sql: "SELECT CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000 AS BIGINT)",
            params: vec![],
            read: |row| crate::sql::Columns::of(row).next(),
        })
    }

    async fn ask<T: Send + 'static>(&self, queries: Vec<Query<T>>) -> Result<Vec<Vec<T>>, StoreError> {
        if queries.is_empty() {
            return Ok(Vec::new());
        }
        let mut tries = Tries::new();
        loop {
            match self.database.ask(&queries).await {
                Ok(answers) => return Ok(answers),
                Err(fault) => tries.again(fault, &self.database.pool).await?,
            }
        }
    }

    async fn run(&self, statements: Vec<Statement>) -> Result<Done, StoreError> {
        if statements.is_empty() {
            return Ok(Done::default());
        }
        if statements.iter().all(|it| it.expect == Expect::Log) {
            return self.batches.add(statements).await;
        }
        self.database.run(&Body::of(statements, key)).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.batches.finish().await;
        self.database.pool.close();
        Ok(())
    }
}
