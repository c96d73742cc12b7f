//! Who may do what: permissions, roles that carry them, grants of roles in divisions.

pub mod authority;
pub mod permission;
pub mod role;

pub use authority::Authority;
pub use permission::Permission;
pub use role::{DivisionScope, PermissionPolicy, Role, RoleGrant, SubjectKind};
