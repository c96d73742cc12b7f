//! Points in time as the Genesys Cloud API spells them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A UTC instant in the form `yyyy-MM-dd'T'HH:mm:ss.SSS'Z'`, such as `2026-07-01T09:30:00.000Z`.
///
/// Write exactly three fraction digits and a literal `Z`: the Java SDK needs the milliseconds, the Go SDK the
/// `Z`. The text is carried as it is and never checked here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, description = "A UTC instant.", extend("format" = "date-time"))]
pub struct DateTime(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_a_bare_string_on_the_wire() -> serde_json::Result<()> {
        let instant = DateTime("2026-07-01T09:30:00.000Z".into());
        let text = serde_json::to_string(&instant)?;
        assert_eq!(text, r#""2026-07-01T09:30:00.000Z""#);
        assert_eq!(serde_json::from_str::<DateTime>(&text)?, instant);
        Ok(())
    }
}
