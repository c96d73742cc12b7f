//! How answers are shown: tables for people, data for programs.

use std::collections::BTreeSet;
use std::io::{IsTerminal as _, Write as _};

use anyhow::{Context as _, anyhow};
use clap::{Args, ValueEnum};
use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};
use serde::Serialize;
use serde_json::Value;

/// A column of a table: its heading, and where its value is (a JSON pointer below each row).
pub type Column = (&'static str, &'static str);

/// Where the help of a command has what all commands have.
pub const HEADING: &str = "Server and output";

/// How to show what is answered.
#[derive(Args, Clone, Debug, Default)]
pub struct Output {
    /// How to show the answer.
    #[arg(
        long,
        short,
        env = "CHANCERY_OUTPUT",
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        help_heading = HEADING
    )]
    pub output: Format,
    /// Show only this part of the answer (JMESPath), as JSON unless --output says otherwise.
    #[arg(long, value_name = "EXPRESSION", value_parser = understood, help_heading = HEADING)]
    pub query: Option<String>,
}

/// The ways to show an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// All of it, as the API has it.
    Json,
    /// The same as YAML.
    Yaml,
    /// The columns of the table, separated by tabs, without a heading.
    Tsv,
}

impl Output {
    /// Shows rows: a list, or an object that has them in `entities`.
    pub fn rows(&self, answer: &impl Serialize, columns: &[Column]) -> anyhow::Result<()> {
        let answer = serde_json::to_value(answer)?;
        if self.is_data() {
            return self.data(&answer);
        }
        let rows =
            answer.get("entities").unwrap_or(&answer).as_array().map(Vec::as_slice).unwrap_or_default();
        let cells =
            |row: &Value| columns.iter().map(|(_, place)| text(row.pointer(place))).collect::<Vec<_>>();
        if self.output == Format::Tsv {
            return write(&rows.iter().map(|row| cells(row).join("\t") + "\n").collect::<String>());
        }
        if rows.is_empty() {
            eprintln!("There is nothing.");
            return Ok(());
        }
        let mut table = new_table();
        table.set_header(columns.iter().map(|(heading, _)| *heading));
        table.add_rows(rows.iter().map(cells));
        // What names a row is copied from the first column, so it stays in one piece.
        table.column_mut(0).map(|first| first.set_constraint(ColumnConstraint::ContentWidth));
        write(&show(&table, 1))
    }

    /// Shows one object.
    pub fn one(&self, answer: &impl Serialize, columns: &[Column]) -> anyhow::Result<()> {
        let answer = serde_json::to_value(answer)?;
        if self.is_data() {
            return self.data(&answer);
        }
        let found: Vec<_> =
            columns.iter().map(|(heading, place)| (*heading, text(answer.pointer(place)))).collect();
        if self.output == Format::Tsv {
            return write(&(found.into_iter().map(|(_, value)| value).collect::<Vec<_>>().join("\t") + "\n"));
        }
        let mut table = new_table();
        for (heading, value) in found.into_iter().filter(|(_, value)| !value.is_empty()) {
            table.add_row(vec![heading.to_owned(), value]);
        }
        write(&show(&table, 0))
    }

    /// Whether all of the answer is wanted as the API has it, not the columns of a table.
    pub fn is_data(&self) -> bool {
        self.query.is_some() || matches!(self.output, Format::Json | Format::Yaml)
    }

    fn data(&self, answer: &Value) -> anyhow::Result<()> {
        let chosen = match &self.query {
            None => answer.clone(),
            Some(query) => search(query, answer)?,
        };
        write(&match (self.output, &chosen) {
            (Format::Yaml, _) => serde_norway::to_string(&chosen)?,
            (Format::Tsv, chosen) => tsv(chosen),
            // A text alone is wanted as it is, for the next command.
            (Format::Table, Value::String(text)) => format!("{text}\n"),
            _ => serde_json::to_string_pretty(&chosen)? + "\n",
        })
    }
}

/// A query that cannot be read is refused before anything is done, not when the answer is there.
fn understood(query: &str) -> Result<String, String> {
    jmespath::compile(query).map(|_| query.to_owned()).map_err(|error| error.to_string())
}

fn search(query: &str, answer: &Value) -> anyhow::Result<Value> {
    let failed = |error: jmespath::JmespathError| anyhow!("--query does not fit the answer: {error}");
    let found = jmespath::compile(query).map_err(failed)?.search(answer).map_err(failed)?;
    Ok(serde_json::to_value(&*found)?)
}

/// A line for each row: of a list its elements, of an object its members, by the order of all their names.
fn tsv(value: &Value) -> String {
    let rows = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let names: BTreeSet<_> = rows.iter().filter_map(Value::as_object).flat_map(|it| it.keys()).collect();
    let cells = |row: &Value| match row {
        Value::Array(cells) => cells.iter().map(|cell| text(Some(cell))).collect(),
        Value::Object(members) => names.iter().map(|name| text(members.get(*name))).collect(),
        other => vec![text(Some(other))],
    };
    rows.iter().map(|row| cells(row).join("\t") + "\n").collect()
}

/// A value in a cell.
fn text(value: Option<&Value>) -> String {
    let plain = match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(all)) => all.iter().map(|it| text(Some(it))).collect::<Vec<_>>().join(", "),
        Some(other) => other.to_string(),
    };
    harmless(&plain)
}

/// Without what a terminal would obey, and what would show one text as another.
pub fn harmless(text: &str) -> String {
    let misleads = |c| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    text.chars().map(|c| if c.is_control() || misleads(c) { ' ' } else { c }).collect()
}

fn new_table() -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    match terminal_size::terminal_size() {
        // Only a screen has an edge: what is piped is not wrapped.
        Some((terminal_size::Width(width), _)) if std::io::stdout().is_terminal() => {
            // The padding of the outer columns is not shown.
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width.saturating_add(2));
        }
        _ => {}
    }
    table
}

/// Lines without the padding of the outer columns; the first `headings` of them bold.
fn show(table: &Table, headings: usize) -> String {
    let line = |(index, line): (usize, String)| {
        let line = line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned();
        if index < headings && has_colours() { format!("\x1b[1m{line}\x1b[0m\n") } else { line + "\n" }
    };
    table.lines().enumerate().map(line).collect()
}

/// Colours are for a terminal whose owner does not mind (NO_COLOR).
pub fn has_colours() -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    std::io::stdout().is_terminal() && !unwanted && !dumb
}

/// To standard output; whoever closes it early has seen enough.
pub fn write(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()).and_then(|()| std::io::stdout().flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        done => done.context("Standard output cannot be written"),
    }
}

/// The same, a line of it.
pub fn line(text: std::fmt::Arguments<'_>) -> anyhow::Result<()> {
    write(&format!("{text}\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cell_is_one_line_that_no_terminal_obeys() {
        for (value, shown) in [
            (json!("red \u{1b}[31m\u{9b}31m\r\n\tand \u{7f}"), "red  [31m 31m   and  "),
            (json!(["a", 1, null, true]), "a, 1, , true"),
            (json!({ "a": ["\u{1b}"] }), r#"{"a":["\u001b"]}"#),
            (json!(null), ""),
        ] {
            assert_eq!(text(Some(&value)), shown);
        }
    }

    #[test]
    fn lines_for_programs_have_the_same_columns() {
        let rows = json!([{ "b": 1, "a": "x" }, { "a": "y", "c": [1, 2] }]);
        assert_eq!(tsv(&rows), "x\t1\t\ny\t\t1, 2\n");
        assert_eq!(tsv(&json!([["a", "b"], "c"])), "a\tb\nc\n");
        assert_eq!(tsv(&json!({ "b": 1, "a": 2 })), "2\t1\n");
        assert_eq!(tsv(&json!([])), "");
    }
}
