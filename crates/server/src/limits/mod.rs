//! How many requests a caller may make: the vendor's rates, and a brake on failed client authentications.

pub mod logins;
pub mod places;
mod window;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use chancery_core::error::{ApiCode, ApiError};
use chancery_core::policy::{Policy, RateLimits};
use chancery_core::session::attempts::network;
use chancery_core::tokens::AccessToken;
use chancery_core::types::{ClientId, Timestamp, TokenId, UserId};

use crate::failure::Failure;
use crate::telemetry::metrics;
use places::Places;
use window::Windows;

/// A client's own token may ask so often in a minute.
const TOKEN: (&str, u32) = ("client.credentials.token.rate.per.minute", 300);
/// A user and an application may ask so often in a minute.
const USER: (&str, u32) = ("org.app.user.rate.per.minute", 3000);
/// A client may ask for so many tokens in a minute, from one address.
const TOKEN_REQUESTS: u32 = 300;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Subject {
    Token(TokenId),
    User(UserId, ClientId),
}

/// So many clients can be registered from one address in a minute, where everybody may.
const REGISTRATIONS: u32 = 10;

/// Whoever asks for a token: the client that it says it is, and where it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Requester(pub ClientId, pub IpAddr);

/// The counters of this node.
#[derive(Default)]
pub struct Limits {
    /// The room for requests in flight.
    pub places: Arc<Places>,
    calls: Windows<Subject>,
    token_requests: Windows<Requester>,
    failures: Windows<Requester>,
    registrations: Windows<IpAddr>,
    /// When a client last failed to prove who it is, in milliseconds; before any: long ago.
    last_failure: AtomicI64,
}

/// How much of a caller's rate is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    key: &'static str,
    allowed: u32,
    count: u32,
    /// Seconds to the end of the window.
    reset: u32,
}

impl Rate {
    /// The refusal of a request that is too many.
    pub fn excess(&self) -> Option<Failure> {
        (self.count > self.allowed).then(|| {
            metrics::throttled("rate");
            let error = ApiError::new(ApiCode::TooManyRequests).with("seconds", self.reset);
            Failure::RateLimited(self.reset, Some(error.over(self.key, self.allowed)))
        })
    }

    /// What tells the caller.
    pub fn headers(&self) -> HeaderMap {
        let pair = |name, value: u32| (HeaderName::from_static(name), HeaderValue::from(value));
        HeaderMap::from_iter([
            pair("inin-ratelimit-count", self.count),
            pair("inin-ratelimit-allowed", self.allowed),
            pair("inin-ratelimit-reset", self.reset),
        ])
    }
}

impl Limits {
    /// Counts a call of the management API; `None` where nobody is held to a rate.
    pub fn rate(&self, token: &AccessToken, policy: &Policy, now: Timestamp) -> Option<Rate> {
        if policy.rate_limits == RateLimits::Off {
            return None;
        }
        let (subject, (key, allowed)) = match token.user {
            Some((user, _)) => (Subject::User(user, token.client), USER),
            None => (Subject::Token(token.id), TOKEN),
        };
        let (count, reset) = self.calls.count(&subject, now);
        Some(Rate { key, allowed, count, reset })
    }

    /// Whether any token request could be one too many: else nobody needs to know who asks.
    pub fn watches_token_requests(&self, policy: &Policy, now: Timestamp) -> bool {
        let last = self.last_failure.load(Ordering::Relaxed);
        policy.rate_limits == RateLimits::Vendor || now.millis() - last <= window::MILLIS
    }

    /// Counts a token request, and refuses it if there were too many, or too many failed.
    pub fn token_request(&self, who: &Requester, policy: &Policy, now: Timestamp) -> Result<(), Failure> {
        let most = policy.max_failed_authentications;
        let (failed, reset) = self.failures.peek(who, now);
        if most > 0 && failed >= most {
            metrics::throttled("failed_authentications");
            return Err(Failure::RateLimited(reset, None));
        }
        if policy.rate_limits == RateLimits::Vendor {
            let (count, reset) = self.token_requests.count(who, now);
            if count > TOKEN_REQUESTS {
                metrics::throttled("token_requests");
                return Err(Failure::RateLimited(reset, None));
            }
        }
        Ok(())
    }

    /// Counts a registration by nobody in particular, and refuses it if there were too many.
    pub fn registration(&self, address: IpAddr, now: Timestamp) -> Result<(), Failure> {
        let (count, reset) = self.registrations.count(&network(address), now);
        if count > REGISTRATIONS {
            metrics::throttled("registrations");
            return Err(Failure::RateLimited(reset, None));
        }
        Ok(())
    }

    /// Notes that a client did not prove who it says it is.
    pub fn failed(&self, who: &Requester, policy: &Policy, now: Timestamp) {
        if policy.max_failed_authentications > 0 {
            self.last_failure.store(now.millis(), Ordering::Relaxed);
            self.failures.count(who, now);
        }
    }
}
