//! Data that cannot be used: refused with exit code 1 and one sentence, and left exactly as it was.

use std::fs::{Permissions, write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use chancery_e2e::{Builder, Made, folder, run, snapshot, sqlite};

/// What `break_it` did to a directory in use is refused for a reason that contains `reason`, changes nothing, and
/// after `mend_it` the server starts as if nothing had been.
#[track_caller]
fn check(reason: &str, break_it: impl Fn(&Path), mend_it: impl Fn(&Path)) {
    let folder = folder();
    let data = folder.path().join("data");
    let builder = Builder::on(&data);
    let server = builder.start();
    let made: Made = server.registry().create("there before");
    server.stop();
    assert!(!data.join("chancery.db-wal").exists(), "an orderly end left a part of the database in its log");
    let whole = std::fs::read(data.join("chancery.db")).expect("the database");
    let key = std::fs::read(data.join("master.key")).expect("the master key");

    break_it(&data);
    let before = snapshot(&data);
    let path = data.to_string_lossy();
    let mut wrong = Vec::new();
    for (command, output) in [
        ("serve", builder.refused()),
        ("recover", run(["recover", "--data-dir", &*path])),
        ("organization list", run(["organization", "list", "--data-dir", &*path])),
        ("organization create", run(["organization", "create", "Acme", "--data-dir", &*path])),
    ] {
        assert_eq!((output.code, &*output.stdout), (Some(1), ""), "{command}: {output}");
        assert!(
            output.stderr.starts_with("error: ") && output.stderr.contains(reason),
            "{command}: {output}"
        );
        if output.stderr.trim_end().contains('\n') {
            wrong.push(format!("{command} says more than one sentence: {}", output.stderr));
        }
        let after = snapshot(&data);
        for (name, content) in &before {
            assert!(after.get(name) == Some(content), "{command} changed {}", name.display());
        }
        let new = after.iter().filter(|(name, _)| !before.contains_key(*name));
        wrong.extend(new.map(|(name, (_, bytes))| {
            format!("after {command} there is {} of {} bytes", name.display(), bytes.len())
        }));
    }

    write(data.join("chancery.db"), whole).expect("the database is restored");
    write(data.join("master.key"), key).expect("the master key is restored");
    mend_it(&data);
    let server = builder.start();
    assert!(server.client().authenticates(&made.id, &made.secret));
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

fn close_to_others(data: &Path) {
    std::fs::set_permissions(data.join("master.key"), Permissions::from_mode(0o600)).expect("a mode");
}

#[test]
fn garbage_in_place_of_the_database_is_refused() {
    check("chancery.db", |data| write(data.join("chancery.db"), [0x5a; 8192]).expect("written"), |_| {});
}

#[test]
fn a_text_in_place_of_the_database_is_refused() {
    check("chancery.db", |data| write(data.join("chancery.db"), "hello\n").expect("written"), |_| {});
}

#[test]
fn a_database_that_was_cut_in_half_is_refused() {
    let cut = |data: &Path| {
        let path = data.join("chancery.db");
        let whole = std::fs::read(&path).expect("the database");
        write(&path, &whole[..whole.len() / 2]).expect("written");
    };
    check("chancery.db", cut, |_| {});
}

#[test]
fn a_database_that_was_cut_within_a_page_is_refused() {
    let cut = |data: &Path| {
        let path = data.join("chancery.db");
        let whole = std::fs::read(&path).expect("the database");
        write(&path, &whole[..whole.len() / 2 + 100]).expect("written");
    };
    check("chancery.db", cut, |_| {});
}

#[test]
fn a_database_with_a_damaged_page_is_refused() {
    let overwrite = |data: &Path| {
        let path = data.join("chancery.db");
        let mut whole = std::fs::read(&path).expect("the database");
        let middle = whole.len() / 2 / 4096 * 4096;
        whole[middle..middle + 4096].fill(0xa5);
        write(&path, whole).expect("written");
    };
    check("chancery.db", overwrite, |_| {});
}

#[test]
fn a_first_start_that_broke_off_early_is_made_up_for() {
    let folder = folder();
    let data = folder.path().join("data");
    let builder = Builder::on(&data);
    builder.start().stop();
    let key = std::fs::read(data.join("master.key")).expect("the master key");
    // This is what it leaves: the key, credentials of nothing, and an empty database.
    write(data.join("chancery.db"), "").expect("written");
    let server = builder.start();
    let made = server.credentials();
    assert!(server.client().authenticates(&made.client_id, &made.client_secret));
    assert_eq!(std::fs::read(data.join("master.key")).expect("the master key"), key);
}

#[test]
fn a_database_of_another_program_is_refused() {
    let replace = |data: &Path| {
        std::fs::remove_file(data.join("chancery.db")).expect("removed");
        sqlite(&data.join("chancery.db"), "CREATE TABLE somebody_elses (id INTEGER)");
    };
    check("another program", replace, |_| {});
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let renew = |data: &Path| {
        sqlite(&data.join("chancery.db"), "UPDATE schema_served SET since = 9999");
        sqlite(
            &data.join("chancery.db"),
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
             SELECT 9999, 'from_the_future', applied_on, checksum FROM refinery_schema_history LIMIT 1",
        );
    };
    check("9999", renew, |_| {});
}

#[test]
fn a_missing_master_key_is_refused_and_none_is_made() {
    check(
        "master.key",
        |data| std::fs::remove_file(data.join("master.key")).expect("removed"),
        close_to_others,
    );
}

#[test]
fn the_master_key_of_another_database_is_refused() {
    let other = folder();
    Builder::on(&other.path().join("data")).start().stop();
    let key = std::fs::read(other.path().join("data/master.key")).expect("a master key");
    check("master key", |data| write(data.join("master.key"), &key).expect("written"), |_| {});
}

#[test]
fn a_malformed_master_key_is_refused() {
    for text in ["", "nonsense", "AAAA\n"] {
        check("master.key", |data| write(data.join("master.key"), text).expect("written"), |_| {});
    }
}

#[test]
fn a_master_key_that_others_can_read_is_refused() {
    for mode in [0o640, 0o604, 0o660] {
        let open = move |data: &Path| {
            std::fs::set_permissions(data.join("master.key"), Permissions::from_mode(mode)).expect("a mode");
        };
        check("chmod 600", open, close_to_others);
    }
}

#[test]
fn a_file_in_place_of_the_data_directory_is_refused() {
    let folder = folder();
    let data = folder.path().join("data");
    write(&data, "a file").expect("written");
    let output = Builder::on(&data).refused();
    let said = super::one_sentence(&output);
    assert!(said.contains(&*data.to_string_lossy()), "{said}");
    assert_eq!(std::fs::read(&data).expect("the file"), b"a file");
    let below = Builder::on(&data.join("below")).refused();
    super::one_sentence(&below);
    assert_eq!(std::fs::read(&data).expect("the file"), b"a file");
}

#[test]
fn a_folder_in_place_of_the_database_is_refused() {
    let folder = folder();
    let data = folder.path().join("data");
    std::fs::create_dir_all(data.join("chancery.db")).expect("a folder");
    let output = Builder::on(&data).refused();
    assert!(super::one_sentence(&output).contains("chancery.db"), "{output}");
}
