//! What the machine can do: the same stack with a constant answer of a token's size, and nothing else.

use axum::Router;
use axum::routing::post;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ANSWER: &str = concat!(
    r#"{"access_token":"0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"#,
    r#"00000000000000000000000000000000000000000000","token_type":"bearer","expires_in":86400}"#
);

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    let answer = |_: String| async { ([("content-type", "application/json")], ANSWER) };
    let router = Router::new().route("/oauth/token", post(answer));
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let service = hyper_util::service::TowerToHyperService::new(router.clone());
        tokio::spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new().serve_connection(
                hyper_util::rt::TokioIo::new(stream),
                service,
            );
            drop(connection.await);
        });
    }
}
