//! How often something is done over and over.

/// So many rounds; ten times as many where `CHANCERY_TEST_LONG` asks for the long run.
pub fn rounds(usual: usize) -> usize {
    if std::env::var_os("CHANCERY_TEST_LONG").is_some() { 10 * usual } else { usual }
}
