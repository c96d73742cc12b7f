//! Log lines on standard error: text for people, or one JSON object a line for collectors.

use std::fmt;
use std::io::{IsTerminal, Write as _};

use serde::Serialize;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::clock::{Clock, SystemClock};
use crate::config::LogFormat;
use crate::http::origin;

/// Writes the lines.
pub struct Lines {
    format: LogFormat,
    colours: bool,
}

/// What one line says.
#[derive(Serialize)]
struct Line {
    timestamp: String,
    level: &'static str,
    message: String,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

impl Lines {
    /// In this format; in colour where a person looks.
    pub fn new(format: LogFormat) -> Self {
        Self { format, colours: std::io::stderr().is_terminal() }
    }

    fn render(&self, line: &Line) -> Option<String> {
        let text = match self.format {
            LogFormat::Json => serde_json::to_string(line).ok()?,
            LogFormat::Text => line.text(self.colours),
        };
        Some(text + "\n")
    }
}

impl Line {
    fn of(event: &Event<'_>) -> Self {
        let mut said = Said(Map::new());
        event.record(&mut said);
        if let Some(origin) = origin::current() {
            said.0.entry("correlation_id").or_insert_with(|| (*origin.correlation.0).into());
        }
        let message = match said.0.remove("message") {
            Some(Value::String(message)) => message,
            _ => String::new(),
        };
        let timestamp = SystemClock.now().to_rfc3339();
        Self { timestamp, level: event.metadata().level().as_str(), message, fields: said.0 }
    }

    fn text(&self, colours: bool) -> String {
        let mut text = format!("{} {:>5} {}", self.timestamp, self.level, self.message);
        for (name, value) in &self.fields {
            text.push_str(&format!(" {name}={value}"));
        }
        // What a caller sent must not look like a line of ours, nor command the terminal.
        let mut safe = String::with_capacity(text.len());
        for c in text.chars() {
            if c.is_control() { safe.extend(c.escape_default()) } else { safe.push(c) }
        }
        if colours {
            let colour = match self.level {
                "ERROR" => 31,
                "WARN" => 33,
                "INFO" => 32,
                _ => 34,
            };
            let (time, rest) = safe.split_at(self.timestamp.len());
            let (level, rest) = rest.split_at(6);
            safe = format!("\x1b[2m{time}\x1b[0m\x1b[{colour}m{level}\x1b[0m{rest}");
        }
        safe
    }
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let line = Line::of(event);
        if let Some(text) = self.render(&line) {
            // A log that cannot be written is no reason to stop serving.
            drop(std::io::stderr().lock().write_all(text.as_bytes()));
        }
    }
}

/// The fields of an event.
struct Said(Map<String, Value>);

impl Said {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Said {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;
    use crate::http::envelope::CorrelationId;
    use crate::http::origin::{ORIGIN, Origin};

    fn line(message: &str) -> Line {
        let fields = [("path".to_owned(), Value::from("/a b"))].into_iter().collect();
        Line { timestamp: "2026-08-01T12:00:00.000Z".into(), level: "WARN", message: message.into(), fields }
    }

    #[test]
    fn a_line_is_one_line_whatever_it_repeats() {
        let lines = |format| Lines { format, colours: false };
        let text = lines(LogFormat::Text).render(&line("a\nb\x1b[2J")).expect("a line");
        assert_eq!(text, "2026-08-01T12:00:00.000Z  WARN a\\nb\\u{1b}[2J path=\"/a b\"\n");
        let json = lines(LogFormat::Json).render(&line("a\nb")).expect("a line");
        assert_eq!(
            json,
            "{\"timestamp\":\"2026-08-01T12:00:00.000Z\",\"level\":\"WARN\",\"message\":\"a\\nb\",\"path\":\"/a b\"}\n"
        );
        assert!(line("a").text(true).ends_with("\x1b[33m  WARN\x1b[0m a path=\"/a b\""));
    }

    /// Keeps what the lines would say.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<Map<String, Value>>>>);

    impl<S: Subscriber> Layer<S> for Kept {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            self.0.lock().expect("no panic").push(Line::of(event).fields);
        }
    }

    #[test]
    fn a_line_about_a_request_carries_its_correlation_id_and_nothing_else_of_it() {
        let kept = Kept::default();
        let subscriber = tracing_subscriber::registry().with(kept.clone());
        tracing::subscriber::with_default(subscriber, || {
            let address = std::net::IpAddr::from([192, 0, 2, 1]);
            let origin = Arc::new(Origin::new(address, CorrelationId("the-id".into())));
            ORIGIN.sync_scope(origin, || {
                tracing::info!(count = 1, "inside");
                tracing::info!(correlation_id = "its own", "inside");
            });
            tracing::info!("outside");
        });
        let kept = kept.0.lock().expect("no panic");
        let shown: Vec<_> = kept.iter().map(|it| Value::Object(it.clone()).to_string()).collect();
        assert_eq!(
            shown,
            [r#"{"correlation_id":"the-id","count":1}"#, r#"{"correlation_id":"its own"}"#, "{}"]
        );
    }
}
