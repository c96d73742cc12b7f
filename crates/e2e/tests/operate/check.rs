//! `chancery config check` refuses what `chancery serve` refuses, in the same words, and makes nothing.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chancery_e2e::{Builder, Output, Process, command, folder, snapshot};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);
/// 32 bytes, and the key of no database here.
const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Runs a command with these words, each an option, its value, or a variable as NAME=value.
fn told(words: &[&str], data: &Path, with: &str) -> Output {
    let mut command = command();
    command.args(words).arg("--data-dir").arg(data);
    for word in with.split_whitespace() {
        match word.split_once('=') {
            Some((name, value)) if name.starts_with("CHANCERY_") => command.env(name, value),
            _ => command.arg(word),
        };
    }
    Process::start(&mut command).wait(LIMIT)
}

fn check(data: &Path, with: &str) -> Output {
    told(&["config", "check"], data, with)
}

/// Both refuse it for this reason; the check first, as it leaves everything as it is.
#[track_caller]
fn both_refuse(root: &Path, data: &Path, with: &str, reason: &str) {
    let before = snapshot(root);
    let checked = check(data, with);
    assert_eq!((checked.code, &*checked.stdout), (Some(1), ""), "{with}: {checked}");
    assert!(checked.stderr.starts_with("error: ") && checked.stderr.contains(reason), "{with}: {checked}");
    assert!(!checked.stderr.contains("sesame"), "{with}: {checked}");
    assert_eq!(snapshot(root), before, "{with}: the check made something");
    let served = told(&["serve"], data, &format!("CHANCERY_LISTEN=127.0.0.1:0 {with}"));
    assert_eq!((served.code, &*served.stdout), (Some(1), ""), "{with}: {served}");
    assert!(served.stderr.contains(reason), "{with}: {served}");
}

#[track_caller]
fn is_valid(data: &Path, with: &str) {
    let checked = check(data, with);
    let valid = (Some(0), "The configuration is valid.\n", "");
    assert_eq!((checked.code, &*checked.stdout, &*checked.stderr), valid, "{with}");
}

/// A data directory that a server has been started in.
fn used() -> (TempDir, PathBuf) {
    let folder = folder();
    let data = folder.path().join("data");
    Builder::on(&data).start().stop();
    (folder, data)
}

#[test]
fn a_first_start_that_would_be_refused_is_not_called_valid() {
    for (with, reason) in [
        ("--listen 127.0.0.1:9464 --metrics-listen 127.0.0.1:9464", "a port of their own"),
        ("--trusted-proxies 10.0.0.1,0.0.0.0/0", "With 0.0.0.0/0 as a trusted proxy"),
        ("CHANCERY_TRUSTED_PROXIES=::/0", "With ::/0 as a trusted proxy"),
        ("--master-key-file /nowhere/key", "/nowhere/key is missing"),
        ("CHANCERY_MASTER_KEY=sesame", "CHANCERY_MASTER_KEY is not 32 bytes"),
        ("CHANCERY_MASTER_KEY=sesame --master-key-file /nowhere/key", "more than one way"),
        ("CHANCERY_BOOTSTRAP_CLIENT_ID=sesame", "CHANCERY_BOOTSTRAP_CLIENT_ID is refused"),
        ("CHANCERY_BOOTSTRAP_ADMIN_PASSWORD=sesame", "CHANCERY_BOOTSTRAP_ADMIN_PASSWORD is refused"),
        ("CHANCERY_BOOTSTRAP_CLIENT_SECRET_FILE=/nowhere/it", "CHANCERY_BOOTSTRAP_CLIENT_SECRET_FILE names"),
        ("--bootstrap-file /nowhere/made.json", "/nowhere/made.json"),
        ("CHANCERY_GENESYS_MAX_CLIENTS=-1", "CHANCERY_GENESYS_MAX_CLIENTS is not valid"),
        ("CHANCERY_GENESYS_RATE_LIMIT=off", "CHANCERY_GENESYS_RATE_LIMIT is not valid"),
    ] {
        let folder = folder();
        both_refuse(folder.path(), &folder.path().join("data"), with, reason);
    }
    let folder = folder();
    both_refuse(folder.path(), Path::new("/proc/chancery/data"), "", "/proc/chancery/data cannot be used");
}

#[test]
fn a_later_start_that_would_be_refused_is_not_called_valid() {
    let (folder, data) = used();
    let key = data.join("master.key");
    let own = std::fs::read(&key).expect("a key");
    let refused = |with, reason| both_refuse(folder.path(), &data, with, reason);
    refused("--master-key-file /nowhere/key", "/nowhere/key is missing");
    refused("--master-key-command false", "The master key command failed");
    refused("CHANCERY_MASTER_KEY=sesame", "CHANCERY_MASTER_KEY is not 32 bytes");
    std::fs::set_permissions(&key, Permissions::from_mode(0o644)).expect("a mode");
    refused("", "chmod 600");
    std::fs::set_permissions(&key, Permissions::from_mode(0o600)).expect("a mode");
    std::fs::write(&key, "sesame").expect("written");
    refused("", "master.key is not 32 bytes");
    std::fs::remove_file(&key).expect("removed");
    refused("", "master.key is missing");
    std::fs::write(&key, own).expect("written");
    std::fs::set_permissions(&key, Permissions::from_mode(0o600)).expect("a mode");
    is_valid(&data, "");
    Builder::on(&data).start().stop();
}

#[test]
fn what_a_start_accepts_is_called_valid() {
    let first = folder();
    let new = first.path().join("data");
    is_valid(&new, "--listen 127.0.0.1:0 --metrics-listen 127.0.0.1:0 --trusted-proxies 10.0.0.0/8");
    is_valid(&new, &format!("CHANCERY_MASTER_KEY={KEY} CHANCERY_BOOTSTRAP_ADMIN_EMAIL=root@id.example"));
    // Beside a server, and with values that only a first start reads.
    let (_folder, data) = used();
    let _server = Builder::on(&data).start();
    is_valid(&data, "CHANCERY_BOOTSTRAP_CLIENT_ID=none --bootstrap-file /nowhere/made.json");
}

#[test]
fn an_option_that_cannot_be_read_is_exit_code_2_and_called_as_it_was_given() {
    let folder = folder();
    for (with, name) in [
        ("--head-timeout 0", "'--head-timeout"),
        ("--head-timeout=0 CHANCERY_HEAD_TIMEOUT=7", "'--head-timeout"),
        ("CHANCERY_HEAD_TIMEOUT=0", "'CHANCERY_HEAD_TIMEOUT'"),
        ("CHANCERY_LOG_FORMAT=xml", "'CHANCERY_LOG_FORMAT'"),
        ("CHANCERY_TRUSTED_PROXIES=10.0.0.1,proxy", "'CHANCERY_TRUSTED_PROXIES'"),
        ("--nonsense", "'--nonsense'"),
    ] {
        for words in [&["config", "check"][..], &["config", "show"], &["serve"]] {
            let output = told(words, folder.path(), with);
            assert_eq!((output.code, &*output.stdout), (Some(2), ""), "{with}: {output}");
            assert!(output.stderr.contains(name), "{with}: {output}");
        }
    }
}

#[test]
fn a_variable_that_is_not_text_is_named() {
    use std::os::unix::ffi::OsStrExt;
    let bytes = std::ffi::OsStr::from_bytes(b"\xff");
    for (name, code) in [("CHANCERY_ISSUER", 2), ("CHANCERY_GENESYS_MAX_ROLES", 1)] {
        let mut command = command();
        command.args(["config", "check"]).env(name, bytes);
        let output = Process::start(&mut command).wait(LIMIT);
        assert_eq!(output.code, Some(code), "{output}");
        assert!(output.stderr.contains(name), "{output}");
    }
}
