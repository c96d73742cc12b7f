//! The bodies of token requests.

use chancery_core::form::Form;
use divan::{Bencher, black_box, black_box_drop};

use super::world::world;

#[divan::bench]
fn token_request(bencher: Bencher) {
    let (client, secret) = (world().client.id, world().secret.expose());
    parses(
        bencher,
        &format!("grant_type=client_credentials&client_id={client}&client_secret={secret}&scope=users+oauth"),
    );
}

/// As many members as a form can have.
#[divan::bench]
fn of_64_members(bencher: Bencher) {
    let members: Vec<String> = (0..64).map(|n| format!("member_{n}=some%20value")).collect();
    parses(bencher, &members.join("&"));
}

fn parses(bencher: Bencher, body: &str) {
    bencher.bench(|| black_box_drop(Form::parse(black_box(body.as_bytes())).expect("a form")));
}
