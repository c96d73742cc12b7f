//! Passwords of people: Argon2id (RFC 9106) with 19 MiB and two passes, slow on purpose; call it on a blocking thread.

use argon2::{Argon2, PasswordHasher};
use chancery_core::env::Random;
use chancery_core::user::PasswordHash;

/// Shortest password that is taken.
pub const LEAST_CHARACTERS: usize = 12;

/// Longest password that is taken, in bytes.
pub const MOST_BYTES: usize = 1024;

/// Digests a password under a fresh salt; `None` if the library refuses it, which it does for none of sane length.
pub fn hash(password: &str, random: &dyn Random) -> Option<PasswordHash> {
    let mut salt = [0; 16];
    random.fill(&mut salt);
    let phc: argon2::password_hash::phc::PasswordHash =
        Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).ok()?;
    Some(PasswordHash::new(phc.to_string()))
}

#[cfg(test)]
mod tests {
    use argon2::PasswordVerifier;
    use chancery_core::env::fixed::Counting;

    use super::*;

    #[test]
    fn a_password_verifies_against_its_own_hash_only_and_salts_differ() {
        let random = Counting::new(1);
        let [one, other] = [(), ()].map(|()| hash("correct horse battery", &random).expect("hashes"));
        assert_ne!(one.expose(), other.expose());
        assert!(one.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", one.expose());
        let verifies =
            |password: &str| Argon2::default().verify_password(password.as_bytes(), one.expose()).is_ok();
        assert!(verifies("correct horse battery") && !verifies("Correct horse battery"));
    }
}
