//! HTTP/2 by hand (RFC 9113): frames go out as they are given, so that a test can send what no library would.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use super::{LIMIT, Socket};

mod uploads;

pub use uploads::Uploads;

/// The types of frames (RFC 9113 section 6).
pub mod kind {
    /// A piece of a body.
    pub const DATA: u8 = 0;
    /// The start of a request.
    pub const HEADERS: u8 = 1;
    /// A stream is given up.
    pub const RST_STREAM: u8 = 3;
    /// Settings, or that they were heard.
    pub const SETTINGS: u8 = 4;
    /// A sign of life.
    pub const PING: u8 = 6;
    /// The connection is given up.
    pub const GOAWAY: u8 = 7;
    /// More may be sent.
    pub const WINDOW_UPDATE: u8 = 8;
    /// More of a head.
    pub const CONTINUATION: u8 = 9;
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// `SETTINGS_HEADER_TABLE_SIZE` of 0: every answer's head can be read without those before it.
const NO_TABLE: [u8; 6] = [0, 1, 0, 0, 0, 0];

/// A frame.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Its type.
    pub kind: u8,
    /// Its flags.
    pub flags: u8,
    /// Its stream.
    pub stream: u32,
    /// What it carries.
    pub payload: Vec<u8>,
}

/// One connection.
#[derive(Debug)]
pub struct Http2<S = TcpStream> {
    socket: Socket<S>,
    next: u32,
}

impl<S: Read + Write> Http2<S> {
    /// `END_STREAM`.
    pub const END_STREAM: u8 = 1;
    /// `END_HEADERS`.
    pub const END_HEADERS: u8 = 4;
    /// `ACK`.
    pub const ACK: u8 = 1;

    /// Starts with prior knowledge (RFC 9113 section 3.3).
    pub fn start(mut socket: Socket<S>) -> Self {
        socket.send(PREFACE);
        let mut made = Self { socket, next: 1 };
        made.send(kind::SETTINGS, 0, 0, &NO_TABLE);
        made
    }

    /// An id for a new stream.
    pub fn stream(&mut self) -> u32 {
        self.next += 2;
        self.next - 2
    }

    /// Sends a frame; false once the server has hung up or stopped reading.
    pub fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> bool {
        self.socket.send(frame(kind, flags, stream, payload))
    }

    /// Sends frames that `frame` made, in one write.
    pub fn send_all(&mut self, frames: &[Vec<u8>]) -> bool {
        self.socket.send(frames.concat())
    }

    /// Asks for something on a stream of its own.
    pub fn ask(&mut self, method: &str, authority: &str, path: &str, body: Option<(&str, &str)>) -> u32 {
        let stream = self.stream();
        let mut head = head(method, authority, path);
        let mut flags = Self::END_HEADERS;
        match body {
            Some((media, _)) => head.extend(field("content-type", media)),
            None => flags |= Self::END_STREAM,
        }
        self.send(kind::HEADERS, flags, stream, &head);
        if let Some((_, text)) = body {
            self.send(kind::DATA, Self::END_STREAM, stream, text.as_bytes());
        }
        stream
    }

    /// The next frame; none when the server has hung up.
    #[track_caller]
    pub fn frame(&mut self) -> Option<Frame> {
        let until = Instant::now() + LIMIT;
        loop {
            if let Some(frame) = self.take() {
                return Some(frame);
            }
            if !self.socket.fill(until).expect("a frame or the end of the connection") {
                return None;
            }
        }
    }

    fn take(&mut self) -> Option<Frame> {
        let seen = &mut self.socket.seen;
        let head: [u8; 9] = seen.get(..9)?.try_into().ok()?;
        let end = 9 + u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let payload = seen.get(9..end)?.to_vec();
        seen.drain(..end);
        let stream = u32::from_be_bytes([head[5] & 0x7f, head[6], head[7], head[8]]);
        Some(Frame { kind: head[3], flags: head[4], stream, payload })
    }

    /// Status and body on a stream; none when it or the connection was given up.
    #[track_caller]
    pub fn answer(&mut self, stream: u32) -> Option<(u16, String)> {
        let (mut code, mut body) = (0, Vec::new());
        loop {
            let frame = self.frame()?;
            match frame.kind {
                kind::GOAWAY => return None,
                kind::SETTINGS if frame.flags & Self::ACK == 0 => {
                    self.send(kind::SETTINGS, Self::ACK, 0, &[]);
                }
                _ if frame.stream != stream => {}
                kind::RST_STREAM => return None,
                kind::HEADERS => code = status(&frame.payload),
                kind::DATA => body.extend(&frame.payload),
                _ => {}
            }
            let is_last = [kind::HEADERS, kind::DATA].contains(&frame.kind)
                && frame.stream == stream
                && frame.flags & Self::END_STREAM != 0;
            if is_last {
                return Some((code, String::from_utf8(body).expect("a body is text")));
            }
        }
    }

    /// Reads on until the server gives the connection up, which it must.
    #[track_caller]
    pub fn given_up(&mut self) {
        while self.frame().is_some_and(|frame| frame.kind != kind::GOAWAY) {}
    }
}

/// A frame on the wire (RFC 9113 section 4.1).
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a frame is short").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// The head of a request.
pub fn head(method: &str, authority: &str, path: &str) -> Vec<u8> {
    [(":method", method), (":scheme", "http"), (":authority", authority), (":path", path)]
        .iter()
        .flat_map(|(name, value)| field(name, value))
        .collect()
}

/// One field, written out (RFC 7541 section 6.2.2).
pub fn field(name: &str, value: &str) -> Vec<u8> {
    let mut bytes = vec![0];
    for text in [name, value] {
        let mut length = text.len();
        if length < 127 {
            bytes.push(u8::try_from(length).expect("less than 127"));
        } else {
            bytes.push(127);
            length -= 127;
            while length >= 128 {
                bytes.push(u8::try_from(length % 128).expect("less than 128") | 128);
                length /= 128;
            }
            bytes.push(u8::try_from(length).expect("less than 128"));
        }
        bytes.extend(text.as_bytes());
    }
    bytes
}

/// The status at the start of an answer's head (RFC 7541 appendix A, entries 8 to 14).
fn status(head: &[u8]) -> u16 {
    // First comes what became of the table's size (section 6.3).
    let at = head.iter().take_while(|byte| **byte & 0xe0 == 0x20).count();
    let first = head[at];
    if first & 0x80 != 0 {
        return [200, 204, 206, 304, 400, 404, 500][usize::from((first & 0x7f) - 8)];
    }
    let index = if first & 0x40 != 0 { first & 0x3f } else { first & 0x0f };
    assert_eq!(index, 8, "an answer's head starts with its status");
    let (length, text) = (usize::from(head[at + 1] & 0x7f), &head[at + 2..]);
    let text = &text[..length];
    if head[at + 1] & 0x80 == 0 {
        return std::str::from_utf8(text).ok().and_then(|it| it.parse().ok()).expect("a status");
    }
    digits(text)
}

/// Three digits in the code of RFC 7541 appendix B: five bits for 0 to 2, six for the others.
fn digits(bytes: &[u8]) -> u16 {
    let bits = bytes.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
    let mut left = bytes.len() * 8;
    let mut number = 0;
    for _ in 0..3 {
        let five = bits >> (left - 5) & 0x1f;
        let (digit, length) = if five <= 2 { (five, 5) } else { ((bits >> (left - 6) & 0x3f) - 0x16, 6) };
        left -= length;
        number = number * 10 + digit;
    }
    u16::try_from(number).expect("a status has three digits")
}
