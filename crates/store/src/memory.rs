//! placeholder
use async_trait as _;
/// x
pub struct Memory;
