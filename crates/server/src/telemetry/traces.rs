//! Traces: spans of requests, decisions and commits, sent to an OTLP/HTTP collector in batches.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::HeaderMap;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use super::collector::Collector;
use crate::config::ConfigError;

/// A batch has so long to reach the collector, again and again; so have the last spans when the server stops.
const FAREWELL: Duration = Duration::from_secs(5);

/// Whether there is a collector: else no header is looked at.
static MADE: AtomicBool = AtomicBool::new(false);

/// Sends to the collector at `endpoint`, from a thread of its own. What it cannot get rid of in time it drops.
pub fn provider(endpoint: &str) -> Result<SdkTracerProvider, ConfigError> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Collector::here())
        .with_protocol(Protocol::HttpBinary)
        .with_timeout(FAREWELL)
        .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
        .build()
        .map_err(|error| ConfigError(format!("Traces cannot be sent: {error}. Change --otlp-endpoint.")))?;
    let version = opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder().with_service_name("chancery").with_attribute(version).build();
    MADE.store(true, Ordering::Relaxed);
    Ok(SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build())
}

/// Makes spans of our own spans. Lines are not among them: a trace says how long what took, a log what was said.
pub fn layer<S>(provider: &SdkTracerProvider) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
{
    tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("chancery"))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_filter(filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with(super::OWN)))
}

/// Makes the span a part of its caller's trace, if the caller names one (W3C Trace Context section 3.2).
pub fn follow(span: &Span, headers: &HeaderMap) {
    if MADE.load(Ordering::Relaxed) {
        let caller = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
        if caller.span().span_context().is_valid() {
            drop(span.set_parent(caller));
        }
    }
}

/// Sends what has gathered; blocks for as long as that takes.
pub fn stop(provider: &SdkTracerProvider) {
    // A collector that is away has been told of already.
    drop(provider.shutdown_with_timeout(FAREWELL));
}
