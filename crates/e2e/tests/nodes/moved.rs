//! A server outgrows its machine: everything moves to PostgreSQL, and back, and nobody has to log in anew.

use std::path::Path;

use chancery_cluster::{Cluster, Kind};
use chancery_e2e::{Builder, CLIENTS, Client, Made, Person, REDIRECT, code_client, folder, run};

fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}

#[test]
fn a_login_goes_on_wherever_the_data_is() {
    if !chancery_cluster::is_installed() {
        return;
    }
    let (cluster, folder) = (Cluster::start(Kind::Fast), folder());
    let url = cluster.database();
    let [home, back] = ["home", "back"].map(|name| folder.path().join(name));
    let key = home.join("master.key");
    let options =
        |builder: Builder| builder.option("--issuer", "http://id.example").option("--master-key-file", &key);
    let server = Builder::on(&home).option("--issuer", "http://id.example").start();
    let (registry, made) = (server.registry(), server.credentials());
    let app = Made::of(&registry.client.post(CLIENTS, &code_client("app")));
    let mut person = Person::new(&server.client(), "192.0.2.1");
    let login = person.open(&app.id, &[]);
    let code = person.code(&login, made.text("/admin/email"), made.text("/admin/password"));
    let ask = |client: &Client, pairs: &[(&str, &str)]| {
        let basic = Client::basic(&app.id, &app.secret);
        client.form("/oauth/token", &[("Authorization", &basic)], pairs).expect(200)
    };
    let redeem = [("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", REDIRECT)];
    let first = ask(&server.client(), &redeem);
    let (access, mut refresh) = (first.text_of("access_token"), first.text_of("refresh_token"));

    let move_ = |from: &str, to: &str| run(["db", "move", "--from", from, "--to", to]);
    let busy = move_(text(&home), &url);
    assert!(busy.code == Some(1) && busy.stderr.contains("Another server is using"), "{busy}");
    server.stop();
    let there = move_(text(&home), &url);
    assert!(there.code == Some(0) && there.stdout.contains("families\t1\n"), "{there}");
    let again = move_(text(&home), &url);
    assert!(again.code == Some(1) && again.stderr.contains("there is something in it already"), "{again}");

    let nowhere = folder.path().join("nowhere");
    for round in 0..2 {
        let server = if round == 0 {
            options(Builder::on(&nowhere)).option("--database-url", &url).start()
        } else {
            options(Builder::on(&back)).start()
        };
        let client = server.client();
        assert_eq!(client.with_token(&access).get("/api/v2/tokens/me").status, 200);
        refresh = ask(&client, &[("grant_type", "refresh_token"), ("refresh_token", &refresh)])
            .text_of("refresh_token");
        server.stop();
        if round == 0 {
            let moved = move_(&url, text(&back));
            assert_eq!(moved.code, Some(0), "{moved}");
        }
    }
    assert!(!nowhere.exists(), "a node needs no disk");
}
