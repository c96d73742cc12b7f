//! `chancery doctor`.

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use chancery_e2e::{Builder, Output, folder, run, sqlite};

fn doctor(data: &Path, more: &[&str]) -> Output {
    let data = data.display().to_string();
    run(["doctor", "--data-dir", &data].iter().chain(more))
}

/// What is wrong, by name.
fn wrong(output: &Output) -> Vec<String> {
    let lines = output.stdout.lines().filter_map(|line| line.strip_prefix("WRONG\t"));
    lines.filter_map(|line| line.split_once('\t')).map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn whoever_is_well_is_told_so_and_whoever_is_not_is_told_what_to_do() {
    let folder = folder();
    let data = folder.path().join("data");
    let unborn = doctor(&data, &[]);
    assert!(unborn.code == Some(0) && unborn.stdout.contains("none yet") && !data.exists(), "{unborn}");
    let server = Builder::on(&data).start();
    let well = doctor(&data, &[]);
    assert_eq!((well.code, wrong(&well)), (Some(0), vec![]), "{well}");
    server.stop();

    set_permissions(&data, Permissions::from_mode(0o755)).expect("a mode");
    let open = doctor(&data, &["--max-connections", "2000000000"]);
    assert!(open.code == Some(1) && wrong(&open) == ["limits", "data directory"], "{open}");
    assert!(open.stdout.contains("chmod 700"), "{open}");
    set_permissions(&data, Permissions::from_mode(0o700)).expect("a mode");

    let database = data.join("chancery.db");
    for table in ["clients", "users"] {
        sqlite(&database, &format!("UPDATE {table} SET state = 'inactive'"));
    }
    let leaderless = doctor(&data, &[]);
    assert_eq!(wrong(&leaderless), ["administrators"], "{leaderless}");
    assert!(leaderless.stdout.contains("chancery recover"), "{leaderless}");

    std::fs::write(data.join("master.key"), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").expect("a file");
    assert_eq!(wrong(&doctor(&data, &[])), ["keys", "administrators"]);
    std::fs::write(&database, "no database at all").expect("a file");
    let damaged = doctor(&data, &[]);
    assert_eq!(wrong(&damaged), ["schema"], "{damaged}");
}
