//! Bodies that are sent as far as flow control lets (RFC 9113 section 5.2), and are never ended.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use super::{Frame, Http2, frame, kind};

/// Unless somebody says otherwise, so much may be sent at first (RFC 9113 section 6.9.2).
const WINDOW: i64 = 65_535;
/// A piece of a body, and the most that a frame holds unless the server says otherwise.
const PIECE: usize = 16 * 1024;
/// `SETTINGS_INITIAL_WINDOW_SIZE`.
const INITIAL_WINDOW: u16 = 4;

/// Many bodies on one connection.
#[derive(Debug)]
pub struct Uploads<S = TcpStream> {
    connection: Http2<S>,
    window: i64,
    initial: i64,
    open: Vec<Upload>,
    sent: usize,
}

#[derive(Debug)]
struct Upload {
    stream: u32,
    window: i64,
    left: usize,
}

impl<S: Read + Write> Uploads<S> {
    /// Over a new connection.
    pub fn over(connection: Http2<S>) -> Self {
        Self { connection, window: WINDOW, initial: WINDOW, open: Vec::new(), sent: 0 }
    }

    /// Opens a stream with this head; so many bytes of a body are to follow.
    pub fn begin(&mut self, head: &[u8], length: usize) {
        let stream = self.connection.stream();
        self.connection.send(kind::HEADERS, Http2::<S>::END_HEADERS, stream, head);
        self.open.push(Upload { stream, window: self.initial, left: length });
    }

    /// How much of the bodies was sent, in bytes.
    pub const fn sent(&self) -> usize {
        self.sent
    }

    /// Hears what the server said and sends what it lets, one piece of each body in turn. Answers the bytes sent.
    pub fn push(&mut self) -> usize {
        self.connection.socket.fill(Instant::now());
        while let Some(frame) = self.connection.take() {
            self.hear(&frame);
        }
        let (mut pieces, before) = (Vec::new(), self.sent);
        loop {
            let already = pieces.len();
            for upload in &mut self.open {
                let allowed = usize::try_from(self.window.min(upload.window)).unwrap_or(0);
                let size = allowed.min(upload.left).min(PIECE);
                if size > 0 {
                    pieces.push(frame(kind::DATA, 0, upload.stream, &vec![b' '; size]));
                    let spent = i64::try_from(size).unwrap_or(i64::MAX);
                    (self.window, upload.window) = (self.window - spent, upload.window - spent);
                    upload.left -= size;
                    self.sent += size;
                }
            }
            if pieces.len() == already {
                break;
            }
        }
        self.connection.send_all(&pieces);
        self.sent - before
    }

    fn hear(&mut self, frame: &Frame) {
        match frame.kind {
            kind::SETTINGS if frame.flags & Http2::<S>::ACK == 0 => {
                let all = frame.payload.chunks(6);
                for value in all.filter(|it| it[..2] == INITIAL_WINDOW.to_be_bytes()) {
                    let initial = i64::from(number(&value[2..]));
                    for upload in &mut self.open {
                        upload.window += initial - self.initial;
                    }
                    self.initial = initial;
                }
                self.connection.send(kind::SETTINGS, Http2::<S>::ACK, 0, &[]);
            }
            kind::WINDOW_UPDATE if frame.stream == 0 => self.window += i64::from(number(&frame.payload)),
            kind::WINDOW_UPDATE => {
                for upload in self.open.iter_mut().filter(|it| it.stream == frame.stream) {
                    upload.window += i64::from(number(&frame.payload));
                }
            }
            // Answered or given up: no more of this body is wanted.
            kind::HEADERS | kind::RST_STREAM => self.open.retain(|it| it.stream != frame.stream),
            _ => {}
        }
    }
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_be_bytes(bytes.try_into().expect("four bytes"))
}
