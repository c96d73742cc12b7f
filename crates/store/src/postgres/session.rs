//! One connection out of the pool: statements that are sent together and answered in their order, within a time. A connection
//! that is not known to be clean does not go back.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use deadpool_postgres::Object;
use futures_util::{StreamExt, pin_mut};
use tokio_postgres::{Row, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::row::Fault;
use crate::sql::Value;

/// No exchange takes longer: a database that does not answer is as good as none.
pub const PATIENCE: Duration = Duration::from_secs(2);
/// But for what is about any number of rows.
pub const LONG: Duration = Duration::from_secs(61);

/// See the module.
pub struct Session {
    connection: Option<Object>,
    tls: MakeRustlsConnect,
    prepared: bool,
    clean: bool,
}

/// What came of a statement.
#[derive(Default)]
pub struct Answer {
    pub rows: Vec<Row>,
    /// How many rows it changed, or found.
    pub count: u64,
}

/// What is sent, and with what.
pub struct Sent<'a> {
    pub sql: &'a str,
    pub params: &'a [Value],
}

impl<'a> Sent<'a> {
    /// Without parameters.
    pub const fn plain(sql: &'a str) -> Self {
        Self { sql, params: &[] }
    }
}

impl Session {
    /// On this connection; `prepared` keeps statements prepared on it.
    pub const fn new(connection: Object, tls: MakeRustlsConnect, prepared: bool) -> Self {
        Self { connection: Some(connection), tls, prepared, clean: false }
    }

    /// No transaction is open: another can have the connection.
    pub const fn is_clean(&mut self) {
        self.clean = true;
    }

    /// Sends all statements before it waits for the first: one way there and back. After one that fails, the others of a
    /// transaction fail too, so the first failure is what matters.
    pub async fn exchange(&mut self, all: &[Sent<'_>]) -> Result<Vec<Answer>, Fault> {
        self.within(PATIENCE, all).await
    }

    /// The same, for so long. What does not end is cancelled, lest the database goes on with what nobody waits for.
    pub async fn within(&mut self, patience: Duration, all: &[Sent<'_>]) -> Result<Vec<Answer>, Fault> {
        let answers = self.ask(patience, all).await;
        if answers.is_none()
            && let Some(connection) = &self.connection
        {
            let (token, tls) = (connection.cancel_token(), self.tls.clone());
            tokio::spawn(tokio::time::timeout(PATIENCE, async move { token.cancel_query(tls).await }));
        }
        answers.unwrap_or_else(too_long)
    }

    /// The same, for what ends by itself: a commit that is cancelled while it waits for a standby says that it is done.
    pub async fn exchange_without_cancel(&mut self, all: &[Sent<'_>]) -> Result<Vec<Answer>, Fault> {
        self.ask(PATIENCE, all).await.unwrap_or_else(too_long)
    }

    /// `None`: it did not end in time.
    async fn ask(&mut self, patience: Duration, all: &[Sent<'_>]) -> Option<Result<Vec<Answer>, Fault>> {
        self.clean = false;
        let Some(connection) = &self.connection else {
            return Some(Err(Fault::Lost("there is no connection".to_owned())));
        };
        tokio::time::timeout(patience, exchange(connection, self.prepared, all)).await.ok()
    }
}

fn too_long<T>() -> Result<T, Fault> {
    Err(Fault::Lost("the database does not answer in time".to_owned()))
}

impl Drop for Session {
    fn drop(&mut self) {
        if !self.clean
            && let Some(connection) = self.connection.take()
        {
            drop(Object::take(connection));
        }
    }
}

async fn exchange(connection: &Object, prepared: bool, all: &[Sent<'_>]) -> Result<Vec<Answer>, Fault> {
    let mut statements = Vec::with_capacity(all.len());
    for sent in all {
        let statement = if prepared { Some(connection.prepare_cached(sent.sql).await?) } else { None };
        statements.push(statement);
    }
    let mut asked: Vec<_> =
        all.iter().zip(statements).map(|(sent, it)| Box::pin(one(connection, sent, it))).collect();
    let mut early: Vec<_> = Vec::with_capacity(asked.len());
    for it in &mut asked {
        early.push(started(it.as_mut()).await);
    }
    let mut answers = Vec::with_capacity(asked.len());
    for (it, early) in asked.into_iter().zip(early) {
        answers.push(match early {
            Some(answer) => answer?,
            None => it.await?,
        });
    }
    Ok(answers)
}

/// Asks once, which sends it; the answer if it is there already.
async fn started<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    poll_fn(|context| {
        Poll::Ready(match future.as_mut().poll(context) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}

async fn one(connection: &Object, sent: &Sent<'_>, statement: Option<Statement>) -> Result<Answer, Fault> {
    let rows = match &statement {
        Some(statement) => connection.query_raw(statement, sent.params).await?,
        None => {
            let params = sent.params.iter().map(|value| (value, value.type_()));
            connection.query_typed_raw(sent.sql, params).await?
        }
    };
    pin_mut!(rows);
    let mut answer = Answer::default();
    while let Some(row) = rows.next().await {
        answer.rows.push(row?);
    }
    answer.count = rows.rows_affected().unwrap_or_default();
    Ok(answer)
}
