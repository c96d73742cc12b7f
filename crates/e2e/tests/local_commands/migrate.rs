//! `chancery migrate`.

use chancery_e2e::{Builder, run};

#[test]
fn a_schema_that_is_up_to_date_stays_as_it_is() {
    let builder = Builder::fresh();
    let server = builder.start();
    let migrate = |action: &str| {
        let folder = builder.data_dir().to_str().expect("text");
        let output = run(["migrate", action, "--data-dir", folder]);
        assert_eq!(output.code, Some(0), "{output}");
        output.stdout
    };
    let status = migrate("status");
    assert!(status.contains("standing\tup to date\n") && status.contains("chancery.db\n"), "{status}");
    assert!(migrate("up").starts_with("The schema is up to date: "));
    assert_eq!(migrate("status"), status);
    server.stop();
}

#[test]
fn a_database_that_is_none_is_told_from_one_that_is_away() {
    let folder = chancery_e2e::folder();
    let nowhere = folder.path().join("nowhere");
    let missing = run(["migrate", "status", "--data-dir", nowhere.to_str().expect("text")]);
    assert!(missing.code == Some(1) && missing.stderr.contains("There is no database"), "{missing}");
    assert!(!nowhere.exists(), "nothing is made");
    // A port that nobody listens on any more.
    let port =
        std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|it| it.local_addr()).map(|it| it.port());
    let url = format!("postgres://me:s3cret@127.0.0.1:{}/db", port.unwrap_or(1));
    let away = run(["migrate", "status", "--database-url", &url]);
    assert!(away.code == Some(1) && away.stderr.contains("cannot be reached"), "{away}");
    assert!(!away.stderr.contains("s3cret"), "{away}");
}
