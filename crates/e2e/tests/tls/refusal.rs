//! Starts that are refused: each says which file is wrong, and nothing of what is in it.

use std::net::TcpListener;
use std::time::Duration;

use chancery_e2e::{Builder, Output, folder};

use crate::certificate::{Authority, write};
use crate::{files, with_files, with_pair};

/// No start takes longer, even on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(30);

/// The one sentence that says what is wrong.
#[track_caller]
fn sentence(output: &Output) -> &str {
    let said = output.stderr.trim_end();
    assert!(said.starts_with("error: ") && said.ends_with('.'), "{output}");
    assert_eq!(said.lines().count(), 1, "{output}");
    said
}

#[test]
fn a_pair_that_is_none_is_refused_by_the_name_of_its_file() {
    let (folder, authority) = (folder(), Authority::new());
    let (pair, other) = (authority.pair(), authority.pair());
    for (name, certificate, key, file) in [
        ("no certificate", "SECRET-nonsense", pair.key.as_str(), "server.crt"),
        ("an empty certificate", "", &pair.key, "server.crt"),
        ("a key for a certificate", &pair.key, &pair.key, "server.crt"),
        ("no key", &pair.certificate, "SECRET-nonsense", "server.key"),
        ("an empty key", &pair.certificate, "", "server.key"),
        ("half a key", &pair.certificate, &pair.key[..100], "server.key"),
        ("a certificate for a key", &pair.certificate, &pair.certificate, "server.key"),
        ("another's key", &pair.certificate, &other.key, "server.key"),
    ] {
        write(folder.path(), certificate, key);
        let output = with_files(folder.path()).refused();
        let said = sentence(&output);
        assert!(said.contains(file), "{name}: {said}");
        for secret in [&pair.key, &other.key] {
            let line = secret.lines().nth(1).expect("a line of the key");
            assert!(!said.contains(&line[..20]), "{name}: {said}");
        }
        assert!(!said.contains("SECRET-nonsense"), "{name}: {said}");
        assert!(!folder.path().join("data").exists(), "{name}: something was made");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let (folder, authority) = (folder(), Authority::new());
    for at in [0, 1] {
        authority.pair().write(folder.path());
        let paths = files(folder.path());
        let path = [paths.0, paths.1][at].clone();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        std::fs::remove_file(&path).expect("the file is gone");
        assert!(sentence(&with_files(folder.path()).refused()).contains(&name), "missing");
        // Nobody can read a folder as a file, not even root.
        std::fs::create_dir(&path).expect("a folder");
        assert!(sentence(&with_files(folder.path()).refused()).contains(&name), "a folder");
        std::fs::remove_dir(&path).expect("the folder is gone");
    }
}

#[test]
fn one_half_of_a_pair_is_refused() {
    let (folder, authority) = (folder(), Authority::new());
    authority.pair().write(folder.path());
    let (certificate, key) = files(folder.path());
    for (option, path, other) in [("--tls-cert", certificate, "tls-key"), ("--tls-key", key, "tls-cert")] {
        let output = Builder::on(&folder.path().join("data")).option(option, path).spawn().wait(LIMIT);
        assert!([Some(1), Some(2)].contains(&output.code), "{output}");
        assert!(output.stderr.contains(other), "{output}");
        assert_eq!(output.stdout, "");
    }
}

#[test]
fn others_may_reach_a_server_with_tls_but_not_one_without() {
    let (folder, authority) = (folder(), Authority::new());
    // The port is taken, so that this test shows what is allowed and opens nothing to others.
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let everywhere = format!("0.0.0.0:{}", taken.local_addr().expect("an address").port());
    let plain =
        Builder::on(&folder.path().join("plain")).listen(&everywhere).option("--issuer", "http://id.example");
    assert!(sentence(&plain.refused()).contains("http"), "plain http is refused");
    let with_tls = with_pair(folder.path(), &authority.pair()).listen(&everywhere);
    let without_issuer = with_tls.refused();
    assert!(sentence(&without_issuer).contains("--issuer"), "{without_issuer}");
    let allowed = with_tls.option("--issuer", "https://id.example").refused();
    let said = sentence(&allowed);
    assert!(said.contains(&everywhere) && !said.contains("--insecure-http"), "{said}");
}
