//! The SQL that every SQL backend runs: plain statements and queries, without a connection.
//!
//! It keeps to what SQLite, PostgreSQL and engines that speak PostgreSQL's protocol share: BIGINT, TEXT and
//! BLOB/BYTEA, times passed in, parameters `$1..$n` in ascending order of first use, single-statement transitions.

/// Finds rows by `MANY` keys.
macro_rules! any_of {
    () => {
        "IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)"
    };
}

pub mod assertion;
pub mod attempt;
pub mod audit;
pub mod change;
pub mod client;
pub mod consent;
pub mod division;
pub mod engine;
pub mod family;
pub mod key;
pub mod lease;
pub mod organization;
pub mod revoked;
pub mod role;
pub mod session;
pub mod sweep;
pub mod ticket;
pub mod usage;
pub mod user;
pub mod write;

use chancery_core::types::Timestamp;

use crate::StoreError;

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A number, a moment, or a flag.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<Timestamp> for Value {
    fn from(value: Timestamp) -> Self {
        Self::Int(value.millis())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Blob(value)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! values_from_ids {
    ($($id:ident)+) => {$(
        impl From<chancery_core::types::$id> for Value {
            fn from(id: chancery_core::types::$id) -> Self {
                Self::Text(id.to_string())
            }
        }
    )+};
}

values_from_ids!(OrganizationId ClientId UserId RoleId DivisionId SecretId SubjectId CodeId);

/// What must come of a statement, lest the commit fails with `Conflict`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Nothing in particular.
    Anything,
    /// The same, and however many rows there are it changes all: that may take its time.
    Many,
    /// It changes exactly one row.
    OneRow,
    /// It is a query, and answers a row, which nobody changes until the commit is over.
    Found,
    /// The same, and nobody else who holds it goes on meanwhile.
    Held,
    /// It only adds, and several of its kind can be one statement.
    Add,
    /// It inserts a row whose key, the first parameter, the backend makes.
    Ticket,
    /// The same for a family.
    Family,
    /// The same for a session.
    Session,
    /// The same for a line of a log, whose key nobody is told.
    Log,
}

/// One statement of a commit.
#[derive(Clone, Debug)]
pub struct Statement {
    pub sql: &'static str,
    pub params: Vec<Value>,
    pub expect: Expect,
}

/// A query, and how one of its rows is read.
pub struct Query<T> {
    pub sql: &'static str,
    pub params: Vec<Value>,
    pub read: fn(&dyn Row) -> Result<T, StoreError>,
}

/// So many rows are found by their keys with one query.
pub const MANY: usize = 25;

/// The parameters of such a query: where there are fewer keys, one stands for the rest.
fn any_of<T: Copy + Into<Value>>(keys: &[T]) -> Vec<Value> {
    let rest = keys.last().into_iter().cycle();
    keys.iter().chain(rest).take(MANY).map(|key| (*key).into()).collect()
}

/// A row of an answer, whatever the engine.
pub trait Row {
    fn int(&self, column: usize) -> Result<Option<i64>, StoreError>;
    fn text(&self, column: usize) -> Result<Option<&str>, StoreError>;
    fn blob(&self, column: usize) -> Result<Option<Vec<u8>>, StoreError>;
    /// All columns, each as what it is.
    fn values(&self) -> Result<Vec<Value>, StoreError>;
}

/// Reads a row from left to right.
pub struct Columns<'a> {
    row: &'a dyn Row,
    next: usize,
}

impl<'a> Columns<'a> {
    pub fn of(row: &'a dyn Row) -> Self {
        Self { row, next: 0 }
    }

    fn column(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    /// The next column as `T`; an error if it is null or no `T`.
    pub fn next<T: Column>(&mut self) -> Result<T, StoreError> {
        let column = self.column();
        T::read(self.row, column)?.ok_or_else(|| corrupt(column))
    }

    /// The next column as `T`, or `None` if it is null.
    pub fn maybe<T: Column>(&mut self) -> Result<Option<T>, StoreError> {
        let column = self.column();
        T::read(self.row, column)
    }

    /// The next column, as text that `parse` understands.
    pub fn parse<T>(&mut self, parse: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
        let column = self.column();
        self.row.text(column)?.and_then(parse).ok_or_else(|| corrupt(column))
    }

    /// The same, or `None` if the column is null.
    pub fn maybe_parse<T>(&mut self, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, StoreError> {
        let column = self.column();
        match self.row.text(column)? {
            None => Ok(None),
            Some(text) => parse(text).map(Some).ok_or_else(|| corrupt(column)),
        }
    }

    /// The next column, as JSON.
    pub fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, StoreError> {
        self.parse(|text| serde_json::from_str(text).ok())
    }
}

fn corrupt(column: usize) -> StoreError {
    StoreError::Corrupt(format!("column {column} of a row cannot be read"))
}

/// What a column can hold.
pub trait Column: Sized {
    fn read(row: &dyn Row, column: usize) -> Result<Option<Self>, StoreError>;
}

impl Column for i64 {
    fn read(row: &dyn Row, column: usize) -> Result<Option<Self>, StoreError> {
        row.int(column)
    }
}

impl Column for u32 {
    fn read(row: &dyn Row, column: usize) -> Result<Option<Self>, StoreError> {
        row.int(column)?.map(|value| value.try_into().map_err(|_| corrupt(column))).transpose()
    }
}

impl Column for u64 {
    fn read(row: &dyn Row, column: usize) -> Result<Option<Self>, StoreError> {
        row.int(column)?.map(|value| value.try_into().map_err(|_| corrupt(column))).transpose()
    }
}

impl Column for bool {
    fn read(row: &dyn Row, column: usize) -> Result<Option<Self>, StoreError> {
        Ok(row.int(column)?.map(|value| value != 0))
    }
}

impl Column for Timestamp {
    fn read(row: &dyn Row, column: usize) -> Result<Option<Self>, StoreError> {
        Ok(row.int(column)?.map(Self::from_millis))
    }
}

impl Column for String {
    fn read(row: &dyn Row, column: usize) -> Result<Option<Self>, StoreError> {
        Ok(row.text(column)?.map(str::to_owned))
    }
}

impl Column for Vec<u8> {
    fn read(row: &dyn Row, column: usize) -> Result<Option<Self>, StoreError> {
        row.blob(column)
    }
}

/// As JSON text; what we write ourselves always can be.
pub fn json<T: serde::Serialize>(value: &T) -> Value {
    Value::Text(serde_json::to_string(value).unwrap_or_default())
}

/// A statement's parameters, or a query's.
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::sql::Value::from($value)),*] };
}
pub(crate) use params;
