//! Signatures, and what they cost to check.

use chancery_core::jose::{Alg, jws};
use chancery_core::keyring::SigningKey;
use divan::{Bencher, black_box, black_box_drop};
use serde::de::IgnoredAny;

use super::world::world;

const ALGS: [Alg; 3] = [Alg::Es256, Alg::EdDsa, Alg::Rs256];
/// Those of an access token.
const CLAIMS: &[u8] = br#"{"iss":"https://id.example.com","sub":"b1c7dd8e-6c3c-4a43-9d3f-2f1f8a1c6e55","aud":"https://id.example.com","client_id":"5e0c8c3f-4a55-4f1e-8a6f-0d3c5b7e9f10","exp":1700003600,"iat":1700000000,"jti":"0f9d2c1b-7e6a-4b5c-9d8e-1a2b3c4d5e6f","scope":"openid email users","cep":1,"uep":1}"#;

fn signer(alg: Alg) -> &'static SigningKey {
    world().keys.signing_key(alg, world().env().now).expect("a key")
}

fn signed(signer: &SigningKey) -> String {
    jws::sign(&signer.key, &signer.header, black_box(CLAIMS)).expect("a token")
}

#[divan::bench(args = ALGS)]
fn sign(bencher: Bencher, alg: Alg) {
    let signer = signer(alg);
    bencher.bench(|| black_box_drop(signed(signer)));
}

#[divan::bench(args = ALGS)]
fn verify(bencher: Bencher, alg: Alg) {
    let signer = signer(alg);
    let text = signed(signer);
    bencher.bench(|| {
        jws::open::<IgnoredAny>(&signer.jwk, alg, &signer.header, black_box(&text)).expect("its own token")
    });
}
