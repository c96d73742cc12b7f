//! A public key as it is published (RFC 7517), named by its thumbprint (RFC 7638).

use aws_lc_rs::digest;
use serde::Serialize;

use crate::jose::base64url;

/// A public signing key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Jwk {
    kty: &'static str,
    crv: &'static str,
    x: String,
    y: String,
    #[serde(rename = "use")]
    usage: &'static str,
    alg: &'static str,
    /// The key id: its SHA-256 thumbprint.
    pub kid: String,
}

impl Jwk {
    /// An ES256 key from the coordinates of its point, in base64url.
    pub fn es256(x: String, y: String) -> Self {
        // RFC 7638 section 3.2: the required members in lexicographic order, without white space.
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let kid = base64url(digest::digest(&digest::SHA256, members.as_bytes()).as_ref());
        Self { kty: "EC", crv: "P-256", x, y, usage: "sig", alg: "ES256", kid }
    }
}
