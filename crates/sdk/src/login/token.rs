//! The answer of the token endpoint (RFC 6749, section 5.1).

use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::{Error, Secret};

/// No token is renewed earlier.
const MARGIN: Duration = Duration::from_secs(60);

/// A token, and what came with it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Token {
    /// What requests carry.
    pub access_token: Secret,
    /// How long it is good for, counted from when it came.
    pub expires_in: Duration,
    /// What the next token is asked for with, where a person logged in.
    pub refresh_token: Option<Secret>,
    /// What it may be used for, if that was said.
    pub scope: Option<String>,
    /// When it came.
    pub received_at: Instant,
    /// Renewed when less is left.
    margin: Duration,
}

#[derive(Deserialize)]
struct Answer {
    access_token: Secret,
    #[serde(default)]
    expires_in: Option<f64>,
    #[serde(default)]
    refresh_token: Option<Secret>,
    #[serde(default)]
    scope: Option<String>,
}

impl Token {
    pub(crate) fn read(body: &[u8]) -> Result<Self, Error> {
        let unreadable = |why: &str| Error::Unreadable {
            operation: super::TOKEN.to_owned(),
            // The text of a parser could repeat what it read.
            why: why.to_owned(),
        };
        let answer: Answer = serde_json::from_slice(body).map_err(|_| unreadable("it is no token"))?;
        // The vendor's default, for whoever does not say (section 5.1: recommended).
        let seconds = answer.expires_in.unwrap_or(86_400.0);
        let expires_in = Duration::try_from_secs_f64(seconds)
            .map_err(|_| unreadable("expires_in is no number of seconds"))?;
        Ok(Self::new(answer.access_token, expires_in, answer.refresh_token, answer.scope))
    }

    pub(crate) fn new(
        access_token: Secret,
        expires_in: Duration,
        refresh_token: Option<Secret>,
        scope: Option<String>,
    ) -> Self {
        let refresh_token = refresh_token.filter(|token| !token.expose().is_empty());
        let margin = (expires_in / 10).min(MARGIN);
        Self { access_token, expires_in, refresh_token, scope, received_at: Instant::now(), margin }
    }

    /// One that was kept, and is good for `left`.
    ///
    /// ```
    /// use std::time::Duration;
    /// let token = chancery_sdk::login::Token::restored("kept".into(), Duration::from_secs(60), None);
    /// assert!(token.left() <= Duration::from_secs(60));
    /// ```
    pub fn restored(access_token: Secret, left: Duration, refresh_token: Option<Secret>) -> Self {
        // How long it was good for at first, nobody knows any more.
        Self { margin: MARGIN, ..Self::new(access_token, left, refresh_token, None) }
    }

    /// How long it is still good for.
    pub fn left(&self) -> Duration {
        self.expires_in.saturating_sub(self.received_at.elapsed())
    }

    /// Whether it is time for the next one: a tenth of its life is left, or less than a minute.
    pub(crate) fn is_old(&self) -> bool {
        self.left() <= self.margin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_but_the_token_may_lack() {
        let token = Token::read(
            br#"{"access_token":"a","expires_in":300,"refresh_token":"","token_type":"bearer","error":null}"#,
        );
        let token = token.expect("a token");
        assert_eq!((token.access_token.expose(), token.expires_in), ("a", Duration::from_secs(300)));
        assert!(token.refresh_token.is_none() && !token.is_old());
        assert_eq!(
            Token::read(br#"{"access_token":"a"}"#).expect("a token").expires_in,
            Duration::from_secs(86_400)
        );
        for bad in ["", "{}", r#"{"access_token":5}"#, r#"{"access_token":"a","expires_in":-1}"#] {
            assert!(matches!(Token::read(bad.as_bytes()), Err(Error::Unreadable { .. })), "{bad}");
        }
    }

    #[test]
    fn nothing_of_it_is_printed() {
        let token = Token::read(br#"{"access_token":"hunter2","refresh_token":"hunter3"}"#).expect("a token");
        assert!(!format!("{token:?}").contains("hunter"));
    }
}
