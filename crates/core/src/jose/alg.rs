//! The signature algorithms (RFC 7518 section 3.1): what each is called and how it signs and verifies.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use zeroize::Zeroizing;

use crate::jose::{Jwk, base64url};

/// A signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alg {
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

impl Alg {
    /// All of them with their registered names.
    pub const ALL: &[(Self, &str)] = &[(Self::Es256, "ES256")];

    /// The `alg` value.
    pub fn as_str(self) -> &'static str {
        crate::types::wire_name(Self::ALL, self)
    }

    /// A fresh private key in PKCS #8. The library draws its own randomness, so only the shell calls it.
    pub fn generate(self) -> Option<Zeroizing<Vec<u8>>> {
        match self {
            Self::Es256 => {
                EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                    .ok()
                    .map(|pkcs8| Zeroizing::new(pkcs8.as_ref().to_vec()))
            }
        }
    }
}

/// A private key that is ready to sign. Never printed.
pub struct PrivateKey(EcdsaKeyPair);

impl PrivateKey {
    /// Reads PKCS #8; `None` if it does not hold a key for `alg`.
    pub fn from_pkcs8(alg: Alg, pkcs8: &[u8]) -> Option<Self> {
        match alg {
            Alg::Es256 => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).ok().map(Self),
        }
    }

    /// The signature in the form of RFC 7518 section 3.4: r and s, 32 bytes each.
    pub fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        self.0.sign(&SystemRandom::new(), message).ok().map(|signature| signature.as_ref().to_vec())
    }

    /// Whether `signature` is this key's over `message`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.0.public_key().as_ref())
            .verify(message, signature)
            .is_ok()
    }

    /// The public half (RFC 7518 section 6.2.1).
    pub fn jwk(&self) -> Jwk {
        let point = self.0.public_key().as_ref();
        // An uncompressed point: 0x04, then x and y of 32 bytes each.
        Jwk::es256(base64url(&point[1..33]), base64url(&point[33..65]))
    }
}
