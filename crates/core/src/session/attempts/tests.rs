//! Guesses get slower, and owners get in.

use std::cell::RefCell;
use std::collections::HashMap;

use super::*;
use crate::env::fixed::Counting;

const START: Timestamp = Timestamp::from_seconds(1_700_000_000);

/// A store of nothing else.
#[derive(Default)]
struct Logins(RefCell<HashMap<AttemptKey, Tries>>);

impl Logins {
    fn known(&self, login: &Login) -> Known {
        let rows = self.0.borrow();
        let [pair, account, address] = login.keys().map(|key| rows.get(&key).copied());
        Known { pair, account, address }
    }

    fn write(&self, writes: Vec<Write>) {
        for write in writes {
            let Write::CountAttempts { key, known, next } = write else { panic!("{write:?}") };
            let mut rows = self.0.borrow_mut();
            assert_eq!(rows.get(&key).copied(), known);
            match next {
                Some(next) => drop(rows.insert(key, next)),
                None => drop(rows.remove(&key)),
            }
        }
    }

    fn admit(
        &self,
        organization: OrganizationId,
        email: &str,
        address: IpAddr,
        who: Who,
        now: Timestamp,
    ) -> Result<Login, u32> {
        let login = Login::of(organization, email, address, who);
        self.write(login.admit(&self.known(&login), now)?);
        Ok(login)
    }

    fn judge(&self, login: Login, outcome: Outcome, now: Timestamp) {
        self.write(login.judge(&self.known(&login), outcome, now));
    }
}

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
        let admitted = logins.admit(organization(), "victim@example.com", from, Who::Stranger, at(second));
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
        if let Ok(it) = logins.admit(organization(), "victim@example.com", address(1), Who::Stranger, now) {
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
    let attempt = |who| logins.admit(organization(), "victim@example.com", address(1), who, at(600)).is_ok();
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
fn an_account_is_the_same_however_it_is_typed() {
    let keys = |email: &str| Login::of(organization(), email, address(1), Who::Stranger).keys();
    assert_eq!(keys(" A@b "), keys("a@B"));
    assert_ne!(keys("a@b"), keys("a@c"));
    assert_eq!(keys(&"x".repeat(1_000_000))[2], keys("a@b")[2], "the address is another matter");
}

#[test]
fn what_was_right_leaves_nothing_behind() {
    let logins = Logins::default();
    for outcome in [Outcome::Right, Outcome::Unjudged] {
        let login = logins.admit(organization(), "ann@example.com", address(1), Who::Stranger, START);
        assert_eq!(logins.0.borrow().len(), 2);
        logins.judge(login.expect("admitted"), outcome, START);
        assert_eq!(logins.0.borrow().len(), 0, "{outcome:?}");
    }
}

#[test]
fn a_clock_that_is_ahead_makes_nobody_wait() {
    let logins = Logins::default();
    let attempt =
        |n, who, second| logins.admit(organization(), "ann@example.com", address(n), who, at(second));
    // Another node, three seconds ahead.
    assert!(attempt(1, Who::Stranger, 3).is_ok());
    assert!(attempt(2, Who::Stranger, 0).is_ok() && attempt(1, Who::Stranger, 0).is_ok());
    let failed =
        |second| logins.judge(attempt(9, Who::Known, second).expect("admitted"), Outcome::Wrong, at(second));
    (0..4).for_each(|_| failed(3));
    let known = logins.known(&Login::of(organization(), "ann@example.com", address(9), Who::Known));
    assert_eq!(Tries::this_minute(known.address, at(0)).count, 4, "failures are not forgotten");
}
