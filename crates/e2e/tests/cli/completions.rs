//! `chancery completions`: shells take them.

use std::path::Path;
use std::process::Command;

use chancery_e2e::{binary, is_installed};

use crate::place::Place;

/// What a shell says that has loaded the script and shows what it completes with.
fn load(place: &Place, shell: &str, script: &str) -> String {
    let mut command = Command::new(shell);
    chancery_e2e::isolate(&mut command);
    place.settle(&mut command);
    let folder = binary().parent().expect("a folder").to_owned();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let ended = command.env("PATH", path).args(["-c", script]).output().expect("the shell starts");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.success() && said.is_empty(), "{said}");
    String::from_utf8_lossy(&ended.stdout).into_owned()
}

#[test]
fn bash_completes_commands_options_and_values() {
    let place = Place::nobody();
    let complete = |words: &str| {
        let script = format!(
            "source <(chancery completions bash); COMP_WORDS=({words} ''); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _chancery chancery '' \"${{COMP_WORDS[COMP_CWORD - 1]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        load(&place, "bash", &script)
    };
    assert!(complete("chancery").lines().any(|it| it == "client"));
    assert!(complete("chancery client").lines().any(|it| it == "regenerate-secret"));
    assert!(complete("chancery client list").lines().any(|it| it == "--query"));
    assert_eq!(complete("chancery client list --output"), "table\njson\nyaml\ntsv\n");
}

#[test]
fn zsh_loads_them() {
    if !is_installed("zsh_loads_them", Path::new("/usr/bin/zsh")) {
        return;
    }
    let script = "autoload -U compinit && compinit -u && source <(chancery completions zsh) && \
                  print -r -- $_comps[chancery] && whence -w _chancery";
    let shown = load(&Place::nobody(), "/usr/bin/zsh", script);
    assert_eq!(shown, "_chancery\n_chancery: function\n");
}

#[test]
fn other_shells_have_them_too() {
    let place = Place::nobody();
    for shell in ["fish", "elvish", "powershell"] {
        let script = place.done(&["completions", shell]);
        assert!(script.contains("chancery") && script.contains("regenerate-secret"), "{shell}");
    }
}
