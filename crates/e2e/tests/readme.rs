//! The README's tour: its commands are run as they stand, so that the first five minutes never disappoint. Where it opens a
//! browser, a few lines of Python stand in for that and its person, and do by HTTP what a person would do on the page; the
//! pages in a real browser are tested in `js/browser/`.

#![expect(clippy::expect_used, reason = "tests")]

use std::process::Command;

use chancery_e2e::{Builder, repository};

const ADDRESS: &str = "http://127.0.0.1:8080";

/// The fenced blocks of the tour, each with its language.
fn tour() -> Vec<(String, String)> {
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("a README");
    let (_, tour) = readme.split_once("## Five-minute tour").expect("a tour");
    let (tour, _) = tour.split_once("\n## ").expect("an end of the tour");
    let fenced = tour.split("```").skip(1).step_by(2);
    let block =
        |text: &str| text.split_once('\n').map(|(language, code)| (language.to_owned(), code.to_owned()));
    fenced.map(|text| block(text).expect("a language")).collect()
}

/// Opens the page, fills its form in, and goes where that leads.
const BROWSER: &str = r#"
import re, sys, urllib.parse, urllib.request

_, email, password, url = sys.argv
browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(), urllib.request.ProxyHandler({}))
page = browser.open(url)
csrf = re.search(r'name="csrf" value="([^"]+)"', page.read().decode())[1]
form = urllib.parse.urlencode({"csrf": csrf, "email": email, "password": password})
browser.open(page.url, form.encode())
"#;

/// The variables that a block exports.
fn exports(code: &str) -> Vec<(String, String)> {
    let words = code.lines().filter_map(|line| line.strip_prefix("export ")).flat_map(str::split_whitespace);
    words
        .filter_map(|word| word.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The Python that has the vendor's SDK, if it is installed; CI must have it.
fn python() -> Option<std::path::PathBuf> {
    let folder = std::env::var_os("CHANCERY_PYTHON_SDK").map(Into::into);
    let python = folder.unwrap_or_else(|| repository().join("target/sdk/python")).join("bin/python");
    assert!(python.exists() || std::env::var_os("CI").is_none(), "{} is missing", python.display());
    python.exists().then_some(python)
}

#[test]
fn the_tour_runs_as_it_stands() {
    let blocks = tour();
    let (_, start) = blocks.first().expect("a first block");
    assert!(start.contains("cargo run --release -- serve"), "the tour begins with the server:\n{start}");
    let mut builder = Builder::fresh();
    for (name, value) in exports(start) {
        builder = builder.env(&name, value);
    }
    let server = builder.start();

    let shell: Vec<_> =
        blocks[1..].iter().filter(|(language, _)| language == "sh").map(|(_, code)| code.as_str()).collect();
    assert!(shell.len() >= 4, "the tour lost its commands");
    let script = shell.join("\necho; echo --\n").replace(ADDRESS, server.url());
    let output = Command::new("bash").args(["-euo", "pipefail", "-c", &script]).output().expect("bash");
    let (shown, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{shown}\n{errors}");
    for promised in [
        "\"OAuthClient\"",
        "\"secret\":\"chs_",
        "\"pageCount\":1",
        "grant.type.required",
        "authentication failed",
        "\"token_type\":\"Bearer\"",
        "\"kid\"",
    ] {
        assert!(shown.contains(promised), "nothing shows {promised}:\n{shown}");
    }

    let Some(python) = python() else {
        eprintln!(
            "skipped: the tour's Python, since the vendor's SDK is not installed (scripts/test installs it)"
        );
        return;
    };
    let browser = server.data_dir().join("browser.py");
    std::fs::write(&browser, BROWSER).expect("a file");
    let person = exports(start);
    let of = |name: &str| &person.iter().find(|(it, _)| it == name).expect("a person who logs in").1;
    let (email, password) = (of("CHANCERY_BOOTSTRAP_ADMIN_EMAIL"), of("CHANCERY_BOOTSTRAP_ADMIN_PASSWORD"));
    // What the module `webbrowser` opens a page with; it does not wait for one that ends with an ampersand.
    let browser = format!("{} {} {email} {password} %s &", python.display(), browser.display());
    let mut shown = String::new();
    for (_, code) in blocks.iter().filter(|(language, _)| language == "python") {
        let mut command = Command::new(&python);
        command.args(["-c", code]).env("CHANCERY", server.url()).env("HOME", server.data_dir());
        for (name, value) in exports(&blocks[1].1) {
            if name != "CHANCERY" {
                command.env(name, value);
            }
        }
        let output = command.env("BROWSER", &browser).output().expect("Python");
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
        shown.push_str(&told);
    }
    for promised in [
        "with a secret of 47 characters",
        "'My web application', 'Nightly report'",
        "hello, Administrator",
        &format!("and again, {email}"),
    ] {
        assert!(shown.contains(promised), "nothing shows {promised}:\n{shown}");
    }
}
