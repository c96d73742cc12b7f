//! Issues client-credentials tokens through the real router, on one thread, as often as it is told: what callgrind
//! counts. See `bench/README.md`.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use chancery_core::env::fixed::Counting;
use chancery_core::founding::{Plan, found};
use chancery_core::keyring::{Keyring, MasterKey, rotation};
use chancery_core::policy::Policy;
use chancery_core::types::{ClientSecret, Timestamp};
use chancery_core::user::PasswordHash;
use chancery_core::write::Write;
use chancery_server::app::{App, Parts};
use chancery_server::clock::{Clock, SystemClock, SystemRandom};
use chancery_store::{Memory, Store};
use http_body_util::BodyExt;
use tower::ServiceExt;

const SECRET: &str = "a-secret-for-counting-instructions";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| "/oauth/token".to_owned());
    let count: u32 = arguments.next().map_or(Ok(1000), |text| text.parse())?;

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
        edges: chancery_server::http::address::Edges::default(),
        outbound: chancery_server::outbound::Outbound::new(Default::default(), None)?,
        brand: chancery_server::pages::brand::Brand::default(),
    };
    let router = chancery_server::http::router(&App::load(parts).await?);

    let form = format!("grant_type=client_credentials&client_id={}&client_secret={SECRET}", founded.client);
    for _ in 0..count {
        let request = Request::post(&path).header("content-type", "application/x-www-form-urlencoded");
        let answer = router.clone().oneshot(request.body(Body::from(form.clone()))?).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        if status != StatusCode::OK || !body.starts_with(b"{\"access_token\"") {
            return Err(format!("{status}").into());
        }
    }
    Ok(())
}
