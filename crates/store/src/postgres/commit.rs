//! A commit: all of its statements in one transaction, or none. The keys of new rows are made before it begins, so that whatever
//! becomes of a connection, the same body can be tried again.

use std::borrow::Cow;

use chancery_core::types::{FamilyKey, SessionKey, TicketKey};

use super::many;
use super::row::Fault;
use super::session::{Answer, LONG, PATIENCE, Sent, Session};
use crate::sql::engine::Done;
use crate::sql::{Expect, Statement, Value};
use crate::{Made, StoreError};

/// Statements with the keys of all rows that they make.
pub struct Body {
    statements: Vec<Ready>,
    made: Vec<Made>,
    /// A row that is there if the body was done, and only then: how it is looked for, and its key.
    pub witness: Option<(&'static str, i64)>,
}

/// A statement as it is sent.
pub struct Ready {
    pub sql: Cow<'static, str>,
    pub params: Vec<Value>,
    pub expect: Expect,
    /// As many rows as it must change, if it must.
    pub rows: u64,
}

/// How an attempt ended that did not end well.
pub enum Failed {
    /// Nothing was done.
    Undone(Fault),
    /// It was about to commit, and this transaction may have.
    Unknown(String, Fault),
}

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Self {
        Self::Undone(fault)
    }
}

impl Body {
    /// With keys that `key` makes.
    pub fn of(statements: Vec<Statement>, key: impl Fn(Expect) -> i64) -> Self {
        let mut body =
            Self { statements: Vec::with_capacity(statements.len()), made: Vec::new(), witness: None };
        for it in statements {
            let mut params = it.params;
            if let Expect::Ticket | Expect::Family | Expect::Session | Expect::Log = it.expect {
                let key = key(it.expect);
                params[0] = Value::Int(key);
                let look = match it.expect {
                    Expect::Ticket => "SELECT 1 FROM tickets WHERE key = $1",
                    Expect::Family => "SELECT 1 FROM families WHERE key = $1",
                    Expect::Session => "SELECT 1 FROM sessions WHERE key = $1",
                    _ if it.sql.contains("INTO audit ") => "SELECT 1 FROM audit WHERE key = $1",
                    _ => "SELECT 1 FROM change_log WHERE key = $1",
                };
                body.witness = body.witness.or(Some((look, key)));
                body.made.extend(match it.expect {
                    Expect::Ticket => Some(Made::Ticket(TicketKey(key))),
                    Expect::Family => Some(Made::Family(FamilyKey(key))),
                    Expect::Session => Some(Made::Session(SessionKey(key))),
                    _ => None,
                });
            }
            // What a decision stands on stays as it is until the decision is committed.
            let sql = match it.expect {
                Expect::Found => Cow::Owned(format!("{} FOR SHARE", it.sql)),
                Expect::Held => Cow::Owned(format!("{} FOR UPDATE", it.sql)),
                _ => Cow::Borrowed(it.sql),
            };
            body.statements.push(Ready { sql, params, expect: it.expect, rows: 1 });
        }
        body.statements = many::together(body.statements);
        body
    }

    /// Tries once.
    /// With `named` it asks for the transaction's id, by which its end can be asked for.
    pub async fn attempt(&self, session: &mut Session, named: bool) -> Result<Done, Failed> {
        // Whoever waits there for longer than anybody does here ends by itself, and with it its backend.
        let (limit, patience) = if self.statements.iter().any(|it| it.expect == Expect::Many) {
            ("SET LOCAL statement_timeout = 60000", LONG)
        } else {
            ("SET LOCAL statement_timeout = 1900", PATIENCE)
        };
        let mut all = vec![Sent::plain("BEGIN"), Sent::plain(limit)];
        if patience == LONG {
            // Only whoever answers at all is waited for.
            session.exchange(&std::mem::take(&mut all)).await?;
        }
        let opening = all.len();
        all.extend(self.statements.iter().map(|it| Sent { sql: &it.sql, params: &it.params }));
        if named {
            all.push(Sent::plain("SELECT CAST(pg_current_xact_id() AS TEXT)"));
        }
        let answers = match session.within(patience, &all).await {
            Err(Fault::Final(StoreError::Conflict)) => None,
            answers => Some(answers?),
        };
        let changed = answers.as_ref().and_then(|answers| self.changed(&answers[opening..]));
        let (Some(answers), Some(changed)) = (answers, changed) else {
            session.exchange(&[Sent::plain("ROLLBACK")]).await?;
            session.is_clean();
            return Err(Fault::Final(StoreError::Conflict).into());
        };
        let transaction = answers.last().and_then(|it| it.rows.first()?.try_get(0).ok()).unwrap_or_default();
        match session.exchange_without_cancel(&[Sent::plain("COMMIT")]).await {
            Ok(_) => {
                session.is_clean();
                Ok(Done { made: self.made.clone(), changed })
            }
            Err(fault @ Fault::Lost(_)) => Err(Failed::Unknown(transaction, fault)),
            Err(fault) => Err(fault.into()),
        }
    }

    /// Whether it changes nothing.
    pub fn only_looks(&self) -> bool {
        self.statements.iter().all(|it| matches!(it.expect, Expect::Found | Expect::Held))
    }

    /// What it did, if it did what it was to do.
    pub fn done(&self, changed: usize) -> Done {
        Done { made: self.made.clone(), changed }
    }

    /// How many rows were changed; `None`: the world was not as expected.
    fn changed(&self, answers: &[Answer]) -> Option<usize> {
        let mut changed = 0;
        for (it, answer) in self.statements.iter().zip(answers) {
            match it.expect {
                Expect::Found | Expect::Held if answer.rows.is_empty() => return None,
                Expect::Found | Expect::Held => {}
                Expect::Anything | Expect::Many | Expect::Add => changed += answer.count,
                _ if answer.count != it.rows => return None,
                _ => changed += answer.count,
            }
        }
        Some(usize::try_from(changed).unwrap_or(usize::MAX))
    }
}
