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
use tracing_subscriber::layer::SubscriberExt;

use crate::config::{Config, ConfigError};
use lines::Lines;

/// Logging, and traces if there is a collector. Lines are written until the process ends.
pub struct Telemetry(Option<SdkTracerProvider>);

/// Starts both; a second call in a process changes nothing.
pub fn start(config: &Config) -> Result<Telemetry, ConfigError> {
    let level = LevelFilter::from(config.log_level);
    let provider = config.otlp_endpoint.as_deref().map(traces::provider).transpose()?;
    let subscriber = tracing_subscriber::registry()
        .with(Lines::new(config.log_format).with_filter(level))
        .with(provider.as_ref().map(traces::layer));
    drop(tracing::subscriber::set_global_default(subscriber));
    Ok(Telemetry(provider))
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

/// The span of a request. Every line written inside carries its correlation id. It is on at any level, lest the line
/// of a fault lack the id.
pub fn request_span(
    operation: &'static str,
    method: &Method,
    correlation_id: &str,
    headers: &HeaderMap,
) -> Span {
    let span = tracing::error_span!(
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
