//! From the shared SQL to PostgreSQL's types, and from its errors to ours.

use std::error::Error as _;

use bytes::BytesMut;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::settings::root;
use crate::sql::{Row, Value};
use crate::{OpenError, StoreError};

impl Value {
    /// Its type, for statements that are not prepared.
    pub fn type_(&self) -> Type {
        match self {
            Self::Null => Type::UNKNOWN,
            Self::Int(_) => Type::INT8,
            Self::Text(_) => Type::TEXT,
            Self::Blob(_) => Type::BYTEA,
        }
    }
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) => value.to_sql_checked(ty, out),
            // The one character that PostgreSQL does not keep.
            Self::Text(value) if value.contains('\0') => {
                value.replace('\0', "\u{fffd}").to_sql_checked(ty, out)
            }
            Self::Text(value) => value.to_sql_checked(ty, out),
            Self::Blob(value) => value.to_sql_checked(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        // Each value looks for itself.
        true
    }

    to_sql_checked!();
}

impl Row for tokio_postgres::Row {
    fn int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        self.try_get(column).map_err(unreadable)
    }

    fn text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        self.try_get(column).map_err(unreadable)
    }

    fn blob(&self, column: usize) -> Result<Option<Vec<u8>>, StoreError> {
        self.try_get(column).map_err(unreadable)
    }

    fn values(&self) -> Result<Vec<Value>, StoreError> {
        let value = |(index, column): (usize, &tokio_postgres::Column)| {
            Ok(match *column.type_() {
                Type::INT8 => self.int(index)?.into(),
                Type::BYTEA => self.blob(index)?.into(),
                _ => self.text(index)?.into(),
            })
        };
        self.columns().iter().enumerate().map(value).collect()
    }
}

fn unreadable(error: tokio_postgres::Error) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

/// What went wrong, and what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing was done, and the same can be tried again.
    Again(String),
    /// The connection is of no use any more. Nothing was done, unless it was about to commit.
    Lost(String),
    /// It will not get better.
    Final(StoreError),
}

impl Fault {
    /// What nobody could help.
    pub fn into_error(self) -> StoreError {
        match self {
            Self::Again(why) | Self::Lost(why) => StoreError::Unavailable(why),
            Self::Final(error) => error,
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Final(error)
    }
}

impl From<tokio_postgres::Error> for Fault {
    /// A broken constraint is a conflict. The text of an error is the server's message without its detail, which repeats values.
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(reported) = error.as_db_error() else {
            return if error.is_closed() || error.source().is_some_and(|it| it.is::<std::io::Error>()) {
                Self::Lost(root(&error))
            } else {
                Self::Final(StoreError::Unavailable(error.to_string()))
            };
        };
        let (code, text) = (reported.code(), format!("{}: {}", reported.code().code(), reported.message()));
        let is_gone = [
            &SqlState::ADMIN_SHUTDOWN,
            &SqlState::CRASH_SHUTDOWN,
            &SqlState::CANNOT_CONNECT_NOW,
            &SqlState::TOO_MANY_CONNECTIONS,
            // A primary that became a standby.
            &SqlState::READ_ONLY_SQL_TRANSACTION,
            &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        ];
        match code.code() {
            "40001" | "40P01" | "55P03" => Self::Again(text),
            code if code.starts_with("23") => Self::Final(StoreError::Conflict),
            code if code.starts_with("08") => Self::Lost(text),
            "XX001" | "XX002" => Self::Final(StoreError::Corrupt(text)),
            _ if is_gone.contains(&code) => Self::Lost(text),
            _ => Self::Final(StoreError::Unavailable(text)),
        }
    }
}

impl From<Fault> for OpenError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Again(why) | Fault::Lost(why) => Self::Unreachable(why),
            Fault::Final(StoreError::Unavailable(why)) => Self::Io(why),
            Fault::Final(StoreError::Corrupt(why)) => Self::Damaged(why),
            Fault::Final(StoreError::Conflict) => Self::Io("it was changed meanwhile".to_owned()),
        }
    }
}
