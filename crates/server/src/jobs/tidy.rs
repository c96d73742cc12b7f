//! Gives memory that nobody uses back to the system. The allocator does so when something large is freed, and not before: an idle
//! server would keep the 19 MiB that its last password took.

use chancery_store::StoreError;

/// In bytes; never written to, so it takes no memory itself.
const LARGE: usize = 4 * 1024 * 1024;

/// Frees something large.
pub async fn tidy() -> Result<(), StoreError> {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(LARGE)));
    Ok(())
}
