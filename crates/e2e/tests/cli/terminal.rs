//! At a terminal of 80 columns, which `script` makes.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use chancery_e2e::{Output, Process, binary, isolate, until};

use crate::place::{APP, Place, redact, shows};

const LIMIT: Duration = Duration::from_secs(30);

/// A command that a person at a terminal has begun.
pub struct Terminal {
    process: Process,
    tty: PathBuf,
}

impl Terminal {
    pub fn start(place: &Place, args: &[&str], env: &[(&str, &str)]) -> Self {
        let (tty, line) = (place.file("tty"), args.iter().map(|it| format!(" '{it}'")).collect::<String>());
        let inner =
            format!("stty cols 80 rows 24; tty > {}; exec '{}'{line}", tty.display(), binary().display());
        let mut script = Command::new("script");
        isolate(&mut script);
        place.settle(&mut script);
        script.env("SHELL", "/bin/sh").envs(env.iter().copied()).args(["-qec", &inner, "/dev/null"]);
        Self { process: Process::listening(&mut script), tty }
    }

    /// Types this once something is asked: from then on the terminal does not show what is typed.
    pub fn answer(&mut self, answer: &str) {
        until("something is asked", LIMIT, || {
            let tty = std::fs::read_to_string(&self.tty).ok()?;
            let state = Command::new("stty").args(["-a", "-F", tty.trim()]).output().expect("stty starts");
            String::from_utf8_lossy(&state.stdout).contains("-echo ").then_some(())
        });
        self.process.say(answer);
    }

    pub fn end(self) -> Output {
        let output = self.process.wait(LIMIT);
        Output { stdout: output.stdout.replace("\r\n", "\n"), ..output }
    }
}

fn shown(place: &Place, args: &[&str], env: &[(&str, &str)]) -> String {
    let output = Terminal::start(place, args, env).end();
    assert_eq!(output.code, Some(0), "{output}");
    output.stdout
}

/// Without colours, to be counted.
fn plain(text: &str) -> String {
    text.replace("\x1b[1m", "").replace("\x1b[0m", "")
}

#[test]
fn a_table_is_as_wide_as_the_terminal_and_ids_stay_whole() {
    let place = Place::start();
    place.client(
        "A name that is rather long for a client of any kind",
        &[APP, &["--description", &"word ".repeat(30)]].concat(),
    );
    let list = shown(&place, &["client", "list"], &[]);
    let get = shown(&place, &["client", "get", "A name that is rather long for a client of any kind"], &[]);
    let audit = shown(&place, &["audit", "--kind", "client.created"], &[]);
    for text in [&list, &get, &audit] {
        let wide: Vec<_> = text.lines().filter(|it| plain(it).chars().count() > 80).collect();
        assert!(wide.is_empty(), "wider than 80 columns: {wide:#?}");
    }
    assert!(list.contains(&place.made.client_id), "{list}");
    shows!(redact(&format!("{list}\n{get}")).replace('\x1b', "ESC"));
}

#[test]
fn the_heading_is_bold_unless_no_color_says_otherwise() {
    let place = Place::start();
    assert!(shown(&place, &["client", "list"], &[]).starts_with("\x1b[1mID "));
    for env in [&[("NO_COLOR", "1")], &[("TERM", "dumb")]] {
        assert!(!shown(&place, &["client", "list"], env).contains('\x1b'), "{env:?}");
    }
    assert!(shown(&place, &["client", "list"], &[("NO_COLOR", "")]).contains('\x1b'), "empty is unset");
    assert!(!shown(&place, &["client", "list", "--output", "json"], &[]).contains('\x1b'));
    assert!(!shown(&place, &["client", "list", "--help"], &[("NO_COLOR", "1")]).contains('\x1b'));
}

#[test]
fn the_help_fits_a_terminal() {
    let place = Place::nobody();
    let text = shown(&place, &["--help"], &[("NO_COLOR", "1")]);
    assert!(text.lines().all(|it| it.chars().count() <= 80), "{text}");
    shows!(text);
}
