//! Sends one kind of request over one connection to a server in memory, on one thread, as often as it is told: what
//! callgrind counts. See `bench/README.md`.
//!
//! `request_path token|jwt|introspection|read COUNT`

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use chancery_core::env::fixed::Counting;
use chancery_core::founding::{Plan, found};
use chancery_core::keyring::{Keyring, MasterKey, rotation};
use chancery_core::policy::Policy;
use chancery_core::types::{ClientSecret, Timestamp};
use chancery_core::user::PasswordHash;
use chancery_core::write::Write;
use chancery_server::app::{App, Parts};
use chancery_server::clock::{Clock, SystemClock, SystemRandom};
use chancery_server::config::{Config, File};
use chancery_server::http::Router;
use chancery_server::http::address::{Edges, Hosts};
use chancery_server::http::serve::{Bounds, serve};
use chancery_server::telemetry;
use chancery_store::{Memory, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// As the shipped binary has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SECRET: &str = "a-secret-for-counting-instructions";

type Error = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let kind = arguments.next().unwrap_or_else(|| "token".to_owned());
    let count: u32 = arguments.next().map_or(Ok(1000), |text| text.parse())?;

    let telemetry = telemetry::start(&Config::try_from(File::default())?)?;
    let (app, client) = app().await?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let mut stream = TcpStream::connect(listener.local_addr()?).await?;
    let patience = Duration::from_secs(30);
    let bounds =
        Bounds { connections: 10, head_timeout: patience, body_timeout: patience, idle_timeout: patience };
    tokio::spawn(serve(listener, Router::new(&app), None, bounds, std::future::pending()));

    let credentials = format!("client_id={client}&client_secret={SECRET}");
    let form = |path: &str, fields: &str| {
        let body = format!("{fields}&{credentials}");
        let length = body.len();
        format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
        )
    };
    let grant = "grant_type=client_credentials";
    let request = match &*kind {
        "token" => form("/oauth/token", grant),
        "jwt" => form("/oauth2/token", grant),
        "introspection" => {
            let token = token(&mut stream, &form("/oauth2/token", grant)).await?;
            form("/oauth2/introspect", &format!("token={token}"))
        }
        "read" => {
            let token = token(&mut stream, &form("/oauth/token", grant)).await?;
            format!(
                "GET /api/v2/oauth/clients/{client} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n"
            )
        }
        other => return Err(format!("{other}: token, jwt, introspection or read").into()),
    };
    // Answers to one kind of request are all of one length.
    let mut answer = vec![0; ask(&mut stream, &request).await?.len()];
    for _ in 0..count {
        stream.write_all(request.as_bytes()).await?;
        stream.read_exact(&mut answer).await?;
    }
    telemetry.stop().await;
    Ok(())
}

/// A server in memory, and its client.
async fn app() -> Result<(Arc<App>, String), Error> {
    let (now, random) = (SystemClock.now(), Counting::new(1));
    let master = MasterKey::random(&random);
    let rows = rotation::first_keys(&master, &random, Timestamp::default()).ok_or("no keys")?;
    let keys = Keyring::open(&rows, &master)?;
    let plan = Plan {
        name: "Bench".to_owned(),
        short_name: "bench".to_owned(),
        email: "admin@bench.local".to_owned(),
        password: PasswordHash::new(String::new()),
        client: None,
        secret: ClientSecret::chosen(SECRET)?,
    };
    let founded = found(plan, &keys, &random, now);
    let store: Arc<dyn Store> = Arc::new(Memory::default());
    store.commit(rows.into_iter().map(Write::CreateKey).chain(founded.writes).collect(), now).await?;
    let parts = Parts {
        store,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        master,
        issuer: "http://127.0.0.1:8080".to_owned(),
        policy: Policy::default(),
        edges: Edges { hosts: Some(Hosts { names: Vec::new(), loopback: true }), ..Edges::default() },
        outbound: chancery_server::outbound::Outbound::new(Default::default(), None)?,
        brand: chancery_server::pages::brand::Brand::default(),
    };
    Ok((App::load(parts).await?, founded.client.to_string()))
}

/// Sends a request, and answers the answer, which is 200.
async fn ask(stream: &mut TcpStream, request: &str) -> Result<String, Error> {
    stream.write_all(request.as_bytes()).await?;
    let (mut answer, mut length) = (vec![0; 16 * 1024], 0);
    loop {
        match stream.read(&mut answer[length..]).await? {
            0 => return Err("the connection was closed".into()),
            read => length += read,
        }
        let text = std::str::from_utf8(&answer[..length])?;
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let announced = head.split("\r\n").find_map(|line| line.strip_prefix("content-length: "));
        if announced.and_then(|it| it.parse().ok()) == Some(body.len()) {
            return if head.starts_with("HTTP/1.1 200") { Ok(text.to_owned()) } else { Err(text.into()) };
        }
    }
}

async fn token(stream: &mut TcpStream, request: &str) -> Result<String, Error> {
    let answer = ask(stream, request).await?;
    let (_, body) = answer.split_once("\r\n\r\n").ok_or("no body")?;
    let answer: serde_json::Value = serde_json::from_str(body)?;
    Ok(answer["access_token"].as_str().ok_or("no token")?.to_owned())
}
