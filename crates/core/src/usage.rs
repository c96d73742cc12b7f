//! How often clients call the management API: counts by day, operation and class of status, and queries over them.

use serde::{Deserialize, Serialize};

use crate::error::{ApiCode, ApiError};
use crate::types::{ClientId, Timestamp};

const DAY_MILLIS: i64 = 86_400_000;
/// Counts are kept for so many days.
pub const KEPT_DAYS: i64 = 400;

/// A day by its number since 1970-01-01, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i64);

impl Day {
    /// The day of a moment.
    pub const fn of(at: Timestamp) -> Self {
        Self(at.millis().div_euclid(DAY_MILLIS))
    }

    /// Its first moment.
    pub const fn start(self) -> Timestamp {
        Timestamp::from_millis(self.0.saturating_mul(DAY_MILLIS))
    }

    fn date(self) -> Option<jiff::civil::Date> {
        let time = jiff::Timestamp::from_millisecond(self.start().millis()).ok()?;
        Some(jiff::tz::Offset::UTC.to_datetime(time).date())
    }

    fn from_date(date: jiff::civil::Date) -> Option<Self> {
        let start = jiff::tz::Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
        Some(Self(start.as_millisecond().div_euclid(DAY_MILLIS)))
    }
}

/// Requests by class of status. `status429` is part of `status400`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// 2xx.
    pub status200: u64,
    /// 3xx.
    pub status300: u64,
    /// 4xx.
    pub status400: u64,
    /// 5xx.
    pub status500: u64,
    /// 429 alone.
    pub status429: u64,
}

impl Tally {
    /// Counts one answer.
    pub const fn count(&mut self, status: u16) {
        match status / 100 {
            2 => self.status200 += 1,
            3 => self.status300 += 1,
            4 => self.status400 += 1,
            _ => self.status500 += 1,
        }
        if status == 429 {
            self.status429 += 1;
        }
    }

    /// Adds another.
    pub const fn add(&mut self, other: &Self) {
        self.status200 += other.status200;
        self.status300 += other.status300;
        self.status400 += other.status400;
        self.status500 += other.status500;
        self.status429 += other.status429;
    }

    /// All of them.
    pub const fn requests(&self) -> u64 {
        self.status200 + self.status300 + self.status400 + self.status500
    }
}

/// The requests of a client to one operation on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageCount {
    /// Who asked.
    pub client: ClientId,
    /// When.
    pub day: Day,
    /// The path of the operation, with `{clientId}` for what varies.
    pub template: String,
    /// The method.
    pub method: String,
    /// How often, by answer.
    pub tally: Tally,
}

/// How long one row of an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Granularity {
    /// One day.
    Day,
    /// From Monday on.
    Week,
    /// One month.
    Month,
}

impl Granularity {
    /// All of them with their wire names.
    pub const ALL: &[(Self, &str)] = &[(Self::Day, "Day"), (Self::Week, "Week"), (Self::Month, "Month")];
}

/// What rows are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupBy {
    /// The client.
    Client,
    /// The organization.
    Organization,
    /// The path of the operation.
    Template,
    /// The method.
    Method,
}

impl GroupBy {
    /// All of them with their wire names.
    pub const ALL: &[(Self, &str)] = &[
        (Self::Client, "OAuthClientId"),
        (Self::Organization, "OrganizationId"),
        (Self::Template, "TemplateUri"),
        (Self::Method, "HttpMethod"),
    ];
}

/// Which counts a row shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Metric {
    /// 2xx.
    Status200,
    /// 3xx.
    Status300,
    /// 4xx.
    Status400,
    /// 5xx.
    Status500,
    /// 429.
    Status429,
    /// All.
    Requests,
}

impl Metric {
    /// All of them with their wire names.
    pub const ALL: &[(Self, &str)] = &[
        (Self::Status200, "Status200"),
        (Self::Status300, "Status300"),
        (Self::Status400, "Status400"),
        (Self::Status500, "Status500"),
        (Self::Status429, "Status429"),
        (Self::Requests, "Requests"),
    ];
}

/// A query over the counts of one client. Small enough to be its own id: see `Query::id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// Whose counts.
    pub client: ClientId,
    /// The first day.
    pub from: Day,
    /// The day after the last.
    pub until: Day,
    /// How long one row is; `None`: all of it.
    pub granularity: Option<Granularity>,
    /// What rows are told apart by; empty stands for the client.
    pub group_by: Vec<GroupBy>,
    /// What a row shows; empty stands for everything.
    pub metrics: Vec<Metric>,
}

/// One row of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The path, if asked for, else empty.
    pub template: String,
    /// The method, if asked for, else empty.
    pub method: String,
    /// The first day that it stands for.
    pub day: Day,
    /// The counts.
    pub tally: Tally,
}

impl Query {
    /// Reads `start/end`, each a date or a date-time. The end does not belong to it, unless it is within a day.
    pub fn interval(text: &str) -> Result<(Day, Day), ApiError> {
        let refused = || ApiError::new(ApiCode::InvalidDate).at("interval");
        let (start, end) = text.split_once('/').ok_or_else(refused)?;
        let moment = |text: &str| {
            let text = text.trim();
            let date = || text.parse::<jiff::civil::Date>().ok().and_then(Day::from_date).map(Day::start);
            // Without an offset it is UTC.
            Timestamp::parse(text)
                .or_else(|| (text.len() > 10).then(|| Timestamp::parse(&format!("{text}Z"))).flatten())
                .or_else(date)
        };
        let (start, end) = (moment(start).ok_or_else(refused)?, moment(end).ok_or_else(refused)?);
        let until = Day::of(Timestamp::from_millis(end.millis().saturating_add(DAY_MILLIS - 1)));
        let from = Day::of(start);
        if start >= end {
            return Err(ApiError::constraint("interval", "The interval ends after it starts."));
        }
        if until.0 - from.0 > KEPT_DAYS {
            return Err(ApiError::constraint("interval", "The interval has at most 400 days."));
        }
        Ok((from, until))
    }

    /// The query itself in characters that a path carries: no node needs to remember it.
    pub fn id(&self) -> String {
        postcard::to_allocvec(self).map(|bytes| crate::jose::base64url(&bytes)).unwrap_or_default()
    }

    /// Reads what `id` writes.
    pub fn from_id(id: &str) -> Option<Self> {
        let query: Self = postcard::from_bytes(&crate::jose::from_base64url(id)?).ok()?;
        let days = query.until.0.checked_sub(query.from.0)?;
        ((1..=KEPT_DAYS).contains(&days) && query.id() == id).then_some(query)
    }

    /// Gathers counts, which come in any order, into rows by day, path and method.
    pub fn gather(&self, counts: &[UsageCount]) -> Vec<Row> {
        let mut rows = std::collections::BTreeMap::<(Day, &str, &str), Tally>::new();
        for count in counts.iter().filter(|count| self.from <= count.day && count.day < self.until) {
            let shown = |by: GroupBy, value| {
                if self.group_by.contains(&by) { value } else { "" }
            };
            let key = (
                self.bucket(count.day),
                shown(GroupBy::Template, &count.template),
                shown(GroupBy::Method, &count.method),
            );
            rows.entry(key).or_default().add(&count.tally);
        }
        let row = |((day, template, method), tally): ((Day, &str, &str), Tally)| Row {
            template: template.to_owned(),
            method: method.to_owned(),
            day,
            tally,
        };
        rows.into_iter().map(row).collect()
    }

    /// Whether a row shows this count.
    pub fn shows(&self, metric: Metric) -> bool {
        self.metrics.is_empty() || self.metrics.contains(&metric)
    }

    fn bucket(&self, day: Day) -> Day {
        let start = match self.granularity {
            None => Some(self.from),
            Some(Granularity::Day) => Some(day),
            // 1970-01-01 was a Thursday.
            Some(Granularity::Week) => Some(Day(day.0 - (day.0 + 3).rem_euclid(7))),
            Some(Granularity::Month) => day.date().and_then(|date| Day::from_date(date.first_of_month())),
        };
        start.unwrap_or(day)
    }
}

#[cfg(test)]
mod tests;
