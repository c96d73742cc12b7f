//! The first start, with nothing prepared, and the second.

use std::time::Duration;

use chancery_e2e::{Builder, Server, folder, mode, until};
use serde_json::{Value, json};

/// The names of the members of an object, and of those of its objects.
fn members(value: &Value) -> Value {
    match value {
        Value::Object(map) => map.iter().map(|(name, value)| (name.clone(), members(value))).collect(),
        _ => Value::Null,
    }
}

#[test]
fn nothing_is_needed() {
    let cwd = folder();
    let server = Builder::bare(cwd.path()).env("CHANCERY_LISTEN", "127.0.0.1:0").start();

    let data = cwd.path().join("chancery-data");
    assert_eq!(mode(&data), 0o700);
    for name in ["chancery.db", "master.key", "bootstrap.json"] {
        assert_eq!(mode(&data.join(name)), 0o600, "{name}");
    }
    for entry in std::fs::read_dir(&data).expect("the data directory") {
        let path = entry.expect("an entry").path();
        assert_eq!(mode(&path) & 0o077, 0, "{} is open to others", path.display());
    }
    assert_eq!(std::fs::read_dir(cwd.path()).expect("a folder").count(), 1, "all is in one folder");

    let made = server.credentials();
    let expected = json!({
        "issuer": null,
        "organization": { "id": null, "name": null },
        "admin": { "userId": null, "email": null, "password": null },
        "client": { "clientId": null, "clientSecret": null },
    });
    assert_eq!(members(&made.json), expected);
    assert_eq!(made.text("/issuer"), server.url());
    assert!(server.client().authenticates(&made.client_id, &made.client_secret));
    let organization = server.registry().client.get("/api/v2/organizations/me").expect(200);
    assert_eq!(organization.text_of("id"), made.text("/organization/id"));
    assert_eq!(organization.text_of("name"), made.text("/organization/name"));
}

#[test]
fn the_first_organization_has_its_division_its_roles_and_one_client_with_all_permissions() {
    let server = Server::start();
    let registry = server.registry();
    let listing = |path: &str| registry.client.get(path).expect(200).json()["entities"].clone();
    let names = |path: &str| {
        let mut names: Vec<_> = listing(path)
            .as_array()
            .expect("a listing")
            .iter()
            .map(|it| it["name"].as_str().expect("a name").to_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("/api/v2/authorization/roles"), ["admin", "oauth viewer"]);
    assert_eq!(listing("/api/v2/authorization/divisions").as_array().map(Vec::len), Some(1));
    assert_eq!(
        listing("/api/v2/authorization/divisions")[0]["id"],
        registry.client.get("/api/v2/authorization/divisions/home").expect(200).json()["id"],
    );
    let clients: Vec<_> = registry.names().into_keys().collect();
    assert_eq!(clients, [server.credentials().client_id]);
    let client = registry.get(&clients[0]).expect(200).json();
    assert_eq!(client["authorizedGrantType"], "CLIENT-CREDENTIALS");
    assert_eq!(client["roleDivisions"].as_array().map(Vec::len), Some(1));
    assert_eq!(client["roleDivisions"][0]["divisionId"], "*");
}

#[test]
fn a_second_start_keeps_everything() {
    let folder = folder();
    let builder = Builder::on(&folder.path().join("data"));
    let server = builder.start();
    let (token, made) = (server.token(), server.credentials());
    let registry = server.registry();
    let first = registry.create("kept");
    let second = registry.create("kept too");
    registry.rename(&second.id, "kept under another name").expect(200);
    let fresh = registry.reset(&second.id).expect(200).text_of("secret");
    let gone = registry.create("deleted");
    registry.delete(&gone.id).expect(204);
    let (names, clients) = (registry.names(), [&first, &second].map(|it| registry.get(&it.id).json()));
    let bearer = server.client().grant(&first.id, &first.secret).expect(200).text_of("access_token");
    let keys = server.client().get("/.well-known/jwks.json").expect(200).json();
    let master = std::fs::read(server.data_dir().join("master.key")).expect("the master key");
    let output = server.stop();
    assert_eq!(output.stdout.lines().count(), 1, "nothing but the address: {output}");

    let server = builder.start();
    let old = server.client().with_token(&token);
    old.get("/api/v2/tokens/me").expect(200);
    server.client().with_token(&bearer).get("/api/v2/tokens/me").expect(200);
    let registry = registry.through(old);
    assert_eq!(registry.names(), names);
    assert_eq!([&first, &second].map(|it| registry.get(&it.id).json()), clients);
    registry.get(&gone.id).expect(404);
    let client = server.client();
    assert!(client.authenticates(&first.id, &first.secret));
    assert!(client.authenticates(&second.id, &fresh));
    assert!(!client.authenticates(&second.id, &second.secret));
    assert!(!client.authenticates(&gone.id, &gone.secret));
    assert!(client.authenticates(&made.client_id, &made.client_secret));
    assert_eq!(client.get("/.well-known/jwks.json").expect(200).json(), keys);
    assert_eq!(std::fs::read(server.data_dir().join("master.key")).expect("the master key"), master);
    assert_eq!(server.credentials().json, made.json, "credentials are made once");
}

#[test]
fn a_second_server_on_the_same_directory_is_refused_and_the_first_goes_on() {
    let server = Server::start();
    let registry = server.registry();
    let before = std::fs::read(server.data_dir().join("bootstrap.json")).expect("the credentials");

    let output = Builder::on(server.data_dir()).refused();
    let said = super::one_sentence(&output);
    assert!(said.contains("nother server"), "{said}");

    assert_eq!(std::fs::read(server.data_dir().join("bootstrap.json")).expect("the credentials"), before);
    let made = registry.create("after the second server gave up");
    assert!(server.client().authenticates(&made.id, &made.secret));

    let data_dir = server.data_dir().to_owned();
    let next = Builder::on(&data_dir);
    // What remains of a server that was killed keeps nobody out.
    let mut server = server;
    server.process().signal("KILL");
    chancery_e2e::until("the first server ends", Duration::from_secs(10), || server.process().ended());
    let next = next.start();
    assert!(next.client().authenticates(&made.id, &made.secret));
}

#[test]
fn what_the_first_password_took_is_given_back() {
    let mut server = Server::start();
    let status = format!("/proc/{}/status", server.process().id());
    until("a server keeps less than the digest of a password takes", Duration::from_secs(60), || {
        let text = std::fs::read_to_string(&status).expect("the process is there");
        let size = text.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("a size");
        let kib: u32 = size.trim().trim_end_matches(" kB").parse().expect("a number");
        (kib < 19 * 1024).then_some(())
    });
}
