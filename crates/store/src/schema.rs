//! The version of a database's schema, and who can serve it. Versions first add (expand) and later take away (contract), so that two
//! of them can serve one database while nodes are replaced one after another.

/// What is known of a schema before anything is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    /// The version in the database; 0: it has none.
    pub found: i32,
    /// The highest version known here.
    pub known: i32,
    /// The oldest version whose binaries understand it as it is.
    pub served_since: i32,
}

impl Schema {
    /// Whether this version of Chancery does not understand it.
    pub const fn is_too_new(&self) -> bool {
        self.found > self.known && self.served_since > self.known
    }

    /// Whether it lacks what this version brings.
    pub const fn is_outdated(&self) -> bool {
        self.found < self.known
    }
}
