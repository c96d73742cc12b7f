//! What a caller asks a user to be, and the rules that its members must pass one by one.

use crate::error::{ApiCode, ApiError};
use crate::session::login::normal;
use crate::types::from_wire;
use crate::user::{Contact, Profile, UserState};

/// Most characters of a name or a line of a profile.
const LINE: usize = 256;
/// Most contacts of a user.
const CONTACTS: usize = 100;
/// Longest address (RFC 5321 section 4.5.3.1.3), in bytes.
const ADDRESS: usize = 254;

/// A user as a caller describes it; `None` where the caller said nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The version that the change is based on.
    pub version: Option<i64>,
    /// `name`.
    pub name: Option<String>,
    /// `email`.
    pub email: Option<String>,
    /// `divisionId`.
    pub division: Option<String>,
    /// `title`; an empty text takes it away, here and below.
    pub title: Option<String>,
    /// `department`.
    pub department: Option<String>,
    /// `preferredName`.
    pub preferred_name: Option<String>,
    /// `addresses`.
    pub addresses: Option<Vec<Contact>>,
    /// `acdAutoAnswer`.
    pub acd_auto_answer: Option<bool>,
    /// `state`.
    pub state: Option<String>,
}

impl Draft {
    /// The name, if one was given.
    pub fn name(&self) -> Result<Option<String>, ApiError> {
        let Some(name) = &self.name else { return Ok(None) };
        if name.trim().is_empty() {
            return Err(ApiError::constraint("name", "A name is required."));
        }
        line("name", name)?;
        Ok(Some(name.clone()))
    }

    /// The address, if one was given, in the form in which it is compared.
    pub fn email(&self) -> Result<Option<String>, ApiError> {
        let Some(email) = &self.email else { return Ok(None) };
        let email = normal(email);
        if !is_address(&email) {
            return Err(ApiError::constraint("email", "The email is not an e-mail address."));
        }
        Ok(Some(email.to_string()))
    }

    /// The state, if one was given. A user is deleted in another way.
    pub fn state(&self) -> Result<Option<UserState>, ApiError> {
        let Some(text) = self.state.as_deref() else { return Ok(None) };
        match from_wire(UserState::ALL, text) {
            Some(state) if state != UserState::Deleted => Ok(Some(state)),
            _ => Err(ApiError::constraint("state", "The state of a user is active or inactive.")),
        }
    }

    /// Changes a profile.
    pub fn apply(&self, profile: &mut Profile) -> Result<(), ApiError> {
        for (field, new, old) in [
            ("title", &self.title, &mut profile.title),
            ("department", &self.department, &mut profile.department),
            ("preferredName", &self.preferred_name, &mut profile.preferred_name),
        ] {
            if let Some(new) = new {
                line(field, new)?;
                *old = Some(new.clone()).filter(|new| !new.is_empty());
            }
        }
        if let Some(addresses) = &self.addresses {
            if addresses.len() > CONTACTS {
                return Err(ApiError::constraint("addresses", "A user has at most 100 addresses."));
            }
            for contact in addresses {
                let members = [
                    &contact.address,
                    &contact.media_type,
                    &contact.kind,
                    &contact.extension,
                    &contact.country_code,
                ];
                members.into_iter().flatten().try_for_each(|text| line("addresses", text))?;
            }
            profile.addresses.clone_from(addresses);
        }
        profile.acd_auto_answer = self.acd_auto_answer.unwrap_or(profile.acd_auto_answer);
        Ok(())
    }
}

/// A member that is missing.
pub fn required(field: &'static str) -> ApiError {
    ApiError::constraint(field, "The member is required.")
}

fn line(field: &str, text: &str) -> Result<(), ApiError> {
    if text.chars().count() > LINE || text.chars().any(char::is_control) {
        let reason = "The member has at most 256 characters and no control characters.";
        return Err(ApiError::constraint(field, reason));
    }
    Ok(())
}

/// Whether a text can be an e-mail address; more only a message to it could tell.
pub fn is_address(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
        && text.len() <= ADDRESS
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// A version that is not the one that is stored.
pub fn stale() -> ApiError {
    let reason = "The user was changed since the version that the change is based on.";
    ApiError::because(ApiCode::GeneralConflict, reason).at("version")
}
