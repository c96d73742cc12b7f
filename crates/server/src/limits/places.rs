//! Room for the requests in flight. Who has much of it gets no more while others need it, and when there is none left, whoever
//! comes is turned away at once: a queue without end helps nobody.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chancery_core::session::attempts::network;
use foldhash::HashMap;

/// So many requests are in flight at a time, however many connections there are. At a few thousand commits a second the last
/// of them waits for less than a second.
pub const MOST: usize = 4096;
/// As long as no more are, nobody counts whose they are.
const CALM: usize = MOST / 8;
/// One address has no more.
const ADDRESS: usize = MOST / 4 * 3;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Who {
    /// All that come from a network.
    Network(IpAddr),
    /// Those of them that bring no credentials.
    Nobody(IpAddr),
    /// Credentials as they came, hashed under a key of this process.
    Credentials(u64),
}

/// The places of this node.
#[derive(Default)]
pub struct Places {
    taken: AtomicUsize,
    whose: Mutex<HashMap<Who, usize>>,
    hasher: RandomState,
}

/// A place, until it is dropped.
pub struct Place {
    places: Arc<Places>,
    whose: Option<(Who, Who)>,
}

impl Places {
    /// A place for a request from `address` with these credentials, if it may have one.
    pub fn take(self: &Arc<Self>, address: IpAddr, credentials: Option<&[u8]>) -> Option<Place> {
        let taken = self.taken.fetch_add(1, Ordering::Relaxed);
        let mut place = Place { places: Arc::clone(self), whose: None };
        if taken < CALM {
            return Some(place);
        }
        let network = network(address);
        let from = Who::Network(network);
        let nobody = Who::Nobody(network);
        let who = credentials.map_or(nobody, |it| Who::Credentials(self.hasher.hash_one(it)));
        let mut whose = self.whose.lock().unwrap_or_else(PoisonError::into_inner);
        let has = |who| whose.get(&who).copied().unwrap_or_default();
        // Nobody has more than are free: half of all at most, and less the more others have.
        if has(who) >= MOST.saturating_sub(taken) || has(from) >= ADDRESS {
            return None;
        }
        *whose.entry(from).or_default() += 1;
        *whose.entry(who).or_default() += 1;
        place.whose = Some((from, who));
        Some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken.fetch_sub(1, Ordering::Relaxed);
        let Some((from, who)) = self.whose else { return };
        let mut whose = self.places.whose.lock().unwrap_or_else(PoisonError::into_inner);
        let mut give_back = |who| {
            if let Some(count) = whose.get_mut(&who) {
                *count -= 1;
                if *count == 0 {
                    whose.remove(&who);
                }
            }
        };
        give_back(from);
        give_back(who);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    fn fill(places: &Arc<Places>, mut next: impl FnMut(usize) -> Option<Vec<u8>>) -> Vec<Place> {
        (0..2 * MOST).map_while(|number| places.take(HERE, next(number).as_deref())).collect()
    }

    #[test]
    fn the_flood_of_one_leaves_half_to_others_and_gives_it_back() {
        let places = Arc::new(Places::default());
        let flood = fill(&places, |_| Some(b"Basic one".to_vec()));
        assert!((MOST / 2..MOST / 8 * 5).contains(&flood.len()), "{}", flood.len());
        assert!(places.take(HERE, Some(b"Basic one")).is_none());
        let others: Vec<_> = (0..100).map(|_| places.take(HERE, Some(b"Basic other")).is_some()).collect();
        assert!(others.iter().all(|it| *it), "another client at the same address");
        assert!(places.take(HERE, None).is_some(), "somebody without credentials, at the same address");
        assert!(places.take(THERE, None).is_some(), "another address");
        drop(flood);
        assert!(places.take(HERE, Some(b"Basic one")).is_some());
        assert_eq!(places.taken.load(Ordering::Relaxed), 0);
        assert!(places.whose.lock().expect("no panic").is_empty());
    }

    #[test]
    fn an_address_that_invents_credentials_leaves_a_part_to_others() {
        let places = Arc::new(Places::default());
        let flood = fill(&places, |number| Some(number.to_be_bytes().to_vec()));
        assert!(flood.len() < MOST, "{}", flood.len());
        assert!(places.take(HERE, Some(b"one more")).is_none());
        assert!(places.take(THERE, Some(b"somebody")).is_some());
    }
}
