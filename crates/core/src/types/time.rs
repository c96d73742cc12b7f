//! Points in time and spans of it; the unit lives in the type.

use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From whole seconds since the epoch (a `NumericDate` of RFC 7519 section 2).
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// `yyyy-MM-dd'T'HH:mm:ss.SSS'Z'`, exactly three fraction digits: what every SDK can read.
    pub fn to_rfc3339(self) -> String {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(time) => format!("{time:.3}"),
            Err(_) => "9999-12-30T22:00:00.000Z".to_owned(),
        }
    }

    /// Reads an ISO 8601 date-time with an offset; `None` if it is not one, or if its year in UTC is not one of 1970 to
    /// 9999, which is what every SDK can read back.
    pub fn parse(text: &str) -> Option<Self> {
        const LAST: i64 = 253_402_300_799_999;
        let time = text.parse::<jiff::Timestamp>().ok()?.as_millisecond();
        (0..=LAST).contains(&time).then_some(Self(time))
    }
}

/// A span of whole seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lifetime(u32);

impl Lifetime {
    /// So many seconds.
    pub const fn from_seconds(seconds: u32) -> Self {
        Self(seconds)
    }

    /// So many days.
    pub const fn from_days(days: u32) -> Self {
        Self(days * 86_400)
    }

    /// In seconds.
    pub const fn seconds(self) -> u32 {
        self.0
    }

    /// In milliseconds.
    pub const fn millis(self) -> i64 {
        self.0 as i64 * 1000
    }
}

impl Add<Lifetime> for Timestamp {
    type Output = Self;
    fn add(self, span: Lifetime) -> Self {
        Self(self.0.saturating_add(span.millis()))
    }
}

impl Sub<Lifetime> for Timestamp {
    type Output = Self;
    fn sub(self, span: Lifetime) -> Self {
        Self(self.0.saturating_sub(span.millis()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_has_three_fraction_digits() {
        assert_eq!(Timestamp::from_millis(0).to_rfc3339(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::from_millis(1_700_000_000_120).to_rfc3339(), "2023-11-14T22:13:20.120Z");
        assert_eq!(Timestamp::from_millis(-1).to_rfc3339(), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn what_is_written_can_be_read() {
        let time = Timestamp::from_millis(1_700_000_000_120);
        assert_eq!(Timestamp::parse(&time.to_rfc3339()), Some(time));
        assert_eq!(Timestamp::parse("2023-11-14T22:13:20Z"), Some(Timestamp::from_seconds(1_700_000_000)));
        assert_eq!(
            Timestamp::parse("2023-11-14T23:13:20+01:00"),
            Some(Timestamp::from_seconds(1_700_000_000))
        );
        for wrong in [
            "",
            "yesterday",
            "2023-11-14",
            "2023-13-14T22:13:20Z",
            "-000001-01-01T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
        ] {
            assert_eq!(Timestamp::parse(wrong), None, "{wrong}");
        }
    }
}
