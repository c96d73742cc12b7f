//! The signature algorithms (RFC 7518 section 3.1, RFC 8037 section 3.1): what each is called and how it signs.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::jose::jwk::{Jwk, Material};

/// A signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Alg {
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSA with PKCS #1 v1.5 padding and SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// Edwards curve 25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// RSA with PSS padding and SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
}

impl Alg {
    /// All of them with their registered names.
    pub const ALL: &[(Self, &str)] =
        &[(Self::Es256, "ES256"), (Self::Rs256, "RS256"), (Self::EdDsa, "EdDSA"), (Self::Ps256, "PS256")];

    /// The `alg` value.
    pub fn as_str(self) -> &'static str {
        crate::types::wire_name(Self::ALL, self)
    }

    /// The algorithm of that name; names are case-sensitive.
    pub fn find(name: &str) -> Option<Self> {
        crate::types::from_wire(Self::ALL, name)
    }

    /// The algorithm that somebody else names: for a key on Ed25519, RFC 9864 section 2.2 has a name of its own.
    pub fn find_foreign(name: &str) -> Option<Self> {
        if name == "Ed25519" { Some(Self::EdDsa) } else { Self::find(name) }
    }

    /// Whether a signature takes so long that it belongs on a thread of its own.
    pub const fn is_slow(self) -> bool {
        matches!(self, Self::Rs256 | Self::Ps256)
    }

    /// A fresh private key in PKCS #8: of 2048 bits, where a size can be chosen. The library draws its own randomness, so
    /// only the shell calls it.
    pub fn generate(self) -> Option<Zeroizing<Vec<u8>>> {
        match self {
            Self::Es256 => {
                EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                    .ok()
                    .map(|pkcs8| Zeroizing::new(pkcs8.as_ref().to_vec()))
            }
            Self::EdDsa => Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
                .ok()
                .map(|pkcs8| Zeroizing::new(pkcs8.as_ref().to_vec())),
            Self::Rs256 | Self::Ps256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
                let pkcs8: Pkcs8V1Der<'_> = pair.as_der().ok()?;
                Some(Zeroizing::new(pkcs8.as_ref().to_vec()))
            }
        }
    }
}

/// A private key that is ready to sign. Never printed.
pub enum PrivateKey {
    /// For ES256.
    Ecdsa(EcdsaKeyPair),
    /// For EdDSA.
    Ed25519(Ed25519KeyPair),
    /// For RS256 or PS256.
    Rsa(Box<RsaKeyPair>, Alg),
}

impl PrivateKey {
    /// Reads PKCS #8; `None` if it does not hold a key for `alg`.
    pub fn from_pkcs8(alg: Alg, pkcs8: &[u8]) -> Option<Self> {
        match alg {
            Alg::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).ok().map(Self::Ecdsa)
            }
            Alg::EdDsa => Ed25519KeyPair::from_pkcs8(pkcs8).ok().map(Self::Ed25519),
            Alg::Rs256 | Alg::Ps256 => {
                RsaKeyPair::from_pkcs8(pkcs8).ok().map(|pair| Self::Rsa(Box::new(pair), alg))
            }
        }
    }

    /// The signature in the form of RFC 7518 sections 3.3 to 3.5 and RFC 8037 section 3.1.
    pub fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match self {
            Self::Ecdsa(pair) => {
                pair.sign(&random, message).ok().map(|signature| signature.as_ref().to_vec())
            }
            Self::Ed25519(pair) => Some(pair.sign(message).as_ref().to_vec()),
            Self::Rsa(pair, alg) => {
                let padding = if *alg == Alg::Ps256 { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &random, message, &mut signature).ok()?;
                Some(signature)
            }
        }
    }

    /// The public half.
    pub fn jwk(&self) -> Jwk {
        match self {
            Self::Ecdsa(pair) => {
                let point = pair.public_key().as_ref();
                // An uncompressed point: 0x04, then x and y of 32 bytes each.
                Jwk::publish(Alg::Es256, Material::ec(&point[1..33], &point[33..65]))
            }
            Self::Ed25519(pair) => Jwk::publish(Alg::EdDsa, Material::okp(pair.public_key().as_ref())),
            Self::Rsa(pair, alg) => {
                let public = pair.public_key();
                let (n, e) = (public.modulus(), public.exponent());
                Jwk::publish(
                    *alg,
                    Material::rsa(n.big_endian_without_leading_zero(), e.big_endian_without_leading_zero()),
                )
            }
        }
    }
}
