//! Reading bodies: bounded, and refused in the words of whoever sent them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::HttpBody;
use axum::http::header::{CONTENT_TYPE, EXPECT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Version};
use bytes::{Bytes, BytesMut};
use chancery_core::error::{ApiCode, ApiError, ErrorCode, OAuthError};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::ticks::Deadline;
use crate::failure::Failure;

/// No body is larger, in bytes.
pub const LARGEST: usize = 256 * 1024;
/// Of a body that is too large, so much is read and thrown away, so that its sender gets to read the answer.
const POLITE: usize = 16 * 1024 * 1024;

/// A body that is announced as no longer is read whatever others send.
const FREE: u64 = 4 * 1024;
/// A body comes in frames that are no longer, in bytes.
const FRAME: usize = 16 * 1024;
/// All other bodies together have this much room, in bytes: whoever sends much waits for whoever sent more.
const ROOM: usize = 64 * 1024 * 1024;
/// Room is given out in pieces of so many bytes.
const PIECE: usize = 1024;

/// The room for bodies that are being read, or answered.
pub struct Room {
    pieces: Arc<Semaphore>,
    /// Bodies that have some room and wait for more could all wait for one another: one at a time needs no more.
    exemption: Arc<Semaphore>,
}

impl Default for Room {
    fn default() -> Self {
        Self { pieces: Arc::new(Semaphore::new(ROOM / PIECE)), exemption: Arc::new(Semaphore::new(1)) }
    }
}

/// A body, with the room that it takes until it is dropped.
#[derive(Default)]
pub struct Held {
    /// The body.
    pub bytes: Bytes,
    room: Option<OwnedSemaphorePermit>,
    exemption: Option<OwnedSemaphorePermit>,
}

impl Held {
    /// Makes room for a body of `length` bytes, if need be by waiting.
    async fn grow(&mut self, room: &Room, length: usize) -> Result<(), Failure> {
        let has = self.room.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let lacks = length.div_ceil(PIECE).saturating_sub(has);
        if lacks == 0 || self.exemption.is_some() {
            return Ok(());
        }
        let lacks = u32::try_from(lacks).unwrap_or(u32::MAX);
        tokio::select! {
            biased;
            more = Arc::clone(&room.pieces).acquire_many_owned(lacks) => {
                let more = more.map_err(|_| Failure::NoRoom)?;
                match &mut self.room {
                    Some(permit) => permit.merge(more),
                    None => self.room = Some(more),
                }
            }
            exemption = Arc::clone(&room.exemption).acquire_owned() => {
                self.exemption = Some(exemption.map_err(|_| Failure::NoRoom)?);
            }
        }
        Ok(())
    }
}

/// Reads a body to its end. Every answer waits for that: answered earlier, the connection could not be kept.
pub async fn read<B>(head: &Parts, body: B, room: &Room, patience: Duration) -> Result<Held, Failure>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    let announced = body.size_hint().lower();
    if announced > LARGEST as u64 && head.headers.contains_key(EXPECT) {
        // The sender asked first, and is told before it sends.
        return Err(Failure::TooLarge(LARGEST));
    }
    let waits = AtomicBool::new(false);
    let gathered = gather(body, room, &waits);
    let read = if head.version < Version::HTTP_2 {
        tokio::select! { biased; read = gathered => Some(read), () = Deadline::After(patience) => None }
    } else {
        // A stream of HTTP/2 is not polled with its connection.
        Box::pin(tokio::time::timeout(patience, gathered)).await.ok()
    };
    // Who waited for room is not to blame for the time.
    let late = || if waits.load(Ordering::Relaxed) { Failure::NoRoom } else { Failure::TimedOut };
    read.unwrap_or_else(|| Err(late()))
}

async fn gather<B>(mut body: B, room: &Room, waits: &AtomicBool) -> Result<Held, Failure>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    let (mut whole, mut length) = (BytesMut::new(), 0);
    let mut held = Held::default();
    let is_free = body.size_hint().exact().is_some_and(|length| length <= FREE);
    loop {
        if !is_free && length < LARGEST {
            // Before the frame is taken: what is not taken yet, the sender's window bounds.
            waits.store(true, Ordering::Relaxed);
            held.grow(room, (length + FRAME).min(LARGEST)).await?;
            waits.store(false, Ordering::Relaxed);
        }
        let Some(frame) = body.frame().await else { break };
        let Ok(data) = frame.map_err(|_| Failure::BrokenOff)?.into_data() else { continue };
        length += data.len();
        if length > POLITE {
            break;
        }
        if length <= LARGEST {
            whole.extend_from_slice(&data);
        }
    }
    if length > LARGEST {
        return Err(Failure::TooLarge(LARGEST));
    }
    held.bytes = whole.freeze();
    Ok(held)
}

/// Takes a body for a form; RFC 6749 section 3.2 has it `application/x-www-form-urlencoded`.
pub fn form(headers: &HeaderMap, body: Bytes) -> Result<Bytes, Failure> {
    if !is_form(headers) {
        let detail = "the body must be application/x-www-form-urlencoded";
        return Err(OAuthError::new(ErrorCode::InvalidRequest, detail).into());
    }
    Ok(body)
}

/// Whether the body is a form.
pub fn is_form(headers: &HeaderMap) -> bool {
    is_type(headers, "application/x-www-form-urlencoded")
}

/// Reads JSON that begins with `first`; a body without type is taken for JSON.
pub fn json<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8], first: u8) -> Result<T, Failure> {
    if headers.contains_key(CONTENT_TYPE) && !is_type(headers, "application/json") {
        return Err(ApiCode::UnsupportedMediaType.into());
    }
    // An object is never an array; this also refuses `null`, which some SDKs send for no body.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&first) {
        return Err(ApiCode::BadRequest.into());
    }
    // What is ignored must be text too.
    let text = std::str::from_utf8(bytes).map_err(|_| Failure::from(ApiCode::BadRequest))?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        match error.inner().classify() {
            // Without a path the fault is in the object itself: a member that stands twice, for example.
            serde_json::error::Category::Data if path != "." => {
                ApiError::new(ApiCode::InvalidValue).with("field", &path).at(path)
            }
            _ => ApiCode::BadRequest.into(),
        }
    })?;
    reader.end().map_err(|_| Failure::from(ApiCode::BadRequest))?;
    Ok(value)
}

fn is_type(headers: &HeaderMap, wanted: &str) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn bodies_that_have_all_the_room_between_them_do_not_wait_for_one_another() {
        let room = Room::default();
        let grow = |held: &mut Held| held.grow(&room, LARGEST).now_or_never().map(|grown| grown.is_ok());
        let [mut first, mut second] = [Held::default(), Held::default()];
        assert!(first.grow(&room, FRAME).await.is_ok() && second.grow(&room, FRAME).await.is_ok());
        let left = u32::try_from(room.pieces.available_permits()).expect("few");
        let _rest = room.pieces.try_acquire_many(left).expect("is there");
        assert_eq!((grow(&mut first), grow(&mut second)), (Some(true), None));
        drop(first);
        assert_eq!(grow(&mut second), Some(true));
        drop(second);
        assert_eq!(
            (room.pieces.available_permits(), room.exemption.available_permits()),
            (2 * FRAME / PIECE, 1)
        );
    }
}
