//! A running server.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use crate::binary::command;
use crate::credentials::Credentials;
use crate::http::Client;
use crate::process::{Output, Process};
use crate::registry::Registry;

/// No start takes longer, even on a machine that is busy.
const START: Duration = Duration::from_secs(30);
/// Longer than the server gives the requests in flight.
const STOP: Duration = Duration::from_secs(20);

/// How a server is started.
#[derive(Clone, Debug)]
pub struct Builder {
    listen: Option<String>,
    data_dir: PathBuf,
    args: Vec<OsString>,
    env: Vec<(String, OsString)>,
    cwd: Option<PathBuf>,
    own: Option<Arc<TempDir>>,
}

impl Builder {
    /// On a free port, with the data in `data_dir`.
    pub fn on(data_dir: &Path) -> Self {
        Self {
            listen: Some("127.0.0.1:0".to_owned()),
            data_dir: data_dir.to_owned(),
            args: Vec::new(),
            env: Vec::new(),
            cwd: None,
            own: None,
        }
    }

    /// The same in a new folder that goes when the server and this are gone.
    pub fn fresh() -> Self {
        let folder = crate::folder();
        let made = Self::on(&folder.path().join("data"));
        Self { own: Some(Arc::new(folder)), ..made }
    }

    /// Without any argument, with `cwd` as the working directory.
    pub fn bare(cwd: &Path) -> Self {
        Self { listen: None, cwd: Some(cwd.to_owned()), ..Self::on(&cwd.join("chancery-data")) }
    }

    /// On an address of the caller's choice.
    pub fn listen(self, address: &str) -> Self {
        Self { listen: Some(address.to_owned()), ..self }
    }

    /// One more argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// An option with its value.
    pub fn option(self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.arg(name).arg(value)
    }

    /// One more variable in the environment.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Where the data will be.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Starts it, and waits for nothing.
    pub fn spawn(&self) -> Process {
        let mut command = command();
        command.arg("serve");
        if let Some(listen) = &self.listen {
            command.args(["--listen", listen, "--data-dir"]).arg(&self.data_dir);
        }
        command.args(&self.args).envs(self.env.iter().map(|(name, value)| (name, value)));
        if let Some(cwd) = &self.cwd {
            command.current_dir(cwd);
        }
        Process::start(&mut command)
    }

    /// Starts it, and waits for the line that says where it listens.
    #[track_caller]
    pub fn start(&self) -> Server {
        self.try_start().unwrap_or_else(|output| panic!("the server did not start: {output}"))
    }

    /// The same; what it left behind, if it ends before that line.
    pub fn try_start(&self) -> Result<Server, Output> {
        let process = self.spawn();
        let Some(line) = process.line(START) else {
            return Err(process.wait(STOP));
        };
        let url = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("the first line is {line}"));
        let client = Client::new(url);
        Ok(Server {
            process,
            url: url.to_owned(),
            data_dir: self.data_dir.clone(),
            client,
            _own: self.own.clone(),
        })
    }

    /// Starts it, and waits for it to give up by itself.
    #[track_caller]
    pub fn refused(&self) -> Output {
        let output = self.spawn().wait(START);
        assert_eq!(output.code, Some(1), "{output}");
        assert_eq!(output.stdout, "", "a server that does not start has nothing to announce");
        output
    }
}

/// A running server; killed when dropped.
#[derive(Debug)]
pub struct Server {
    process: Process,
    url: String,
    data_dir: PathBuf,
    client: Client,
    _own: Option<Arc<TempDir>>,
}

impl Server {
    /// A new one in a folder of its own.
    #[track_caller]
    pub fn start() -> Self {
        Builder::fresh().start()
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").expect("an http URL")
    }

    /// Where its data is.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// The process itself.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Connections to it, without token.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// What it wrote to `bootstrap.json` when it first started.
    #[track_caller]
    pub fn credentials(&self) -> Credentials {
        Credentials::read(&self.data_dir.join("bootstrap.json"))
    }

    /// A token of the administrator client.
    #[track_caller]
    pub fn token(&self) -> String {
        let credentials = self.credentials();
        let answer = self.client.grant(&credentials.client_id, &credentials.client_secret);
        answer.expect(200).text_of("access_token")
    }

    /// The client registry, as the administrator client sees it.
    #[track_caller]
    pub fn registry(&self) -> Registry {
        Registry::new(self.client.with_token(&self.token()))
    }

    /// Asks it to end with a signal, and waits for that.
    pub fn stop_with(self, signal: &str) -> Output {
        self.process.signal(signal);
        self.process.wait(STOP)
    }

    /// Asks it to end, waits for that, and fails the test unless it ended well.
    #[track_caller]
    pub fn stop(self) -> Output {
        let output = self.stop_with("TERM");
        assert_eq!(output.code, Some(0), "{output}");
        output
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(self) -> Output {
        self.process.kill()
    }
}
