//! Passwords of people: Argon2id (RFC 9106) with 19 MiB and two passes, slow on purpose. It runs on blocking threads, a few
//! at a time, so that many logins slow down one another and nothing else.

use std::sync::{Arc, LazyLock};

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use chancery_core::env::Random;
use chancery_core::user::{NewPassword, Password, PasswordCheck, PasswordHash};
use chancery_store::StoreError;
use tokio::sync::Semaphore;

/// Shortest password that is taken of an operator.
pub const LEAST_CHARACTERS: usize = 12;

/// Longest password that is taken, in bytes.
pub const MOST_BYTES: usize = chancery_core::user::rules::MOST_BYTES;

/// So many passwords wait to be digested; more are turned away.
const WAITING: usize = 64;

/// What nothing matches: compared with where there is no hash, so that it takes as long.
static NOBODY: LazyLock<PasswordHash> = LazyLock::new(|| {
    let hashed = Argon2::default().hash_password_with_salt(b"", b"nobody has this").ok();
    PasswordHash::new(hashed.map_or_else(String::new, |phc: Phc| phc.to_string()))
});

/// The room for passwords that are being digested.
pub struct Hashing {
    working: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Default for Hashing {
    fn default() -> Self {
        // One core is left to everybody else.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            working: Arc::new(Semaphore::new(cores.saturating_sub(1).max(1))),
            waiting: Arc::new(Semaphore::new(WAITING)),
        }
    }
}

impl Hashing {
    /// Runs costly work on a thread of its own, when it is its turn.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let busy = || StoreError::Unavailable("too many passwords are being digested".to_owned());
        let _place = Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| busy())?;
        // Held by the work itself: whoever hangs up does not make room before it is done.
        let turn = Arc::clone(&self.working).acquire_owned().await.map_err(|_| busy())?;
        let work = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        work.await.map_err(|error| StoreError::Unavailable(error.to_string()))
    }
}

/// Whether a password is the one that is kept.
pub async fn verify(hashing: &Hashing, check: PasswordCheck) -> Result<bool, StoreError> {
    hashing
        .run(move || {
            // Whatever is longer is nobody's.
            let text = check.password.expose();
            let text = if text.len() > MOST_BYTES { "" } else { text };
            let is_right = matches(text, check.hash.as_ref().unwrap_or(&NOBODY));
            is_right && check.hash.is_some() && !text.is_empty()
        })
        .await
}

/// Digests a new password; one that is too long to be one keeps nothing, and its rules refuse it.
pub async fn prepare(
    hashing: &Hashing,
    password: Password,
    random: Arc<dyn Random>,
) -> Result<NewPassword, StoreError> {
    hashing
        .run(move || {
            let is_sane = password.expose().len() <= MOST_BYTES;
            let hash = if is_sane { hash(&password, &*random) } else { None };
            NewPassword { hash: hash.unwrap_or(PasswordHash::new(String::new())), password }
        })
        .await
}

fn matches(text: &str, kept: &PasswordHash) -> bool {
    Argon2::default().verify_password(text.as_bytes(), kept.expose()).is_ok()
}

/// Digests a password under a fresh salt; `None` if the library refuses it, which it does for none of sane length.
pub fn hash(password: &Password, random: &dyn Random) -> Option<PasswordHash> {
    let mut salt = [0; 16];
    random.fill(&mut salt);
    let phc: Phc = Argon2::default().hash_password_with_salt(password.expose().as_bytes(), &salt).ok()?;
    Some(PasswordHash::new(phc.to_string()))
}

#[cfg(test)]
mod tests {
    use chancery_core::env::fixed::Counting;

    use super::*;

    #[test]
    fn a_password_verifies_against_its_own_hash_only_and_salts_differ() {
        let random = Counting::new(1);
        let [one, other] =
            [(), ()].map(|()| hash(&Password::new("correct horse battery"), &random).expect("hashes"));
        assert_ne!(one.expose(), other.expose());
        assert!(one.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", one.expose());
        assert!(matches("correct horse battery", &one) && !matches("Correct horse battery", &one));
    }

    #[test]
    fn nobody_is_as_costly_as_somebody() {
        let cost = |hash: &PasswordHash| hash.expose().split('$').nth(3).map(str::to_owned);
        let somebody = hash(&Password::new("correct horse battery"), &Counting::new(1)).expect("hashes");
        assert!(cost(&NOBODY).is_some() && cost(&NOBODY) == cost(&somebody), "{}", NOBODY.expose());
    }

    #[tokio::test]
    async fn no_password_is_nobodys() {
        let hashing = Hashing::default();
        for (text, hash) in [("", None), ("", hash(&Password::new(""), &Counting::new(1))), ("x", None)] {
            let check = PasswordCheck { password: Password::new(text), hash };
            assert_eq!(verify(&hashing, check).await, Ok(false));
        }
    }
}
