//! Who may do what: permissions, roles that carry them, grants of roles in divisions.

pub mod administrators;
pub mod authority;
pub mod divisions;
pub mod grants;
pub mod guard;
#[cfg(test)]
mod invariants;
pub mod permission;
pub mod role;
pub mod roles;

pub use authority::Authority;
pub use guard::Guard;
pub use permission::Permission;
pub use role::{DivisionScope, PermissionPolicy, PolicyRemarks, Role, RoleGrant, SubjectKind};
