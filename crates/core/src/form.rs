//! The body of a token request: `application/x-www-form-urlencoded` (RFC 6749 appendix B).

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;

use crate::error::{ErrorCode, OAuthError};

/// The members that a specification lets stand more than once (RFC 8707 section 2).
const REPEATABLE: &[&str] = &["resource", "audience"];

/// No form has more: each is compared with all before it.
const MOST_MEMBERS: usize = 64;

/// A parsed form. A member without value counts as absent (RFC 6749 section 3.2). Never printed: whoever forgets the
/// name of a member sends its value in the name's place.
#[derive(Clone, PartialEq, Eq)]
pub struct Form<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Form<'a> {
    /// Parses a body; refuses bytes that are not UTF-8 and members that stand twice (RFC 6749 section 3.2).
    pub fn parse(body: &'a [u8]) -> Result<Self, OAuthError> {
        let form = Self::parse_all(body)?;
        if form.repeats() {
            return Err(OAuthError::new(ErrorCode::InvalidRequest, "a parameter stands more than once"));
        }
        Ok(form)
    }

    /// The same, and keeps members that stand twice: for whoever must first know whom to tell.
    pub fn parse_all(body: &'a [u8]) -> Result<Self, OAuthError> {
        let malformed = OAuthError::new(ErrorCode::InvalidRequest, "the form is not valid UTF-8");
        let text = std::str::from_utf8(body).map_err(|_| malformed)?;
        let mut members: Vec<(Cow<'a, str>, Cow<'a, str>)> = Vec::with_capacity(6);
        for member in text.split('&').filter(|member| !member.is_empty()) {
            if members.len() == MOST_MEMBERS {
                return Err(OAuthError::new(ErrorCode::InvalidRequest, "the form has too many parameters"));
            }
            let (name, value) = member.split_once('=').unwrap_or((member, ""));
            members.push((decode(name).ok_or(malformed)?, decode(value).ok_or(malformed)?));
        }
        Ok(Self(members))
    }

    /// Whether a member stands twice that may not.
    pub fn repeats(&self) -> bool {
        let stood = |index: usize, name: &str| self.0[..index].iter().any(|(known, _)| known == name);
        let mut members = self.0.iter().enumerate();
        members.any(|(index, (name, _))| stood(index, name) && !REPEATABLE.contains(&&**name))
    }

    /// Whether a member stands more than once.
    pub fn stands_twice(&self, name: &str) -> bool {
        self.0.iter().filter(|(known, _)| known == name).count() > 1
    }

    /// The value of a member, unless it is absent or empty.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.values(name).next()
    }

    /// All values of a member that may be repeated.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(known, value)| known == name && !value.is_empty())
            .map(|(_, value)| &**value)
    }
}

/// A name or a value (the URL standard, section 5.1); `None` if it is not UTF-8. Most are as they stand.
pub fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Some(Cow::Borrowed(text));
    }
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(|text| Cow::Owned(text.into_owned()))
}

impl fmt::Debug for Form<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Form({} members)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_stands_twice_is_refused_unless_it_may() {
        assert!(Form::parse(b"scope=a&scope=b").is_err());
        assert!(Form::parse(b"scope=&scope=b").is_err());
        let form = Form::parse(b"resource=a&resource=b").expect("may be repeated");
        assert_eq!(form.values("resource").collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn a_form_can_be_read_before_it_is_known_whom_to_tell() {
        for (body, repeats, twice) in [
            ("", false, false),
            ("a=1&b=2", false, false),
            ("a=1&a=1", true, true),
            ("a=1&a=", true, true),
            ("a&a", true, true),
            ("b=1&b=2", true, false),
            ("a=1&%61=2", true, true),
            ("A=1&a=2", false, false),
            ("resource=1&resource=2", false, false),
            ("audience=1&audience=2&a=1", false, false),
        ] {
            let form = Form::parse_all(body.as_bytes()).expect("a form");
            assert_eq!((form.repeats(), form.stands_twice("a")), (repeats, twice), "{body}");
            assert_eq!(Form::parse(body.as_bytes()).is_err(), repeats, "{body}");
        }
        let form = Form::parse_all(b"a=&a=1&a=2").expect("a form");
        assert_eq!((form.find("a"), form.values("a").collect::<Vec<_>>()), (Some("1"), vec!["1", "2"]));
        assert!(Form::parse_all(b"%ff=a").is_err() && Form::parse_all(b"a=\xff").is_err());
        let many = |count| vec!["a=1"; count].join("&");
        assert!(Form::parse_all(many(64).as_bytes()).is_ok());
        assert!(Form::parse_all(many(65).as_bytes()).is_err());
    }

    #[test]
    fn members_read_as_the_url_standard_has_them() {
        let read = |text: &str| {
            let form = Form::parse_all(text.as_bytes()).expect("a form");
            form.0.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect::<Vec<_>>()
        };
        for text in [
            "",
            "&",
            "a",
            "=",
            "=b",
            "a=b=c",
            "a=b&",
            "&&a=b&&c",
            "a+b=c+d",
            "%61%3D=%26",
            "a=%",
            "a=%4",
            "a=%zz+%C3%A4",
            "a=\u{e4}&b=%2B+%20",
        ] {
            let expected: Vec<_> = form_urlencoded::parse(text.as_bytes())
                .map(|(a, b)| (a.into_owned(), b.into_owned()))
                .collect();
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn an_empty_member_counts_as_absent() {
        let form = Form::parse(b"scope=&grant_type=x%2By").expect("a form");
        assert_eq!((form.find("scope"), form.find("grant_type")), (None, Some("x+y")));
    }

    #[test]
    fn a_form_of_too_many_members_is_refused_early() {
        let form = |count: usize| (0..count).map(|n| format!("m{n}=x")).collect::<Vec<_>>().join("&");
        assert!(Form::parse(form(64).as_bytes()).is_ok());
        assert!(Form::parse(form(65).as_bytes()).is_err());
    }

    #[test]
    fn bytes_that_are_not_text_are_refused() {
        assert!(Form::parse(b"a=%ff").is_err());
    }

    #[test]
    fn what_was_sent_is_never_printed() {
        let form = Form::parse(b"client_secret=hush").expect("a form");
        assert_eq!(format!("{form:?}"), "Form(1 members)");
    }
}
