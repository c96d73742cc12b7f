//! The guide's commands are run as they stand.

use std::process::Command;

use chancery_e2e::{Builder, binary, folder, isolate, repository};

/// What the server of the README's tour is started with.
const TOUR: [(&str, &str); 2] = [
    ("CHANCERY_BOOTSTRAP_CLIENT_ID", "0b0f6c5e-5a0e-4d53-9d3c-3f1f3c1f7a10"),
    ("CHANCERY_BOOTSTRAP_CLIENT_SECRET", "a-secret-for-the-five-minute-tour"),
];

#[test]
fn the_guide_runs_as_it_stands() {
    let server =
        TOUR.iter().fold(Builder::fresh(), |builder, (name, value)| builder.env(name, value)).start();
    let text = std::fs::read_to_string(repository().join("docs/guide/cli.md")).expect("the guide");
    let blocks: Vec<_> =
        text.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("sh\n")).collect();
    assert!(blocks.len() > 10, "the guide lost its commands");
    let home = folder();
    let mut bash = Command::new("bash");
    isolate(&mut bash);
    let path = binary().parent().map(|it| format!("{}:/usr/local/bin:/usr/bin:/bin", it.display()));
    bash.env("HOME", home.path()).env("XDG_CONFIG_HOME", home.path()).env("PATH", path.expect("a folder"));
    let script = blocks.concat().replace("http://127.0.0.1:8080", server.url());
    let ended =
        bash.current_dir(home.path()).args(["-euo", "pipefail", "-c", &script]).output().expect("bash");
    let (shown, said) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "{shown}\n{said}");
    for promised in
        ["+ Shop (CODE)", "0 to create, 0 to change, 0 to delete, ", "Shop is ", "there is a shop"]
    {
        assert!(shown.contains(promised), "nothing shows {promised}:\n{shown}\n{said}");
    }
}
