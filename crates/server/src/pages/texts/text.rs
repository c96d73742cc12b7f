//! One text, and how its placeholders are filled.

use std::fmt;

use serde::Deserialize;

/// A text, perhaps with placeholders such as `{app}`. What it is filled with is escaped by the template, like the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Text(String);

impl Text {
    /// As it stands.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// With a value in place of a placeholder.
    pub fn fill(&self, name: &str, value: impl fmt::Display) -> String {
        let (before, after) = self.around(name);
        if before.len() + after.len() == self.0.len() {
            return self.0.clone();
        }
        format!("{before}{value}{after}")
    }

    /// With two values; neither is looked at for placeholders.
    pub fn fill_both(&self, one: (&str, &str), other: (&str, &str)) -> String {
        let (before, after) = self.around(one.0);
        if before.contains(&placeholder(other.0)) {
            return Self(before.to_owned()).fill(other.0, other.1) + one.1 + after;
        }
        format!("{before}{}{}", one.1, Self(after.to_owned()).fill(other.0, other.1))
    }

    /// What stands before and after a placeholder, for a page that marks the value up.
    pub fn around(&self, name: &str) -> (&str, &str) {
        self.0.split_once(&placeholder(name)).unwrap_or((&self.0, ""))
    }
}

fn placeholder(name: &str) -> String {
    format!("{{{name}}}")
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(it: &str) -> Text {
        Text(it.to_owned())
    }

    #[test]
    fn a_value_stands_where_its_placeholder_stood() {
        assert_eq!(text("to {app}!").fill("app", "it"), "to it!");
        assert_eq!(text("to it").fill("app", "other"), "to it");
        assert_eq!(text("to {app}!").around("app"), ("to ", "!"));
    }

    #[test]
    fn a_value_that_looks_like_a_placeholder_is_none() {
        let both = |it: &str| text(it).fill_both(("a", "{b}"), ("b", "{a}"));
        assert_eq!(both("{a} on {b}."), "{b} on {a}.");
        assert_eq!(both("{b} on {a}."), "{a} on {b}.");
    }
}
