//! Readiness: a node whose disk is full says so, and comes back by itself.

use std::process::Command;
use std::time::Duration;

use chancery_e2e::{Client, Credentials, Process, binary, folder, isolate, until};

/// The server looks again every five seconds.
const LOOKED: Duration = Duration::from_secs(30);

/// Lets no file of the process grow beyond so many bytes, which is as good as a full disk.
fn limit_files(id: u32, most: &str) {
    let limit =
        Command::new("prlimit").args(["--pid", &id.to_string(), &format!("--fsize={most}:")]).status();
    assert!(limit.expect("prlimit").success());
}

#[test]
fn a_node_that_cannot_write_is_not_ready_until_it_can() {
    let folder = folder();
    let data = folder.path().join("data");
    // Too large a file is to be an error, and not a signal.
    let mut command = Command::new("sh");
    isolate(&mut command);
    command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(binary());
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&data);
    let server = Process::start(&mut command);
    let line = server.line(LOOKED).expect("the server starts");
    let client = Client::new(line.strip_prefix("listening on ").expect("an address"));
    let credentials = Credentials::read(&data.join("bootstrap.json"));
    let answer = client.grant(&credentials.client_id, &credentials.client_secret).expect(200);
    let administrator = client.with_token(&answer.text_of("access_token"));
    client.get("/health/ready").expect(200);

    limit_files(server.id(), "4096");
    let division = serde_json::json!({ "name": "Elsewhere", "description": "" });
    let answer = administrator.post("/api/v2/authorization/divisions", &division).expect(503);
    assert_eq!(answer.text_of("code"), "service.unavailable");
    client.get("/health/ready").expect(503);
    client.get("/health/live").expect(200);
    administrator.get("/api/v2/authorization/divisions/home").expect(200);

    limit_files(server.id(), "unlimited");
    until("the node is ready again", LOOKED, || (client.get("/health/ready").status == 200).then_some(()));
    administrator.post("/api/v2/authorization/divisions", &division).expect(200);
    server.signal("TERM");
    assert_eq!(server.wait(LOOKED).code, Some(0));
}
