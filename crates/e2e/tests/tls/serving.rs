//! What is served over TLS is what is served without, under the right name.

use chancery_e2e::http2::Http2;
use chancery_e2e::{Client, folder};
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};

use crate::certificate::Authority;
use crate::client::{Offer, USUAL, open, protocol, try_open, version};
use crate::{address, get, with_pair};

static VERSIONS: [&[&SupportedProtocolVersion]; 2] = [&[&TLS12], &[&TLS13]];

#[test]
fn http_1_and_http_2_are_served_over_tls_1_2_and_1_3() {
    let (folder, authority) = (folder(), Authority::new());
    let server = with_pair(folder.path(), &authority.pair()).start();
    for versions in VERSIONS {
        for (protocols, agreed) in [
            (&[][..], None),
            (&["http/1.1"][..], Some("http/1.1")),
            (&["h2"], Some("h2")),
            (&["http/1.1", "h2"], Some("h2")),
            (&["spdy/3", "http/1.1"], Some("http/1.1")),
        ] {
            let mut socket =
                try_open(&server, &authority, Offer { versions, protocols }).expect("a handshake");
            assert_eq!(version(&socket), Some(versions[0].version));
            assert_eq!(protocol(&socket).as_deref(), agreed, "of {protocols:?}");
            if agreed == Some("h2") {
                let mut connection = Http2::start(socket);
                let stream = connection.ask("GET", address(&server), "/health/live", None);
                assert_eq!(connection.answer(stream).expect("an answer").0, 200);
            } else {
                socket.send(get(&server, "/health/live").repeat(2));
                assert_eq!(socket.answer().status, 200);
                assert_eq!(socket.answer().status, 200, "the connection is kept");
            }
        }
    }
}

#[test]
fn a_client_without_a_protocol_of_ours_is_told_so() {
    let (folder, authority) = (folder(), Authority::new());
    let server = with_pair(folder.path(), &authority.pair()).start();
    let offer = Offer { protocols: &["spdy/3"], ..USUAL };
    assert!(try_open(&server, &authority, offer).is_err(), "RFC 7301 section 3.2: no_application_protocol");
    let mut socket = open(&server, &authority);
    socket.send(get(&server, "/health/live"));
    socket.answer().expect(200);
}

#[test]
fn the_issuer_is_the_https_address_and_tokens_are_given() {
    let (folder, authority) = (folder(), Authority::new());
    let server = with_pair(folder.path(), &authority.pair()).start();
    let own = server.credentials();
    assert!(server.url().starts_with("https://127.0.0.1:"), "{}", server.url());
    assert_eq!(own.text("/issuer"), server.url());
    let mut socket = open(&server, &authority);
    socket.send(get(&server, "/"));
    let front = socket.answer().expect(200).text;
    assert!(front.contains(&format!("{}/oauth/token", server.url())), "{front}");
    let form = "grant_type=client_credentials";
    socket.send(format!(
        "POST /oauth/token HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        address(&server),
        Client::basic(&own.client_id, &own.client_secret),
        form.len()
    ));
    let token = socket.answer().expect(200).text_of("access_token");
    socket.send(format!(
        "GET /api/v2/tokens/me HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\r\n",
        address(&server)
    ));
    socket.answer().expect(200);
}

#[test]
fn a_server_with_open_connections_stops_as_one_without_tls_does() {
    let (folder, authority) = (folder(), Authority::new());
    let server = with_pair(folder.path(), &authority.pair()).start();
    let mut used = open(&server, &authority);
    used.send(get(&server, "/health/live"));
    used.answer().expect(200);
    let _unused = open(&server, &authority);
    let _silent = chancery_e2e::connect(address(&server));
    server.stop();
    assert!(used.rest().is_empty());
}
