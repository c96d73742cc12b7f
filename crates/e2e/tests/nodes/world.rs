//! A cluster, and nodes that serve it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use chancery_cluster::{Cluster, Kind};
use chancery_e2e::{Builder, Client, Credentials, Registry, Server, folder};
use tempfile::TempDir;

/// As many as there are.
pub const NODES: usize = 3;
const MASTER_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const SECRET: &str = "a-secret-that-every-node-would-choose";

pub struct World {
    pub nodes: Vec<Server>,
    pub builders: Vec<Builder>,
    pub cluster: Cluster,
    folder: TempDir,
}

impl World {
    /// All of them, started at the same moment on an empty database; nothing where PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let cluster = chancery_cluster::is_installed().then(|| Cluster::start(Kind::Durable))?;
        let url = cluster.database();
        Some(Self::on(cluster, &url))
    }

    /// The same on an empty database that is there.
    pub fn on(cluster: Cluster, url: &str) -> Self {
        let folder = folder();
        let builders: Vec<_> = (0..NODES)
            .map(|n| {
                Builder::on(&folder.path().join(n.to_string()))
                    .option("--issuer", "http://id.example")
                    .option("--database-url", url)
                    .option("--trusted-proxies", "127.0.0.1")
                    .env("CHANCERY_MASTER_KEY", MASTER_KEY)
                    .env("CHANCERY_BOOTSTRAP_CLIENT_SECRET", SECRET)
            })
            .collect();
        let nodes = std::thread::scope(|scope| {
            let threads: Vec<_> = builders.iter().map(|builder| scope.spawn(|| builder.start())).collect();
            threads.into_iter().map(|thread| thread.join().expect("a node starts")).collect()
        });
        Self { nodes, builders, cluster, folder }
    }

    /// What the one that founded the organization wrote down.
    pub fn credentials(&self) -> Credentials {
        let files = (0..NODES).map(|n| self.folder.path().join(n.to_string()).join("bootstrap.json"));
        let found: Vec<PathBuf> = files.filter(|file| file.exists()).collect();
        assert_eq!(found.len(), 1, "one founded it: {found:?}");
        Credentials::read(&found[0])
    }

    /// Connections to each node.
    pub fn clients(&self) -> Vec<Client> {
        self.nodes.iter().map(Server::client).collect()
    }

    /// The registry at a node.
    pub fn registry(&self, node: usize) -> Registry {
        let made = self.credentials();
        let client = self.nodes[node].client();
        let token = client.grant(&made.client_id, &made.client_secret).expect(200).text_of("access_token");
        Registry::new(client.with_token(&token))
    }
}

/// Passes each connection on to the next node that takes it, as a balancer does that knows nothing.
pub struct RoundRobin {
    url: String,
    nodes: Arc<Mutex<Vec<String>>>,
    stopped: Arc<AtomicBool>,
}

impl RoundRobin {
    pub fn start(nodes: Vec<String>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (nodes, stopped) = (Arc::new(Mutex::new(nodes)), Arc::new(AtomicBool::new(false)));
        let next = AtomicUsize::new(0);
        let (all, end) = (Arc::clone(&nodes), Arc::clone(&stopped));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                let nodes = all.lock().expect("nobody panics").clone();
                let begin = next.fetch_add(1, Ordering::SeqCst);
                let node =
                    (0..nodes.len()).find_map(|n| TcpStream::connect(&nodes[(begin + n) % nodes.len()]).ok());
                if let Some(node) = node {
                    join(client, node);
                }
            }
        });
        Self { url, nodes, stopped }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// A node came back at another address.
    pub fn replace(&self, index: usize, address: &str) {
        self.nodes.lock().expect("nobody panics")[index] = address.to_owned();
    }
}

impl Drop for RoundRobin {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.url.trim_start_matches("http://")));
    }
}

fn join(client: TcpStream, node: TcpStream) {
    let pass = |mut from: TcpStream, mut to: TcpStream| {
        std::thread::spawn(move || {
            let mut bytes = [0; 16 * 1024];
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                if to.write_all(&bytes[..count]).is_err() {
                    break;
                }
            }
            drop(to.shutdown(Shutdown::Write));
        });
    };
    let (other_client, other_node) =
        (client.try_clone().expect("a socket"), node.try_clone().expect("a socket"));
    pass(client, node);
    pass(other_node, other_client);
}
