//! What a decision may know of the world: the time, the issuer, the policy, the keys, randomness.

use crate::keyring::Keyring;
use crate::policy::Policy;
use crate::tokens::Revocations;
use crate::types::Timestamp;

/// Randomness, handed in by the shell, so that a decision can be repeated.
pub trait Random: Send + Sync {
    /// Fills `out` with bytes nobody can guess.
    fn fill(&self, out: &mut [u8]);
}

/// The surroundings of one decision; the same values give the same decision.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// Now.
    pub now: Timestamp,
    /// The issuer identifier (RFC 8414 section 2), without a slash at its end.
    pub issuer: &'a str,
    /// What the operator chose.
    pub policy: &'a Policy,
    /// The keys of the server.
    pub keys: &'a Keyring,
    /// What was revoked by id.
    pub revoked: &'a dyn Revocations,
    /// Randomness.
    pub random: &'a dyn Random,
}

impl Env<'_> {
    /// The audience of tokens for `/api/v2`.
    pub fn management_audience(&self) -> String {
        format!("{}/api/v2", self.issuer)
    }
}

/// Deterministic stand-ins, for tests that want the same bytes every time.
pub mod fixed {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::Random;

    /// Bytes that follow from a seed; never for anything that must stay secret.
    pub struct Counting(AtomicU64);

    impl Counting {
        /// Starts at `seed`.
        pub const fn new(seed: u64) -> Self {
            Self(AtomicU64::new(seed))
        }
    }

    impl Random for Counting {
        fn fill(&self, out: &mut [u8]) {
            for chunk in out.chunks_mut(8) {
                // SplitMix64: equal seeds give equal bytes, neighbouring ones do not look alike.
                let mut z = self
                    .0
                    .fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed)
                    .wrapping_add(0x9e37_79b9_7f4a_7c15);
                z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                z ^= z >> 31;
                chunk.copy_from_slice(&z.to_le_bytes()[..chunk.len()]);
            }
        }
    }
}
