//! Which method a request speaks, and what comes of it.

use super::*;
use crate::env::fixed::Counting;
use crate::form::Form;
use crate::keyring::{MasterKey, rotation};
use crate::tenant::Tenant;
use crate::tenant::flow::App;
use crate::types::{Lifetime, Timestamp};

fn world() -> (Tenant, App) {
    let mut tenant = Tenant::found();
    let app = tenant.app("CODE", "users");
    (tenant, app)
}

type Told = Result<(AuthMethod, bool), ErrorCode>;

/// Method, and whether a secret was proved.
fn tried(tenant: &Tenant, app: &App, dialect: Dialect, header: Option<&str>, body: &str) -> Told {
    use base64::Engine;
    let fill = |text: &str| {
        let text = text.replace("OTHER", &tenant.admin.to_string()).replace("ID", &app.id.to_string());
        text.replace("SECRET", &app.secret)
    };
    let header = header.map(|text| match text.split_once(' ') {
        Some((scheme, pair)) if scheme.eq_ignore_ascii_case("basic") => {
            format!("{scheme} {}", base64::engine::general_purpose::STANDARD.encode(fill(pair)))
        }
        _ => text.to_owned(),
    });
    let body = fill(body);
    let form = Form::parse(body.as_bytes()).expect("a form");
    let header = header.as_deref().map(Header::new);
    let request = TokenRequest::new(dialect, header.as_ref(), &form);
    let (decided, _) = tenant.run(|facts, env| {
        let proven = authenticate(facts, &request, env);
        proven
            .map(|it| {
                assert_eq!((it.client.id, it.demand().is_ok()), (app.id, it.secret.is_some()));
                assert_eq!(claimed(&request), Some(app.id));
                crate::decision::Decision::allow((it.method, it.secret.is_some()))
            })
            .into()
    });
    assert!(decided.writes.is_empty());
    decided.outcome.map_err(|error| error.code)
}

#[test]
fn a_client_authenticates_in_one_way() {
    let (basic, post, none) = (
        Ok((AuthMethod::ClientSecretBasic, true)),
        Ok((AuthMethod::ClientSecretPost, true)),
        Ok((AuthMethod::None, false)),
    );
    let (client, request) = (Err(ErrorCode::InvalidClient), Err(ErrorCode::InvalidRequest));
    let (tenant, app) = world();
    for (header, body, expected) in [
        (Some("Basic ID:SECRET"), "", basic),
        (Some("bAsIc ID:SECRET"), "", basic),
        (Some("Basic ID:SECRET"), "client_id=ID", basic),
        (Some("Basic ID:SECRET"), "code_verifier=x", basic),
        (Some("Basic ID:SECRET"), "client_id=OTHER", request),
        (Some("Basic ID:SECRET"), "client_secret=SECRET", request),
        (Some("Basic ID:SECRET"), "client_id=ID&client_secret=SECRET", request),
        (Some("Basic ID:wrong"), "", client),
        (Some("Basic ID:"), "", client),
        (Some("Basic ID"), "", client),
        (Some("Basic :"), "code_verifier=x", client),
        (Some("Basic nonsense:SECRET"), "", client),
        (None, "client_id=ID&client_secret=SECRET", post),
        (None, "client_id=ID&client_secret=SECRET&code_verifier=x", post),
        (None, "client_id=ID&client_secret=wrong", client),
        (None, "client_secret=SECRET", client),
        (None, "client_id=ID", none),
        (None, "client_id=ID&client_secret=", none),
        (Some("Bearer x"), "client_id=ID", none),
        (Some("Basic"), "client_id=ID", none),
        (None, "", client),
        (None, "client_id=nonsense", client),
        // The vendor's command line says so that it is public.
        (Some("Basic ID:"), "code_verifier=x", none),
        (Some("Basic ID:"), "code_verifier=x&client_id=ID", none),
        (Some("Basic ID:"), "code_verifier=x&client_id=OTHER", request),
        (Some("Basic OTHER:"), "code_verifier=x&client_id=ID", request),
        (Some("Basic ID:"), "code_verifier=", client),
    ] {
        for dialect in [Dialect::Genesys, Dialect::Standard] {
            assert_eq!(tried(&tenant, &app, dialect, header, body), expected, "{header:?} {body}");
        }
    }
}

#[test]
fn a_secret_is_good_until_it_expires_and_any_of_them_will_do() {
    let (mut tenant, app) = world();
    let end = tenant.now + Lifetime::from_seconds(60);
    let others = tenant.clients[&tenant.admin].secrets[0].clone();
    let client = tenant.clients.get_mut(&app.id).expect("a client");
    client.secrets[0].expires_at = Some(end);
    client.secrets.push(others);
    let body = "client_id=ID&client_secret=SECRET";
    let post = Ok((AuthMethod::ClientSecretPost, true));
    assert_eq!(tried(&tenant, &app, Dialect::Genesys, None, body), post);
    tenant.clients.get_mut(&app.id).expect("a client").secrets.reverse();
    assert_eq!(tried(&tenant, &app, Dialect::Genesys, None, body), post);
    tenant.now = end;
    assert_eq!(tried(&tenant, &app, Dialect::Genesys, None, body), Err(ErrorCode::InvalidClient));
}

#[test]
fn a_secret_that_matched_one_digest_is_judged_anew_for_another() {
    let keys = |seed| {
        let master = MasterKey::random(&Counting::new(1));
        let rows = rotation::first_keys(&master, &Counting::new(seed), Timestamp::default()).expect("keys");
        Keyring::open(&rows, &master).expect("a keyring")
    };
    let (one, other) = (keys(2), keys(3));
    let presented = PresentedSecret::new("a secret".to_owned());
    assert!(!presented.matches(&one.digest(b"another"), &one));
    for keys in [&one, &other, &one] {
        assert!(presented.matches(&keys.digest(b"a secret"), keys));
        assert!(!presented.matches(&keys.digest(b"another"), keys));
    }
}
