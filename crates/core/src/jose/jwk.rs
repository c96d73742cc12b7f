//! A public key: ours as it is published (RFC 7517), named by its thumbprint (RFC 7638), or a client's as it was registered.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::jose::{Alg, base64url, from_base64url};

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    #[serde(flatten)]
    material: Material,
    /// `use`: `sig` or nothing is good for signatures.
    #[serde(rename = "use", default, skip_serializing_if = "Option::is_none")]
    usage: Option<String>,
    /// The only algorithm that it may be used with; `None`: any that fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    /// What it may do; `None`: whatever it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_ops: Option<Vec<String>>,
    /// The key id. Of a key of ours: its SHA-256 thumbprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
}

/// The numbers of a key, in base64url (RFC 7518 section 6, RFC 8037 section 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty")]
pub enum Material {
    /// A point on a curve.
    #[serde(rename = "EC")]
    Ec {
        /// The curve.
        crv: String,
        /// 32 bytes.
        x: String,
        /// 32 bytes.
        y: String,
    },
    /// Modulus and exponent.
    #[serde(rename = "RSA")]
    Rsa {
        /// The modulus.
        n: String,
        /// The exponent.
        e: String,
    },
    /// A point on an Edwards curve.
    #[serde(rename = "OKP")]
    Okp {
        /// The curve.
        crv: String,
        /// 32 bytes.
        x: String,
    },
    /// None that signs here.
    #[serde(other)]
    Unknown,
}

impl Material {
    /// On P-256.
    pub fn ec(x: &[u8], y: &[u8]) -> Self {
        Self::Ec { crv: "P-256".to_owned(), x: base64url(x), y: base64url(y) }
    }

    /// RSA.
    pub fn rsa(n: &[u8], e: &[u8]) -> Self {
        Self::Rsa { n: base64url(n), e: base64url(e) }
    }

    /// On Ed25519.
    pub fn okp(x: &[u8]) -> Self {
        Self::Okp { crv: "Ed25519".to_owned(), x: base64url(x) }
    }

    /// RFC 7638 section 3.2 and RFC 8037 section 2: the required members in lexicographic order, without white space.
    fn thumbprint(&self) -> String {
        let members = match self {
            Self::Ec { crv, x, y } => format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#),
            Self::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
            Self::Okp { crv, x } => format!(r#"{{"crv":"{crv}","kty":"OKP","x":"{x}"}}"#),
            Self::Unknown => String::new(),
        };
        base64url(digest::digest(&digest::SHA256, members.as_bytes()).as_ref())
    }
}

impl Jwk {
    /// A key of ours.
    pub fn publish(alg: Alg, material: Material) -> Self {
        let kid = Some(material.thumbprint());
        Self {
            material,
            usage: Some("sig".to_owned()),
            alg: Some(alg.as_str().to_owned()),
            key_ops: None,
            kid,
        }
    }

    /// The key id; empty if it has none.
    pub fn kid(&self) -> &str {
        self.kid.as_deref().unwrap_or_default()
    }

    /// Whether it is said to be good for signatures of `alg`, and has the right shape for them.
    pub fn is_for(&self, alg: Alg) -> bool {
        let fits = match &self.material {
            Material::Ec { crv, .. } => alg == Alg::Es256 && crv == "P-256",
            Material::Okp { crv, .. } => alg == Alg::EdDsa && crv == "Ed25519",
            Material::Rsa { .. } => matches!(alg, Alg::Rs256 | Alg::Ps256),
            Material::Unknown => false,
        };
        fits && self.usage.as_ref().is_none_or(|usage| usage == "sig")
            && self.key_ops.as_ref().is_none_or(|all| all.iter().any(|it| it == "verify"))
            && self.alg.as_ref().is_none_or(|named| Alg::find_foreign(named) == Some(alg))
    }

    /// Whether `signature` is this key's over `message`. RSA keys have at least 2048 bits, and an exponent of at most 24.
    pub fn verify(&self, alg: Alg, message: &[u8], signature: &[u8]) -> bool {
        self.is_for(alg) && self.check(alg, message, signature).is_some()
    }

    /// Whether it could ever verify anything: its numbers are of a length that a key has.
    fn is_sound(&self) -> bool {
        let bytes = |text: &str| from_base64url(text).map_or(0, |it| it.len());
        match &self.material {
            Material::Ec { x, y, .. } => bytes(x) == 32 && bytes(y) == 32,
            Material::Okp { x, .. } => bytes(x) == 32,
            Material::Rsa { n, e } => bytes(n) >= 256 && (1..=3).contains(&bytes(e)),
            Material::Unknown => false,
        }
    }

    fn check(&self, alg: Alg, message: &[u8], signature: &[u8]) -> Option<()> {
        match &self.material {
            Material::Ec { x, y, .. } => {
                let (x, y) = (from_base64url(x)?, from_base64url(y)?);
                let point = [&[4], &*x, &*y].concat();
                let fits = x.len() == 32 && y.len() == 32;
                fits.then(|| UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point))?
                    .verify(message, signature)
                    .ok()
            }
            Material::Okp { x, .. } => {
                UnparsedPublicKey::new(&ED25519, from_base64url(x)?).verify(message, signature).ok()
            }
            Material::Rsa { n, e } => {
                let (n, e) = (from_base64url(n)?, from_base64url(e)?);
                // A large exponent makes everybody else wait.
                if e.len() > 3 {
                    return None;
                }
                let key = RsaPublicKeyComponents { n, e };
                let padding =
                    if alg == Alg::Ps256 { &RSA_PSS_2048_8192_SHA256 } else { &RSA_PKCS1_2048_8192_SHA256 };
                key.verify(padding, message, signature).ok()
            }
            Material::Unknown => None,
        }
    }
}

/// A key set (RFC 7517 section 5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySet {
    /// The keys.
    pub keys: Vec<Jwk>,
}

/// So many keys of a client are kept: whoever signs has a few.
pub const MOST_KEYS: usize = 16;
/// No number of a key is longer, in characters of base64url: RSA keys have at most 4096 bits.
const MOST_CHARACTERS: usize = 684;
/// The members of private and symmetric keys (RFC 7518 section 6).
const PRIVATE: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

fn has_secret(key: &Value) -> bool {
    PRIVATE.iter().any(|member| key.get(member).is_some())
}

impl KeySet {
    /// Reads a document, without the keys that cannot be used here: they are no fault (RFC 7517 section 5). The error says why it
    /// is none.
    pub fn read(document: &Value) -> Result<Self, &'static str> {
        let keys = document.get("keys").and_then(Value::as_array).ok_or("a key set has an array of keys")?;
        let is_long = |value: &Value| value.as_str().is_some_and(|text| text.len() > MOST_CHARACTERS);
        let is_short = |key: &&Value| {
            !["n", "e", "x", "y", "kid", "use", "alg"].iter().any(|it| key.get(it).is_some_and(is_long))
        };
        let read = |key: &Value| serde_json::from_value::<Jwk>(key.clone()).ok();
        let is_usable = |key: &Jwk| key.is_sound() && Alg::ALL.iter().any(|(alg, _)| key.is_for(*alg));
        let good = keys.iter().filter(|key| !has_secret(key)).filter(is_short).filter_map(read);
        Ok(Self { keys: good.filter(is_usable).take(MOST_KEYS).collect() })
    }

    /// Whether a document has keys that are nobody else's business.
    pub fn has_secrets(document: &Value) -> bool {
        document.get("keys").and_then(Value::as_array).is_some_and(|keys| keys.iter().any(has_secret))
    }

    /// The keys that a signature of `alg` under that key id can be of: without an id, any that fits.
    pub fn candidates(&self, alg: Alg, kid: Option<&str>) -> impl Iterator<Item = &Jwk> {
        let named =
            move |key: &&Jwk| kid.is_none_or(|kid| key.kid.as_deref().is_none_or(|known| known == kid));
        self.keys.iter().filter(named).filter(move |key| key.is_for(alg))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// RFC 7517 appendix A.1.
    fn public() -> Value {
        json!({ "keys": [
            { "kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
              "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM", "use": "enc", "kid": "1" },
            { "kty": "RSA", "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
              "e": "AQAB", "alg": "RS256", "kid": "2011-04-29" },
        ] })
    }

    #[test]
    fn the_example_of_a_key_set_is_read_and_a_key_is_used_for_what_it_is_meant() {
        let set = KeySet::read(&public()).expect("a key set");
        assert_eq!(set.keys.len(), 1, "the other one is for encryption");
        for (alg, kid, fitting) in [
            (Alg::Rs256, None, 1),
            (Alg::Rs256, Some("2011-04-29"), 1),
            (Alg::Rs256, Some("1"), 0),
            (Alg::Ps256, None, 0),
            (Alg::Es256, Some("1"), 0),
        ] {
            assert_eq!(set.candidates(alg, kid).count(), fitting, "{alg:?} {kid:?}");
        }
    }

    #[test]
    fn the_thumbprint_of_the_example_is_the_one_of_rfc_7638_section_3_1() {
        let set = KeySet::read(&public()).expect("a key set");
        assert_eq!(set.keys[0].material.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn the_examples_of_private_and_symmetric_keys_are_no_keys_to_hand_out() {
        let mut private = public();
        // RFC 7517 appendix A.2.
        private["keys"][0]["d"] = "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE".into();
        // Appendix A.3.
        let symmetric = json!({ "keys": [{ "kty": "oct", "alg": "A128KW", "k": "GawgguFyGrWKav7AX4VKUg" }] });
        for set in [private, symmetric] {
            assert!(KeySet::has_secrets(&set));
            assert!(KeySet::read(&set).expect("a key set").keys.iter().all(|key| key.kid() != "1"));
        }
        assert!(!KeySet::has_secrets(&public()));
    }

    #[test]
    fn a_key_that_cannot_be_used_does_not_take_the_others_with_it() {
        let good = public()["keys"][1].clone();
        let with = |name: &str, value: Value| {
            let mut key = good.clone();
            key[name] = value;
            key
        };
        let odd = [
            with("n", "A".repeat(685).into()),
            with("kty", "odd".into()),
            with("use", "enc".into()),
            with("key_ops", json!(["encrypt"])),
            with("e", Value::Null),
            with("d", "AQAB".into()),
            json!(7),
        ];
        for key in &odd {
            let set = KeySet::read(&json!({ "keys": [key] })).expect("a key set");
            assert!(set.keys.is_empty(), "{key}");
        }
        let all: Vec<_> = odd.iter().cycle().take(70).chain([&good; 20]).collect();
        assert_eq!(KeySet::read(&json!({ "keys": all })).expect("a key set").keys.len(), MOST_KEYS);
        let fine = with("key_ops", json!(["verify"]));
        assert_eq!(KeySet::read(&json!({ "keys": [fine] })).expect("a key set").keys.len(), 1);
    }
}
