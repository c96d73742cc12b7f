//! How much was carried, and whether it is the same: a count, and a digest that does not depend on the order of the rows.

use aws_lc_rs::digest::{Context, SHA256};

use crate::sql::Value;

/// The rows of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub rows: u64,
    /// The sum of their digests.
    digest: (u128, u128),
}

impl Sum {
    /// The digest, as text.
    pub fn digest(&self) -> String {
        format!("{:032x}{:032x}", self.digest.0, self.digest.1)
    }

    /// With one more row.
    pub fn add(&mut self, row: &[Value]) {
        let mut context = Context::new(&SHA256);
        for value in row {
            let (kind, bytes) = match value {
                Value::Null => (b'n', Vec::new()),
                Value::Int(value) => (b'i', value.to_be_bytes().to_vec()),
                Value::Text(text) => (b't', text.clone().into_bytes()),
                Value::Blob(bytes) => (b'b', bytes.clone()),
            };
            context.update(&[kind]);
            context.update(&(bytes.len() as u64).to_be_bytes());
            context.update(&bytes);
        }
        let digest = context.finish();
        let half = |bytes: &[u8]| bytes.try_into().map_or(0, u128::from_be_bytes);
        let (left, right) = digest.as_ref().split_at(16);
        self.rows += 1;
        self.digest = (self.digest.0.wrapping_add(half(left)), self.digest.1.wrapping_add(half(right)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[&[Value]]) -> Sum {
        let mut sum = Sum::default();
        rows.iter().for_each(|row| sum.add(row));
        sum
    }

    #[test]
    fn the_order_of_rows_does_not_count_and_all_else_does() {
        let (one, other) = ([Value::Int(1), Value::from("a")], [Value::Int(2), Value::Null]);
        assert_eq!(of(&[&one, &other]), of(&[&other, &one]));
        assert_ne!(of(&[&one]), of(&[&one, &one]));
        for (left, right) in [
            (vec![Value::from("ab"), Value::from("c")], vec![Value::from("a"), Value::from("bc")]),
            (vec![Value::from("a")], vec![Value::Blob(b"a".to_vec())]),
            (vec![Value::Null], vec![Value::from("")]),
        ] {
            assert_ne!(of(&[&left]), of(&[&right]));
        }
    }
}
