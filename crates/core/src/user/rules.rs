//! What a new password must be: what the organization asks for, and in no case one that everybody tries first (NIST SP
//! 800-63B section 3.1.1.2).

use crate::common_passwords;
use crate::error::{ApiCode, ApiError};
use crate::organization::settings::PasswordRequirements;
use crate::user::Password;

/// Fewest characters, unless the organization asks for more.
pub const LEAST_CHARACTERS: u32 = 8;
/// Most bytes: whatever is longer is no password, but work.
pub const MOST_BYTES: usize = 1024;
/// So many passwords before the current one are remembered.
pub const REMEMBERED: usize = 4;

/// Refuses a password for whoever logs in with `email`. The error never repeats it.
pub fn check(password: &Password, email: &str, wanted: &PasswordRequirements) -> Result<(), ApiError> {
    let text = password.expose();
    if text.is_empty() {
        return Err(ApiCode::PasswordEmpty.into());
    }
    if text.len() > MOST_BYTES {
        let reason = "The password has at most 1024 bytes.";
        return Err(ApiError::because(ApiCode::InvalidNewPassword, reason));
    }
    let count = |is: fn(char) -> bool| text.chars().filter(|c| is(*c)).count();
    let length = wanted.minimum_length.unwrap_or_default().max(LEAST_CHARACTERS);
    let rules: [(ApiCode, Option<u32>, fn(char) -> bool); 6] = [
        (ApiCode::PasswordTooShort, Some(length), |_| true),
        (ApiCode::PasswordLetters, wanted.minimum_letters, char::is_alphabetic),
        (ApiCode::PasswordDigits, wanted.minimum_digits, char::is_numeric),
        (ApiCode::PasswordSpecials, wanted.minimum_specials, |c| !c.is_alphanumeric()),
        (ApiCode::PasswordLowercase, wanted.minimum_lower, char::is_lowercase),
        (ApiCode::PasswordUppercase, wanted.minimum_upper, char::is_uppercase),
    ];
    for (code, least, is) in rules {
        let least = least.unwrap_or_default();
        if count(is) < least as usize {
            return Err(ApiError::new(code).with("least", least));
        }
    }
    let lower = text.to_lowercase();
    let name = email.split('@').next().unwrap_or_default();
    if lower.trim().is_empty() || lower == email || lower == name || common_passwords::contains(text) {
        return Err(ApiCode::PasswordCompromised.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str, wanted: &PasswordRequirements) -> Option<&'static str> {
        let checked = check(&Password::new(text), "somebody.else@example.com", wanted);
        checked.err().map(|error| {
            assert!(text.is_empty() || !error.message().contains(text), "{}", error.message());
            error.code.as_str()
        })
    }

    #[test]
    fn a_password_is_long_enough_and_not_what_everybody_tries() {
        let nothing = PasswordRequirements::default();
        for (text, expected) in [
            ("", Some("password.empty")),
            ("1Zp$k9u", Some("password.too.short")),
            ("1Zp$k9u!", None),
            ("üöäßéèàç", None),
            (&"Zp$".repeat(342), Some("invalid.new.password")),
            ("Password", Some("password.compromised")),
            ("        ", Some("password.compromised")),
            ("somebody.else", Some("password.compromised")),
            ("Somebody.Else@example.com", Some("password.compromised")),
            ("plum tractor vivid oath", None),
        ] {
            assert_eq!(code(text, &nothing), expected, "{text}");
        }
    }

    #[test]
    fn an_organization_can_ask_for_more_and_never_for_less() {
        let of = |change: fn(&mut PasswordRequirements)| {
            let mut wanted = PasswordRequirements::default();
            change(&mut wanted);
            wanted
        };
        for (wanted, text, expected) in [
            (of(|it| it.minimum_length = Some(16)), "1Zp$k9u!1Zp$k9u", "password.too.short"),
            (of(|it| it.minimum_length = Some(1)), "1Zp$k9u", "password.too.short"),
            (of(|it| it.minimum_letters = Some(4)), "1Zp$9!77", "password.not.enough.letters"),
            (of(|it| it.minimum_digits = Some(3)), "1Zp$k9u!", "password.not.enough.digits"),
            (of(|it| it.minimum_specials = Some(3)), "1Zp$k9u!", "password.not.enough.specials"),
            (of(|it| it.minimum_lower = Some(4)), "1Zp$k9u!", "password.not.enough.lowercase"),
            (of(|it| it.minimum_upper = Some(2)), "1Zp$k9u!", "password.not.enough.uppercase"),
        ] {
            assert_eq!(code(text, &wanted), Some(expected), "{text}");
        }
    }
}
