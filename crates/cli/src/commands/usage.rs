//! `chancery usage`.

use std::time::Duration;

use anyhow::bail;
use chancery_sdk::models::ApiUsageClientQuery;
use clap::Args;

use crate::remote::failure::EXIT_CODES;
use crate::remote::output::Column;
use crate::remote::progress::Progress;
use crate::remote::{Remote, now};

const COLUMNS: &[Column] = &[
    ("DATE", "/date"),
    ("METHOD", "/httpMethod"),
    ("PATH", "/templateUri"),
    ("REQUESTS", "/requests"),
    ("2XX", "/status200"),
    ("3XX", "/status300"),
    ("4XX", "/status400"),
    ("5XX", "/status500"),
    ("429", "/status429"),
];
/// Between two looks whether a result is there, and how often is looked.
const PAUSE: Duration = Duration::from_secs(1);
const LOOKS: u32 = 120;

/// Show how often a client called the API, day by day.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub struct Usage {
    #[command(flatten)]
    remote: Remote,
    /// The client, by id or name.
    client: String,
    /// So many days, today with them.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=365))]
    days: u32,
    /// Day, Week or Month.
    #[arg(long, default_value = "Day")]
    granularity: String,
    /// One row for each path and method.
    #[arg(long)]
    by_path: bool,
}

impl Usage {
    /// Does it.
    pub async fn run(self) -> anyhow::Result<()> {
        let sdk = self.remote.connect()?;
        let id = super::client::id_of(&sdk, &self.client).await?;
        let day = |seconds: i64| -> anyhow::Result<String> {
            Ok(jiff::Timestamp::from_second(seconds)?.to_string()[..10].to_owned())
        };
        let interval =
            format!("{}/{}", day(now() - 86_400 * (i64::from(self.days) - 1))?, day(now() + 86_400)?);
        let grouped = ["OAuthClientId", "TemplateUri", "HttpMethod"].map(str::to_owned);
        let query = ApiUsageClientQuery {
            interval: Some(interval),
            granularity: Some(self.granularity),
            group_by: self.by_path.then(|| grouped.into()),
            ..ApiUsageClientQuery::default()
        };
        let begun = sdk.oauth().post_oauth_client_usage_query(&id, &query.into()).await?;
        let mut progress = Progress::default();
        for look in 0..LOOKS {
            let result = sdk.oauth().get_oauth_client_usage_query_result(&begun.execution_id, &id).await?;
            match &*result.query_status {
                "Running" => {
                    progress.show(&format!("The server is counting: {look} s"));
                    tokio::time::sleep(PAUSE).await;
                }
                "Failed" => bail!("The server could not count."),
                _ => {
                    drop(progress);
                    return self.remote.output.rows(&result.results.as_deref().unwrap_or_default(), COLUMNS);
                }
            }
        }
        bail!("The server is still counting: try again later.")
    }
}
