//! One raw connection: bytes go out as they are given, answers are read one by one.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use ureq::http::{HeaderMap, HeaderName, HeaderValue};

use crate::http::Answer;

pub mod http2;

/// A read waits so long before it looks at the clock.
const TICK: Duration = Duration::from_millis(20);
/// A server that says nothing for so long hangs.
const LIMIT: Duration = Duration::from_secs(30);
/// A server that takes nothing for so long has stopped reading.
const STUCK: Duration = Duration::from_secs(3);

/// What came over a connection.
#[derive(Clone, Debug)]
pub enum Heard {
    /// A whole answer.
    Answer(Answer),
    /// The server hung up.
    End,
    /// Nothing in the time that was given.
    Silence,
}

/// A connection over a stream whose reads give up now and then, as those of `connect` do.
#[derive(Debug)]
pub struct Socket<S = TcpStream> {
    stream: S,
    seen: Vec<u8>,
}

/// A TCP connection whose reads and writes give up in time.
pub fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a connection");
    stream.set_nodelay(true).expect("an option");
    stream.set_read_timeout(Some(TICK)).expect("a time limit");
    stream.set_write_timeout(Some(STUCK)).expect("a time limit");
    stream
}

impl Socket {
    /// A new connection to this host and port.
    pub fn open(address: &str) -> Self {
        Self::over(connect(address))
    }
}

impl<S: Read + Write> Socket<S> {
    /// Over a stream that is connected already.
    pub fn over(stream: S) -> Self {
        Self { stream, seen: Vec::new() }
    }

    /// The stream below.
    pub fn stream(&self) -> &S {
        &self.stream
    }

    /// Sends bytes; false once the server has hung up or stopped reading.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).and_then(|()| self.stream.flush()).is_ok()
    }

    /// The next answer, if it comes within `limit`.
    pub fn heard(&mut self, limit: Duration) -> Heard {
        let until = Instant::now() + limit;
        let mut has_ended = false;
        loop {
            if let Some((answer, length)) = parse(&self.seen, has_ended) {
                self.seen.drain(..length);
                // An interim answer (RFC 9110 section 15.2) is none.
                if answer.status >= 200 || answer.status == 101 {
                    return Heard::Answer(answer);
                }
                continue;
            }
            if has_ended {
                return Heard::End;
            }
            match self.fill(until) {
                Some(more) => has_ended = !more,
                None => return Heard::Silence,
            }
        }
    }

    /// The next answer, which must come.
    #[track_caller]
    pub fn answer(&mut self) -> Answer {
        match self.heard(LIMIT) {
            Heard::Answer(answer) => answer,
            other => panic!("{other:?} instead of an answer"),
        }
    }

    /// All answers until the server hangs up, which it must.
    #[track_caller]
    pub fn rest(&mut self) -> Vec<Answer> {
        let mut answers = Vec::new();
        loop {
            match self.heard(LIMIT) {
                Heard::Answer(answer) => answers.push(answer),
                Heard::End => return answers,
                Heard::Silence => panic!("the server neither answers nor hangs up, after {answers:?}"),
            }
        }
    }

    /// Waits for more bytes: true if some came, false at the end, none if it takes too long.
    fn fill(&mut self, until: Instant) -> Option<bool> {
        let mut piece = [0; 16 * 1024];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => return Some(false),
                Ok(read) => {
                    self.seen.extend_from_slice(&piece[..read]);
                    return Some(true);
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut if Instant::now() < until => {}
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => return None,
                    ErrorKind::Interrupted => {}
                    _ => return Some(false),
                },
            }
        }
    }
}

/// The first answer in `seen` and its length (RFC 9112 section 6.3), if it is whole.
fn parse(seen: &[u8], has_ended: bool) -> Option<(Answer, usize)> {
    let begin = seen.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&seen[..begin]).expect("a head is text");
    let mut lines = head.trim_end().lines();
    let first = lines.next().unwrap_or_default();
    let status = first.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)?.parse().ok());
    let status = status.unwrap_or_else(|| panic!("no status line: {first}"));
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("no header: {line}"));
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).expect("a header's name"),
            HeaderValue::from_str(value.trim()).expect("a header's value"),
        );
    }
    let length = headers.get("content-length").map(|it| it.to_str().ok()?.parse::<usize>().ok());
    let rest = &seen[begin..];
    let (body, read) = if status < 200 || status == 204 || status == 304 {
        (Vec::new(), 0)
    } else if headers.get("transfer-encoding").is_some_and(|it| it == "chunked") {
        chunks(rest)?
    } else if let Some(length) = length {
        let length = length.expect("a length is a number");
        (rest.get(..length)?.to_vec(), length)
    } else {
        has_ended.then(|| (rest.to_vec(), rest.len()))?
    };
    let text = String::from_utf8(body).expect("a body is text");
    Some((Answer { status, headers, text }, begin + read))
}

/// A body in chunks without trailers and its length on the wire, if it is whole (RFC 9112 section 7.1).
fn chunks(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let line = bytes[at..].windows(2).position(|it| it == b"\r\n")?;
        let size = std::str::from_utf8(&bytes[at..at + line]).expect("a size is text");
        let size = usize::from_str_radix(size, 16).expect("a size is a number");
        at += line + 2;
        let data = bytes.get(at..at + size + 2)?;
        body.extend_from_slice(&data[..size]);
        at += size + 2;
        if size == 0 {
            return Some((body, at));
        }
    }
}
