//! Which language a person reads: the lookup of RFC 4647 section 3.4, over `ui_locales` (OpenID Connect Core section
//! 3.1.2.1), then `Accept-Language` (RFC 9110 section 12.5.4), then the one that is set.

use super::{ALL, FALLBACK, Texts};

/// So many ranges are looked at; nobody reads more languages.
const MOST: usize = 32;

/// The best language; English if none is known.
pub fn choose(
    ui_locales: Option<&str>,
    accept_language: Option<&str>,
    default: Option<&str>,
) -> &'static Texts {
    let wished = ui_locales.into_iter().flat_map(|it| it.split_ascii_whitespace().take(MOST));
    let accepted = accept_language.map(by_weight).unwrap_or_default();
    let ranges = wished.chain(accepted).chain(default).chain([FALLBACK]);
    ranges.into_iter().find_map(lookup).unwrap_or(&ALL[0])
}

/// Cuts the range from its end until a language is left that there is; a letter or digit alone is cut with what follows.
fn lookup(range: &str) -> Option<&'static Texts> {
    let mut range = range;
    loop {
        if let Some(found) = ALL.iter().find(|texts| texts.tag.eq_ignore_ascii_case(range)) {
            return Some(found);
        }
        range = range.rsplit_once('-')?.0;
        while let Some((rest, [_])) = range.rsplit_once('-').map(|(rest, last)| (rest, last.as_bytes())) {
            range = rest;
        }
    }
}

/// The ranges of the header, the most wanted first. One that is not wanted at all or not well formed counts for nothing.
fn by_weight(header: &str) -> Vec<&str> {
    let mut weighed: Vec<_> = header
        .split(',')
        .take(MOST)
        .filter_map(|item| {
            let (range, weight) = match item.split_once(';') {
                None => (item, 1000),
                Some((range, parameter)) => {
                    let (name, value) = parameter.split_once('=')?;
                    (range, name.trim().eq_ignore_ascii_case("q").then(|| thousandths(value.trim()))??)
                }
            };
            (weight > 0).then_some((range.trim(), weight))
        })
        .collect();
    // Stable: of equal weights the first comes first.
    weighed.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    weighed.into_iter().map(|(range, _)| range).collect()
}

/// `0.8` as 800 (RFC 9110 section 12.4.2).
fn thousandths(value: &str) -> Option<u16> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let is_fraction = fraction.len() <= 3 && fraction.bytes().all(|it| it.is_ascii_digit());
    let fraction = format!("{fraction:0<3}").parse::<u16>().ok().filter(|_| is_fraction)?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_is_wanted_most_is_chosen() {
        for (ui_locales, accept, default, tag) in [
            (None, None, None, "en"),
            (None, None, Some("fr"), "fr"),
            (None, None, Some("fr-CA"), "fr"),
            (None, None, Some("xx"), "en"),
            (None, Some("de"), Some("fr"), "de"),
            (None, Some("DE-ch-1996"), None, "de"),
            (None, Some("de-CH;q=0.5, es-419;q=0.9, en;q=0.8"), None, "es"),
            (None, Some("fr;q=0.8,de;q=0.8"), None, "fr"),
            (None, Some("ja, ko;q=0.9"), Some("es"), "es"),
            (None, Some("de;q=0, fr;q=0.1"), None, "fr"),
            (None, Some("de;q=0.0"), None, "en"),
            (None, Some("*"), Some("de"), "de"),
            (None, Some("de;q=2, fr;q=nonsense, es;q=0.1234"), None, "en"),
            (None, Some("de ; Q=0.1 , fr ;q=1.000"), None, "fr"),
            (None, Some("de;level=1"), None, "en"),
            (None, Some(""), None, "en"),
            (None, Some(",;,=-,-de,--"), None, "en"),
            (None, Some("de-x-private"), None, "de"),
            (Some("fr-CA fr en"), Some("de"), None, "fr"),
            (Some("ja zh-Hant"), Some("de"), None, "de"),
            (Some(""), Some("es"), None, "es"),
            (Some("deu"), None, None, "en"),
        ] {
            let chosen = choose(ui_locales, accept, default).tag;
            assert_eq!(chosen, tag, "{ui_locales:?} {accept:?} {default:?}");
        }
    }

    #[test]
    fn a_header_without_end_is_not_read_to_its_end() {
        let header = "xx,".repeat(MOST) + "de";
        assert_eq!(choose(None, Some(&header), None).tag, "en");
    }
}
