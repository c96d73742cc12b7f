//! A colour, `#rrggbb`, and how well it can be told from another (WCAG 2.2).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A colour of sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour([u8; 3]);

/// What stands on an accent.
pub const WHITE: Colour = Colour([0xff; 3]);
/// What an accent stands on where the system is dark: `--sheet` of `pages.css`.
pub const DARK_SHEET: Colour = Colour([0x1d, 0x1d, 0x24]);

impl Colour {
    /// The contrast ratio, 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// This colour, or the first on its way to white that has this contrast with `ground`.
    pub fn lightened(self, ground: Self, least: f64) -> Self {
        let step = |part: u8, by: u16| {
            let grown = u16::from(part) + (255 - u16::from(part)) * by / 32;
            u8::try_from(grown).unwrap_or(u8::MAX)
        };
        let lighter = (0..=32).map(|by| Self(self.0.map(|part| step(part, by))));
        lighter.into_iter().find(|it| it.contrast(ground) >= least).unwrap_or(WHITE)
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl FromStr for Colour {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix('#').filter(|it| it.len() == 6);
        let digits = digits.filter(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let number = digits.and_then(|it| u32::from_str_radix(it, 16).ok()).ok_or("a colour is #rrggbb")?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl TryFrom<String> for Colour {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contrast_is_what_the_guidelines_say() {
        let black = Colour([0; 3]);
        assert!((black.contrast(WHITE) - 21.0).abs() < 0.001);
        assert!((WHITE.contrast(WHITE) - 1.0).abs() < 0.001);
        let grey: Colour = "#767676".parse().expect("a colour");
        assert!((grey.contrast(WHITE) - 4.54).abs() < 0.01);
        assert_eq!(grey.contrast(WHITE), WHITE.contrast(grey));
    }

    #[test]
    fn a_colour_is_shown_as_it_is_read() {
        assert_eq!("#0A2b3C".parse::<Colour>().map(|it| it.to_string()).as_deref(), Ok("#0a2b3c"));
    }

    #[test]
    fn the_dark_sheet_is_that_of_the_pages() {
        let css = include_str!("../../assets/pages/pages.css");
        assert!(css.contains(&format!("--sheet: {DARK_SHEET};")), "{DARK_SHEET}");
    }
}
