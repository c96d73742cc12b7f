//! Trying again: how often, and after how long.

use std::time::Duration;

use crate::Error;

/// How often an operation is tried, and how long is waited between tries.
///
/// What the service asks for (`Retry-After`) is waited for, up to [`Retry::longest`]; without it the pause doubles, from
/// [`Retry::first`] on. An operation that is not idempotent is tried again only if it was surely not done: the service was too busy
/// for it (429), or nothing was sent.
///
/// ```
/// use std::time::Duration;
/// use chancery_sdk::Retry;
///
/// let patient = Retry { tries: 10, longest: Duration::from_secs(120), ..Retry::default() };
/// assert_eq!(Retry::never().tries, 1);
/// # drop(patient);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How often it is tried altogether; at least once.
    pub tries: u32,
    /// The pause after the first try.
    pub first: Duration,
    /// No pause is longer: where the service asks for more, the error is returned at once.
    pub longest: Duration,
}

impl Default for Retry {
    /// Four tries, after 250 ms, 500 ms and a second; where the service says so, after up to a minute.
    fn default() -> Self {
        Self { tries: 4, first: Duration::from_millis(250), longest: Duration::from_secs(60) }
    }
}

impl Retry {
    /// Each operation is tried once.
    pub fn never() -> Self {
        Self { tries: 1, ..Self::default() }
    }

    /// How long to wait before the next try; `None`: there is none.
    pub(crate) fn pause(&self, error: &Error, tried: u32, idempotent: bool) -> Option<Duration> {
        if tried >= self.tries || !error.is_retryable() {
            return None;
        }
        let undone = match error {
            Error::Transport(error) => error.unsent,
            Error::Api(error) => error.status == 429,
            Error::Auth(error) => error.status == 429 || error.is_rate_limit(),
            _ => false,
        };
        if !idempotent && !undone {
            return None;
        }
        let doubled = self.first.saturating_mul(1 << (tried - 1).min(16));
        let pause = error.retry_after().unwrap_or(doubled.min(self.longest));
        (pause <= self.longest).then_some(pause)
    }
}

/// The header `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date.
pub(crate) fn retry_after(value: &str, now: std::time::SystemTime) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    httpdate::parse_http_date(value.trim()).ok().map(|at| at.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use chancery_api::ErrorBody;

    use super::*;
    use crate::{ApiError, AuthError, TransportError};

    fn refused(status: u16, seconds: Option<u64>) -> Error {
        let retry_after = seconds.map(Duration::from_secs);
        ApiError { status, body: ErrorBody::default(), correlation_id: None, retry_after }.into()
    }

    #[test]
    fn pauses_double_unless_the_service_names_one() {
        let retry = Retry::default();
        let pauses: Vec<_> = (1..=4).map(|tried| retry.pause(&refused(503, None), tried, true)).collect();
        let millis = |it| Some(Duration::from_millis(it));
        assert_eq!(pauses, [millis(250), millis(500), millis(1000), None]);
        assert_eq!(retry.pause(&refused(429, Some(7)), 1, false), millis(7000));
        assert_eq!(retry.pause(&refused(429, Some(61)), 1, true), None);
        assert_eq!(retry.pause(&refused(404, Some(1)), 1, true), None);
    }

    #[test]
    fn what_may_have_been_done_is_not_done_again() {
        let retry = Retry::default();
        let lost = |unsent| {
            Error::Transport(TransportError { operation: "POST /".into(), why: "it broke".into(), unsent })
        };
        assert_eq!(retry.pause(&lost(false), 1, false), None);
        assert_eq!(retry.pause(&refused(503, None), 1, false), None);
        assert!(retry.pause(&lost(true), 1, false).is_some());
        assert!(retry.pause(&lost(false), 1, true).is_some());
    }

    #[test]
    fn the_login_host_speaks_of_its_limit_with_400() {
        let said = |description: &str| {
            Error::from(AuthError {
                status: 400,
                error: "invalid_request".into(),
                description: description.into(),
                correlation_id: None,
                retry_after: None,
            })
        };
        assert!(Retry::default().pause(&said("rate limit exceeded; wait"), 1, false).is_some());
        assert!(Retry::default().pause(&said("the grant_type is missing"), 1, false).is_none());
        let Error::Auth(mut late) = said("") else { panic!("a refusal") };
        late.status = 504;
        let late = Error::Auth(late);
        assert!(Retry::default().pause(&late, 1, false).is_none(), "a code may have been redeemed");
        assert!(Retry::default().pause(&late, 1, true).is_some());
    }

    #[test]
    fn a_moment_is_named_by_seconds_or_by_a_date() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_770);
        assert_eq!(retry_after("12", now), Some(Duration::from_secs(12)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }
}
