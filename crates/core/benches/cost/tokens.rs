//! Tokens that are written down and read, and what secrets are compared with.

use chancery_core::dialect::Dialect;
use chancery_core::tokens::refresh::RefreshToken;
use chancery_core::tokens::{AccessToken, jwt, sealed};
use divan::{Bencher, black_box, black_box_drop};

use super::world::{HOLDERS, Holder, world};

#[divan::bench(args = HOLDERS)]
fn seal(bencher: Bencher, holder: Holder) {
    let token = world().token(holder, Dialect::Genesys).token;
    bencher.bench(|| black_box_drop(sealed::seal(black_box(&token), &world().env()).expect("a token")));
}

#[divan::bench(args = HOLDERS)]
fn open_sealed(bencher: Bencher, holder: Holder) {
    let token = world().token(holder, Dialect::Genesys).token;
    let text = sealed::seal(&token, &world().env()).expect("a token");
    bencher.bench(|| {
        black_box_drop(sealed::open::<AccessToken>(black_box(&text), &world().env()).expect("a token"))
    });
}

/// With ES256.
#[divan::bench(args = HOLDERS)]
fn sign(bencher: Bencher, holder: Holder) {
    let token = world().token(holder, Dialect::Standard).token;
    bencher.bench(|| black_box_drop(jwt::sign(black_box(&token), &world().env()).expect("a token")));
}

#[divan::bench(args = HOLDERS)]
fn open_signed(bencher: Bencher, holder: Holder) {
    let token = world().token(holder, Dialect::Standard).token;
    let text = jwt::sign(&token, &world().env()).expect("a token");
    bencher.bench(|| black_box_drop(jwt::open(black_box(&text), &world().env()).expect("a token")));
}

#[divan::bench]
fn seal_refresh(bencher: Bencher) {
    bencher.bench(|| black_box_drop(world().refresh(black_box(Dialect::Standard))));
}

#[divan::bench]
fn open_refresh(bencher: Bencher) {
    let (keys, text) = (&world().keys, world().refresh(Dialect::Standard));
    bencher.bench(|| black_box_drop(RefreshToken::open(black_box(&text), keys).expect("a token")));
}

#[divan::bench]
fn match_secret(bencher: Bencher) {
    let (keys, secret) = (&world().keys, world().secret.expose().as_bytes());
    let digest = keys.digest(secret);
    bencher.bench(|| assert!(keys.matches(&digest, black_box(secret))));
}
