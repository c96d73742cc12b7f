//! Lines for the logs, which stand on nothing: those of whoever comes while a batch is written are the next batch.

use std::sync::Mutex;
use std::sync::PoisonError;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::commit::Body;
use super::{Database, key};
use crate::StoreError;
use crate::sql::Statement;
use crate::sql::engine::Done;

/// So many commits share one batch at most; bounds the wait of the first.
const GROUP: usize = 512;

struct Job {
    statements: Vec<Statement>,
    reply: oneshot::Sender<Result<Done, StoreError>>,
}

/// The queue of the writing task.
pub struct Batches {
    jobs: Mutex<Option<mpsc::UnboundedSender<Job>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Batches {
    pub fn start(database: Database) -> Self {
        let (jobs, queue) = mpsc::unbounded_channel();
        let task = tokio::spawn(serve(database, queue));
        Self { jobs: Mutex::new(Some(jobs)), task: Mutex::new(Some(task)) }
    }

    /// Writes these with the next batch; nobody is told yes before it is committed.
    pub async fn add(&self, statements: Vec<Statement>) -> Result<Done, StoreError> {
        let closed = || StoreError::Unavailable("the store is closed".to_owned());
        let (reply, answer) = oneshot::channel();
        let job = Job { statements, reply };
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        jobs.and_then(|jobs| jobs.send(job).ok()).ok_or_else(closed)?;
        answer.await.map_err(|_| closed())?
    }

    /// Waits until what is queued is written; takes nothing more.
    pub async fn finish(&self) {
        drop(self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            let _ = task.await;
        }
    }
}

async fn serve(database: Database, mut queue: mpsc::UnboundedReceiver<Job>) {
    let mut jobs = Vec::with_capacity(GROUP);
    while queue.recv_many(&mut jobs, GROUP).await > 0 {
        let (statements, replies): (Vec<_>, Vec<_>) =
            jobs.drain(..).map(|job| ((job.statements), job.reply)).unzip();
        let statements: Vec<_> = statements.into_iter().flatten().collect();
        let mut done = write(&database, &statements).await;
        if done == Err(StoreError::Conflict) {
            // Nothing stands in the way of a log but a key that another node made too: others will do.
            done = write(&database, &statements).await;
        }
        for reply in replies {
            let _ = reply.send(done.clone().map(|()| Done::default()));
        }
    }
}

async fn write(database: &Database, statements: &[Statement]) -> Result<(), StoreError> {
    database.run(&Body::of(statements.to_vec(), key)).await.map(drop)
}
