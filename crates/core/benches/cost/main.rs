//! What decisions, tokens and signatures cost: `cargo bench -p chancery-core`, with a part of a name for some of them only.
#![expect(clippy::expect_used, reason = "what cannot be had ends the run")]

mod decisions;
mod form;
mod jws;
mod tokens;
mod world;

fn main() {
    // The first run of each is a slow one, so a size that is chosen by it would be too small.
    divan::Divan::default().sample_size(100).config_with_args().main();
}
