//! A collector of traces: it takes OTLP over HTTP, and keeps what it got.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

/// A request that a collector got.
pub struct Batch {
    /// Method, path and version.
    pub line: String,
    /// The headers, in lower case.
    pub headers: String,
    /// The protobuf.
    pub body: Vec<u8>,
}

impl Batch {
    /// Whether the body has these bytes somewhere.
    pub fn has(&self, bytes: &[u8]) -> bool {
        self.body.windows(bytes.len()).any(|it| it == bytes)
    }
}

/// Its URL, and what it gets; it ends with the test's process.
pub fn start() -> (String, Receiver<Batch>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let (send, batches) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let Some(batch) = take(stream) else { continue };
            if send.send(batch).is_err() {
                break;
            }
        }
    });
    (url, batches)
}

fn take(stream: TcpStream) -> Option<Batch> {
    let mut reader = BufReader::new(stream);
    let (mut line, mut headers, mut length) = (String::new(), String::new(), 0);
    reader.read_line(&mut line).ok()?;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let header = header.to_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if header.trim().is_empty() {
            break;
        }
        headers.push_str(&header);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n";
    reader.get_mut().write_all(answer).ok()?;
    Some(Batch { line: line.trim_end().to_owned(), headers, body })
}
