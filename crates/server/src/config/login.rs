//! The `[login]` and `[audit]` sections, as they stand in a file: times are whole seconds, or days.

use chancery_core::policy;
use chancery_core::types::Lifetime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ConfigError, refuse};

/// How long a login lasts, here and in applications.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Login {
    /// Seconds that a browser's session lasts without use.
    #[schemars(range(min = 60, max = 31_536_000))]
    pub session_idle: u32,
    /// Seconds that it lasts in any case.
    #[schemars(range(min = 60, max = 31_536_000))]
    pub session_lifetime: u32,
    /// Seconds from the login in which its refresh tokens are good.
    #[schemars(range(min = 60, max = 31_536_000))]
    pub refresh_lifetime: u32,
    /// Seconds in which a refresh token that is presented again gets the same answer; later, all that came of the login is
    /// revoked.
    #[schemars(range(max = 300))]
    pub refresh_reuse: u32,
    /// A new password ends the sessions and tokens that came of the old one.
    pub revoke_on_password_change: bool,
}

impl Default for Login {
    fn default() -> Self {
        let policy::Login {
            session_idle,
            session_lifetime,
            refresh_lifetime,
            refresh_reuse,
            revoke_on_password_change,
        } = policy::Login::default();
        Self {
            session_idle: session_idle.seconds(),
            session_lifetime: session_lifetime.seconds(),
            refresh_lifetime: refresh_lifetime.seconds(),
            refresh_reuse: refresh_reuse.seconds(),
            revoke_on_password_change,
        }
    }
}

impl Login {
    /// Refuses times that are none.
    pub fn check(&self) -> Result<(), ConfigError> {
        let times = [self.session_idle, self.session_lifetime, self.refresh_lifetime];
        if times.iter().any(|seconds| !(60..=31_536_000).contains(seconds)) {
            return refuse("The times in [login] have 60 to 31536000 seconds.");
        }
        if self.refresh_reuse > 300 {
            return refuse("refresh_reuse in [login] has at most 300 seconds.");
        }
        Ok(())
    }
}

impl From<Login> for policy::Login {
    fn from(it: Login) -> Self {
        Self {
            session_idle: Lifetime::from_seconds(it.session_idle),
            session_lifetime: Lifetime::from_seconds(it.session_lifetime),
            refresh_lifetime: Lifetime::from_seconds(it.refresh_lifetime),
            refresh_reuse: Lifetime::from_seconds(it.refresh_reuse),
            revoke_on_password_change: it.revoke_on_password_change,
        }
    }
}

/// How long the audit log remembers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Audit {
    /// Days that an entry is kept.
    #[schemars(range(min = 1, max = 36_500))]
    pub retention_days: u16,
    /// Whether tokens that were issued are entries: one for each client, five seconds and kind of grant. Refused ones always are.
    pub tokens: bool,
}

impl Default for Audit {
    fn default() -> Self {
        let own = policy::Audit::default();
        let days = own.retention.seconds() / 86_400;
        Self { retention_days: u16::try_from(days).unwrap_or(u16::MAX), tokens: own.tokens }
    }
}

impl Audit {
    /// Refuses to remember nothing.
    pub fn check(&self) -> Result<(), ConfigError> {
        if !(1..=36_500).contains(&self.retention_days) {
            return refuse("retention_days in [audit] is 1 to 36500.");
        }
        Ok(())
    }
}

impl From<Audit> for policy::Audit {
    fn from(it: Audit) -> Self {
        Self { retention: Lifetime::from_days(it.retention_days.into()), tokens: it.tokens }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_their_ranges() {
        for (text, good) in [
            ("", true),
            ("refresh_reuse = 0", true),
            ("refresh_reuse = 301", false),
            ("session_idle = 59", false),
            ("session_lifetime = 31536001", false),
            ("refresh_lifetime = 60", true),
        ] {
            let read: Login = toml::from_str(text).expect(text);
            assert_eq!(read.check().is_ok(), good, "{text}");
        }
        let read = |days: u16| Audit { retention_days: days, ..Audit::default() };
        assert!(read(0).check().is_err() && read(1).check().is_ok() && read(36_501).check().is_err());
    }
}
