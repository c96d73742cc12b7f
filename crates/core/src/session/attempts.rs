//! How often somebody may try to log in. Guesses get slower, and whoever owns the account gets in all the same: what counts
//! first is the account together with the address; the account alone counts only for those who have failed before, or when
//! it is under attack from everywhere, and never for a browser in which its owner has logged in. The counts are in the store,
//! so that they are the same whichever node is asked.

use std::net::{IpAddr, Ipv6Addr};

use crate::jose::sha256;
use crate::session::login::normal;
use crate::types::{AttemptKey, Lifetime, OrganizationId, Timestamp};
use crate::write::Write;

/// Attempts on one account from one address before each next one waits.
const PAIR: Pace = Pace { free: 5, doubling: 1, longest: 900 };
/// Attempts on one account from anywhere before each next one waits.
const ACCOUNT: Pace = Pace { free: 100, doubling: 10, longest: 60 };
/// Does not wait at all.
const AT_ONCE: Pace = Pace { longest: 0, ..ACCOUNT };
/// With so many attempts lately, an account is under attack from everywhere.
const UNDER_ATTACK: u32 = 1000;
/// Failures from one address in a minute, whatever the accounts.
const ADDRESS: u32 = 100;
const MINUTE: Lifetime = Lifetime::from_seconds(60);
/// Attempts so long ago are forgotten.
pub const FORGOTTEN: Lifetime = Lifetime::from_seconds(3600);

/// Who tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// Anybody.
    Stranger,
    /// A browser in which the owner of the account has logged in: it does not wait for others at the same address.
    Known,
    /// Whoever is logged in, and says what the password was: counted apart, so that it slows down no login.
    Own,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The password was right.
    Right,
    /// It was not.
    Wrong,
    /// It was never looked at.
    Unjudged,
}

impl Outcome {
    /// As metrics name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Wrong => "wrong",
            Self::Unjudged => "unjudged",
        }
    }
}

struct Pace {
    free: u32,
    /// After so many more attempts the wait has doubled.
    doubling: u32,
    /// No wait is longer, in seconds.
    longest: u32,
}

impl Pace {
    /// How long after the `count`th attempt the next one is welcome.
    fn wait(&self, count: u32) -> Lifetime {
        let over = count.saturating_sub(self.free);
        let seconds = if over == 0 { 0 } else { 1_u32.checked_shl(over / self.doubling).unwrap_or(u32::MAX) };
        Lifetime::from_seconds(seconds.min(self.longest))
    }
}

/// What was counted under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    /// How often.
    pub count: u32,
    /// When last; of an address: since when.
    pub last: Timestamp,
}

impl Tries {
    /// One more, unless it comes too soon: then the seconds until it does not.
    fn count(known: Option<Self>, pace: &Pace, now: Timestamp) -> Result<Self, u32> {
        let recent = known.filter(|it| it.last + FORGOTTEN > now);
        let count = recent.map_or(0, |it| it.count);
        // Another node's clock may be ahead.
        let free_at = recent.map_or(now, |it| it.last.min(now) + pace.wait(count));
        if now < free_at {
            let left = free_at.millis() - now.millis();
            return Err(u32::try_from(left / 1000 + 1).unwrap_or(pace.longest).min(pace.longest));
        }
        Ok(Self { count: count.saturating_add(1), last: now })
    }

    fn uncount(known: Option<Self>) -> Option<Self> {
        known.and_then(|it| Some(Self { count: it.count.checked_sub(1).filter(|count| *count > 0)?, ..it }))
    }

    /// How many there are in this minute, and since when.
    fn this_minute(known: Option<Self>, now: Timestamp) -> Self {
        // Another node's clock may be ahead, but one that was set back by more ends the minute too.
        let holds = |it: &Self| (now.millis() - it.last.millis()).abs() < MINUTE.millis();
        let known = known.filter(holds).map(|it| Self { last: it.last.min(now), ..it });
        known.unwrap_or(Self { count: 0, last: now })
    }
}

/// An attempt: under which keys it counts. Digests, lest the store fill with what strangers type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Login {
    who: Who,
    pair: AttemptKey,
    account: AttemptKey,
    address: AttemptKey,
}

/// What is known under its keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Of account and address.
    pub pair: Option<Tries>,
    /// Of the account.
    pub account: Option<Tries>,
    /// Failures from the address.
    pub address: Option<Tries>,
}

impl Login {
    /// On an account, whether there is such a user or not, from an address.
    pub fn of(organization: OrganizationId, email: &str, address: IpAddr, who: Who) -> Self {
        let (email, address) = (normal(email), network(address));
        let account = format!("{} {organization} {email}", if who == Who::Own { "own" } else { "login" });
        Self {
            who,
            pair: key(&format!("{account} {address} {}", who == Who::Known)),
            account: key(&account),
            address: key(&address.to_string()),
        }
    }

    /// The keys, in the order of [`Known`].
    pub const fn keys(&self) -> [AttemptKey; 3] {
        [self.pair, self.account, self.address]
    }

    /// Admits it, and counts it as failed until it is known to be none; or answers the seconds until the next one is welcome.
    pub fn admit(&self, known: &Known, now: Timestamp) -> Result<Vec<Write>, u32> {
        let minute = Tries::this_minute(known.address, now);
        if minute.count >= ADDRESS && self.who == Who::Stranger {
            let left = MINUTE.millis() - (now.millis() - minute.last.millis());
            return Err(u32::try_from(left / 1000 + 1).unwrap_or(1));
        }
        // Before the account: an attempt that is not admitted here slows down nobody else.
        let is_first = known.pair.is_none_or(|it| it.count == 0 || it.last + FORGOTTEN <= now);
        let mut next = *known;
        next.pair = Some(Tries::count(known.pair, &PAIR, now)?);
        if self.who != Who::Known {
            let recent = known.account.filter(|it| it.last + FORGOTTEN > now);
            let under_attack = recent.is_some_and(|it| it.count > UNDER_ATTACK);
            // A first attempt counts too, but does not wait.
            let pace = if is_first && !under_attack { &AT_ONCE } else { &ACCOUNT };
            next.account = Some(Tries::count(known.account, pace, now)?);
        }
        Ok(self.changes(known, &next))
    }

    /// Notes what came of it.
    pub fn judge(&self, known: &Known, outcome: Outcome, now: Timestamp) -> Vec<Write> {
        let mut next = *known;
        match outcome {
            Outcome::Wrong => {
                let minute = Tries::this_minute(known.address, now);
                next.address = Some(Tries { count: minute.count.saturating_add(1), ..minute });
            }
            Outcome::Right => (next.account, next.pair) = (Tries::uncount(known.account), None),
            Outcome::Unjudged => {
                (next.account, next.pair) = (Tries::uncount(known.account), Tries::uncount(known.pair));
            }
        }
        if self.who == Who::Known {
            next.account = known.account;
        }
        self.changes(known, &next)
    }

    /// Each conflicts if somebody else counted meanwhile.
    fn changes(&self, known: &Known, next: &Known) -> Vec<Write> {
        let all = [
            (self.pair, known.pair, next.pair),
            (self.account, known.account, next.account),
            (self.address, known.address, next.address),
        ];
        all.into_iter()
            .filter(|(_, known, next)| known != next)
            .map(|(key, known, next)| Write::CountAttempts { key, known, next })
            .collect()
    }
}

fn key(text: &str) -> AttemptKey {
    AttemptKey(sha256(text))
}

/// Who has one address of IPv6 has the other 2^64 of its network too.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(it) => IpAddr::V6(Ipv6Addr::from_bits(it.to_bits() & !u128::from(u64::MAX))),
        it @ IpAddr::V4(_) => it,
    }
}

#[cfg(test)]
mod tests;
