//! In front of a person: a pseudo-terminal made by `script`, which every Debian has.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use chancery_e2e::{Client, Output, Process, binary, folder, isolate, snapshot, until};

const LIMIT: Duration = Duration::from_secs(30);

/// A server on a terminal. Ends with its terminal.
struct OnTerminal {
    terminal: Process,
    id: String,
    url: String,
}

impl OnTerminal {
    fn start(data: &Path, id_file: &Path) -> Self {
        let inner = format!(
            "echo $$ > '{}'; exec '{}' serve --listen 127.0.0.1:0 --data-dir '{}'",
            id_file.display(),
            binary().display(),
            data.display()
        );
        let mut script = Command::new("script");
        isolate(&mut script);
        script.env("SHELL", "/bin/sh");
        script.args(["-qec", &inner, "/dev/null"]);
        let terminal = Process::start(&mut script);
        let line = terminal.line(LIMIT).unwrap_or_else(|| panic!("no line: {}", terminal.stderr()));
        let url = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("the first line is {line}"));
        let id = std::fs::read_to_string(id_file).expect("the id of the server").trim().to_owned();
        let server = Self { terminal, id, url: url.to_owned() };
        until("the server is ready", LIMIT, || {
            let answer = Client::new(&server.url).send("GET", "/health/ready", &[], None);
            answer.is_ok_and(|it| it.status == 200).then_some(())
        });
        server
    }

    fn stop(self) -> Output {
        let sent = Command::new("kill").args(["-s", "TERM", &self.id]).status().expect("kill starts");
        assert!(sent.success());
        self.terminal.wait(LIMIT)
    }
}

#[test]
fn on_a_terminal_the_credentials_are_shown_once_and_written_nowhere() {
    let folder = folder();
    let (data, id_file) = (folder.path().join("data"), folder.path().join("id"));
    let server = OnTerminal::start(&data, &id_file);
    let client = Client::new(&server.url);
    // The terminal may show the address before the rest.
    let shown = until("the notice", LIMIT, || {
        let shown = server.terminal.stdout();
        shown.contains("Client secret").then_some(shown)
    });
    let value = |label: &str| {
        let line = shown.lines().find_map(|line| line.trim().strip_prefix(label));
        line.unwrap_or_else(|| panic!("no {label} in {shown}")).trim().to_owned()
    };
    let (id, secret, password) = (value("Client id"), value("Client secret"), value("Password"));
    assert!(client.authenticates(&id, &secret));
    assert_eq!(shown.matches(&secret).count(), 1, "{shown}");
    assert_eq!(shown.matches(&password).count(), 1, "{shown}");
    let token = client.grant(&id, &secret).expect(200).text_of("access_token");
    client.with_token(&token).get("/api/v2/oauth/clients").expect(200);
    let output = server.stop();
    assert_eq!(output.code, Some(0), "{output}");
    assert_eq!(output.stdout.matches("shown once").count(), 1, "{output}");
    assert_eq!(output.stdout.matches(&secret).count(), 1, "{output}");

    assert!(!data.join("bootstrap.json").exists());
    for (path, (_, bytes)) in snapshot(folder.path()) {
        for secret in [&secret, &password] {
            let found = bytes.windows(secret.len()).any(|it| it == secret.as_bytes());
            assert!(!found, "{} holds a secret that was only to be shown", path.display());
        }
    }

    let server = OnTerminal::start(&data, &id_file);
    assert!(Client::new(&server.url).authenticates(&id, &secret));
    let output = server.stop();
    assert_eq!(output.code, Some(0), "{output}");
    assert!(!output.stdout.contains("Client secret"), "shown again: {output}");
}

#[test]
fn a_server_whose_terminal_goes_away_goes_too() {
    let folder = folder();
    let server = OnTerminal::start(&folder.path().join("data"), &folder.path().join("id"));
    let (client, id) = (Client::new(&server.url), server.id.clone());
    drop(server);
    until("the server is gone", LIMIT, || {
        let answers = client.send("GET", "/health/live", &[], None).is_ok();
        let lives = Path::new("/proc").join(&id).join("exe").exists();
        (!answers && !lives).then_some(())
    });
}
