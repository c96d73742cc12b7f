//! Rows that are added without a condition go in one statement of many rows: one parse, one plan, one message.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::commit::Ready;
use crate::sql::Expect;

/// So many rows a statement: few sizes, since each is a statement of its own to prepare.
const SIZES: [usize; 3] = [64, 8, 1];

/// The same work in fewer statements: those of one text that only add become one, where the first of them stood.
pub fn together(statements: Vec<Ready>) -> Vec<Ready> {
    let mut groups: Vec<Vec<Ready>> = Vec::new();
    for it in statements {
        let adds = matches!(it.expect, Expect::Log | Expect::Add);
        match groups.iter_mut().find(|group| adds && group[0].sql == it.sql) {
            Some(group) => group.push(it),
            None => groups.push(vec![it]),
        }
    }
    groups.into_iter().flat_map(|group| if group.len() == 1 { group } else { combined(group) }).collect()
}

fn combined(mut group: Vec<Ready>) -> Vec<Ready> {
    let mut all = Vec::new();
    while !group.is_empty() {
        let size = SIZES.into_iter().find(|size| *size <= group.len()).unwrap_or(1);
        let rest = group.split_off(size);
        let (sql, expect) = (repeated(&group[0].sql, size, group[0].params.len()), group[0].expect);
        let params = group.into_iter().flat_map(|it| it.params).collect();
        all.push(Ready { sql: Cow::Owned(sql), params, expect, rows: size as u64 });
        group = rest;
    }
    all
}

/// The statement with its row of `VALUES` so many times, each with its own `width` parameters.
fn repeated(sql: &str, rows: usize, width: usize) -> String {
    let Some(begin) = sql.find("VALUES (").map(|at| at + "VALUES ".len()) else { return sql.to_owned() };
    let mut depth = 0;
    let length = sql[begin..].find(|c| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    let end = begin + length.map_or(0, |length| length + 1);
    let mut text = sql[..begin].to_owned();
    for row in 0..rows {
        if row > 0 {
            text.push_str(", ");
        }
        let mut parts = sql[begin..end].split('$');
        text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let number: usize = part[..digits].parse().unwrap_or_default();
            let _ = write!(text, "${}{}", number + row * width, &part[digits..]);
        }
    }
    text + &sql[end..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Value;

    #[test]
    fn a_row_is_repeated_with_parameters_of_its_own() {
        let sql = "INSERT INTO a (b, c) VALUES ($1, CAST($2 AS BIGINT)) ON CONFLICT DO NOTHING";
        assert_eq!(repeated(sql, 1, 2), sql);
        let two = "INSERT INTO a (b, c) VALUES ($1, CAST($2 AS BIGINT)), ($3, CAST($4 AS BIGINT)) ON CONFLICT DO NOTHING";
        assert_eq!(repeated(sql, 2, 2), two);
    }

    #[test]
    fn what_only_adds_goes_together_and_nothing_else() {
        let one = |sql: &'static str, expect, n| Ready {
            sql: Cow::Borrowed(sql),
            params: vec![Value::Int(n)],
            expect,
            rows: 1,
        };
        let (log, update) = ("INSERT INTO log (a) VALUES ($1)", "UPDATE a SET b = $1");
        let mut all: Vec<_> = (0..73).map(|n| one(log, Expect::Log, n)).collect();
        all.insert(1, one(update, Expect::Anything, 7));
        all.push(one(update, Expect::Anything, 8));
        let done = together(all);
        let shape: Vec<_> = done.iter().map(|it| (it.expect, it.rows, it.params.len())).collect();
        let (add, change) = (Expect::Log, Expect::Anything);
        assert_eq!(shape, [(add, 64, 64), (add, 8, 8), (add, 1, 1), (change, 1, 1), (change, 1, 1)]);
        let values: Vec<_> = done.iter().take(3).flat_map(|it| it.params.clone()).collect();
        assert_eq!(values, (0..73).map(Value::Int).collect::<Vec<_>>());
    }
}
