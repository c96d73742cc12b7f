//! A TLS client that can be told what to speak.

use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chancery_e2e::{Server, Socket, connect};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, ProtocolVersion, StreamOwned, SupportedProtocolVersion};

use crate::certificate::Authority;

/// No handshake takes longer, even on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(20);

/// A connection after its handshake.
pub type Secure = Socket<StreamOwned<ClientConnection, TcpStream>>;

/// What a client speaks.
#[derive(Clone, Copy)]
pub struct Offer {
    pub versions: &'static [&'static SupportedProtocolVersion],
    pub protocols: &'static [&'static str],
}

/// What most clients speak.
pub const USUAL: Offer = Offer { versions: &[&TLS13, &TLS12], protocols: &[] };

/// Connects, or says why there is no connection.
pub fn try_open(server: &Server, authority: &Authority, offer: Offer) -> Result<Secure, std::io::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(offer.versions)
        .expect("versions")
        .with_root_certificates(authority.roots())
        .with_no_client_auth();
    config.alpn_protocols = offer.protocols.iter().map(|it| it.as_bytes().to_vec()).collect();
    let name = ServerName::try_from("127.0.0.1").expect("a name");
    let mut connection = ClientConnection::new(Arc::new(config), name).expect("a client");
    let mut stream = connect(crate::address(server));
    let until = Instant::now() + LIMIT;
    while connection.is_handshaking() {
        match connection.complete_io(&mut stream) {
            Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => return Err(error),
            _ => assert!(Instant::now() < until, "the handshake hangs"),
        }
    }
    Ok(Socket::over(StreamOwned::new(connection, stream)))
}

/// Connects as most clients do.
#[track_caller]
pub fn open(server: &Server, authority: &Authority) -> Secure {
    try_open(server, authority, USUAL).expect("a handshake")
}

/// The certificate that the server showed.
pub fn shown(socket: &Secure) -> CertificateDer<'static> {
    let chain = socket.stream().conn.peer_certificates().expect("a certificate");
    chain[0].clone().into_owned()
}

/// The protocol that was agreed on.
pub fn protocol(socket: &Secure) -> Option<String> {
    socket.stream().conn.alpn_protocol().map(|it| String::from_utf8_lossy(it).into_owned())
}

/// The version that was agreed on.
pub fn version(socket: &Secure) -> Option<ProtocolVersion> {
    socket.stream().conn.protocol_version()
}
