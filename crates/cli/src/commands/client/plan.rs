//! What must be done so that the clients are what a file says: found out whole before anything is done.

use anyhow::bail;
use chancery_sdk::Model;
use chancery_sdk::models::OAuthClient;

use super::definition::{Definition, Held};
use crate::commands::names::Names;
use crate::remote::output::{harmless, has_colours};

/// See the module.
#[derive(Debug, Default)]
pub struct Plan {
    /// To be made.
    pub create: Vec<Definition>,
    /// To be changed: what is there, what is to be, and the members that differ.
    pub change: Vec<(Model<OAuthClient>, Definition, Vec<Difference>)>,
    /// To be deleted.
    pub delete: Vec<Model<OAuthClient>>,
    /// So many are as they should be.
    pub unchanged: usize,
}

/// A member that is not as it should be.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    member: &'static str,
    is: String,
    shall_be: String,
}

impl Plan {
    /// Of what is wanted and what is there; with `prune` what the file does not have is deleted, but for `own`, the caller itself.
    pub fn of(
        wanted: &[Definition],
        there: Vec<Model<OAuthClient>>,
        names: &Names,
        prune: bool,
        own: Option<&str>,
    ) -> anyhow::Result<Self> {
        let mut plan = Self::default();
        let mut left = there;
        // Ids first: whoever is known by one is nobody else's by name.
        let (by_id, by_name): (Vec<_>, Vec<_>) = wanted.iter().partition(|it| it.id.is_some());
        for it in by_id.into_iter().chain(by_name) {
            let named = |client: &Model<OAuthClient>| match &it.id {
                Some(id) => client.id == *id,
                None => client.name == it.name,
            };
            let found: Vec<_> = (0..left.len()).filter(|index| named(&left[*index])).collect();
            match (found[..].first(), found.len(), &it.id) {
                (_, 2.., _) => {
                    bail!("Several clients have the name {:?}: tell them apart by ids in the file.", it.name)
                }
                (None, _, Some(id)) => bail!(
                    "There is no client with the id {id} ({:?}): leave it out to make a new one.",
                    it.name
                ),
                (None, _, None) => plan.create.push(it.clone()),
                (Some(index), ..) => {
                    let client = left.remove(*index);
                    match differences(&Definition::of(&client, names, false), &clear(it, names)) {
                        same if same.is_empty() => plan.unchanged += 1,
                        differences => plan.change.push((client, it.clone(), differences)),
                    }
                }
            }
        }
        if prune {
            plan.delete = left.into_iter().filter(|client| Some(client.id.as_str()) != own).collect();
        }
        Ok(plan)
    }

    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.create.is_empty() && self.change.is_empty() && self.delete.is_empty()
    }

    /// So many are to be disabled.
    pub fn disabled(&self) -> usize {
        let disabled = Some("disabled");
        let new = |client: &OAuthClient, it: &Definition| {
            it.state.as_deref() == disabled && client.state.as_deref() != disabled
        };
        self.change.iter().filter(|(client, it, _)| new(client, it)).count()
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for it in &self.create {
            text += &line('+', &format!("{} ({})", it.name, it.authorized_grant_type));
            let set = it.members().into_iter().skip(2).filter(|(_, value)| !value.is_empty());
            set.for_each(|(member, value)| text += &format!("    {member}: {}\n", harmless(&value)));
        }
        for (client, _, differences) in &self.change {
            text += &line('~', &format!("{} ({})", client.name, client.id));
            differences.iter().for_each(|it| text += &it.text());
        }
        for client in &self.delete {
            text += &line('-', &format!("{} ({})", client.name, client.id));
        }
        let [create, change, delete] = [self.create.len(), self.change.len(), self.delete.len()];
        text + &format!(
            "{create} to create, {change} to change, {delete} to delete, {} as they should be.\n",
            self.unchanged
        )
    }
}

impl Difference {
    fn text(&self) -> String {
        let parts =
            |text: &str| text.split(", ").filter(|it| !it.is_empty()).map(harmless).collect::<Vec<_>>();
        if !matches!(self.member, "registered_redirect_uri" | "scope" | "role_divisions") {
            let shown = |text: &str| if text.is_empty() { "(none)".to_owned() } else { harmless(text) };
            return format!("    {}: {} -> {}\n", self.member, shown(&self.is), shown(&self.shall_be));
        }
        let (is, shall_be) = (parts(&self.is), parts(&self.shall_be));
        let gone = is.iter().filter(|it| !shall_be.contains(it)).map(|it| format!("      - {it}\n"));
        let new = shall_be.iter().filter(|it| !is.contains(it)).map(|it| format!("      + {it}\n"));
        format!("    {}:\n{}", self.member, gone.chain(new).collect::<String>())
    }
}

/// Ids in a definition are the names that the server has for them.
fn clear(it: &Definition, names: &Names) -> Definition {
    let held = it.role_divisions.iter().map(|it| Held {
        role: names.name_of_role(&names.role(&it.role).unwrap_or_else(|_| it.role.clone())),
        division: names
            .name_of_division(&names.division(&it.division).unwrap_or_else(|_| it.division.clone())),
    });
    Definition { role_divisions: held.collect(), ..it.clone() }
}

fn differences(is: &Definition, shall_be: &Definition) -> Vec<Difference> {
    let pairs = is.members().into_iter().zip(shall_be.members());
    let differ = pairs.filter(|((_, is), (_, shall_be))| is != shall_be);
    differ.map(|((member, is), (_, shall_be))| Difference { member, is, shall_be }).collect()
}

fn line(sign: char, text: &str) -> String {
    let colour = match sign {
        '+' => 32,
        '-' => 31,
        _ => 33,
    };
    let text = harmless(text);
    if has_colours() { format!("\x1b[{colour}m{sign} {text}\x1b[0m\n") } else { format!("{sign} {text}\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(id: &str, name: &str) -> Model<OAuthClient> {
        OAuthClient {
            id: id.into(),
            name: name.into(),
            authorized_grant_type: "CODE".into(),
            scope: Some(vec!["users".into()]),
            state: Some("active".into()),
            access_token_validity_seconds: Some(86_400),
            ..OAuthClient::default()
        }
        .into()
    }

    fn defined(name: &str) -> Definition {
        Definition::of(&client("x", name), &Names::default(), false)
    }

    #[test]
    fn what_is_as_it_should_be_is_left_alone() {
        let there = vec![client("1", "a"), client("2", "b"), client("3", "c")];
        let changed = Definition { scope: vec!["routing".into(), "users".into()], ..defined("b") };
        let names = Names::default();
        let plan =
            Plan::of(&[defined("a"), changed, defined("d")], there, &names, true, None).expect("a plan");
        assert_eq!((plan.unchanged, plan.create.len(), plan.change.len(), plan.delete.len()), (1, 1, 1, 1));
        assert_eq!(
            plan.text(),
            "+ d (CODE)\n    access_token_validity_seconds: 86400\n    scope: users\n    state: active\n\
             ~ b (2)\n    scope:\n      + routing\n- c (3)\n1 to create, 1 to change, 1 to delete, 1 as they should be.\n"
        );
    }

    #[test]
    fn nobody_prunes_themselves_and_nothing_is_pruned_unasked() {
        let there = || vec![client("1", "a"), client("2", "b")];
        let names = Names::default();
        let plan = Plan::of(&[], there(), &names, true, Some("1")).expect("a plan");
        assert_eq!(plan.delete.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["2"]);
        assert!(Plan::of(&[], there(), &names, false, None).expect("a plan").is_empty());
    }

    #[test]
    fn a_name_that_is_not_clear_is_refused() {
        let there = vec![client("1", "a"), client("2", "a")];
        let names = Names::default();
        assert!(Plan::of(&[defined("a")], there.clone(), &names, false, None).is_err());
        let by_id = Definition { id: Some("2".into()), ..defined("a") };
        assert_eq!(Plan::of(&[by_id], there, &names, false, None).expect("a plan").unchanged, 1);
        let gone = Definition { id: Some("9".into()), ..defined("a") };
        assert!(Plan::of(&[gone], vec![], &names, false, None).is_err());
    }
}
