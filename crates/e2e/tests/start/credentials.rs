//! The credentials of the first start: where they go, where they never go, and who may choose them.

use chancery_e2e::{Builder, Client, Credentials, folder, mode, sqlite};
use serde_json::Value;

const SECRET: &str = "a-secret-of-the-operator_0123456789-abcdef";
const PASSWORD: &str = "correct horse battery staple";
const CLIENT_ID: &str = "5bfa8c2e-90b5-4a0f-8a53-2a7b1b8ff1d3";
const EMAIL: &str = "root@example.com";

#[test]
fn a_bootstrap_file_takes_the_place_of_the_default_one() {
    let folder = folder();
    let file = folder.path().join("elsewhere.json");
    let server =
        Builder::on(&folder.path().join("data")).option("--bootstrap-file", file.as_os_str()).start();
    assert_eq!(mode(&file), 0o600);
    assert!(!server.data_dir().join("bootstrap.json").exists());
    let made = Credentials::read(&file);
    assert!(server.client().authenticates(&made.client_id, &made.client_secret));
    assert_eq!(made.text("/issuer"), server.url());
}

#[test]
fn credentials_that_cannot_be_written_are_not_made() {
    let folder = folder();
    let data = folder.path().join("data");
    let file = folder.path().join("no such folder").join("made.json");
    let output = Builder::on(&data).option("--bootstrap-file", file.as_os_str()).refused();
    let said = super::one_sentence(&output);
    assert!(said.contains("made.json"), "{said}");
    // Nobody is locked out: the next start makes them.
    let server = Builder::on(&data).start();
    let made = server.credentials();
    assert!(server.client().authenticates(&made.client_id, &made.client_secret));
}

#[test]
fn credentials_never_appear_in_what_the_server_writes() {
    let server = Builder::fresh().option("--log-level", "debug").option("--log-format", "json").start();
    let made = server.credentials();
    let registry = server.registry();
    let token = server.token();
    let client = server.client();
    let wrong = "chs_this-secret-is-wrong-but-somebody-typed-it-0";
    let mut secrets = vec![
        made.client_secret.clone(),
        made.text("/admin/password").to_owned(),
        token.clone(),
        wrong.to_owned(),
        std::fs::read_to_string(server.data_dir().join("master.key")).expect("a key").trim().to_owned(),
    ];

    let other = registry.create("logged");
    secrets.push(other.secret.clone());
    let reset = registry.reset(&other.id).expect(200).text_of("secret");
    secrets.push(reset.clone());

    let grant = [("grant_type", "client_credentials")];
    for (id, secret) in
        [(&*made.client_id, &*made.client_secret), (&other.id, &reset), (&other.id, wrong), (wrong, wrong)]
    {
        let basic = Client::basic(id, secret);
        secrets.push(basic.trim_start_matches("Basic ").to_owned());
        for path in ["/oauth/token", "/oauth2/token"] {
            let headers = [("Authorization", &*basic)];
            let answer = client.form(path, &headers, &grant);
            secrets.extend(answer.json()["access_token"].as_str().map(str::to_owned));
            client.form(&format!("{path}?client_secret={secret}"), &headers, &grant);
            client.form(path, &headers, &[("grant_type", secret), ("scope", secret), ("audience", secret)]);
            client.form(path, &[], &[("client_id", id), ("client_secret", secret), ("grant_type", "x")]);
            let password = made.text("/admin/password");
            let login = [("grant_type", "password"), ("username", "admin"), ("password", password)];
            client.form(path, &headers, &login);
        }
        client.with_token(secret).get("/api/v2/tokens/me").expect(401);
    }
    client.get(&format!("/api/v2/oauth/clients?access_token={token}")).expect(401);
    client.with_token(&token).delete("/api/v2/tokens/me");
    client.with_token(&token).get("/api/v2/tokens/me").expect(401);

    let output = server.stop();
    assert!(output.stderr.lines().count() > 20, "debug lines are there: {output}");
    for line in output.stderr.lines() {
        let parsed: Result<Value, _> = serde_json::from_str(line);
        assert!(parsed.is_ok_and(|it| it.is_object()), "not a JSON object: {line}");
    }
    for secret in &secrets {
        assert!(secret.len() > 15, "a test for too little: {secret}");
        for text in [&output.stdout, &output.stderr] {
            let line = text.lines().find(|line| line.contains(&**secret));
            assert!(line.is_none(), "{line:?} shows {secret}");
        }
    }
}

#[track_caller]
fn check_chosen(builder: Builder) {
    let server = builder.start();
    let made = server.credentials();
    assert_eq!(made.client_id, CLIENT_ID);
    assert_eq!(made.client_secret, SECRET);
    assert_eq!(made.text("/admin/email"), EMAIL);
    assert_eq!(made.text("/admin/password"), PASSWORD);
    assert!(server.client().authenticates(CLIENT_ID, SECRET));
    assert_eq!(sqlite(&server.data_dir().join("chancery.db"), "SELECT email FROM users"), [EMAIL]);
    let output = server.stop();
    for secret in [SECRET, PASSWORD] {
        assert!(!output.stdout.contains(secret) && !output.stderr.contains(secret), "{output}");
    }
}

#[test]
fn an_operator_can_choose_the_credentials() {
    check_chosen(
        Builder::fresh()
            .env("CHANCERY_BOOTSTRAP_CLIENT_ID", CLIENT_ID)
            .env("CHANCERY_BOOTSTRAP_CLIENT_SECRET", SECRET)
            .env("CHANCERY_BOOTSTRAP_ADMIN_EMAIL", EMAIL)
            .env("CHANCERY_BOOTSTRAP_ADMIN_PASSWORD", PASSWORD),
    );
}

#[test]
fn an_operator_can_choose_the_credentials_in_files() {
    let folder = folder();
    let mut builder = Builder::on(&folder.path().join("data"));
    for (name, value) in [
        ("CLIENT_ID", CLIENT_ID),
        ("CLIENT_SECRET", SECRET),
        ("ADMIN_EMAIL", EMAIL),
        ("ADMIN_PASSWORD", PASSWORD),
    ] {
        let path = folder.path().join(name);
        // Editors and `echo` end a file with a line end, which is not a part of the value.
        std::fs::write(&path, format!("{value}\n")).expect("a file");
        builder = builder.env(&format!("CHANCERY_BOOTSTRAP_{name}_FILE"), &path);
    }
    check_chosen(builder);
}

#[test]
fn chosen_credentials_are_for_the_first_start_only() {
    let folder = folder();
    let builder = Builder::on(&folder.path().join("data"));
    let server = builder.start();
    let made = server.credentials();
    server.stop();
    let server = builder.env("CHANCERY_BOOTSTRAP_CLIENT_SECRET", SECRET).start();
    assert!(server.client().authenticates(&made.client_id, &made.client_secret));
    assert!(!server.client().authenticates(&made.client_id, SECRET));
}

#[test]
fn bad_choices_are_refused_with_the_reason_without_the_value_and_nothing_is_made() {
    for (name, value, reason) in [
        ("CLIENT_SECRET", "hunter2-hunter2", "32"),
        ("CLIENT_SECRET", "hunter2hunter2hunter2hunter2hunter2", "different"),
        ("CLIENT_SECRET", "hunter2 with spaces and more than 32 characters", "A-Z a-z 0-9"),
        ("CLIENT_ID", "hunter2", "UUID"),
        ("ADMIN_PASSWORD", "hunter2", "12"),
        ("ADMIN_EMAIL", "hunter2", "e-mail"),
    ] {
        let folder = folder();
        let data = folder.path().join("data");
        let file = folder.path().join("value");
        std::fs::write(&file, value).expect("a file");
        let variable = format!("CHANCERY_BOOTSTRAP_{name}");
        for builder in [
            Builder::on(&data).env(&variable, value),
            Builder::on(&data).env(&format!("{variable}_FILE"), &file),
        ] {
            let output = builder.refused();
            let said = super::one_sentence(&output);
            assert!(said.contains(&variable) && said.contains(reason), "{said}");
            assert!(!output.stderr.contains("hunter2"), "{output}");
            assert!(!data.exists(), "{variable}: something was made");
        }
    }
}

#[test]
fn a_value_and_a_file_for_it_are_refused() {
    let folder = folder();
    let data = folder.path().join("data");
    let file = folder.path().join("value");
    std::fs::write(&file, SECRET).expect("a file");
    let name = "CHANCERY_BOOTSTRAP_CLIENT_SECRET";
    let output = Builder::on(&data).env(name, SECRET).env(&format!("{name}_FILE"), &file).refused();
    assert!(super::one_sentence(&output).contains(name), "{output}");
    let output = Builder::on(&data).env(&format!("{name}_FILE"), folder.path().join("missing")).refused();
    assert!(output.stderr.starts_with("error: ") && output.stderr.contains(name), "{output}");
    assert!(!data.exists());
}
