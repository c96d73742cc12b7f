//! A server that gives the answers that it was made with, in their order, and keeps the requests.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use chancery_sdk::client::Builder;
use chancery_sdk::{Client, Retry};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A request that arrived whole.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub target: String,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    /// Method and target.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a body of JSON")
    }
}

/// The server; it hangs up after each answer, and refuses connections after the last.
#[derive(Debug)]
pub struct Canned {
    pub url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Canned {
    pub async fn start(answers: impl IntoIterator<Item = String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (kept, answers) = (Arc::clone(&requests), answers.into_iter().collect::<Vec<_>>());
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                let request = read(&mut stream).await;
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                stream.write_all(answer.as_bytes()).await.expect("an answer is taken");
                stream.shutdown().await.expect("the end is taken");
            }
        });
        Self { url, requests }
    }

    /// What it was asked so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The only request.
    #[track_caller]
    pub fn request(&self) -> Request {
        let [request] = self.requests().try_into().expect("one request");
        request
    }

    /// Methods and targets of all.
    pub fn lines(&self) -> Vec<String> {
        self.requests().iter().map(Request::line).collect()
    }

    /// A client of it that tries each request once.
    pub fn builder(&self) -> Builder {
        Client::at(&self.url).retry(Retry::never())
    }

    /// The same, made, with a token.
    pub fn client(&self) -> Client {
        self.builder().token("t0ken").build().expect("a client")
    }
}

/// An answer.
pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> String {
    let mut text =
        format!("HTTP/1.1 {status} Told\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        write!(text, "{name}: {value}\r\n").expect("text can be written");
    }
    text + "\r\n" + body
}

/// An answer of JSON.
pub fn json(status: u16, body: &Value) -> String {
    answer(status, &[("Content-Type", "application/json")], &body.to_string())
}

async fn read(stream: &mut TcpStream) -> Request {
    let mut bytes = Vec::new();
    loop {
        if let Some(request) = parse(&bytes) {
            return request;
        }
        assert_ne!(stream.read_buf(&mut bytes).await.expect("more bytes"), 0, "the request breaks off");
    }
}

/// The request, if it is whole.
fn parse(bytes: &[u8]) -> Option<Request> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ').map(str::to_owned);
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers: Vec<_> = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let request = Request { method: first.next()?, target: first.next()?, headers, body: body.to_owned() };
    let length = request.header("content-length").map_or(0, |it| it.parse().expect("a length"));
    (body.len() >= length).then_some(request)
}
