//! Pages of other origins (Fetch Standard, CORS): the APIs let them in, what is for people does not.

use chancery_e2e::{Answer, CLIENTS, Server};

const ORIGIN: (&str, &str) = ("Origin", "https://app.example");
const OPEN: [&str; 5] =
    [CLIENTS, "/api/v2/nothing", "/oauth/token", "/oauth2/token", "/.well-known/jwks.json"];

/// The members of a header that is a list, in small letters.
fn list(answer: &Answer, name: &str) -> Vec<String> {
    answer.header(name).split(',').map(|it| it.trim().to_lowercase()).collect()
}

#[test]
fn a_preflight_learns_what_the_apis_allow() {
    let server = Server::start();
    for path in OPEN {
        let asked = [
            ORIGIN,
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "authorization,content-type,genesys-app,purecloud-sdk"),
        ];
        let answer = server.client().send("OPTIONS", path, &asked, None).expect("an answer");
        assert!([200, 204].contains(&answer.status), "{path}: {}", answer.status);
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), "", "{path}");
        let allowed = list(&answer, "access-control-allow-headers");
        for name in ["authorization", "content-type", "accept", "genesys-app", "purecloud-sdk"] {
            assert!(allowed.contains(&name.to_owned()), "{path}: {name} is not in {allowed:?}");
        }
        let methods = list(&answer, "access-control-allow-methods");
        let wanted = if path.starts_with("/.well-known") { "get" } else { "post" };
        assert!(methods.contains(&wanted.to_owned()), "{path}: {methods:?}");
    }
}

#[test]
fn answers_and_refusals_alike_can_be_read_by_a_page() {
    let server = Server::start();
    let token = server.token();
    let (open, known) = (server.client(), server.client().with_token(&token));
    for (client, method, path, status) in [
        (&known, "GET", CLIENTS, 200),
        (&open, "GET", CLIENTS, 401),
        (&known, "GET", "/api/v2/nothing", 404),
        (&known, "PATCH", CLIENTS, 405),
        (&open, "POST", "/oauth/token", 400),
        (&open, "POST", "/oauth2/token", 400),
        (&open, "GET", "/.well-known/jwks.json", 200),
    ] {
        let body = (method == "POST" || method == "PATCH").then(Vec::new);
        for origin in [ORIGIN, ("Origin", "null")] {
            let answer =
                client.send(method, path, &[origin], body.clone()).expect("an answer").expect(status);
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{method} {path}");
            assert_eq!(answer.header("access-control-allow-credentials"), "", "{method} {path}");
            let exposed = list(&answer, "access-control-expose-headers");
            for name in [
                "inin-correlation-id",
                "inin-ratelimit-count",
                "inin-ratelimit-allowed",
                "inin-ratelimit-reset",
                "retry-after",
            ] {
                assert!(exposed.contains(&name.to_owned()), "{method} {path}: {name} is not in {exposed:?}");
            }
        }
    }
}

#[test]
fn what_is_for_people_and_for_operators_is_closed_to_other_origins() {
    let server = Server::start();
    for path in ["/", "/docs", "/health/live", "/health/ready", "/nothing"] {
        for method in ["GET", "OPTIONS"] {
            let asked = [ORIGIN, ("Access-Control-Request-Method", "GET")];
            let answer = server.client().send(method, path, &asked, None).expect("an answer");
            let names = answer.headers.keys().map(|name| name.as_str());
            let open: Vec<_> = names.filter(|name| name.starts_with("access-control-")).collect();
            assert!(open.is_empty(), "{method} {path}: {open:?}");
        }
    }
}
