//! How often somebody may try to log in. Guesses get slower, and whoever owns the account gets in all the same: what counts
//! first is the account together with the address; the account alone counts only for those who have failed before, or when
//! it is under attack from everywhere, and never for a browser in which its owner has logged in.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use chancery_core::session::login::normal;
use chancery_core::types::{Lifetime, OrganizationId, Timestamp};
use quick_cache::sync::Cache;

use super::window::Windows;
use crate::telemetry::metrics;

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
/// Attempts so long ago are forgotten.
const FORGOTTEN: Lifetime = Lifetime::from_seconds(3600);
/// So many accounts and addresses are remembered.
const REMEMBERED: usize = 100_000;

/// An account, whether there is such a user or not: a digest, lest memory fill with what strangers type.
type Account = [u8; 32];

/// Who tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// Anybody.
    Stranger,
    /// A browser in which the owner of the account has logged in.
    Known,
    /// Whoever is logged in, and says what the password was: counted apart, so that it slows down no login.
    Own,
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

#[derive(Clone, Copy)]
struct Tries {
    count: u32,
    last: Timestamp,
}

/// Attempts by key.
struct Counter<K>(Cache<K, Arc<Mutex<Tries>>>);

impl<K: Eq + Hash + Clone> Default for Counter<K> {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}

impl<K: Eq + Hash + Clone> Counter<K> {
    fn peek(&self, key: &K, now: Timestamp) -> u32 {
        let tries = self.0.get(key).map(|it| *it.lock().unwrap_or_else(PoisonError::into_inner));
        tries.filter(|it| it.last + FORGOTTEN > now).map_or(0, |it| it.count)
    }

    /// Counts an attempt, unless it comes too soon: then answers the seconds until it does not.
    fn count(&self, key: &K, pace: &Pace, now: Timestamp) -> Result<(), u32> {
        let fresh = || Ok::<_, u32>(Arc::new(Mutex::new(Tries { count: 0, last: now })));
        let tries = self.0.get_or_insert_with(key, fresh)?;
        let mut tries = tries.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.last + FORGOTTEN <= now {
            tries.count = 0;
        }
        let free_at = tries.last + pace.wait(tries.count);
        if now < free_at {
            let left = free_at.millis() - now.millis();
            return Err(u32::try_from(left / 1000 + 1).unwrap_or(pace.longest).min(pace.longest));
        }
        *tries = Tries { count: tries.count.saturating_add(1), last: now };
        Ok(())
    }

    fn uncount(&self, key: &K) {
        let Some(tries) = self.0.get(key) else { return };
        let mut tries = tries.lock().unwrap_or_else(PoisonError::into_inner);
        tries.count = tries.count.saturating_sub(1);
        if tries.count == 0 {
            self.0.remove(key);
        }
    }
}

/// The counters of this node.
#[derive(Default)]
pub struct Logins {
    /// Browsers that were there before do not wait for others at the same address.
    pairs: Counter<(Account, IpAddr, Who)>,
    accounts: Counter<(Account, Who)>,
    failures: Windows<IpAddr>,
}

/// An attempt that was admitted, and counts as failed until it is known to be none.
#[must_use]
pub struct Admitted {
    account: Account,
    address: IpAddr,
    who: Who,
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
    const fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Wrong => "wrong",
            Self::Unjudged => "unjudged",
        }
    }
}

impl Logins {
    /// Admits an attempt, or answers the seconds until the next one is welcome.
    pub fn admit(
        &self,
        organization: OrganizationId,
        email: &str,
        address: IpAddr,
        who: Who,
        now: Timestamp,
    ) -> Result<Admitted, u32> {
        let (account, address) = (account(organization, email), network(address));
        let refuse = |seconds| {
            metrics::throttled("logins");
            seconds
        };
        let (failed, reset) = self.failures.peek(&address, now);
        if failed >= ADDRESS && who == Who::Stranger {
            return Err(refuse(reset));
        }
        // Before the account: an attempt that is not admitted here slows down nobody else.
        let pair = (account, address, who);
        let is_first = self.pairs.peek(&pair, now) == 0;
        self.pairs.count(&pair, &PAIR, now).map_err(refuse)?;
        if who != Who::Known {
            let under_attack = self.accounts.peek(&(account, who), now) > UNDER_ATTACK;
            // A first attempt counts too, but does not wait.
            let pace = if is_first && !under_attack { &AT_ONCE } else { &ACCOUNT };
            self.accounts.count(&(account, who), pace, now).map_err(|seconds| {
                self.pairs.uncount(&pair);
                refuse(seconds)
            })?;
        }
        Ok(Admitted { account, address, who })
    }

    /// Notes what came of it.
    pub fn judge(&self, attempt: Admitted, outcome: Outcome, now: Timestamp) {
        let Admitted { account, address, who } = attempt;
        metrics::login(outcome.name());
        match outcome {
            Outcome::Wrong => drop(self.failures.count(&address, now)),
            Outcome::Right => {
                self.accounts.uncount(&(account, who));
                self.pairs.0.remove(&(account, address, who));
            }
            Outcome::Unjudged => {
                self.accounts.uncount(&(account, who));
                self.pairs.uncount(&(account, address, who));
            }
        }
    }
}

fn account(organization: OrganizationId, email: &str) -> Account {
    let text = format!("{organization} {}", normal(email));
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    digest.as_ref().try_into().unwrap_or_default()
}

/// Who has one address of IPv6 has the other 2^64 of its network too.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(it) => IpAddr::V6(Ipv6Addr::from_bits(it.to_bits() & !u128::from(u64::MAX))),
        it @ IpAddr::V4(_) => it,
    }
}

#[cfg(test)]
mod tests {
    use chancery_core::env::fixed::Counting;

    use super::*;

    const START: Timestamp = Timestamp::from_seconds(1_700_000_000);

    fn organization() -> OrganizationId {
        OrganizationId::random(&Counting::new(1))
    }

    fn address(n: u32) -> IpAddr {
        std::net::Ipv4Addr::from_bits(0xc633_6400 + n).into()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(START.seconds() + seconds)
    }

    /// How many of so many wrong guesses from one address are looked at, one each second.
    fn guesses(logins: &Logins, count: i64, from: IpAddr) -> usize {
        let tries = (0..count).map(|second| {
            let admitted =
                logins.admit(organization(), "victim@example.com", from, Who::Stranger, at(second));
            admitted.map(|it| logins.judge(it, Outcome::Wrong, at(second)))
        });
        tries.filter(Result::is_ok).count()
    }

    #[test]
    fn ten_thousand_guesses_become_a_few_and_the_owner_gets_in_elsewhere() {
        let logins = Logins::default();
        let looked_at = guesses(&logins, 10_000, address(1));
        assert!((5..=25).contains(&looked_at), "{looked_at}");
        let own = logins.admit(organization(), " Victim@Example.COM", address(2), Who::Stranger, at(10_000));
        logins.judge(own.expect("admitted"), Outcome::Right, at(10_000));
    }

    #[test]
    fn an_attack_from_everywhere_shuts_out_nobody_who_was_there_before() {
        let logins = Logins::default();
        let looked_at: usize = (0..5000).map(|n| guesses(&logins, 1, address(n))).sum();
        assert!(looked_at <= 1002, "{looked_at}");
        let attempt =
            |who, second| logins.admit(organization(), "victim@example.com", address(9999), who, at(second));
        assert!(
            attempt(Who::Stranger, 1).is_err_and(|seconds| seconds <= 60),
            "a stranger waits a minute at most"
        );
        logins.judge(attempt(Who::Known, 1).expect("admitted"), Outcome::Right, at(1));
        assert!(attempt(Who::Stranger, 62).is_ok());
    }

    #[test]
    fn whoever_hammers_from_one_address_slows_down_nobody_else() {
        let logins = Logins::default();
        // A quarter of an hour, ten attempts a second.
        for tenth in 0..9000 {
            let now = Timestamp::from_millis(START.millis() + tenth * 100);
            if let Ok(it) = logins.admit(organization(), "victim@example.com", address(1), Who::Stranger, now)
            {
                logins.judge(it, Outcome::Wrong, now);
            }
        }
        let own = |outcome, second| {
            let admitted =
                logins.admit(organization(), "victim@example.com", address(2), Who::Stranger, at(second));
            admitted.map(|it| logins.judge(it, outcome, at(second)))
        };
        assert_eq!(own(Outcome::Wrong, 900), Ok(()), "a slip");
        assert_eq!(own(Outcome::Right, 901), Ok(()));
    }

    #[test]
    fn a_browser_that_was_there_before_waits_for_no_neighbour() {
        let logins = Logins::default();
        guesses(&logins, 600, address(1));
        let attempt =
            |who| logins.admit(organization(), "victim@example.com", address(1), who, at(600)).is_ok();
        assert!(!attempt(Who::Stranger) && attempt(Who::Known));
        for n in 0..ADDRESS {
            let email = format!("user{n}@example.com");
            let admitted = logins.admit(organization(), &email, address(1), Who::Stranger, at(601));
            assert_eq!(admitted.map(|it| logins.judge(it, Outcome::Wrong, at(601))), Ok(()));
        }
        let other = |who| logins.admit(organization(), "new@example.com", address(1), who, at(601)).is_ok();
        assert!(!other(Who::Stranger) && other(Who::Known));
    }

    #[test]
    fn all_at_once_is_no_way_around() {
        let logins = Logins::default();
        let admit = || logins.admit(organization(), "victim@example.com", address(1), Who::Stranger, START);
        let admitted: Vec<_> = (0..64).filter_map(|_| admit().ok()).collect();
        assert_eq!(admitted.len(), 6);
        admitted.into_iter().for_each(|it| logins.judge(it, Outcome::Unjudged, START));
        assert!(admit().is_ok(), "what was never looked at does not count");
    }

    #[test]
    fn one_address_does_not_try_one_password_on_all_accounts() {
        let logins = Logins::default();
        let looked_at = (0..1000).filter(|n| {
            let email = format!("user{n}@example.com");
            let admitted = logins.admit(organization(), &email, address(1), Who::Stranger, START);
            admitted.map(|it| logins.judge(it, Outcome::Wrong, START)).is_ok()
        });
        assert_eq!(looked_at.count(), ADDRESS as usize);
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let [one, other, third] = ["2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"]
            .map(|text| network(text.parse().expect("an address")));
        assert!(one == other && one != third);
        let mapped = network("::ffff:192.0.2.1".parse().expect("an address"));
        assert_eq!(mapped, "192.0.2.1".parse::<IpAddr>().expect("an address"));
    }

    #[test]
    fn whoever_has_a_session_guesses_its_password_no_faster_and_slows_down_no_login() {
        let logins = Logins::default();
        let guess = |n: u32, who| {
            let now = at(i64::from(n / 20));
            let admitted = logins.admit(organization(), "victim@example.com", address(n % 2000), who, now);
            admitted.map(|it| logins.judge(it, Outcome::Wrong, now)).is_ok()
        };
        let looked_at = (0..20_000).filter(|n| guess(*n, Who::Own)).count();
        assert!(looked_at <= 1100, "{looked_at}");
        assert!(guess(20_000, Who::Stranger));
    }

    #[test]
    fn what_is_typed_takes_no_room_in_memory() {
        assert_eq!(account(organization(), &"x".repeat(1_000_000)).len(), 32);
        assert_eq!(account(organization(), " A@b "), account(organization(), "a@B"));
        assert_ne!(account(organization(), "a@b"), account(organization(), "a@c"));
    }
}
