//! `chancery key`.

use std::path::Path;

use chancery_e2e::{Builder, Server, folder, until};

use super::{HEARD, done, local};

/// The rows of `chancery key list`.
fn keys(data: &Path) -> Vec<Vec<String>> {
    let listed = done(data, &["key", "list"]).stdout;
    listed.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// Purpose and standing of the keys that sign with `alg`.
fn standing(data: &Path, alg: &str) -> Vec<String> {
    keys(data).into_iter().filter(|row| row[1] == alg).map(|row| row[2].clone()).collect()
}

/// The ids of the published keys of an algorithm, youngest first.
fn published(server: &Server, alg: &str) -> Vec<String> {
    let set = server.client().get("/.well-known/jwks.json").expect(200).json();
    let own = set["keys"].as_array().into_iter().flatten().filter(|key| key["alg"] == alg);
    own.filter_map(|key| key["kid"].as_str()).map(str::to_owned).collect()
}

#[test]
fn a_key_is_replaced_a_day_ahead_at_once_or_for_good_while_the_server_runs() {
    let folder = folder();
    let data = folder.path().join("data");
    let server = Builder::on(&data).start();
    assert_eq!(
        keys(&data).iter().map(|row| row[1].as_str()).collect::<Vec<_>>(),
        ["digest", "seal", "ES256"]
    );
    let first = published(&server, "RS256");
    assert_eq!((first.len(), standing(&data, "RS256")), (1, vec!["current".to_owned()]));

    assert_eq!(done(&data, &["key", "rotate", "RS256"]).stdout, "");
    assert_eq!(standing(&data, "RS256"), ["current", "next"]);
    let both = until("the server publishes the successor", HEARD, || {
        Some(published(&server, "RS256")).filter(|keys| keys.len() == 2)
    });
    assert_eq!(both[1], first[0]);

    done(&data, &["key", "rotate", "ES256", "--at-once"]);
    assert_eq!(standing(&data, "ES256"), ["retired", "current"]);
    done(&data, &["key", "rotate", "EdDSA", "--discard", "--yes"]);
    assert_eq!(standing(&data, "EdDSA"), ["current"]);
    let listed = keys(&data);
    let kid = &listed.iter().rfind(|row| row[1] == "EdDSA").expect("a key")[4];
    until("the server has forgotten the old key", HEARD, || {
        (published(&server, "EdDSA") == [kid.clone()]).then_some(())
    });
    let output = local(&data, &["key", "rotate", "HS256"]);
    assert_eq!(output.code, Some(2), "{output}");
    assert!(output.stderr.contains("ES256"), "{output}");
}
