//! What an operator can see of a running server: log lines, metrics, traces. Never a secret, token or password.

mod collector;
pub mod exposition;
mod lines;
pub mod metrics;
mod traces;

use axum::http::{HeaderMap, Method};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Span;
use tracing::field::Empty;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{FilterExt, FilterFn, Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt;

use crate::config::{Config, ConfigError};
use lines::Lines;

/// Logging, and traces if there is a collector. Lines are written until the process ends.
pub struct Telemetry(Option<SdkTracerProvider>);

/// Starts both; a second call in a process changes nothing.
pub fn start(config: &Config) -> Result<Telemetry, ConfigError> {
    let provider = config.otlp_endpoint.as_deref().map(traces::provider).transpose()?;
    let lines = Lines::new(config.log_format).with_filter(heard(config.log_level.into()).and(events()));
    let subscriber = tracing_subscriber::registry().with(lines);
    // A layer that may be absent would have every span made and every line written, for nobody.
    drop(match &provider {
        Some(provider) => tracing::subscriber::set_global_default(subscriber.with(traces::layer(provider))),
        None => tracing::subscriber::set_global_default(subscriber),
    });
    Ok(Telemetry(provider))
}

/// Lines and spans of our own crates have targets that begin so.
const OWN: &str = "chancery";

/// Our own lines at this level. What others say below a warning helps nobody here, and may repeat what a caller sent.
fn heard(level: LevelFilter) -> Targets {
    Targets::new().with_target(OWN, level).with_default(level.min(LevelFilter::WARN))
}

/// Spans are for traces: without a collector none is made.
fn events() -> FilterFn {
    filter_fn(|metadata| !metadata.is_span())
}

impl Telemetry {
    /// Sends the spans that have gathered, if the collector takes them within a few seconds.
    pub async fn stop(self) {
        if let Some(provider) = self.0 {
            // The exporter waits for its answer on a thread of its own.
            drop(tokio::task::spawn_blocking(move || traces::stop(&provider)).await);
        }
    }
}

/// The span of a request, where there is a collector.
pub fn request_span(
    operation: &'static str,
    method: &Method,
    correlation_id: &str,
    headers: &HeaderMap,
) -> Span {
    let span = tracing::info_span!(
        "request",
        otel.name = operation,
        otel.kind = "server",
        http.request.method = method.as_str(),
        http.response.status_code = Empty,
        otel.status_code = Empty,
        correlation_id,
    );
    traces::follow(&span, headers);
    span
}

/// Tells the span of a request how it was answered.
pub fn answered(span: &Span, status: u16) {
    span.record("http.response.status_code", status);
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn others_are_heard_from_a_warning_up_and_never_below_the_level() {
        for (level, target, line, expected) in [
            (LevelFilter::DEBUG, "chancery_server::recorder", Level::DEBUG, true),
            (LevelFilter::INFO, "chancery_server::recorder", Level::DEBUG, false),
            (LevelFilter::DEBUG, "h2::codec::framed_read", Level::DEBUG, false),
            (LevelFilter::DEBUG, "refinery_core::traits", Level::INFO, false),
            (LevelFilter::INFO, "hyper_util::server", Level::WARN, true),
            (LevelFilter::ERROR, "hyper_util::server", Level::WARN, false),
        ] {
            assert_eq!(heard(level).would_enable(target, &line), expected, "{level}: {target} {line}");
        }
    }
}
