//! Gives memory that nobody uses back to the system. The allocator does so when something large is freed, and not before: an idle
//! server would keep the 19 MiB that its last password took.

use chancery_store::StoreError;

/// In bytes: just more than what shares a page of the allocator. Where it lies, nothing is given back.
const LARGE: usize = 576 * 1024;

/// Frees something large.
pub async fn tidy() -> Result<(), StoreError> {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(LARGE)));
    Ok(())
}
