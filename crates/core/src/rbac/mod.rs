//! Who may do what: permissions, roles that carry them, grants of roles in divisions.

pub mod administrators;
pub mod authority;
pub mod divisions;
pub mod grants;
#[cfg(test)]
mod invariants;
pub mod permission;
pub mod role;
pub mod roles;

pub use authority::Authority;
pub use permission::Permission;
pub use role::{DivisionScope, PermissionPolicy, PolicyRemarks, Role, RoleGrant, SubjectKind};
