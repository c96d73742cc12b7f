//! Codes, refresh tokens and passwords under many hands at once: what is good once is good once, what is lost on the way
//! can be asked for again, and who guesses gets nowhere.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chancery_e2e::{
    Answer, Builder, CLIENTS, Client, Credentials, Made, Person, REDIRECT, Registry, Server, THREADS,
    at_once, code_client,
};

/// What is to be known of a server, a client for people there, and the one person.
struct World {
    http: Client,
    registry: Registry,
    admin: Credentials,
    client: Made,
    email: String,
    password: String,
}

impl World {
    /// The server lives as long as it is held.
    fn start(builder: &Builder) -> (Server, Self) {
        let server = builder.start();
        let (registry, admin) = (server.registry(), server.credentials());
        let client = Made::of(&registry.client.post(CLIENTS, &code_client("races")));
        let text = |pointer| admin.text(pointer).to_owned();
        let (email, password) = (text("/admin/email"), text("/admin/password"));
        let http = server.client();
        (server, Self { http, registry, admin, client, email, password })
    }

    fn code(&self) -> String {
        let mut person = Person::new(&self.http, "192.0.2.1");
        let login = person.open(&self.client.id, &[]);
        person.code(&login, &self.email, &self.password)
    }

    fn ask(&self, pairs: &[(&str, &str)]) -> Answer {
        let basic = Client::basic(&self.client.id, &self.client.secret);
        self.http.form("/oauth/token", &[("Authorization", &basic)], pairs)
    }

    fn redeem(&self, code: &str) -> Answer {
        self.ask(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT)])
    }

    fn refresh(&self, token: &str) -> Answer {
        self.ask(&[("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    /// The first access token and the first refresh token of a new login.
    fn log_in(&self) -> (String, String) {
        tokens(&self.redeem(&self.code()))
    }

    fn is_alive(&self, token: &str) -> bool {
        let status = self.http.with_token(token).get("/api/v2/tokens/me").status;
        assert!([200, 401].contains(&status), "{status}");
        status == 200
    }
}

#[track_caller]
fn tokens(answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 200, "{}", answer.text);
    (answer.text_of("access_token"), answer.text_of("refresh_token"))
}

#[track_caller]
fn is_refused(answer: &Answer) {
    assert_eq!(answer.status, 400, "{}", answer.text);
    assert_eq!(answer.text_of("error"), "invalid_grant");
}

#[test]
fn a_code_that_many_redeem_at_once_becomes_one_token() {
    let (_server, world) = World::start(&Builder::fresh());
    for _ in 0..4 {
        let code = world.code();
        let answers = at_once(|_| world.redeem(&code));
        let (good, bad): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!((good.len(), bad.len()), (1, THREADS - 1));
        bad.iter().for_each(is_refused);
        let (access, refresh) = tokens(&good[0]);
        assert!(world.is_alive(&access), "so soon, another try is no theft");
        tokens(&world.refresh(&refresh));
    }
}

#[test]
fn many_who_refresh_at_once_all_get_the_same_successor() {
    let (_server, world) = World::start(&Builder::fresh());
    let (first, mut refresh) = world.log_in();
    for _ in 0..4 {
        let answers: Vec<_> = at_once(|_| world.refresh(&refresh)).iter().map(tokens).collect();
        let successors: BTreeSet<_> = answers.iter().map(|(_, refresh)| refresh).collect();
        assert_eq!(successors.len(), 1, "{successors:?}");
        assert!(answers.iter().all(|(access, _)| world.is_alive(access)));
        let next = answers[0].1.clone();
        assert_ne!(next, refresh);
        refresh = next;
    }
    assert!(world.is_alive(&first));
}

#[test]
fn a_refresh_that_is_repeated_in_time_is_answered_again() {
    let (_server, world) = World::start(&Builder::fresh());
    let (_, first) = world.log_in();
    let (_, second) = tokens(&world.refresh(&first));
    for _ in 0..3 {
        assert_eq!(tokens(&world.refresh(&first)).1, second);
    }
    let (access, third) = tokens(&world.refresh(&second));
    assert_eq!(tokens(&world.refresh(&second)).1, third);
    assert!(world.is_alive(&access));
}

#[test]
fn a_refresh_token_whose_successor_was_used_ends_the_login() {
    let (_server, world) = World::start(&Builder::fresh());
    let (other, untouched) = world.log_in();
    let (one, first) = world.log_in();
    let (two, second) = tokens(&world.refresh(&first));
    let (three, third) = tokens(&world.refresh(&second));
    is_refused(&world.refresh(&first));
    for token in [&first, &second, &third] {
        is_refused(&world.refresh(token));
    }
    for token in [one, two, three] {
        assert!(!world.is_alive(&token), "an access token lives on");
    }
    assert!(world.is_alive(&other), "another login is another matter");
    tokens(&world.refresh(&untouched));
}

#[test]
fn without_a_window_a_second_presentation_ends_the_login() {
    let (_server, world) = World::start(&Builder::fresh().env("CHANCERY_LOGIN_REFRESH_REUSE", "0"));
    let (one, first) = world.log_in();
    let (two, second) = tokens(&world.refresh(&first));
    is_refused(&world.refresh(&first));
    is_refused(&world.refresh(&second));
    assert!(!world.is_alive(&one) && !world.is_alive(&two));

    let (access, refresh) = world.log_in();
    let answers = at_once(|_| world.refresh(&refresh));
    let (good, bad): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(good.len(), 1);
    bad.iter().for_each(is_refused);
    let (successor, next) = tokens(&good[0]);
    is_refused(&world.refresh(&next));
    assert!(!world.is_alive(&access) && !world.is_alive(&successor));
}

#[test]
fn who_refreshes_while_the_client_is_deleted_gets_nothing_that_lives() {
    let (_server, world) = World::start(&Builder::fresh());
    let (access, refresh) = world.log_in();
    let answers = at_once(|index| match index {
        0 => world.registry.delete(&world.client.id),
        _ => world.refresh(&refresh),
    });
    assert!([200, 204].contains(&answers[0].status), "{}", answers[0].text);
    for answer in &answers[1..] {
        match answer.status {
            200 => assert!(!world.is_alive(&tokens(answer).0), "a token outlives its client"),
            status => assert_eq!(status, 400, "{}", answer.text),
        }
    }
    assert!(!world.is_alive(&access));
}

fn behind_a_proxy() -> (Server, World) {
    World::start(&Builder::fresh().option("--trusted-proxies", "127.0.0.1"))
}

#[test]
fn ten_thousand_guesses_become_a_few_and_hurt_nobody_else() {
    const GUESSES: usize = 10_000;
    let (_server, world) = behind_a_proxy();
    let mut guesser = Person::new(&world.http, "203.0.113.66");
    let login = guesser.open(&world.client.id, &[]);
    let (made, looked_at, is_over) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let waits = std::thread::scope(|scope| {
        let guessers: Vec<_> = (0..16)
            .map(|_| {
                let mut guesser = guesser.clone();
                let (login, made, looked_at, email) = (&login, &made, &looked_at, &world.email);
                scope.spawn(move || {
                    loop {
                        let number = made.fetch_add(1, Ordering::Relaxed);
                        if number >= GUESSES {
                            break;
                        }
                        let answer = guesser.attempt(login, email, &format!("guess {number}"));
                        assert!([400, 429].contains(&answer.status), "{}", answer.text);
                        if answer.status == 429 {
                            let wait: u32 = answer.header("retry-after").parse().expect("seconds");
                            assert!((1..=900).contains(&wait), "{wait}");
                        } else {
                            looked_at.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                })
            })
            .collect();
        let other = scope.spawn(|| {
            let mut waits = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let begun = Instant::now();
                world.http.grant(&world.admin.client_id, &world.admin.client_secret).expect(200);
                waits.push(begun.elapsed());
            }
            waits
        });
        let mut owner = Person::new(&world.http, "198.51.100.7");
        let own = owner.open(&world.client.id, &[]);
        let mut logins = 0;
        while made.load(Ordering::Relaxed) < GUESSES {
            assert_eq!(owner.attempt(&own, &world.email, &world.password).status, 303, "the owner gets in");
            logins += 1;
        }
        assert!(logins > 0);
        guessers.into_iter().for_each(|it| it.join().expect("a guesser"));
        is_over.store(true, Ordering::Relaxed);
        other.join().expect("another client")
    });
    let looked_at = looked_at.into_inner();
    println!("{looked_at} of {GUESSES} guesses were looked at");
    assert!((5..=25).contains(&looked_at), "{looked_at}");
    println!("{} others waited {:?} in the median", waits.len(), median(waits.clone()));
    assert!(median(waits) < Duration::from_millis(500));
    let mut newcomer = Person::new(&world.http, "198.51.100.8");
    let own = newcomer.open(&world.client.id, &[]);
    newcomer.code(&own, &world.email, &world.password);
    let late = guesser.attempt(&login, &world.email, &world.password);
    assert_eq!(late.status, 429, "even the right password must wait where so many were wrong");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[test]
fn nobody_hears_from_the_clock_whether_there_is_such_a_person() {
    const ROUNDS: usize = 40;
    let (_server, world) = behind_a_proxy();
    let mut person = Person::new(&world.http, "192.0.2.1");
    let login = person.open(&world.client.id, &[]);
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let someone = format!("nobody-{round}@example.com");
        for (email, times) in [(&world.email, &mut known), (&someone, &mut unknown)] {
            let mut guesser = person.at(&format!("203.0.113.{round}"));
            let begun = Instant::now();
            let answer = guesser.attempt(&login, email, "not the password");
            times.push(begun.elapsed());
            assert_eq!(answer.status, 400);
            assert!(!answer.text.contains("nobody") || answer.text.contains(&format!("value=\"{someone}\"")));
        }
    }
    let (known, unknown) = (median(known), median(unknown));
    println!("a wrong password takes {known:?}, an unknown address {unknown:?}");
    assert!(known < unknown * 2 && unknown < known * 2, "{known:?} and {unknown:?}");
}
