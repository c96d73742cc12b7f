//! Claims of OpenID Connect that the vendor's user has no member for. Chancery's own; the vendor has no such operation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema;

/// Claims of a user, by their names in OpenID Connect Core section 5.1. In a change, null takes one away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserClaims {
    /// The surname.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Claim>")]
    pub family_name: Option<String>,
    /// The first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Claim>")]
    pub given_name: Option<String>,
    /// The middle name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Claim>")]
    pub middle_name: Option<String>,
    /// A casual name. Without it the user's `preferredName` is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Claim>")]
    pub nickname: Option<String>,
    /// A short name. Without it the email is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Claim>")]
    pub preferred_username: Option<String>,
    /// The URL of a page about the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::ClaimUrl>")]
    pub profile: Option<String>,
    /// The URL of an image.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::ClaimUrl>")]
    pub picture: Option<String>,
    /// The URL of a page of the user's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::ClaimUrl>")]
    pub website: Option<String>,
    /// Whether the email is known to be the user's. Changing the email takes it away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
    /// The gender.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Claim>")]
    pub gender: Option<String>,
    /// The birthday: `YYYY-MM-DD`, or the year alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Claim>")]
    pub birthdate: Option<String>,
    /// The time zone, `Europe/Berlin` for example.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Claim>")]
    pub zoneinfo: Option<String>,
    /// The language, `de-DE` for example.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Claim>")]
    pub locale: Option<String>,
    /// The telephone number, best as `+49 228 123456`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Claim>")]
    pub phone_number: Option<String>,
    /// Whether the number is known to be the user's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number_verified: Option<bool>,
    /// The postal address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<ClaimedAddress>,
    /// Seconds since 1970 when the claims were last changed. Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub updated_at: Option<i64>,
}

/// A postal address (OpenID Connect Core section 5.1.1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("minProperties" = 1, "additionalProperties" = false))]
pub struct ClaimedAddress {
    /// All of it, in lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "schema::Claim")]
    pub formatted: Option<String>,
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "schema::Claim")]
    pub street_address: Option<String>,
    /// The city.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "schema::Claim")]
    pub locality: Option<String>,
    /// The state or region.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "schema::Claim")]
    pub region: Option<String>,
    /// The postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "schema::Claim")]
    pub postal_code: Option<String>,
    /// The country.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "schema::Claim")]
    pub country: Option<String>,
}
