//! A point in time, as pages show it.

use std::fmt;

use chancery_core::types::Timestamp;

/// Shown as `YYYY-MM-DD HH:MM UTC`: without script nobody knows where the person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl Moment {
    /// For machines (RFC 3339).
    pub fn machine(self) -> String {
        self.0.to_rfc3339()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = self.machine();
        let (date, time) = machine.split_once('T').unwrap_or((&machine, ""));
        write!(f, "{date} {} UTC", time.get(..5).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_shown_by_its_minute() {
        let moment = Moment(Timestamp::from_seconds(1_700_000_000));
        assert_eq!(moment.to_string(), "2023-11-14 22:13 UTC");
    }
}
