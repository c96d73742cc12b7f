//! A picture that pages show: known by what is in it, not by what it is called.

use bytes::Bytes;

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its media type.
    pub kind: &'static str,
    /// The file.
    pub bytes: Bytes,
}

impl Picture {
    /// Made of pixels (PNG, JPEG, GIF, WebP), or drawn (SVG).
    pub fn of(bytes: Bytes) -> Option<Self> {
        Self::of_pixels(bytes.clone())
            .or_else(|| is_svg(&bytes).then_some(Self { kind: "image/svg+xml", bytes }))
    }

    /// Made of pixels: a drawing can hold more than meets the eye.
    pub fn of_pixels(bytes: Bytes) -> Option<Self> {
        let kind = match &*bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "image/png",
            [0xff, 0xd8, 0xff, ..] => "image/jpeg",
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
            _ => return None,
        };
        Some(Self { kind, bytes })
    }
}

fn is_svg(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    for (opening, closing) in [("<?xml", "?>"), ("<!--", "-->"), ("<!DOCTYPE", ">"), ("<!--", "-->")] {
        while rest.starts_with(opening) {
            let Some((_, after)) = rest.split_once(closing) else { return false };
            rest = after.trim_start();
        }
    }
    rest.strip_prefix("<svg").is_some_and(|after| after.starts_with(|c: char| c.is_whitespace() || c == '>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_known_by_what_is_in_it() {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>";
        let prolog = format!("\u{feff}<?xml version=\"1.0\"?>\n<!-- a --><!DOCTYPE svg><!-- b -->\n{svg}");
        for (file, kind, is_of_pixels) in [
            (svg.as_bytes(), Some("image/svg+xml"), false),
            (prolog.as_bytes(), Some("image/svg+xml"), false),
            (b"\x89PNG\r\n\x1a\nrest", Some("image/png"), true),
            (b"\xff\xd8\xff\xe0JFIF", Some("image/jpeg"), true),
            (b"GIF89a...", Some("image/gif"), true),
            (b"RIFF1234WEBPVP8 ", Some("image/webp"), true),
            (b"RIFF1234WAVEfmt ", None, false),
            (b"\x89PNG", None, false),
            (b"GIF8", None, false),
            (b"<html><svg></svg></html>", None, false),
            (b"<svgx></svgx>", None, false),
            (b"", None, false),
        ] {
            let bytes = Bytes::copy_from_slice(file);
            assert_eq!(Picture::of(bytes.clone()).map(|it| it.kind), kind, "{file:?}");
            assert_eq!(Picture::of_pixels(bytes).is_some(), is_of_pixels, "{file:?}");
        }
    }
}
