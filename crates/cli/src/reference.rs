//! `docs/reference/cli.md` says what the commands say of themselves.

use std::path::Path;

use clap::{Arg, Command, CommandFactory as _};

use crate::remote::output::HEADING;

const BEGIN: &str = "<!-- begin: what the commands say of themselves -->";
const END: &str = "<!-- end -->";
const WIDTH: usize = 100;
/// The one command that is shown with the options that all have.
const FULL: &str = "chancery client list";

/// The help of a command and of those below it.
fn help(command: &Command, level: usize) -> String {
    let name = command.get_bin_name().unwrap_or("chancery");
    let repeats = |it: &Arg| it.get_help_heading() == Some(HEADING) && name != FULL;
    // Whoever runs this may have variables set; the help would show their values.
    let shown = command.clone().mut_args(|it| it.hide_env_values(true)).term_width(WIDTH);
    let shown = shown.mut_args(|it| if repeats(&it) { it.hide(true) } else { it }).render_long_help();
    let shown: String = shown.to_string().lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    let below = command.get_subcommands().filter(|it| it.get_name() != "help");
    format!("\n{} {name}\n\n```text\n{}\n```\n", "#".repeat(level), shown.trim_end())
        + &below.map(|it| help(it, (level + 1).min(4))).collect::<String>()
}

#[test]
fn the_reference_has_the_help_of_every_command() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/cli.md");
    let text = std::fs::read_to_string(&path).expect("the reference");
    let (before, rest) = text.split_once(BEGIN).expect("a beginning");
    let (_, after) = rest.split_once(END).expect("an end");
    let mut command = crate::Cli::command().term_width(WIDTH);
    command.build();
    let fresh = format!("{before}{BEGIN}\n{}\n{END}{after}", help(&command, 2));
    if std::env::var("INSTA_UPDATE").is_ok_and(|value| value == "always") {
        std::fs::write(&path, &fresh).expect("is written");
        return;
    }
    assert!(
        text == fresh,
        "docs/reference/cli.md is not up to date. Run this test with INSTA_UPDATE=always."
    );
}
