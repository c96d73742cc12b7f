//! `chancery completions`.

use clap::Args;
use clap_complete::Shell;

/// Print what a shell needs to complete commands: `source <(chancery completions bash)`, for example.
#[derive(Args)]
pub struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    /// Does it.
    pub fn run(&self, mut command: clap::Command) -> anyhow::Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "chancery", &mut script);
        crate::remote::output::write(&String::from_utf8_lossy(&script))
    }
}
