//! When keys come and go. Digest keys stay, as what they digested does; the others follow a rhythm.
//!
//! A sealing key is used for a day. Its nonces are random 96-bit values, so after 2^40 tokens under one key
//! (12 million a second, all day) two of them share a nonce with a probability below 2^-16; AES-GCM-SIV
//! (RFC 8452) then still reveals no more than whether two tokens are equal, and no two are.

use crate::env::Random;
use crate::jose::Alg;
use crate::keyring::{KeyRow, MasterKey, Purpose};
use crate::policy::LONGEST_TOKEN;
use crate::types::{KeyId, Lifetime, Timestamp};
use crate::write::Write;

/// How long a key of one purpose serves, and how long before that it is made known.
struct Rhythm {
    purpose: Purpose,
    period: Lifetime,
    /// Longer than verifiers cache the key set, or other nodes take to load the key.
    ahead: Lifetime,
}

const RHYTHMS: &[Rhythm] = &[
    Rhythm { purpose: Purpose::Seal, period: Lifetime::from_days(1), ahead: Lifetime::from_seconds(3600) },
    signs(Alg::Es256),
    signs(Alg::Rs256),
    signs(Alg::EdDsa),
    signs(Alg::Ps256),
];

const fn signs(alg: Alg) -> Rhythm {
    Rhythm { purpose: Purpose::Sign(alg), period: Lifetime::from_days(30), ahead: Lifetime::from_days(1) }
}

/// What no server begins without. The other signing keys are made when they are first needed: an RSA key takes its time.
const FIRST: &[Purpose] = &[Purpose::Digest, Purpose::Seal, Purpose::Sign(Alg::Es256)];

/// The keys of an empty store, active at once; `None` if the library cannot make one.
pub fn first_keys(master: &MasterKey, random: &dyn Random, now: Timestamp) -> Option<Vec<KeyRow>> {
    let mut rows = Vec::new();
    for (purpose, id) in FIRST.iter().zip(1..) {
        rows.push(make(KeyId(id), *purpose, master, random, now, now)?);
    }
    Some(rows)
}

/// The signing keys that nobody has needed yet, active at once. `None` if the library cannot make one.
pub fn missing(
    rows: &[KeyRow],
    master: &MasterKey,
    random: &dyn Random,
    now: Timestamp,
) -> Option<Vec<Write>> {
    let lacks = |purpose: &Purpose| !rows.iter().any(|row| row.purpose == *purpose);
    let purposes = Purpose::ALL.iter().map(|(purpose, _)| *purpose).filter(lacks);
    let numbered = purposes.zip(next_id(rows)..);
    numbered
        .map(|(purpose, id)| make(KeyId(id), purpose, master, random, now, now).map(Write::CreateKey))
        .collect()
}

/// New keys for a store that was restored, active at once, with the numbers that follow. A digest key too: the rows of logins begin
/// anew, and a refresh token of before must not fit one of them. `None` if the library cannot make one.
pub fn renewed(
    rows: &[KeyRow],
    master: &MasterKey,
    random: &dyn Random,
    now: Timestamp,
) -> Option<Vec<Write>> {
    let numbered = FIRST.iter().zip(next_id(rows)..);
    numbered
        .map(|(purpose, id)| make(KeyId(id), *purpose, master, random, now, now).map(Write::CreateKey))
        .collect()
}

/// A successor that nobody waited for: it signs once it was published long enough or, if the old key is not to be trusted
/// any more, at once. `None` if the library cannot make one.
pub fn hurry(
    rows: &[KeyRow],
    alg: Alg,
    at_once: bool,
    master: &MasterKey,
    random: &dyn Random,
    now: Timestamp,
) -> Option<KeyRow> {
    let ahead = if at_once { Lifetime::default() } else { signs(alg).ahead };
    make(KeyId(next_id(rows)), Purpose::Sign(alg), master, random, now, now + ahead)
}

/// Where a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It will be used, from a time on.
    Next,
    /// It is used.
    Current,
    /// What was made with it is still good.
    Retired,
}

/// Where `key` stands among all rows.
pub fn standing(key: &KeyRow, rows: &[KeyRow], now: Timestamp) -> Standing {
    let rank = |row: &KeyRow| (row.active_from, row.id);
    let active = rows.iter().filter(|row| row.purpose == key.purpose && row.active_from <= now);
    match active.map(rank).max() {
        _ if key.active_from > now => Standing::Next,
        Some(current) if rank(key) < current => Standing::Retired,
        _ => Standing::Current,
    }
}

fn next_id(rows: &[KeyRow]) -> u32 {
    rows.iter().map(|row| row.id.0).max().unwrap_or(0) + 1
}

/// What is due at `now`: a successor for a key whose time is nearly over, and the removal of keys that nothing needs: what
/// they made has expired, and ID tokens that they signed are no hints any more after `hints`. `None` if the library cannot
/// make a key.
pub fn due(
    rows: &[KeyRow],
    master: &MasterKey,
    random: &dyn Random,
    hints: Lifetime,
    now: Timestamp,
) -> Option<Vec<Write>> {
    let mut writes = Vec::new();
    let mut next = next_id(rows);
    for rhythm in RHYTHMS {
        // A key from the future was made while the clock was wrong; it must not hold up the others.
        let made = rows.iter().filter(|row| row.purpose == rhythm.purpose && row.created_at <= now);
        let mut keys: Vec<_> = made.collect();
        keys.sort_by_key(|row| row.active_from);
        if let Some(youngest) = keys.last()
            && youngest.active_from + rhythm.period <= now + rhythm.ahead
        {
            // Never earlier than published long enough, however long the server was down.
            let active_from = (youngest.active_from + rhythm.period).max(now + rhythm.ahead);
            writes.push(Write::CreateKey(make(
                KeyId(next),
                rhythm.purpose,
                master,
                random,
                now,
                active_from,
            )?));
            next += 1;
        }
        let kept = match rhythm.purpose {
            Purpose::Sign(_) => hints.max(LONGEST_TOKEN),
            Purpose::Digest | Purpose::Seal => LONGEST_TOKEN,
        };
        let outlived = keys.windows(2).filter(|pair| pair[1].active_from + kept < now);
        writes.extend(outlived.map(|pair| Write::DeleteKey(pair[0].id)));
    }
    Some(writes)
}

fn make(
    id: KeyId,
    purpose: Purpose,
    master: &MasterKey,
    random: &dyn Random,
    now: Timestamp,
    active_from: Timestamp,
) -> Option<KeyRow> {
    let material = match purpose {
        Purpose::Sign(alg) => alg.generate()?,
        Purpose::Digest | Purpose::Seal => {
            let mut bytes = zeroize::Zeroizing::new(vec![0; 32]);
            random.fill(&mut bytes);
            bytes
        }
    };
    let wrapped = master.wrap(id, purpose, &material, random)?;
    Some(KeyRow { id, purpose, wrapped, created_at: now, active_from })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::fixed::Counting;

    const HOUR: Lifetime = Lifetime::from_seconds(3600);
    const HINTS: Lifetime = Lifetime::from_days(30);

    fn apply(rows: &mut Vec<KeyRow>, writes: Vec<Write>) {
        for write in writes {
            match write {
                Write::CreateKey(row) => rows.push(row),
                Write::DeleteKey(id) => rows.retain(|row| row.id != id),
                other => panic!("unexpected {other:?}"),
            }
        }
    }

    #[test]
    fn over_a_year_every_token_finds_its_key_and_old_keys_go() {
        let (master, random) = (MasterKey::random(&Counting::new(1)), Counting::new(2));
        let mut now = Timestamp::from_seconds(1_700_000_000);
        let mut rows = first_keys(&master, &random, now).expect("keys");
        let mut signed: Vec<(Timestamp, KeyId)> = Vec::new();
        for _ in 0..24 * 365 {
            let writes = due(&rows, &master, &random, HINTS, now).expect("keys");
            apply(&mut rows, writes);
            for purpose in [Purpose::Seal, Purpose::Sign(Alg::Es256)] {
                let active = rows.iter().filter(|row| row.purpose == purpose && row.active_from <= now);
                let current = active.max_by_key(|row| row.active_from).expect("always one is active");
                signed.push((now + LONGEST_TOKEN, current.id));
            }
            signed.retain(|(expires, _)| now < *expires);
            assert!(
                signed.iter().all(|(_, id)| rows.iter().any(|row| row.id == *id)),
                "a live token lost its key"
            );
            assert!(rows.len() < 10, "old keys stay: {rows:?}");
            now = now + HOUR;
        }
    }

    #[test]
    fn after_a_long_sleep_the_successor_is_published_before_it_signs() {
        let (master, random) = (MasterKey::random(&Counting::new(1)), Counting::new(2));
        let start = Timestamp::from_seconds(1_700_000_000);
        let rows = first_keys(&master, &random, start).expect("keys");
        let now = start + Lifetime::from_days(90);
        let writes = due(&rows, &master, &random, HINTS, now).expect("keys");
        let Some(Write::CreateKey(key)) = writes.last() else { panic!("{writes:?}") };
        assert_eq!((key.purpose, key.active_from), (Purpose::Sign(Alg::Es256), now + Lifetime::from_days(1)));
    }

    #[test]
    fn what_is_void_gets_successors_of_other_numbers_that_serve_at_once() {
        let (master, random) = (MasterKey::random(&Counting::new(1)), Counting::new(2));
        let now = Timestamp::from_seconds(1_700_000_000);
        let rows = first_keys(&master, &random, now).expect("keys");
        let made = renewed(&rows, &master, &random, now).expect("keys");
        let keys: Vec<_> = made
            .iter()
            .map(|write| match write {
                Write::CreateKey(key) => (key.id, key.purpose, key.active_from),
                other => panic!("{other:?}"),
            })
            .collect();
        let expected = [Purpose::Digest, Purpose::Seal, Purpose::Sign(Alg::Es256)];
        assert_eq!(
            keys,
            [4, 5, 6].map(KeyId).into_iter().zip(expected).map(|(id, it)| (id, it, now)).collect::<Vec<_>>()
        );
    }

    #[test]
    fn nothing_is_due_twice() {
        let (master, random) = (MasterKey::random(&Counting::new(1)), Counting::new(2));
        let start = Timestamp::from_seconds(1_700_000_000);
        let mut rows = first_keys(&master, &random, start).expect("keys");
        let now = start + Lifetime::from_days(31);
        let writes = due(&rows, &master, &random, HINTS, now).expect("keys");
        apply(&mut rows, writes);
        assert_eq!(due(&rows, &master, &random, HINTS, now).expect("keys"), Vec::new());
    }
}
