//! From the shared SQL to rusqlite.

use rusqlite::Connection;
use rusqlite::types::{ToSqlOutput, Value as SqliteValue, ValueRef};

use crate::StoreError;
use crate::sql::{Query, Row, Value};

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(SqliteValue::Null),
            Self::Int(value) => ToSqlOutput::Owned(SqliteValue::Integer(*value)),
            Self::Text(value) => ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())),
            Self::Blob(value) => ToSqlOutput::Borrowed(ValueRef::Blob(value)),
        })
    }
}

struct SqliteRow<'a, 'b>(&'a rusqlite::Row<'b>);

impl Row for SqliteRow<'_, '_> {
    fn int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        self.0.get(column).map_err(error)
    }

    fn text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        let value = self.0.get_ref(column).map_err(error)?;
        value.as_str_or_null().map_err(|why| StoreError::Corrupt(format!("column {column}: {why}")))
    }

    fn blob(&self, column: usize) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get(column).map_err(error)
    }

    fn values(&self) -> Result<Vec<Value>, StoreError> {
        let value = |column: usize| {
            let damaged = || StoreError::Corrupt("a text is not UTF-8, or a number is not whole".to_owned());
            Ok(match self.0.get_ref(column).map_err(error)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(value) => Value::Int(value),
                ValueRef::Text(text) => Value::Text(str::from_utf8(text).map_err(|_| damaged())?.to_owned()),
                ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
                ValueRef::Real(_) => return Err(damaged()),
            })
        };
        (0..self.0.as_ref().column_count()).map(value).collect()
    }
}

/// All rows of a query.
pub fn all<T>(connection: &Connection, query: &Query<T>) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(query.sql).map_err(error)?;
    let mut rows = statement.query(rusqlite::params_from_iter(&query.params)).map_err(error)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(error)? {
        found.push((query.read)(&SqliteRow(row))?);
    }
    Ok(found)
}

/// Runs a statement that begins or ends something; prepared once, since these come with every group.
pub fn execute(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute([])).map(drop).map_err(error)
}

/// What an error of SQLite means here: a broken constraint is a conflict, damage is damage, the rest may pass.
pub fn error(error: rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode::{ConstraintViolation, DatabaseCorrupt, NotADatabase};
    match error.sqlite_error_code() {
        Some(ConstraintViolation) => StoreError::Conflict,
        Some(DatabaseCorrupt | NotADatabase) => StoreError::Corrupt(error.to_string()),
        _ => match error {
            rusqlite::Error::InvalidColumnType(..) | rusqlite::Error::FromSqlConversionFailure(..) => {
                StoreError::Corrupt(error.to_string())
            }
            _ => StoreError::Unavailable(error.to_string()),
        },
    }
}
