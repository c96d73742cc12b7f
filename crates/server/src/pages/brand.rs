//! Whose pages these are: name, logo and colours, as the pages need them.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::config::{Branding, Colour, ConfigError};
use crate::picture::Picture;

/// No logo is larger.
const LARGEST: u64 = 256 * 1024;

/// Name, logo and colours.
#[derive(Clone, Debug)]
pub struct Brand {
    /// What the service is called.
    pub name: String,
    /// A picture in place of seal and name, served at `/pages/logo`.
    pub logo: Option<Picture>,
    accent: Option<Colour>,
    accent_dark: Option<Colour>,
    /// The path of the issuer: a proxy may have put the server below one.
    base: String,
}

impl Default for Brand {
    fn default() -> Self {
        let Branding { name, accent, accent_dark, .. } = Branding::default();
        Self { name, logo: None, accent, accent_dark, base: String::new() }
    }
}

impl Brand {
    /// Reads the logo.
    pub fn load(branding: &Branding) -> Result<Self, ConfigError> {
        Ok(Self {
            name: branding.name.clone(),
            logo: branding.logo.as_deref().map(read).transpose()?,
            accent: branding.accent,
            accent_dark: branding.accent_on_dark(),
            base: String::new(),
        })
    }

    /// The same for a server that others know by this URL.
    #[must_use]
    pub fn at(self, issuer: &str) -> Self {
        let rest = issuer.split_once("://").map_or(issuer, |(_, rest)| rest);
        let path = rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or_default();
        Self { base: path.trim_end_matches('/').to_owned(), ..self }
    }

    /// Whether the seal of Chancery stands on the pages: not among colours that are another's.
    pub fn has_seal(&self) -> bool {
        self.logo.is_none() && self.accent_dark.is_none()
    }

    /// Where something of this server is, as a link from any page.
    pub fn link(&self, path: &str) -> String {
        format!("{}/{path}", self.base)
    }

    /// A stylesheet with the colours that are set, served at `/pages/brand.css`. With it no page needs inline styles.
    pub fn css(&self) -> String {
        let mut css = String::new();
        if let Some(accent) = self.accent {
            css += &format!(":root {{ --wax: {accent}; --fill: {accent}; --on-fill: #ffffff; }}\n");
        }
        if let Some(accent) = self.accent_dark {
            css += &format!(
                "@media (prefers-color-scheme: dark) {{\n  \
                 :root {{ --wax: {accent}; --fill: {accent}; --on-fill: var(--sheet); }}\n}}\n"
            );
        }
        css
    }
}

fn read(path: &Path) -> Result<Picture, ConfigError> {
    let shown = path.display();
    let refused = |why: String| ConfigError(format!("The logo {shown} in [branding] cannot be used: {why}."));
    // Looked at before it is opened: to open a pipe would wait for whoever writes.
    let found = path.metadata().map_err(|error| refused(error.to_string()))?;
    if !found.is_file() {
        return Err(refused("it is not a regular file".to_owned()));
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    let length = read.map_err(|error| refused(error.to_string()))?;
    if length as u64 > LARGEST {
        return Err(refused("it has more than 256 KiB".to_owned()));
    }
    Picture::of(bytes.into()).ok_or_else(|| refused("it is neither SVG, PNG, JPEG, GIF nor WebP".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &[u8]) -> Result<Brand, ConfigError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("logo");
        std::fs::write(&path, file).expect("written");
        Brand::load(&Branding { logo: Some(path), ..Branding::default() })
    }

    fn branded(accent: Option<&str>, accent_dark: Option<&str>) -> Brand {
        let colour = |it: Option<&str>| it.map(|it| it.parse().expect("a colour"));
        let branding =
            Branding { accent: colour(accent), accent_dark: colour(accent_dark), ..Branding::default() };
        Brand::load(&branding).expect("a brand")
    }

    #[test]
    fn a_logo_is_a_picture() {
        assert_eq!(load(b"<svg></svg>").expect("a brand").logo.map(|it| it.kind), Some("image/svg+xml"));
        let error = load(b"<html><svg></svg></html>").expect_err("a page");
        assert!(error.0.contains("neither SVG, PNG, JPEG, GIF nor WebP"), "{error}");
    }

    #[test]
    fn a_logo_that_is_missing_or_too_large_is_refused_by_its_name() {
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        file.resize(256 * 1024, 0);
        assert!(load(&file).is_ok());
        file.push(0);
        assert!(load(&file).expect_err("refused").0.contains("more than 256 KiB"));
        for (path, why) in [("/nowhere/logo.svg", "No such file"), ("/", "not a regular file")] {
            let refused = Brand::load(&Branding { logo: Some(path.into()), ..Branding::default() });
            let text = refused.expect_err(path).0;
            assert!(text.contains(path) && text.contains(why), "{text}");
        }
    }

    #[test]
    fn links_go_where_others_find_the_server() {
        for (issuer, link) in [
            ("http://127.0.0.1:8080", "/pages/logo"),
            ("https://id.example/", "/pages/logo"),
            ("https://id.example/auth/", "/auth/pages/logo"),
        ] {
            assert_eq!(branded(None, None).at(issuer).link("pages/logo"), link);
        }
    }

    #[test]
    fn only_the_colours_that_are_set_are_in_the_stylesheet() {
        assert_eq!(branded(None, None).css(), "");
        assert!(branded(None, None).has_seal());
        let both = branded(Some("#005a9c"), Some("#7cc4ff")).css();
        assert!(both.contains("--fill: #005a9c;") && both.contains("--fill: #7cc4ff;"), "{both}");
        assert!(!branded(Some("#005a9c"), None).has_seal());
        let dark = branded(None, Some("#7cc4ff")).css();
        assert!(dark.starts_with("@media (prefers-color-scheme: dark)"), "{dark}");
    }
}
