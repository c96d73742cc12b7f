//! The permissions that the management API asks for: `domain:entity:action`.

use std::fmt;

/// One permission that an operation can demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Permission {
    /// The product area.
    pub domain: &'static str,
    /// The kind of thing.
    pub entity: &'static str,
    /// What is done to it.
    pub action: &'static str,
    /// In words.
    pub label: &'static str,
    /// Whether it is held in some divisions and not in others.
    pub division_aware: bool,
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.entity.is_empty() {
            return f.write_str(self.domain);
        }
        write!(f, "{}:{}:{}", self.domain, self.entity, self.action)
    }
}

macro_rules! permissions {
    ($($name:ident = $domain:literal $entity:literal $action:literal $division_aware:literal $label:literal;)+) => {
        $(
            #[doc = $label]
            pub const $name: Permission =
                Permission { domain: $domain, entity: $entity, action: $action, label: $label, division_aware: $division_aware };
        )+

        /// Every permission that an operation of this server can demand, ordered by domain and entity.
        pub const ALL: &[Permission] = &[$($name),+];
    };
}

permissions! {
    AUDITS_AUDIT_VIEW = "audits" "audit" "view" false "View the audit log";
    AUTHORIZATION_DIVISION_ADD = "authorization" "division" "add" false "Add divisions";
    AUTHORIZATION_DIVISION_DELETE = "authorization" "division" "delete" true "Delete divisions";
    AUTHORIZATION_DIVISION_EDIT = "authorization" "division" "edit" true "Edit divisions";
    AUTHORIZATION_DIVISION_DELETED_VIEW = "authorization" "divisionDeleted" "view" false "View deleted divisions";
    AUTHORIZATION_GRANT_ADD = "authorization" "grant" "add" true "Grant roles to subjects";
    AUTHORIZATION_GRANT_DELETE = "authorization" "grant" "delete" true "Take roles from subjects";
    AUTHORIZATION_GRANT_VIEW = "authorization" "grant" "view" false "View the grants of subjects";
    AUTHORIZATION_ROLE_ADD = "authorization" "role" "add" false "Add roles";
    AUTHORIZATION_ROLE_DELETE = "authorization" "role" "delete" false "Delete roles";
    AUTHORIZATION_ROLE_EDIT = "authorization" "role" "edit" false "Edit roles";
    AUTHORIZATION_ROLE_VIEW = "authorization" "role" "view" false "View roles";
    DIRECTORY_ORGANIZATION_ADMIN = "directory" "organization" "admin" false "Administer the organization";
    DIRECTORY_USER_ADD = "directory" "user" "add" true "Add users";
    DIRECTORY_USER_DELETE = "directory" "user" "delete" true "Delete users";
    DIRECTORY_USER_EDIT = "directory" "user" "edit" true "Edit users";
    DIRECTORY_USER_SET_PASSWORD = "directory" "user" "setPassword" true "Set the passwords of users";
    OAUTH_CLIENT_ADD = "oauth" "client" "add" false "Add OAuth clients";
    OAUTH_CLIENT_AUTHORIZE = "oauth" "client" "authorize" false "Authorize OAuth clients";
    OAUTH_CLIENT_DELETE = "oauth" "client" "delete" false "Delete OAuth clients";
    OAUTH_CLIENT_EDIT = "oauth" "client" "edit" false "Edit OAuth clients and reset their secrets";
    OAUTH_CLIENT_VIEW = "oauth" "client" "view" false "View OAuth clients";
    OAUTH_TOKEN_DELETE = "oauth" "token" "delete" false "Revoke the tokens of users";
    OAUTH_TOKEN_VIEW = "oauth" "token" "view" false "Introspect the tokens of all clients";
    USAGE_CLIENT_VIEW = "usage" "client" "view" false "View the usage of OAuth clients";
    USAGE_ORGANIZATION_VIEW = "usage" "organization" "view" false "View the usage of the organization";
}

/// The legacy permission of one word that everything administrative accepts.
pub const ADMIN: &str = "admin";

/// The same, for operations that demand it or something else.
pub const ADMIN_WORD: Permission =
    Permission { domain: ADMIN, entity: "", action: "", label: "Administer", division_aware: false };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_names_nothing_twice() {
        let names: Vec<_> = ALL.iter().map(ToString::to_string).collect();
        let mut sorted = names.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(names, sorted);
    }
}
