//! Access tokens as JWT (RFC 9068), with the members that Chancery's have, in lengths like theirs: signed, and verified.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    ParsedPublicKey, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde::Deserialize;

use crate::Error;

/// In seconds, as Chancery's for resource servers.
const LIFETIME: u64 = 3600;

/// A private key.
pub enum Key {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(Box<RsaKeyPair>),
}

impl Key {
    pub fn es256() -> Result<Self, Error> {
        Ok(Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?))
    }

    pub fn eddsa() -> Result<Self, Error> {
        Ok(Self::EdDsa(Ed25519KeyPair::generate()?))
    }

    /// Of 2048 bits, as Chancery's.
    pub fn rs256() -> Result<Self, Error> {
        Ok(Self::Rs256(Box::new(RsaKeyPair::generate(KeySize::Rsa2048)?)))
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Es256(_) => "ES256",
            Self::EdDsa(_) => "EdDSA",
            Self::Rs256(_) => "RS256",
        }
    }

    fn public(&self) -> &[u8] {
        match self {
            Self::Es256(pair) => pair.public_key().as_ref(),
            Self::EdDsa(pair) => pair.public_key().as_ref(),
            Self::Rs256(pair) => pair.public_key().as_ref(),
        }
    }

    /// On the thread that asks, even where it takes long: any other would have to be told and heard of.
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match self {
            Self::Es256(pair) => Some(pair.sign(&random, message).ok()?.as_ref().to_vec()),
            Self::EdDsa(pair) => Some(pair.sign(message).as_ref().to_vec()),
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).ok()?;
                Some(signature)
            }
        }
    }
}

/// Makes tokens for one client.
pub struct Signer {
    key: Key,
    /// Encoded.
    header: String,
    /// The claims that stay, up to the first that does not.
    claims: String,
}

impl Signer {
    pub fn new(key: Key, issuer: &str, client: &str) -> Result<Self, Error> {
        // As long as the thumbprint that Chancery names a key by.
        let kid = BASE64URL.encode(digest(&SHA256, key.public()));
        let header = format!(r#"{{"typ":"at+jwt","alg":"{}","kid":"{kid}"}}"#, key.name());
        let claims =
            format!(r#"{{"iss":"{issuer}","sub":"{client}","aud":"{issuer}","client_id":"{client}""#);
        Ok(Self { key, header: BASE64URL.encode(header), claims })
    }

    /// An answer with a fresh token, which is written where it will stand.
    pub fn token(&self) -> Option<String> {
        let (iat, mut id) = (now()?, [0; 16]);
        aws_lc_rs::rand::fill(&mut id).ok()?;
        let (exp, jti) = (iat + LIFETIME, uuid::Builder::from_random_bytes(id).into_uuid());
        let claims = format!(r#"{},"exp":{exp},"iat":{iat},"jti":"{jti}","cep":1626459453}}"#, self.claims);
        let mut answer = String::with_capacity(1024);
        answer.push_str(r#"{"access_token":""#);
        let start = answer.len();
        answer.push_str(&self.header);
        answer.push('.');
        BASE64URL.encode_string(claims, &mut answer);
        let signature = self.key.sign(&answer.as_bytes()[start..])?;
        answer.push('.');
        BASE64URL.encode_string(signature, &mut answer);
        answer.push_str(r#"","token_type":"Bearer","expires_in":3600}"#);
        Some(answer)
    }

    /// What knows the tokens of an ES256 key again.
    pub fn verifier(&self) -> Result<Verifier, Error> {
        let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.key.public())?;
        Ok(Verifier { header: self.header.clone(), key })
    }
}

/// A public key, parsed once.
pub struct Verifier {
    header: String,
    key: ParsedPublicKey,
}

#[derive(Deserialize)]
struct Claims {
    exp: u64,
}

impl Verifier {
    /// Whether the token is the signer's, and has not expired.
    pub fn is_good(&self, token: &str) -> bool {
        self.open(token).zip(now()).is_some_and(|(claims, now)| now < claims.exp)
    }

    fn open(&self, token: &str) -> Option<Claims> {
        let (message, signature) = token.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let signature = BASE64URL.decode(signature).ok()?;
        if header != self.header {
            return None;
        }
        self.key.verify_sig(message.as_bytes(), &signature).ok()?;
        serde_json::from_slice(&BASE64URL.decode(claims).ok()?).ok()
    }
}

fn now() -> Option<u64> {
    Some(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs())
}
