//! What a commit costs on each store: `cargo bench -p chancery-store`, with a part of a name for some of them only.
#![expect(clippy::expect_used, reason = "what cannot be had ends the run")]

mod backend;
mod commit;

fn main() {
    divan::main();
}
