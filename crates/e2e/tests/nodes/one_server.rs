//! What one node does, the others know.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chancery_e2e::{Answer, CLIENTS, Client, Made, Person, REDIRECT, THREADS, at_once, code_client, until};
use serde_json::json;

use crate::world::{NODES, World};

/// So long may it take until all of them know.
const SOON: Duration = Duration::from_secs(1);

fn is_alive(client: &Client, token: &str) -> bool {
    let status = client.with_token(token).get("/api/v2/tokens/me").status;
    assert!([200, 401].contains(&status), "{status}");
    status == 200
}

/// Fails unless it holds at every node within a second.
fn everywhere(world: &World, what: &str, holds: impl Fn(&Client) -> bool) {
    let begun = Instant::now();
    for node in &world.nodes {
        let client = node.client();
        until(what, SOON.saturating_sub(begun.elapsed()), || holds(&client).then_some(()));
    }
}

#[test]
fn a_client_that_one_node_made_is_good_at_all_of_them_at_once() {
    let Some(world) = World::start() else { return };
    let registries: Vec<_> = (0..NODES).map(|node| world.registry(node)).collect();
    for round in 0..12 {
        let made = registries[round % NODES].create(&format!("client {round}"));
        for node in &world.nodes {
            let token = node.client().grant(&made.id, &made.secret).expect(200).text_of("access_token");
            for other in &world.nodes {
                assert!(is_alive(&other.client(), &token), "a token of one node is good at all of them");
            }
        }
        assert_eq!(registries[(round + 1) % NODES].delete(&made.id).status, 204);
        everywhere(&world, "a client that is gone gets no tokens", |client| {
            client.grant(&made.id, &made.secret).status == 400
        });
    }
}

#[test]
fn what_is_taken_away_at_one_node_is_gone_everywhere_within_a_second() {
    let Some(world) = World::start() else { return };
    let registries: Vec<_> = (0..NODES).map(|node| world.registry(node)).collect();
    for round in 0..NODES {
        let made = registries[round].create(&format!("client {round}"));
        let clients: Vec<_> = world.nodes.iter().map(|node| node.client()).collect();
        let token_at =
            |client: &Client| client.grant(&made.id, &made.secret).expect(200).text_of("access_token");
        let tokens: Vec<_> = clients.iter().map(token_at).collect();
        // Each node has all of it in memory.
        for client in &clients {
            assert!(tokens.iter().all(|token| is_alive(client, token)));
        }
        assert_eq!(clients[round].with_token(&tokens[0]).delete("/api/v2/tokens/me").status, 200);
        everywhere(&world, "a token that was given back is good nowhere", |client| {
            !is_alive(client, &tokens[0])
        });
        assert!(clients.iter().all(|client| is_alive(client, &tokens[1])), "the others are good");
        let mut body = registries[round].machine(&made.name);
        body["state"] = json!("disabled");
        registries[round].client.put(&format!("{CLIENTS}/{}", made.id), &body).expect(200);
        everywhere(&world, "a disabled client's tokens are good nowhere", |client| {
            tokens.iter().all(|token| !is_alive(client, token))
        });
        everywhere(&world, "a disabled client gets no tokens", |client| {
            client.grant(&made.id, &made.secret).status == 400
        });
    }
}

struct Login {
    nodes: Vec<Client>,
    client: Made,
    email: String,
    password: String,
}

impl Login {
    fn of(world: &World) -> Self {
        let (made, registry) = (world.credentials(), world.registry(0));
        let client = Made::of(&registry.client.post(CLIENTS, &code_client("races")));
        let text = |pointer| made.text(pointer).to_owned();
        let (email, password) = (text("/admin/email"), text("/admin/password"));
        Self { nodes: world.clients(), client, email, password }
    }

    /// A code of the node of that number.
    fn code(&self, node: usize) -> String {
        let mut person = Person::new(&self.nodes[node], "192.0.2.1");
        let login = person.open(&self.client.id, &[]);
        person.code(&login, &self.email, &self.password)
    }

    fn ask(&self, node: usize, pairs: &[(&str, &str)]) -> Answer {
        let basic = Client::basic(&self.client.id, &self.client.secret);
        self.nodes[node % NODES].form("/oauth/token", &[("Authorization", &basic)], pairs)
    }

    fn redeem(&self, node: usize, code: &str) -> Answer {
        self.ask(node, &[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT)])
    }

    fn refresh(&self, node: usize, token: &str) -> Answer {
        self.ask(node, &[("grant_type", "refresh_token"), ("refresh_token", token)])
    }
}

fn tokens(answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 200, "{}", answer.text);
    (answer.text_of("access_token"), answer.text_of("refresh_token"))
}

#[test]
fn a_code_that_many_redeem_at_all_nodes_becomes_one_token() {
    let Some(world) = World::start() else { return };
    let login = Login::of(&world);
    for round in 0..3 {
        let code = login.code(round);
        let answers = at_once(|index| login.redeem(index, &code));
        let (good, bad): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!((good.len(), bad.len()), (1, THREADS - 1));
        bad.iter().for_each(|it| assert_eq!((it.status, &*it.text_of("error")), (400, "invalid_grant")));
        let (_, mut refresh) = tokens(&good[0]);
        for _ in 0..2 {
            let answers: Vec<_> =
                at_once(|index| login.refresh(index, &refresh)).iter().map(tokens).collect();
            let successors: BTreeSet<_> = answers.iter().map(|(_, refresh)| refresh.clone()).collect();
            assert_eq!(successors.len(), 1, "{successors:?}");
            refresh = answers[0].1.clone();
        }
        let (access, next) = tokens(&login.refresh(round, &refresh));
        let (_, last) = tokens(&login.refresh(round + 1, &next));
        // A copy that comes after its successor was used ends the login, at whichever node.
        assert_eq!(login.refresh(round + 2, &refresh).status, 400);
        for node in 0..NODES {
            assert_eq!(login.refresh(node, &last).status, 400);
        }
        everywhere(&world, "the tokens of a login that ended are good nowhere", |client| {
            !is_alive(client, &access)
        });
    }
}

#[test]
fn guesses_get_slower_whichever_nodes_are_asked() {
    let Some(world) = World::start() else { return };
    let login = Login::of(&world);
    let mut people: Vec<_> = login.nodes.iter().map(|node| Person::new(node, "192.0.2.7")).collect();
    let pages: Vec<_> = people.iter_mut().map(|person| person.open(&login.client.id, &[])).collect();
    let statuses: Vec<_> = (0..30)
        .map(|n| people[n % NODES].attempt(&pages[n % NODES], &login.email, "not the password").status)
        .collect();
    let looked_at = statuses.iter().filter(|status| **status != 429).count();
    assert!((5..=8).contains(&looked_at), "{statuses:?}");
    let mut owner = Person::new(&login.nodes[2], "192.0.2.8");
    let page = owner.open(&login.client.id, &[]);
    owner.code(&page, &login.email, &login.password);
}

#[test]
fn keys_are_made_once_for_all() {
    let Some(world) = World::start() else { return };
    let nodes = world.clients();
    let key_sets = at_once(|index| nodes[index % NODES].get("/.well-known/jwks.json").expect(200).text);
    let seen: BTreeSet<String> = key_sets.into_iter().collect();
    let last = seen.iter().max_by_key(|text| text.len()).expect("a key set").clone();
    everywhere(&world, "all nodes publish the same keys", |client| {
        client.get("/.well-known/jwks.json").text == last
    });
    let count: u32 =
        world.cluster.query(&database(&world), "SELECT COUNT(*) FROM keys").parse().expect("a number");
    let kinds = world.cluster.query(&database(&world), "SELECT COUNT(DISTINCT purpose) FROM keys");
    assert_eq!(count.to_string(), kinds, "one of each");
}

fn database(world: &World) -> String {
    let sql = "SELECT datname FROM pg_database WHERE datname LIKE 'test_%'";
    world.cluster.query("postgres", sql)
}
