//! The two ways in which the same endpoints are spoken; the route picks one, nobody else does.

use serde::{Deserialize, Serialize};

use crate::tokens::TokenFormat;
use crate::types::Scope;

/// A renderer's name plus the few policy values in which the two sides differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Dialect {
    /// `/oauth/...`: what the vendor's SDKs speak.
    Genesys,
    /// `/oauth2/...`: RFC 6749 and its successors.
    Standard,
}

impl Dialect {
    /// Both with their names in the store.
    pub const ALL: &[(Self, &str)] = &[(Self::Genesys, "genesys"), (Self::Standard, "standard")];

    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        crate::types::wire_name(Self::ALL, self)
    }

    /// Whether Basic credentials are form-encoded before base64 (RFC 6749 section 2.3.1). The vendor's SDKs do not.
    pub const fn basic_is_form_encoded(self) -> bool {
        matches!(self, Self::Standard)
    }

    /// Whether a scope that leaves nothing is simply dropped where roles decide and no user is there.
    pub const fn drops_scope_without_user(self) -> bool {
        matches!(self, Self::Genesys)
    }

    /// The scope of a request; `None` if it cannot be read. What is not understood is ignored, as OpenID Connect Core section
    /// 3.1.2.1 has it; the vendor's service refuses it.
    pub fn scope(self, text: &str) -> Option<Scope> {
        match self {
            Self::Genesys => Scope::parse(text),
            Self::Standard => Some(Scope::parse_known(text)),
        }
    }

    /// Whether nothing is too little for whoever asked for a scope: one without a name that is known, too.
    pub fn refuses_empty(self, asked: &Scope) -> bool {
        matches!(self, Self::Standard) || !asked.is_empty()
    }

    /// The format of its access tokens.
    pub const fn token_format(self) -> TokenFormat {
        match self {
            Self::Genesys => TokenFormat::Sealed,
            Self::Standard => TokenFormat::Jwt,
        }
    }

    /// `token_type` (RFC 6749 section 7.1), in the spelling that its clients know.
    pub const fn token_type(self) -> &'static str {
        match self {
            Self::Genesys => "bearer",
            Self::Standard => "Bearer",
        }
    }
}
