//! State behind an opaque handle that expires, and can be spent: one table for every kind, so the checks that all
//! kinds share are written once.

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::env::Random;
use crate::jose::{base64url, from_base64url};
use crate::keyring::Keyring;
use crate::types::{Digest, OrganizationId, TicketKey, Timestamp};

/// What one kind of ticket carries.
pub trait Payload: Serialize + DeserializeOwned {
    /// Its name in the `kind` column.
    const KIND: &'static str;
}

/// A ticket that is not stored yet; the store makes its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTicket {
    /// Which kind.
    pub kind: String,
    /// Digest of the verifier in the handle.
    pub digest: Digest,
    /// Whose it is.
    pub organization: OrganizationId,
    /// From then on it is refused.
    pub expires_at: Timestamp,
    /// The payload, as JSON.
    pub payload: String,
}

/// A stored ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Its row.
    pub key: TicketKey,
    /// What it holds.
    pub content: NewTicket,
    /// When it was spent, if it was.
    pub spent_at: Option<Timestamp>,
}

impl Ticket {
    /// The payload; `None` if the ticket is of another kind.
    pub fn payload<P: Payload>(&self) -> Option<P> {
        (self.content.kind == P::KIND).then(|| serde_json::from_str(&self.content.payload).ok()).flatten()
    }

    /// Whether it can still be spent.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.spent_at.is_none() && now < self.content.expires_at
    }
}

/// The random half of a handle: 256 bits. Only its digest is stored.
pub struct Verifier(Zeroizing<[u8; 32]>);

impl Verifier {
    /// A fresh one.
    pub fn random(random: &dyn Random) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(bytes.as_mut());
        Self(bytes)
    }

    /// What the store keeps of it.
    pub fn digest(&self, keys: &Keyring) -> Digest {
        keys.digest(self.0.as_ref())
    }

    /// Whether it is the one that was digested; takes the same time either way.
    pub fn matches(&self, digest: &Digest, keys: &Keyring) -> bool {
        keys.matches(digest, self.0.as_ref())
    }
}

/// What the outside holds: the row and the verifier, as 54 characters of `[A-Za-z0-9_-]`.
pub struct Handle {
    /// The row: of a ticket, or of a session.
    pub row: i64,
    /// The proof.
    pub verifier: Verifier,
}

impl Handle {
    /// The text form.
    pub fn expose(&self) -> String {
        let mut bytes = Zeroizing::new([0; 40]);
        bytes[..8].copy_from_slice(&self.row.to_be_bytes());
        bytes[8..].copy_from_slice(self.verifier.0.as_ref());
        base64url(bytes.as_ref())
    }

    /// Reads the text form; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 40] = from_base64url(text)?.try_into().ok()?;
        let (row, verifier) = bytes.split_first_chunk::<8>()?;
        let verifier = verifier.try_into().ok()?;
        Some(Self { row: i64::from_be_bytes(*row), verifier: Verifier(Zeroizing::new(verifier)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::fixed::Counting;
    use crate::keyring::tests::keyring;

    #[test]
    fn a_handle_reads_back_and_proves_itself() {
        let keys = keyring();
        let handle = Handle { row: 42, verifier: Verifier::random(&Counting::new(3)) };
        let digest = handle.verifier.digest(&keys);
        let read = Handle::parse(&handle.expose()).expect("its own text form");
        assert_eq!(read.row, handle.row);
        assert!(read.verifier.matches(&digest, &keys));
        assert!(!Verifier::random(&Counting::new(4)).matches(&digest, &keys));
    }

    #[test]
    fn anything_else_is_no_handle() {
        for text in ["", "abc", "not base64!", &"A".repeat(53), &"A".repeat(55)] {
            assert!(Handle::parse(text).is_none(), "{text}");
        }
    }
}
