//! Commands on the local store, beside a running server and without one.

mod backup;
mod doctor;
mod keys;
mod migrate;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chancery_e2e::{
    Builder, CLIENTS, Credentials, Output, Registry, Server, folder, mode, run, sqlite, until,
};

/// A running server has heard of a change by then.
const HEARD: Duration = Duration::from_secs(5);

fn local(data: &Path, args: &[&str]) -> Output {
    let data = data.to_string_lossy();
    run(args.iter().copied().chain(["--data-dir", &*data]))
}

#[track_caller]
fn done(data: &Path, args: &[&str]) -> Output {
    let output = local(data, args);
    assert_eq!(output.code, Some(0), "{output}");
    output
}

#[track_caller]
fn refused(data: &Path, args: &[&str]) -> String {
    let output = local(data, args);
    assert_eq!(output.code, Some(1), "{output}");
    assert_eq!(output.stdout, "");
    assert!(output.stderr.starts_with("error: "), "{output}");
    assert_eq!(output.stderr.trim_end().lines().count(), 1, "{output}");
    output.stderr
}

/// Makes an organization and answers the credentials of its administrator client.
#[track_caller]
fn organization(data: &Path, name: &str, short_name: &str) -> Credentials {
    let output = done(data, &["organization", "create", name, "--short-name", short_name]);
    let file = data.join(format!("organization-{short_name}.json"));
    assert!(output.stdout.contains(&*file.to_string_lossy()), "{output}");
    assert_eq!(mode(&file), 0o600);
    let made = Credentials::read(&file);
    for text in [&output.stdout, &output.stderr] {
        assert!(
            !text.contains(&made.client_secret) && !text.contains(made.text("/admin/password")),
            "{text}"
        );
    }
    made
}

#[track_caller]
fn registry(server: &Server, made: &Credentials) -> Registry {
    let token = server.client().grant(&made.client_id, &made.client_secret).expect(200);
    Registry::new(server.client().with_token(&token.text_of("access_token")))
}

/// Waits until the server has heard of new credentials.
#[track_caller]
fn works(server: &Server, made: &Credentials) {
    until("the new secret works", HEARD, || {
        server.client().authenticates(&made.client_id, &made.client_secret).then_some(())
    });
}

#[test]
fn recover_gives_the_administrator_client_a_fresh_secret_beside_a_running_server() {
    let server = Server::start();
    let old = server.credentials();
    let (client, token) = (server.client(), server.token());
    let file = server.data_dir().join("recovery.json");
    let output = done(server.data_dir(), &["recover"]);
    assert!(output.stdout.contains(&*file.to_string_lossy()), "{output}");
    assert_eq!(mode(&file), 0o600);

    let new = Credentials::read(&file);
    assert_eq!(new.client_id, old.client_id);
    assert_ne!(new.client_secret, old.client_secret);
    assert!(!output.stdout.contains(&new.client_secret), "{output}");
    works(&server, &new);
    until("the old secret stops", HEARD, || {
        (!client.authenticates(&old.client_id, &old.client_secret)).then_some(())
    });
    assert!(client.authenticates(&new.client_id, &new.client_secret));
    client.with_token(&token).get(CLIENTS).expect(200);
    assert_eq!(server.credentials().json, old.json, "what was made before is left alone");
}

#[test]
fn a_recovered_secret_works_at_once_even_while_the_old_one_is_in_use() {
    let server = Server::start();
    let old = server.credentials();
    let (over, hammer) = (AtomicBool::new(false), server.client());
    let works = std::thread::scope(|scope| {
        // Whoever has the old secret goes on with it, so the server has the client in memory all the time.
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                hammer.authenticates(&old.client_id, &old.client_secret);
            }
        });
        done(server.data_dir(), &["recover"]);
        let new = Credentials::read(&server.data_dir().join("recovery.json"));
        let works = server.client().authenticates(&new.client_id, &new.client_secret);
        over.store(true, Ordering::SeqCst);
        works
    });
    assert!(works, "the secret that `chancery recover` has just told is refused");
}

#[test]
fn recover_writes_where_it_is_told_and_what_was_there_gives_way() {
    let server = Server::start();
    let folder = folder();
    let file = folder.path().join("fresh.json");
    let path = file.to_string_lossy();
    let mut secrets = Vec::new();
    for _ in 0..2 {
        done(server.data_dir(), &["recover", "--file", &path]);
        assert_eq!(mode(&file), 0o600);
        secrets.push(Credentials::read(&file).client_secret);
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("a mode");
    }
    assert!(!server.data_dir().join("recovery.json").exists());
    let id = server.credentials().client_id;
    works(&server, &Credentials::read(&file));
    until("the secret in between stops", HEARD, || {
        (!server.client().authenticates(&id, &secrets[0])).then_some(())
    });
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "no drafts are left");
}

#[test]
fn recover_that_cannot_write_the_secret_changes_nothing() {
    let folder = folder();
    let builder = Builder::on(&folder.path().join("data"));
    let server = builder.start();
    let made = server.credentials();
    let nowhere = server.data_dir().join("no such folder").join("x.json");
    let said = refused(server.data_dir(), &["recover", "--file", &nowhere.to_string_lossy()]);
    assert!(said.contains("x.json"), "{said}");
    assert!(server.client().authenticates(&made.client_id, &made.client_secret));
    server.stop();
    assert!(builder.start().client().authenticates(&made.client_id, &made.client_secret));
}

/// A server whose administrator client was changed behind its back: it would not let its last administrator go.
fn without_administrator(builder: &Builder, statements: &[&str]) -> (Server, Credentials) {
    let server = builder.start();
    let old = server.credentials();
    server.stop();
    for statement in statements {
        sqlite(&builder.data_dir().join("chancery.db"), &statement.replace("{id}", &old.client_id));
    }
    let server = builder.start();
    assert!(!server.client().authenticates(&old.client_id, &old.client_secret));
    (server, old)
}

#[test]
fn recover_makes_a_client_where_none_administers() {
    let builder = Builder::fresh();
    let deleted = [
        "DELETE FROM clients WHERE id = '{id}'",
        "DELETE FROM client_secrets WHERE client_id = '{id}'",
        "DELETE FROM role_grants WHERE subject_id = '{id}'",
    ];
    let (server, old) = without_administrator(&builder, &deleted);
    done(server.data_dir(), &["recover"]);
    let new = Credentials::read(&server.data_dir().join("recovery.json"));
    assert_ne!(new.client_id, old.client_id);
    self::registry(&server, &new).create("administered again");
    assert!(!server.client().authenticates(&old.client_id, &old.client_secret));
}

#[test]
fn recover_wakes_an_administrator_client_that_was_made_inactive() {
    let builder = Builder::fresh();
    let inactive = ["UPDATE clients SET state = 'inactive', version = version + 1 WHERE id = '{id}'"];
    let (server, old) = without_administrator(&builder, &inactive);
    done(server.data_dir(), &["recover"]);
    let new = Credentials::read(&server.data_dir().join("recovery.json"));
    assert_eq!(new.client_id, old.client_id);
    works(&server, &new);
    self::registry(&server, &new).create("administered again");
}

#[test]
fn recover_finds_who_administers_by_another_role_than_the_first() {
    let server = Server::start();
    let (own, registry) = (server.credentials(), server.registry());
    let (roles, client) = ("/api/v2/authorization/roles", Registry::path(&own.client_id));
    let everything = serde_json::json!({ "domain": "*", "entityName": "*", "actionSet": ["*"] });
    let owner = serde_json::json!({
        "name": "owner", "permissions": ["admin"], "permissionPolicies": [everything],
    });
    let owner = registry.client.post(roles, &owner).expect(200).text_of("id");
    let first = registry.get(&own.client_id).json()["roleDivisions"][0]["roleId"].clone();
    let body = serde_json::json!({
        "name": "Administrator",
        "authorizedGrantType": "CLIENT-CREDENTIALS",
        "roleDivisions": [{ "roleId": owner, "divisionId": "*" }],
    });
    registry.client.put(&client, &body).expect(200);
    registry.client.delete(&format!("{roles}/{}", first.as_str().expect("an id"))).expect(204);

    done(server.data_dir(), &["recover"]);
    let new = Credentials::read(&server.data_dir().join("recovery.json"));
    assert_eq!(new.client_id, own.client_id);
    works(&server, &new);
    self::registry(&server, &new).create("administered again");
}

#[test]
fn recover_asks_for_the_organization_where_there_are_several() {
    let server = Server::start();
    let first = server.credentials();
    let acme = organization(server.data_dir(), "Acme", "acme");
    let said = refused(server.data_dir(), &["recover"]);
    assert!(said.contains("--organization"), "{said}");
    let said = refused(server.data_dir(), &["recover", "--organization", "nobody"]);
    assert!(said.contains("organization list"), "{said}");
    assert!(!server.data_dir().join("recovery.json").exists());

    for wanted in ["acme", acme.text("/organization/id")] {
        done(server.data_dir(), &["recover", "--organization", wanted]);
        let new = Credentials::read(&server.data_dir().join("recovery.json"));
        assert_eq!(new.client_id, acme.client_id);
        assert_eq!(new.text("/organization/id"), acme.text("/organization/id"));
        works(&server, &new);
    }
    until("the old secret stops", HEARD, || {
        (!server.client().authenticates(&acme.client_id, &acme.client_secret)).then_some(())
    });
    assert!(server.client().authenticates(&first.client_id, &first.client_secret), "the other is left alone");
}

#[test]
fn organizations_are_made_and_listed() {
    let server = Server::start();
    let first = server.credentials();
    let acme = organization(server.data_dir(), "Acme & Sons", "acme");
    let listed = done(server.data_dir(), &["organization", "list"]).stdout;
    let lines: Vec<Vec<&str>> = listed.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(lines.len(), 2, "{listed}");
    assert_eq!(lines[0][0], first.text("/organization/id"));
    assert_eq!(lines[1], [acme.text("/organization/id"), "acme", "Acme & Sons"]);

    let said = refused(server.data_dir(), &["organization", "create", "Acme", "--short-name", "acme"]);
    assert!(said.contains("--short-name"), "{said}");
    for args in [["organization", "create", "&"], ["organization", "create", ""]] {
        refused(server.data_dir(), &args);
    }
    assert_eq!(done(server.data_dir(), &["organization", "list"]).stdout, listed);

    let me = registry(&server, &acme).client.get("/api/v2/organizations/me").expect(200);
    assert_eq!(me.text_of("id"), acme.text("/organization/id"));
    assert_eq!(me.text_of("name"), "Acme & Sons");
}

#[test]
fn organizations_see_nothing_of_each_other() {
    let server = Server::start();
    let chancery = server.registry();
    let theirs = chancery.create("of the first organization");
    let before = (chancery.names(), chancery.get(&theirs.id).json());
    let acme = organization(server.data_dir(), "Acme", "acme");
    let acme_registry = registry(&server, &acme);

    assert_eq!(acme_registry.names().into_keys().collect::<Vec<_>>(), [&*acme.client_id]);
    for id in [&theirs.id, &server.credentials().client_id] {
        let path = Registry::path(id);
        for answer in [
            acme_registry.get(id),
            acme_registry.rename(id, "stolen"),
            acme_registry.delete(id),
            acme_registry.reset(id),
            acme_registry.client.put(&path, &chancery.machine("stolen")),
            acme_registry.client.put(&path, &serde_json::json!({})),
        ] {
            assert_eq!(answer.expect(404).text_of("code"), "client.not.found");
        }
    }
    // A role of the other organization is unknown here.
    let answer = acme_registry.client.post(CLIENTS, &chancery.machine("with a foreign role")).expect(400);
    assert_eq!(answer.text_of("code"), "bad.client.role");
    let own = chancery.client.get(&format!("/api/v2/authorization/subjects/{}", theirs.id)).expect(200);
    assert_eq!(own.text_of("id"), theirs.id);
    acme_registry.client.get(&format!("/api/v2/authorization/subjects/{}", theirs.id)).expect(404);

    assert_eq!((chancery.names(), chancery.get(&theirs.id).json()), before);
    assert!(server.client().authenticates(&theirs.id, &theirs.secret));
    chancery.get(&acme.client_id).expect(404);
    acme_registry.create("of the second organization");
    assert_eq!(chancery.names(), before.0);
}

#[test]
fn the_credentials_chosen_for_the_first_start_are_not_those_of_another_organization() {
    let server = Server::start();
    let folder = folder();
    let (file, own) = (folder.path().join("made.json"), server.credentials());
    let mut command = chancery_e2e::command();
    command
        .args(["organization", "create", "Second", "--file"])
        .arg(&file)
        .arg("--data-dir")
        .arg(server.data_dir());
    command.env("CHANCERY_BOOTSTRAP_CLIENT_ID", &own.client_id);
    command.env("CHANCERY_BOOTSTRAP_CLIENT_SECRET", &own.client_secret);
    let output = chancery_e2e::Process::start(&mut command).wait(Duration::from_secs(30));
    assert_eq!(output.code, Some(0), "{output}");
    assert_eq!(mode(&file), 0o600);
    let made = Credentials::read(&file);
    assert!(made.client_id != own.client_id && made.client_secret != own.client_secret);
    registry(&server, &made).create("by the second organization");
}

#[test]
fn recover_wins_against_writers_of_the_same_client() {
    let server = Server::start();
    let own = server.credentials();
    let (registry, done) = (server.registry(), std::sync::atomic::AtomicBool::new(false));
    std::thread::scope(|scope| {
        for number in 0..4 {
            let (registry, id, done) = (registry.clone(), own.client_id.clone(), &done);
            scope.spawn(move || {
                let roles = registry.get(&id).json()["roleDivisions"].clone();
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    let body = serde_json::json!({
                        "name": format!("writer {number}"),
                        "authorizedGrantType": "CLIENT-CREDENTIALS",
                        "roleDivisions": roles,
                    });
                    registry.client.put(&Registry::path(&id), &body).expect(200);
                }
            });
        }
        let outputs: Vec<_> = (0..5)
            .map(|_| {
                run(["recover", "--data-dir"]
                    .map(Into::into)
                    .into_iter()
                    .chain([server.data_dir().as_os_str().to_owned()]))
            })
            .collect();
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        for output in outputs {
            assert_eq!(output.code, Some(0), "{output}");
        }
    });
    let recovered = Credentials::read(&server.data_dir().join("recovery.json"));
    assert!(server.client().authenticates(&recovered.client_id, &recovered.client_secret));
}

#[test]
fn without_a_store_the_commands_say_what_to_do_and_make_nothing() {
    let folder = folder();
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).expect("a folder");
    for data in [empty.clone(), folder.path().join("missing")] {
        for args in [&["recover"][..], &["organization", "list"], &["organization", "create", "Acme"]] {
            let said = refused(&data, args);
            assert!(said.contains("chancery serve") && said.contains("--data-dir"), "{said}");
        }
    }
    assert_eq!(std::fs::read_dir(&empty).expect("a folder").count(), 0);
    assert!(!folder.path().join("missing").exists());
}

#[test]
fn the_commands_work_without_a_server() {
    let folder = folder();
    let builder = Builder::on(&folder.path().join("data"));
    let old = {
        let server = builder.start();
        let made = server.credentials();
        server.stop();
        made
    };
    done(builder.data_dir(), &["recover"]);
    let acme = organization(builder.data_dir(), "Acme", "acme");
    let new = Credentials::read(&builder.data_dir().join("recovery.json"));
    let server = builder.start();
    assert!(server.client().authenticates(&new.client_id, &new.client_secret));
    assert!(server.client().authenticates(&acme.client_id, &acme.client_secret));
    assert!(!server.client().authenticates(&old.client_id, &old.client_secret));
}
