//! A pair that changes while the server runs.

use std::path::Path;
use std::time::Duration;

use chancery_e2e::{Server, folder, until};

use crate::certificate::{Authority, Pair, write};
use crate::client::{open, shown};
use crate::{address, files, get, with_files, with_pair};

/// The server looks every other second.
const LIMIT: Duration = Duration::from_secs(20);

/// Waits until new connections see this pair.
#[track_caller]
fn is_shown(server: &Server, authority: &Authority, pair: &Pair) {
    until("the new certificate is shown", LIMIT, || {
        (shown(&open(server, authority)) == pair.shown).then_some(())
    });
}

#[test]
fn a_new_pair_is_shown_without_a_restart_and_no_connection_is_lost() {
    let (folder, authority) = (folder(), Authority::new());
    let (old, new) = (authority.pair(), authority.pair());
    let server = with_pair(folder.path(), &old).start();
    let mut kept = open(&server, &authority);
    assert_eq!(shown(&kept), old.shown);
    let form = "grant_type=nonsense";
    let mut amid = open(&server, &authority);
    amid.send(format!(
        "POST /oauth/token HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{}",
        address(&server),
        form.len(),
        &form[..5]
    ));
    new.write(folder.path());
    is_shown(&server, &authority, &new);
    amid.send(&form[5..]);
    assert_eq!(amid.answer().expect(400).text_of("error"), "unsupported_grant_type");
    kept.send(get(&server, "/health/live"));
    kept.answer().expect(200);
}

#[test]
fn a_pair_behind_a_link_that_moves_is_noticed() {
    let (folder, authority) = (folder(), Authority::new());
    let (old, new) = (authority.pair(), authority.pair());
    let at = |name: &str| folder.path().join(name);
    for (name, pair) in [("old", &old), ("new", &new)] {
        std::fs::create_dir(at(name)).expect("a folder");
        pair.write(&at(name));
    }
    let link = |to: &str| {
        std::os::unix::fs::symlink(to, at("next")).expect("a link");
        std::fs::rename(at("next"), at("current")).expect("a link in its place");
    };
    link("old");
    for file in ["server.crt", "server.key"] {
        std::os::unix::fs::symlink(Path::new("current").join(file), at(file)).expect("a link");
    }
    let server = with_files(folder.path()).start();
    assert_eq!(shown(&open(&server, &authority)), old.shown);
    link("new");
    is_shown(&server, &authority, &new);
}

#[test]
fn a_new_pair_that_is_broken_is_told_and_the_old_one_kept() {
    let (folder, authority) = (folder(), Authority::new());
    let (old, other) = (authority.pair(), authority.pair());
    let mut server = with_pair(folder.path(), &old).start();
    for (name, certificate, key) in [
        ("no certificate", "nonsense", old.key.as_str()),
        ("an empty file", "", &old.key),
        ("half a certificate", &other.certificate[..200], &other.key),
        ("another's key", &other.certificate, &old.key),
        ("no key", &other.certificate, "SECRET-nonsense"),
        ("half a key", &other.certificate, &other.key[..100]),
    ] {
        let before = server.process().stderr().len();
        write(folder.path(), certificate, key);
        until(name, LIMIT, || server.process().stderr()[before..].contains("server.").then_some(()));
        assert_eq!(shown(&open(&server, &authority)), old.shown, "{name}");
    }
    std::fs::remove_file(files(folder.path()).1).expect("the key is gone");
    assert_eq!(shown(&open(&server, &authority)), old.shown);
    let last = authority.pair();
    last.write(folder.path());
    is_shown(&server, &authority, &last);
    let said = server.stop().stderr;
    for secret in [&old.key, &other.key, &last.key] {
        let line = secret.lines().nth(1).expect("a line of the key");
        assert!(!said.contains(line), "a key is in the log");
    }
    assert!(!said.contains("SECRET-nonsense"), "what a key's file holds is in the log");
}
