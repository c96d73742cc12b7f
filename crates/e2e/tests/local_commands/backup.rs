//! `chancery backup`, beside a server that runs, and what a restored server knows.

use std::path::Path;

use chancery_e2e::{
    Builder, CLIENTS, Client, Made, Output, Person, REDIRECT, code_client, folder, mode, run,
};

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
    let app = Made::of(&registry.client.post(CLIENTS, &code_client("app")));
    let refresh_of = |client: &Client| {
        let mut person = Person::new(client, "192.0.2.1");
        let login = person.open(&app.id, &[]);
        let code = person.code(&login, made.text("/admin/email"), made.text("/admin/password"));
        let basic = Client::basic(&app.id, &app.secret);
        let redeem = [("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", REDIRECT)];
        client
            .form("/oauth/token", &[("Authorization", &basic)], &redeem)
            .expect(200)
            .text_of("refresh_token")
    };
    let refresh = refresh_of(&server.client());
    let done = backup(&["create", &text(&file), "--data-dir", &text(&from)]);
    assert!(done.code == Some(0) && done.stdout.contains("clients\t3\n"), "{done}");
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
    // The rows of logins begin anew; a refresh token of before fits none of them.
    let other = refresh_of(&client);
    let basic = Client::basic(&app.id, &app.secret);
    let ask = |token| {
        let pairs = [("grant_type", "refresh_token"), ("refresh_token", token)];
        client.form("/oauth/token", &[("Authorization", &basic)], &pairs).status
    };
    assert_eq!((ask(&refresh), ask(&other)), (400, 200));
    restored.stop();

    // Nor is a backup served that was only copied.
    let copied = folder.path().join("copied");
    std::fs::create_dir(&copied).expect("a folder");
    for (from, to) in [(&file, "chancery.db"), (&from.join("master.key"), "master.key")] {
        std::fs::copy(from, copied.join(to)).expect("a copy");
    }
    let refused = Builder::on(&copied).refused();
    assert!(refused.stderr.contains("or is a backup"), "{refused}");
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
