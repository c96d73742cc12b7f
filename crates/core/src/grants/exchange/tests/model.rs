//! What no sequence of refreshes breaks, whoever holds which token: the rules, as a model that knows nothing of how they
//! are kept.

use proptest::prelude::*;
use proptest::sample::Index;

use super::people::{World, people};
use super::*;
use crate::tenant::flow::Tokens;
use crate::types::{FamilyKey, Lifetime};
use crate::write::Write;

/// One step of somebody.
#[derive(Clone, Debug)]
enum Act {
    /// Presents any of the tokens that were ever seen.
    Present(Index),
    /// Presents the one that was seen last.
    PresentLast,
    /// Lets so many milliseconds pass.
    Wait(i64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let waits =
        prop_oneof![Just(0_i64), Just(1), 1..31_000_i64, Just(29_999), Just(30_000), 1..100_000_000_i64];
    let act = prop_oneof![
        3 => any::<Index>().prop_map(Act::Present),
        3 => Just(Act::PresentLast),
        2 => waits.prop_map(Act::Wait),
    ];
    proptest::collection::vec(act, 1..24)
}

/// What a family is by the rules: the tokens given out, oldest first, when the last but one was first presented, and
/// whether it is over.
struct Model {
    given: Vec<String>,
    advanced_at: i64,
    is_over: bool,
    ends_at: i64,
    window: i64,
}

impl Model {
    /// What presenting this one must come to: a token that was given already, or a new one (`Ok(None)`), or nothing.
    fn expects(&mut self, token: &str, now: i64) -> Result<Option<String>, ()> {
        if self.is_over || now >= self.ends_at {
            return Err(());
        }
        let place = self.given.iter().position(|given| given == token).expect("one that was given");
        let last = self.given.len() - 1;
        if place == last {
            self.advanced_at = now;
            return Ok(None);
        }
        if place + 1 == last && now < self.advanced_at + self.window {
            return Ok(Some(self.given[last].clone()));
        }
        self.is_over = true;
        Err(())
    }
}

struct Family {
    key: FamilyKey,
    model: Model,
    access: Vec<Tokens>,
}

fn begin(world: &mut World) -> Family {
    let tokens = world.tokens(false);
    let key = tokens.access.family.expect("a family");
    let now = world.tenant.now.millis();
    let login = &world.tenant.policy.login;
    let model = Model {
        given: vec![tokens.refresh.clone().expect("a refresh token")],
        advanced_at: now,
        is_over: false,
        ends_at: now + login.refresh_lifetime.millis(),
        window: login.refresh_reuse.millis(),
    };
    Family { key, model, access: vec![tokens] }
}

impl Family {
    /// Presents a token and compares with the model.
    fn present(&mut self, world: &mut World, token: &str) -> Result<(), TestCaseError> {
        let expected = self.model.expects(token, world.tenant.now.millis());
        let got = world.refreshed(token);
        match (expected, &got) {
            (Err(()), Err(error)) => prop_assert_eq!(error.code, ErrorCode::InvalidGrant),
            (Ok(known), Ok(tokens)) => {
                let text = tokens.refresh.clone().expect("another");
                match known {
                    Some(known) => prop_assert_eq!(text, known, "a second branch"),
                    None => {
                        prop_assert!(!self.model.given.contains(&text), "an old token came back");
                        self.model.given.push(text);
                    }
                }
                self.access.push(tokens.clone());
            }
            (expected, got) => prop_assert!(false, "{expected:?}, and not {:?}", got.is_ok()),
        }
        self.holds(world)
    }

    /// What holds after every step.
    fn holds(&self, world: &World) -> Result<(), TestCaseError> {
        let family = &world.tenant.families[&self.key];
        prop_assert_eq!(family.revoked_at.is_some(), self.model.is_over);
        prop_assert_eq!(family.generation as usize, self.model.given.len() - 1);
        for it in &self.access {
            let lives = world.tenant.now < it.access.expires_at && !self.model.is_over;
            prop_assert_eq!(world.lives(&it.access), lives);
        }
        Ok(())
    }

    /// The generations that any of the tokens leads to now, and how many of them would make a new one.
    fn leads(&self, world: &World) -> (Vec<u32>, usize) {
        let (mut leads, mut advances) = (Vec::new(), 0);
        for token in &self.model.given {
            let given = world.refreshing(token, false);
            let (decided, _) = world.tenant.ask_token(Dialect::Genesys, None, &given.body);
            advances += decided.writes.iter().filter(|it| matches!(it, Write::Advance { .. })).count();
            leads.extend(decided.outcome.ok().and_then(|issued| issued.refresh).map(|it| it.generation));
        }
        (leads, advances)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn two_families_go_by_the_rules_and_never_branch(
        acts in acts(), others in proptest::collection::vec(any::<bool>(), 24), window in prop_oneof![Just(0_u32), Just(1), Just(30)],
    ) {
        let mut world = people();
        world.tenant.policy.login.refresh_reuse = Lifetime::from_seconds(window);
        let mut families = [begin(&mut world), begin(&mut world)];
        for (act, other) in acts.iter().zip(others) {
            let family = &mut families[usize::from(other)];
            match act {
                Act::Wait(millis) => world.later(*millis),
                Act::Present(index) => {
                    let token = index.get(&family.model.given).clone();
                    family.present(&mut world, &token)?;
                }
                Act::PresentLast => {
                    let token = family.model.given.last().expect("one").clone();
                    family.present(&mut world, &token)?;
                }
            }
            for family in &families {
                family.holds(&world)?;
                // The last token leads on; the one before it leads to the last, or nowhere.
                let last = u32::try_from(family.model.given.len()).expect("a few") - 1;
                let (leads, advances) = family.leads(&world);
                prop_assert!(advances <= 1, "two live branches");
                prop_assert!([&[][..], &[last + 1], &[last, last + 1]].contains(&&*leads), "{leads:?}");
            }
        }
    }

    /// Who always uses the last answer, and repeats only what got lost, and in time.
    #[test]
    fn an_honest_client_is_never_logged_out(
        steps in proptest::collection::vec((0..2_000_000_i64, proptest::collection::vec(0..29_999_i64, 0..3)), 1..20),
    ) {
        let mut world = people();
        let mut token = begin(&mut world).model.given.remove(0);
        for (pause, mut repeats) in steps {
            world.later(pause);
            let began = world.tenant.now.millis();
            let mut answer = world.refreshed(&token);
            repeats.sort_unstable();
            for after in repeats {
                world.later(began + after - world.tenant.now.millis());
                answer = world.refreshed(&token);
            }
            let tokens = answer.map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert!(world.lives(&tokens.access));
            token = tokens.refresh.expect("another");
        }
        prop_assert!(world.audited(crate::audit::kinds::REFRESH_REPLAYED).is_empty());
    }

    /// A thief with a copy of any token, and a victim who goes on: once both used it outside the rules, neither has anything.
    #[test]
    fn after_a_replay_outside_the_rules_nothing_of_the_family_works(count in 2..6_usize, stolen in any::<Index>(), late in 0..100_000_000_i64) {
        let mut world = people();
        let mut family = begin(&mut world);
        for _ in 0..count {
            let token = family.model.given.last().expect("one").clone();
            family.present(&mut world, &token)?;
        }
        // Neither the last one, nor the one before it.
        let stolen = stolen.get(&family.model.given[..count - 1]).clone();
        world.later(late);
        prop_assert!(world.refreshed(&stolen).is_err());
        for token in &family.model.given {
            prop_assert!(world.refreshed(token).is_err());
        }
        for it in &family.access {
            prop_assert!(!world.lives(&it.access));
        }
        prop_assert_eq!(world.audited(crate::audit::kinds::REFRESH_REPLAYED).len(), 1);
        world.session = world.tenant.session_of(world.user);
        let other = world.tokens(false);
        prop_assert!(world.lives(&other.access), "a new login is not hurt");
    }
}
