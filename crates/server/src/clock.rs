//! The time and the randomness of the machine; the only place that asks for either.

use std::cell::RefCell;
use std::time::{SystemTime, UNIX_EPOCH};

use chancery_core::env::Random;
use chancery_core::types::Timestamp;
use zeroize::{Zeroize, Zeroizing};

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The machine's randomness.
pub struct SystemRandom;

/// Most requests ask for a few bytes, a few times: that many are drawn at once.
const DRAWN: usize = 512;

/// Bytes that were drawn and not given out yet.
struct Drawn {
    bytes: Zeroizing<[u8; DRAWN]>,
    left: usize,
}

thread_local! {
    static DRAWN_HERE: RefCell<Drawn> = RefCell::new(Drawn { bytes: Zeroizing::new([0; DRAWN]), left: 0 });
}

impl Random for SystemRandom {
    fn fill(&self, out: &mut [u8]) {
        if out.len() > DRAWN / 8 {
            return draw(out);
        }
        DRAWN_HERE.with_borrow_mut(|drawn| {
            if drawn.left < out.len() {
                draw(&mut drawn.bytes[..]);
                drawn.left = DRAWN;
            }
            let end = drawn.left;
            drawn.left -= out.len();
            let given = &mut drawn.bytes[end - out.len()..end];
            out.copy_from_slice(given);
            // Whatever reads this memory later learns nothing of what was given out.
            given.zeroize();
        });
    }
}

#[expect(clippy::expect_used, reason = "without randomness nothing that follows is safe")]
fn draw(out: &mut [u8]) {
    aws_lc_rs::rand::fill(out).expect("the operating system has randomness");
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_bytes_are_given_out_twice() {
        let draw = || -> Vec<[u8; 16]> {
            let mut all = vec![[0; 16]; 1000];
            all.iter_mut().for_each(|it| SystemRandom.fill(it));
            all
        };
        let elsewhere = std::thread::spawn(draw).join().expect("a thread");
        let all: HashSet<_> = draw().into_iter().chain(elsewhere).collect();
        assert!(all.len() == 2000 && !all.contains(&[0; 16]));
    }

    #[test]
    fn any_number_of_bytes_can_be_had() {
        for length in [0, 1, 63, 64, 65, 511, 512, 513, 4096] {
            let mut out = vec![0; length];
            SystemRandom.fill(&mut out);
            // Thirty-two zeros in a row are not seen by chance.
            assert!(length < 64 || out.windows(32).all(|it| it != [0; 32]), "{length}");
        }
    }
}
