//! TLS as clients and operators meet it: handshakes, certificates that change, and pairs that are none.
#![expect(clippy::expect_used, reason = "what cannot be set up fails the test")]

mod certificate;
mod client;
mod handshake;
mod refusal;
mod reload;
mod serving;

use std::path::{Path, PathBuf};

use chancery_e2e::{Builder, Server};

use certificate::Pair;

/// Where a test keeps the pair of its server.
fn files(folder: &Path) -> (PathBuf, PathBuf) {
    (folder.join("server.crt"), folder.join("server.key"))
}

/// A server with the pair that is, or will be, in `folder`.
fn with_files(folder: &Path) -> Builder {
    let (certificate, key) = files(folder);
    Builder::on(&folder.join("data")).option("--tls-cert", certificate).option("--tls-key", key)
}

/// A server with this pair.
fn with_pair(folder: &Path, pair: &Pair) -> Builder {
    pair.write(folder);
    with_files(folder)
}

/// Host and port.
#[track_caller]
fn address(server: &Server) -> &str {
    server.url().strip_prefix("https://").expect("an https URL")
}

/// A request without body, as text.
fn get(server: &Server, path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", address(server))
}
