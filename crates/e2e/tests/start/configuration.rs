//! Flags, the environment, the file.

use chancery_e2e::{Builder, folder};

#[test]
fn an_unknown_key_is_refused_with_its_line_and_nothing_is_made() {
    let folder = folder();
    let data = folder.path().join("data");
    for (text, key, line) in [
        ("# a comment\n\nlog_format = \"json\"\nlisten_to = \"127.0.0.1:0\"\n", "listen_to", "line 4"),
        ("[genesys]\nmax_clients = 5\nnonsense = 1\n", "nonsense", "line 3"),
        ("\n[nonsense]\na = 1\n", "nonsense", "line 2"),
        ("log_format = \"xml\"\n", "xml", "line 1"),
        ("\nlisten = 8080\n", "listen", "line 2"),
        ("listen = \n", "listen", "line 1"),
    ] {
        let file = folder.path().join("chancery.toml");
        std::fs::write(&file, text).expect("a file");
        let output = Builder::on(&data).option("--config", file.as_os_str()).refused();
        assert!(output.stderr.starts_with("error: "), "{output}");
        assert!(output.stderr.contains("chancery.toml"), "{output}");
        assert!(output.stderr.contains(key) && output.stderr.contains(line), "{key} {line}: {output}");
        assert!(!data.exists(), "{key}: something was made");
    }
    let output = Builder::on(&data).option("--config", folder.path().join("missing.toml")).refused();
    assert!(super::one_sentence(&output).contains("missing.toml"), "{output}");
    assert!(!data.exists());
}

#[test]
fn everything_can_stand_in_the_file() {
    let folder = folder();
    let (data, bootstrap) = (folder.path().join("somewhere"), folder.path().join("made.json"));
    let file = folder.path().join("chancery.toml");
    let text = format!(
        "listen = '127.0.0.1:0'\ndata_dir = '{}'\nissuer = 'http://id.example'\nbootstrap_file = '{}'\nlog_format = 'json'\n",
        data.display(),
        bootstrap.display()
    );
    std::fs::write(&file, text).expect("a file");
    let server = Builder::bare(folder.path()).env("CHANCERY_CONFIG", &file).start();
    assert!(data.join("chancery.db").exists());
    let made = chancery_e2e::Credentials::read(&bootstrap);
    assert_eq!(made.text("/issuer"), "http://id.example");
    assert!(server.client().authenticates(&made.client_id, &made.client_secret));
    let output = server.stop();
    for line in output.stderr.lines() {
        assert!(line.starts_with('{'), "{line}");
    }
}

#[test]
fn flags_beat_the_environment_and_the_environment_beats_the_file() {
    let folder = folder();
    let file = folder.path().join("chancery.toml");
    // The address of the file would be refused, were it used.
    std::fs::write(&file, "issuer = 'http://file.example'\nlisten = '192.0.2.1:1'\n").expect("a file");
    let data = |name: &str| folder.path().join(name);
    let front = |builder: Builder| {
        let server = builder.option("--config", file.as_os_str()).start();
        let shown = server.client().get("/").expect(200).text;
        let issuer = server.credentials().text("/issuer").to_owned();
        assert!(shown.contains(&format!("{issuer}/oauth/token")), "{shown}");
        issuer
    };
    assert_eq!(front(Builder::on(&data("file"))), "http://file.example");
    let env = |name: &str| Builder::on(&data(name)).env("CHANCERY_ISSUER", "http://env.example");
    assert_eq!(front(env("env")), "http://env.example");
    assert_eq!(front(env("flag").option("--issuer", "http://flag.example")), "http://flag.example");
}

#[test]
fn the_options_of_the_issue_are_flags_and_variables() {
    let folder = folder();
    let bootstrap = folder.path().join("made.json");
    let server = Builder::bare(folder.path())
        .env("CHANCERY_LISTEN", "127.0.0.1:0")
        .env("CHANCERY_DATA_DIR", folder.path().join("data"))
        .env("CHANCERY_ISSUER", "http://env.example/")
        .env("CHANCERY_BOOTSTRAP_FILE", &bootstrap)
        .env("CHANCERY_LOG_FORMAT", "json")
        .start();
    let made = chancery_e2e::Credentials::read(&bootstrap);
    assert_eq!(made.text("/issuer"), "http://env.example", "without the slash at its end");
    assert!(folder.path().join("data/chancery.db").exists());
    assert!(server.stop().stderr.lines().all(|line| line.starts_with('{')));
}

#[test]
fn an_option_of_the_genesys_section_is_obeyed_from_file_and_environment() {
    let folder = folder();
    let file = folder.path().join("chancery.toml");
    std::fs::write(&file, "[genesys]\ndelete_requires_inactive = true\n").expect("a file");
    let data = folder.path().join("data");
    let with_file = |builder: Builder| builder.option("--config", file.as_os_str());

    let server = with_file(Builder::on(&data)).start();
    let registry = server.registry();
    let made = registry.create("to be deleted");
    let refused = registry.delete(&made.id).expect(400);
    assert_eq!(refused.text_of("code"), "cannot.delete.client");
    server.stop();

    let allowed = Builder::on(&data).env("CHANCERY_GENESYS_DELETE_REQUIRES_INACTIVE", "false");
    let server = with_file(allowed).start();
    server.registry().delete(&made.id).expect(204);
}

#[test]
fn plain_http_where_others_can_reach_it_is_refused_and_nothing_is_made() {
    let folder = folder();
    let data = folder.path().join("data");
    for (name, value) in [("--listen", "0.0.0.0:0"), ("--listen", "[::]:0"), ("--issuer", "id.example")] {
        let output = Builder::bare(folder.path())
            .env("CHANCERY_DATA_DIR", &data)
            .env("CHANCERY_LOG_LEVEL", "error")
            .option(name, value)
            .refused();
        super::one_sentence(&output);
        assert!(!data.exists(), "{value}: something was made");
    }
}

#[test]
fn a_variable_that_is_not_text_stops_nobody_unless_it_is_ours() {
    use std::os::unix::ffi::OsStrExt;
    let bytes = std::ffi::OsStr::from_bytes(b"\xff");
    Builder::fresh().env("SOMETHING_ELSE", bytes).start().stop();
    let refused = Builder::fresh().env("CHANCERY_MASTER_KEY", bytes).refused();
    assert!(refused.stderr.contains("CHANCERY_MASTER_KEY is not valid UTF-8."), "{refused}");
}

#[test]
fn what_only_the_first_start_reads_does_not_stop_a_later_one() {
    let folder = chancery_e2e::folder();
    let builder = Builder::on(&folder.path().join("data"));
    builder.start().stop();
    let gone = folder.path().join("gone");
    builder.clone().env("CHANCERY_BOOTSTRAP_CLIENT_SECRET_FILE", gone).start().stop();
    builder.env("CHANCERY_BOOTSTRAP_CLIENT_SECRET", "weak").start().stop();
}

#[test]
fn credentials_do_not_take_the_place_of_a_link() {
    let folder = chancery_e2e::folder();
    let (link, target) = (folder.path().join("link"), folder.path().join("target"));
    std::fs::write(&target, "kept").expect("a file");
    std::os::unix::fs::symlink(&target, &link).expect("a link");
    let refused = Builder::fresh().option("--bootstrap-file", &link).refused();
    assert!(refused.stderr.contains("not a regular file"), "{refused}");
    assert!(link.symlink_metadata().expect("the link").is_symlink());
    assert_eq!(std::fs::read_to_string(&target).expect("the file"), "kept");
}
