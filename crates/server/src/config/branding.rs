//! The `[branding]` section: whose pages a person sees.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ConfigError;
use super::colour::{Colour, DARK_SHEET, WHITE};

/// Text needs this contrast with its ground (WCAG 2.2, success criterion 1.4.3).
const LEAST: f64 = 4.5;
/// An accent that is made has more: it is text and ground of text.
const COMFORTABLE: f64 = 6.0;
/// No name of a service is longer.
const LONGEST: usize = 100;

/// Name, logo and colours of the pages for people.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Branding {
    /// What the service is called.
    pub name: String,
    /// An SVG, PNG, JPEG, GIF or WebP file of at most 256 KiB that takes the place of seal and name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub logo: Option<PathBuf>,
    /// The colour of buttons, under white text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", regex(pattern = "^#[0-9A-Fa-f]{6}$"))]
    pub accent: Option<Colour>,
    /// The same where the system is dark: a light colour. Without it, one is made from `accent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", regex(pattern = "^#[0-9A-Fa-f]{6}$"))]
    pub accent_dark: Option<Colour>,
}

impl Default for Branding {
    fn default() -> Self {
        Self { name: "Chancery".to_owned(), logo: None, accent: None, accent_dark: None }
    }
}

impl Branding {
    /// Refuses a name that is none, and colours on which nobody can read.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.name.trim().is_empty() || self.name.chars().count() > LONGEST {
            return Err(ConfigError(format!("The name in [branding] must have 1 to {LONGEST} characters.")));
        }
        legible("accent", self.accent, WHITE, "white text", "darker")?;
        legible("accent_dark", self.accent_dark, DARK_SHEET, "the dark ground of the pages", "lighter")
    }

    /// The accent on a dark ground; `None`: nobody said anything about colours.
    pub fn accent_on_dark(&self) -> Option<Colour> {
        self.accent_dark.or_else(|| self.accent.map(|accent| accent.lightened(DARK_SHEET, COMFORTABLE)))
    }
}

fn legible(
    key: &str,
    colour: Option<Colour>,
    other: Colour,
    what: &str,
    advice: &str,
) -> Result<(), ConfigError> {
    let Some(colour) = colour else { return Ok(()) };
    let contrast = colour.contrast(other);
    if contrast >= LEAST {
        return Ok(());
    }
    // Cut, not rounded: 4.496 is not 4.50.
    let shown = (contrast * 100.0).floor() / 100.0;
    Err(ConfigError(format!(
        "The {key} {colour} in [branding] and {what} have a contrast of {shown:.2}:1, and people need {LEAST}:1. \
         Choose a {advice} colour."
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branding(text: &str) -> Result<Branding, String> {
        let read: Branding = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        read.check().map_err(|error| error.0)?;
        Ok(read)
    }

    #[test]
    fn colours_that_nobody_can_read_are_refused_with_their_contrast() {
        for (text, words) in [
            ("accent = '#777777'", "accent #777777 in [branding] and white text have a contrast of 4.47:1"),
            ("accent = '#ffffff'", "1.00:1"),
            ("accent_dark = '#1d1d24'", "the dark ground of the pages have a contrast of 1.00:1"),
            ("accent_dark = '#8f1f30'", "Choose a lighter colour"),
        ] {
            let error = branding(text).expect_err(text);
            assert!(error.contains(words), "{text}: {error}");
        }
        for text in ["", "accent = '#767676'", "accent = '#005A9C'\naccent_dark = '#7cc4ff'"] {
            assert!(branding(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_colour_or_no_name_is_refused() {
        for text in ["accent = 'red'", "accent = '#12345'", "accent = '#1234567'", "accent = '#12345g'"] {
            assert!(branding(text).expect_err(text).contains("#rrggbb"), "{text}");
        }
        let long = format!("name = '{}'", "x".repeat(101));
        for text in ["name = ''", "name = ' '", &long] {
            assert!(branding(text).expect_err(text).contains("1 to 100 characters"), "{text}");
        }
    }

    #[test]
    fn a_dark_accent_is_made_from_the_other_and_can_be_read() {
        for text in ["accent = '#000000'", "accent = '#005a9c'", "accent = '#8f1f30'"] {
            let made = branding(text).expect("valid").accent_on_dark().expect("a colour");
            assert!(made.contrast(DARK_SHEET) >= COMFORTABLE, "{made}");
        }
        assert_eq!(Branding::default().accent_on_dark(), None);
    }
}
