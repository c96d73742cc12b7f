//! What can happen. A kind is a thing and what became of it, so that all of one thing are found by its name.

macro_rules! kinds {
    ($($name:ident = $kind:literal;)+) => {
        $(#[doc = concat!("`", $kind, "`.")] pub const $name: &str = $kind;)+

        /// All of them.
        pub const ALL: &[&str] = &[$($name),+];
    };
}

kinds! {
    CLIENT_CREATED = "client.created";
    CLIENT_CHANGED = "client.changed";
    CLIENT_DELETED = "client.deleted";
    CLIENT_SECRET_ADDED = "client.secret_added";
    CLIENT_SECRET_CHANGED = "client.secret_changed";
    CLIENT_SECRET_REMOVED = "client.secret_removed";
    CLIENT_SECRET_REPLACED = "client.secret_replaced";
    CODE_REPLAYED = "code.replayed";
    CONSENT_DENIED = "consent.denied";
    CONSENT_GIVEN = "consent.given";
    CONSENT_IMPLIED = "consent.implied";
    CONSENT_REVOKED = "consent.revoked";
    DIVISION_CREATED = "division.created";
    DIVISION_CHANGED = "division.changed";
    DIVISION_DELETED = "division.deleted";
    DIVISION_RESTORED = "division.restored";
    GRANTS_CHANGED = "grants.changed";
    KEY_ROTATED = "key.rotated";
    LOGIN = "login.succeeded";
    LOGIN_FAILED = "login.failed";
    LOGOUT = "logout";
    ORGANIZATION_CREATED = "organization.created";
    ORGANIZATION_CHANGED = "organization.changed";
    PASSWORD_CHANGED = "password.changed";
    PASSWORD_REFUSED = "password.refused";
    PASSWORD_SET = "password.set";
    REFRESH_REPLAYED = "refresh_token.replayed";
    ROLE_CREATED = "role.created";
    ROLE_CHANGED = "role.changed";
    ROLE_DELETED = "role.deleted";
    SESSIONS_ENDED = "session.ended";
    TOKEN_ISSUED = "token.issued";
    TOKEN_REFUSED = "token.refused";
    TOKEN_REVOKED = "token.revoked";
    TOKENS_REVOKED = "token.all_revoked";
    USER_CREATED = "user.created";
    USER_CHANGED = "user.changed";
    USER_DELETED = "user.deleted";
}

#[cfg(test)]
mod tests;
