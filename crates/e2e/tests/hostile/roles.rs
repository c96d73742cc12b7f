//! Roles of many permissions: whoever sends them costs others nothing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chancery_e2e::{Answer, CLIENTS, Client, Made, Server};
use serde_json::{Value, json};

const ROLES: &str = "/api/v2/authorization/roles";
/// An answer that takes longer was worked out the hard way.
const PROMPT: Duration = Duration::from_secs(1);
/// A machine can be busy once, or twice.
const ATTEMPTS: usize = 3;

/// Policies with `policies * actions` permissions in all.
fn policies(domain: &str, policies: usize, actions: usize) -> Vec<Value> {
    let actions: Vec<_> = (0..actions).map(|at| format!("a{at}")).collect();
    (0..policies)
        .map(|at| json!({ "domain": domain, "entityName": format!("e{at}"), "actionSet": actions }))
        .collect()
}

/// As many permissions, all for one kind of thing: whoever looks through a list looks far.
fn of_one_entity(domain: &str) -> Vec<Value> {
    let actions: Vec<_> = (0..5_000).map(|at| format!("a{at}")).collect();
    let policy = |actions| json!({ "domain": domain, "entityName": "e", "actionSet": actions });
    actions.chunks(100).map(policy).collect()
}

fn role(name: &str, policies: &[Value]) -> Value {
    json!({ "name": name, "permissionPolicies": policies })
}

/// A client that holds these policies, and may make roles.
fn holder(server: &Server, policies: &[Value]) -> Client {
    let admin = server.client().with_token(&server.token());
    let adds = json!({ "domain": "authorization", "entityName": "role", "actionSet": ["add"] });
    let held = [("held", policies), ("makes roles", &[adds])].map(|(name, policies)| {
        let id = admin.post(ROLES, &role(name, policies)).expect(200).text_of("id");
        json!({ "roleId": id, "divisionId": "*" })
    });
    let made = Made::of(&admin.post(
        CLIENTS,
        &json!({
            "name": "a holder",
            "authorizedGrantType": "CLIENT-CREDENTIALS",
            "roleDivisions": held,
        }),
    ));
    admin.with_token(&admin.grant(&made.id, &made.secret).expect(200).text_of("access_token"))
}

/// The same request a few times under other names, and the shortest time that it took.
fn fastest(client: &Client, name: &str, policies: &[Value], status: u16) -> (Answer, Duration) {
    let attempt = |at| {
        let begun = Instant::now();
        (client.post(ROLES, &role(&format!("{name} {at}"), policies)).expect(status), begun.elapsed())
    };
    (0..ATTEMPTS).map(attempt).min_by_key(|(_, taken)| *taken).expect("one attempt at least")
}

/// What `shape` makes is compared with itself, back to front, and with as many others.
#[track_caller]
fn compared(shape: impl Fn(&str) -> Vec<Value>) {
    let server = Server::start();
    let holder = holder(&server, &shape("held"));
    let mut same = shape("held");
    same.reverse();
    let (_, taken) = fastest(&holder, "the same", &same, 200);
    assert!(taken < PROMPT, "what is held took {taken:?}");
    let (refused, taken) = fastest(&holder, "others", &shape("lacking"), 403);
    assert!(taken < PROMPT, "what is not held took {taken:?}");
    assert_eq!(refused.text_of("code"), "missing.permissions");
    assert!(refused.text.len() < 8 * 1024, "an answer of {} bytes", refused.text.len());
}

#[test]
fn a_role_of_5_000_permissions_is_soon_compared_with_another() {
    compared(|domain| policies(domain, 50, 100));
}

#[test]
fn a_role_of_many_policies_is_soon_compared_with_another() {
    compared(|domain| policies(domain, 1_660, 3));
}

#[test]
fn a_role_of_many_actions_on_one_thing_is_soon_compared_with_another() {
    compared(of_one_entity);
}

#[test]
fn who_makes_roles_of_5_000_permissions_does_not_hold_others_up() {
    let server = Server::start();
    let token = server.token();
    let busy = holder(&server, &policies("held", 50, 100));
    let other = Client::new(server.url()).with_token(&token);
    let done = AtomicBool::new(false);
    let mut times = std::thread::scope(|scope| {
        let attacks = [(); 4].map(|()| {
            scope.spawn(|| {
                for _ in 0..5 {
                    busy.post(ROLES, &role("others", &policies("lacking", 50, 100))).expect(403);
                }
            })
        });
        let other = scope.spawn(|| {
            let mut times = Vec::new();
            while !done.load(Ordering::Relaxed) {
                let begun = Instant::now();
                other.get("/api/v2/tokens/me").expect(200);
                times.push(begun.elapsed());
            }
            times
        });
        let ends = attacks.map(|attack| attack.join());
        done.store(true, Ordering::Relaxed);
        assert!(ends.iter().all(Result::is_ok), "an attack was not answered");
        other.join().expect("the other client is served")
    });
    times.sort();
    let (count, longest) = (times.len(), times.pop().expect("one request at least"));
    assert!(longest < PROMPT, "one of {count} requests of another client took {longest:?}");
}

#[test]
fn a_role_of_5_001_permissions_is_refused_however_they_are_spread() {
    let server = Server::start();
    let admin = server.client().with_token(&server.token());
    let one = policies("more", 1, 1);
    for (count, actions) in [(50, 100), (1_000, 5)] {
        let most = policies("held", count, actions);
        let name = format!("{count} policies");
        let refused = admin.post(ROLES, &role(&name, &[&most[..], &one].concat())).expect(400);
        assert_eq!(refused.text_of("code"), "general.bad.request");
        assert_eq!(refused.json()["details"][0]["fieldName"], "permissionPolicies");
        admin.post(ROLES, &role(&name, &most)).expect(200);
    }
}

#[test]
fn a_query_for_more_than_100_permissions_is_refused() {
    let server = Server::start();
    let client = server.client().with_token(&server.token());
    let many = |count: usize| (0..count).map(|at| format!("oauth:client:a{at}"));
    for (count, status) in [(100, 200), (101, 400), (2_000, 400)] {
        let repeated: String = many(count).map(|it| format!("&permission={it}")).collect();
        let joined = many(count).collect::<Vec<_>>().join(",");
        for query in [format!("?{repeated}"), format!("?permission={joined}")] {
            let answer = client.get(&format!("{ROLES}{query}")).expect(status);
            if status == 400 {
                assert_eq!(answer.text_of("code"), "invalid.query.param.value");
                assert!(answer.text.len() < 8 * 1024, "an answer of {} bytes", answer.text.len());
            }
        }
    }
}
