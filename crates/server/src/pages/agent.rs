//! What a browser calls itself (RFC 9110 section 10.1.5), in words that a person knows. It is a claim, no proof, and most
//! browsers claim to be several: the first row that fits is the most particular.

use super::texts::Texts;

/// A word of the header, and the browser whose it is.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("Ddg/", "DuckDuckGo"),
    ("YaBrowser/", "Yandex Browser"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// A word of the header, and the system whose it is.
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
    ("X11", "Unix"),
];

/// So much of a header is looked at.
const LONGEST: usize = 512;

/// "Firefox on Windows", or what of it can be told.
pub fn in_words(agent: &str, t: &Texts) -> String {
    let agent: String = agent.chars().take(LONGEST).collect();
    let find = |table: &[(&str, &'static str)]| {
        table.iter().find(|(word, _)| agent.contains(word)).map(|(_, name)| *name)
    };
    match (find(BROWSERS), find(SYSTEMS)) {
        (Some(browser), Some(system)) => t.device.both.fill_both(("browser", browser), ("system", system)),
        (Some(browser), None) => t.device.browser.fill("browser", browser),
        (None, Some(system)) => t.device.system.fill("system", system),
        (None, None) => t.device.unknown.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::texts;

    #[test]
    fn a_browser_is_called_what_people_call_it() {
        let english = texts::choose(Some("en"), None, None);
        for (agent, words) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                "Chrome on Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
                "Edge on Windows",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1",
                "Chrome on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
                "Samsung Internet on Android",
            ),
            ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/131.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
            ("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko", "A browser on Windows"),
            ("Firefox/1", "Firefox"),
            ("curl/8.5.0", "Unknown browser"),
            ("<script>alert(1)</script>", "Unknown browser"),
            ("", "Unknown browser"),
        ] {
            assert_eq!(in_words(agent, english), words, "{agent}");
        }
    }
}
