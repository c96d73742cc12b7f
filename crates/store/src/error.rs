//! What can go wrong with a store, and with opening one.

/// Why the store did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The world changed under the decision: load and decide again. Never shown to a user.
    #[error("the world changed under the decision")]
    Conflict,
    /// The store cannot be reached or does not answer.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// The store holds something that this version cannot read.
    #[error("the store is damaged: {0}")]
    Corrupt(String),
}

/// Why a database was not opened. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot be read or written, or made.
    #[error("it cannot be opened: {0}")]
    Io(String),
    /// It does not answer, or not yet.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// The file is no database, or its content is damaged.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// The database belongs to another program.
    #[error("it is a database of another program")]
    Foreign,
    /// The database was written by a newer version.
    #[error("its schema has version {found}, and this version of Chancery knows {known}")]
    TooNew {
        /// The version in the file.
        found: i32,
        /// The highest version known here.
        known: i32,
    },
    /// A migration failed.
    #[error("its schema cannot be brought up to date: {0}")]
    Migration(String),
}

impl OpenError {
    /// A thread could not be started.
    pub fn thread(error: std::io::Error) -> Self {
        Self::Io(error.to_string())
    }
}
