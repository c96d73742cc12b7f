//! A server, and a person's home folder with a profile for it.

use std::ffi::OsStr;
use std::fs::File;
use std::path::PathBuf;
use std::process::Command;

use chancery_e2e::{Credentials, Output, Server, command, folder};
use serde_json::Value;
use tempfile::TempDir;

pub struct Place {
    pub server: Server,
    pub made: Credentials,
    home: TempDir,
}

impl Place {
    /// With a profile of the administrator client.
    #[track_caller]
    pub fn start() -> Self {
        let place = Self::nobody();
        place.log_in(&[]);
        place
    }

    /// Without any profile.
    pub fn nobody() -> Self {
        let server = Server::start();
        Self { made: server.credentials(), server, home: folder() }
    }

    #[track_caller]
    pub fn log_in(&self, more: &[&str]) {
        let mut args = vec!["login", "--url", self.server.url(), "--client-id", &self.made.client_id];
        args.extend(more);
        let output = self.hear(&self.made.client_secret, &args, &[]);
        assert_eq!(output.code, Some(0), "{output}");
    }

    /// A file in the home folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The same with this in it.
    pub fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.file(name), text).expect("is written");
        self.file(name).to_string_lossy().into_owned()
    }

    pub fn profiles(&self) -> PathBuf {
        self.file("config/chancery/profiles.toml")
    }

    /// The variables of a person whose home folder this is, and nothing else of whoever runs the tests.
    pub fn settle(&self, command: &mut Command) {
        command.env("HOME", self.home.path()).env("XDG_CONFIG_HOME", self.file("config"));
        command.env("TERM", "xterm").env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        command.current_dir(self.home.path());
    }

    /// Runs a command with this on standard input, and these variables.
    pub fn hear<A: AsRef<OsStr>>(&self, input: &str, args: &[A], env: &[(&str, &str)]) -> Output {
        let mut command = command();
        self.settle(&mut command);
        let input = File::open(self.write("input", input)).expect("the input");
        let ended = command.args(args).envs(env.iter().copied()).stdin(input).output().expect("it starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what is shown is text");
        Output { code: ended.status.code(), stdout: text(ended.stdout), stderr: text(ended.stderr) }
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.hear("", args, &[])
    }

    /// What a command shows, which must succeed.
    #[track_caller]
    pub fn done(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.code, Some(0), "{output}");
        output.stdout
    }

    /// The part of an answer that a query takes.
    #[track_caller]
    pub fn part(&self, args: &[&str], query: &str) -> Value {
        let args = [args, &["--output", "json", "--query", query]].concat();
        serde_json::from_str(&self.done(&args)).expect("JSON")
    }

    /// What a command says that fails with this code.
    #[track_caller]
    pub fn refused(&self, code: i32, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.code, Some(code), "{output}");
        assert!(output.stderr.starts_with("error: "), "{output}");
        output.stderr
    }

    /// What a terminal would show of these commands, one after another.
    pub fn session(&self, commands: &[&[&str]]) -> String {
        let mut text = String::new();
        for args in commands {
            let shown: Vec<_> = args
                .iter()
                .map(|it| if it.contains(' ') { format!("'{it}'") } else { it.to_string() })
                .collect();
            let output = self.run(args);
            text += &format!("$ chancery {}\n{}{}", shown.join(" "), output.stdout, output.stderr);
            if output.code != Some(0) {
                text += &format!("(exit code {})\n", output.code.expect("it ended by itself"));
            }
            text.push('\n');
        }
        redact(&text).replace(&*self.home.path().to_string_lossy(), "~")
    }

    /// A client of this kind with its secret.
    #[track_caller]
    pub fn client(&self, name: &str, args: &[&str]) -> (String, String) {
        let made = self.part(&[&["client", "create", name], args].concat(), "[id, secret]");
        let text = |index: usize| made[index].as_str().expect("a text").to_owned();
        (text(0), text(1))
    }

    /// Logs in as a client that may do nothing with clients, as the profile of this name.
    #[track_caller]
    pub fn nobody_special(&self, profile: &str) {
        self.done(&["role", "create", "idle", "--permission", "audits:audit:view"]);
        let (id, secret) = self.client(profile, &["--grant-type", "CLIENT-CREDENTIALS", "--role", "idle"]);
        let args = ["login", "--profile", profile, "--url", self.server.url(), "--client-id", &id];
        let output = self.hear(&secret, &args, &[]);
        assert_eq!(output.code, Some(0), "{output}");
    }
}

/// How a client is made that acts for itself.
pub const ROBOT: &[&str] = &["--grant-type", "CLIENT-CREDENTIALS", "--role", "oauth viewer@*"];

/// How an application is made that people log in to.
pub const APP: &[&str] = &[
    "--grant-type",
    "CODE",
    "--redirect-uri",
    "http://localhost",
    "--scope",
    "users",
    "--token-lifetime",
    "300",
];

/// The same text for every run, and as wide: ids, times, secrets and ports are masked.
pub fn redact(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "-_:.".contains(c);
    let mut found = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| is_word(c) != is_word(first)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let known = word.trim_end_matches(['.', ':']);
        found += &(mask(known) + &word[known.len()..]);
        rest = after;
    }
    found
}

fn mask(word: &str) -> String {
    let bytes = word.as_bytes();
    match word.len() {
        36 if bytes[8] == b'-' && bytes[23] == b'-' => "00000000-0000-4000-8000-000000000000".to_owned(),
        24 if bytes[10] == b'T' && bytes[23] == b'Z' => "YYYY-MM-DDThh:mm:ss.mmmZ".to_owned(),
        20 if bytes[10] == b'T' && bytes[19] == b'Z' => "YYYY-MM-DDThh:mm:ssZ".to_owned(),
        43 => "K".repeat(43),
        _ if word.starts_with("chs_") => "chs_".to_owned() + &"S".repeat(word.len() - 4),
        _ => match word.split_once("127.0.0.1:") {
            Some((before, port)) if port.parse::<u16>().is_ok() => format!("{before}127.0.0.1:PORT_"),
            _ => word.to_owned(),
        },
    }
}

/// Compares what a terminal shows with what is kept in `snapshots`.
macro_rules! shows {
    ($text:expr) => {
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!($text) })
    };
}
pub(crate) use shows;
