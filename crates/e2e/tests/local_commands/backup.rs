//! `chancery backup`, beside a server that runs, and what a restored server knows.

use std::path::Path;

use chancery_e2e::{Builder, Client, Output, folder, mode, run};

fn backup(args: &[&str]) -> Output {
    run(["backup"].iter().chain(args))
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn is_alive(client: &Client, token: &str) -> bool {
    client.with_token(token).get("/api/v2/tokens/me").status == 200
}

#[test]
fn a_restored_server_knows_everybody_and_no_token() {
    let folder = folder();
    let [from, to, file] = ["from", "to", "backup.db"].map(|name| folder.path().join(name));
    let builder = Builder::on(&from).option("--issuer", "http://id.example");
    let server = builder.start();
    let (registry, made, token) = (server.registry(), server.credentials(), server.token());
    let before = registry.create("before");
    let done = backup(&["create", &text(&file), "--data-dir", &text(&from)]);
    assert!(done.code == Some(0) && done.stdout.contains("clients\t2\n"), "{done}");
    assert_eq!(mode(&file), 0o600);
    let after = registry.create("after");
    let verified = backup(&["verify", &text(&file)]);
    assert_eq!((verified.code, verified.stdout), (Some(0), done.stdout.clone()));
    let again = backup(&["create", &text(&file), "--data-dir", &text(&from)]);
    assert!(again.code == Some(1) && again.stderr.contains("there is a file already"), "{again}");

    let restore = ["restore", &text(&file), "--data-dir", &text(&to)];
    let keyless = backup(&restore);
    assert!(keyless.code == Some(1) && keyless.stderr.contains("master.key is missing"), "{keyless}");
    std::fs::copy(from.join("master.key"), to.join("master.key")).expect("a copy");
    assert_eq!(backup(&restore).code, Some(0));
    let busy = backup(&["restore", &text(&file), "--data-dir", &text(&from)]);
    assert!(busy.code == Some(1) && busy.stderr.contains("Another server is using"), "{busy}");
    server.stop();
    let busy = backup(&["restore", &text(&file), "--data-dir", &text(&from)]);
    assert!(busy.code == Some(1) && busy.stderr.contains("there is something in it already"), "{busy}");

    let restored = Builder::on(&to).option("--issuer", "http://id.example").start();
    let client = restored.client();
    assert!(!is_alive(&client, &token), "its keys are gone");
    assert!(client.authenticates(&made.client_id, &made.client_secret));
    assert!(client.authenticates(&before.id, &before.secret));
    assert!(!client.authenticates(&after.id, &after.secret));
    let fresh = client.grant(&made.client_id, &made.client_secret).expect(200).text_of("access_token");
    assert!(is_alive(&client, &fresh));
    client.get("/.well-known/jwks.json").expect(200);
    restored.stop();
}

#[test]
fn another_master_key_restores_nothing() {
    let folder = folder();
    let [from, to, file] = ["from", "to", "backup.db"].map(|name| folder.path().join(name));
    Builder::on(&from).start().stop();
    assert_eq!(backup(&["create", &text(&file), "--data-dir", &text(&from)]).code, Some(0));
    let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    std::fs::create_dir(&to).expect("a folder");
    std::fs::write(to.join("key"), other).expect("a file");
    let refused = backup(&[
        "restore",
        &text(&file),
        "--data-dir",
        &text(&to),
        "--master-key-file",
        &text(&to.join("key")),
    ]);
    assert!(refused.code == Some(1) && refused.stderr.contains("does not belong to it"), "{refused}");
    let begun = Builder::on(&to).option("--master-key-file", to.join("key")).refused();
    assert!(begun.stderr.contains("was not filled to the end"), "{begun}");
    let missing = backup(&["verify", &text(&folder.path().join("nothing"))]);
    assert!(missing.code == Some(1) && missing.stderr.contains("There is no backup"), "{missing}");
}
