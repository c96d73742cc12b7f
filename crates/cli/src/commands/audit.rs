//! `chancery audit`.

use chancery_sdk::api::GetAudit;
use clap::Args;
use futures_util::StreamExt as _;

use crate::remote::failure::EXIT_CODES;
use crate::remote::output::Column;
use crate::remote::{Remote, progress};

const COLUMNS: &[Column] = &[
    ("DATE", "/date"),
    ("KIND", "/kind"),
    ("COUNT", "/count"),
    ("ACTOR", "/actor/id"),
    ("WHAT", "/entity/type"),
    ("ID", "/entity/id"),
    ("FROM", "/address"),
    ("DETAIL", "/detail"),
];

/// Show what happened, the newest first.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub struct Audit {
    #[command(flatten)]
    remote: Remote,
    /// Only of this kind, or all of a group: login or login.failed, for example.
    #[arg(long)]
    kind: Option<String>,
    /// Only what this user or client did, by id.
    #[arg(long, value_name = "ID")]
    actor: Option<String>,
    /// Only what was done through this client, by id.
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// Not before this moment (RFC 3339).
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Before this moment (RFC 3339).
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl Audit {
    /// Does it.
    pub async fn run(self) -> anyhow::Result<()> {
        let query = GetAudit {
            page_size: Some(u32::try_from(self.limit.clamp(1, 500))?),
            from: self.from,
            until: self.until,
            actor: self.actor,
            client: self.client,
            kind: self.kind,
            before: None,
        };
        let entries = self.remote.connect()?.chancery().all_audit(&query).take(self.limit);
        let found = progress::gather(entries).await?;
        self.remote.output.rows(&found, COLUMNS)
    }
}
