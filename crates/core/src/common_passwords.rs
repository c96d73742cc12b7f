//! Passwords that are tried first because many people have them (NIST SP 800-63B-4 3.1.1.2, the blocklist).

/// Lower case ASCII, sorted by bytes, a line each; its README.md says where they are from. It stays where the program
/// is mapped: nothing of it is unpacked, and the few pages that a search touches are all that comes into memory.
const LIST: &str = include_str!("../data/common-passwords.txt");

/// Whether a password is a common one, whatever its case and the white space around it.
///
/// What follows its last letter is also tried without, which is more than the specification asks for, because
/// `monkey2024!` is no better than `monkey`. The list has no entry below 6 characters, so at least those must be left.
///
/// A password below 8 characters may be missed: its length is what refuses it.
pub fn contains(password: &str) -> bool {
    let password = password.trim();
    lists(password) || lists(password.trim_end_matches(|c: char| !c.is_alphabetic()))
}

/// Searches by halves, and copies nothing of the password.
fn lists(word: &str) -> bool {
    let word = word.chars().flat_map(char::to_lowercase);
    let mut rest = LIST;
    while let Some((before, line, after)) = halve(rest) {
        match line.chars().cmp(word.clone()) {
            std::cmp::Ordering::Less => rest = after,
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Greater => rest = before,
        }
    }
    false
}

/// The line in the middle, and the lines before and after it; `None` if there are no lines.
fn halve(lines: &str) -> Option<(&str, &str, &str)> {
    let (half, _) = lines.as_bytes().split_at(lines.len() / 2);
    let start = half.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let (before, rest) = lines.split_at(start);
    let (line, after) = rest.split_once('\n')?;
    Some((before, line, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_has_each_entry_once() {
        let lines: Vec<&str> = LIST.lines().collect();
        assert!(lines.is_sorted_by(|one, next| one < next));
        assert!(LIST.ends_with('\n'));
    }

    #[test]
    fn the_list_is_lower_case_ascii_of_6_characters_and_more() {
        let fits = |byte: u8| byte.is_ascii_graphic() && !byte.is_ascii_uppercase();
        let wrong: Vec<&str> =
            LIST.lines().filter(|line| line.len() < 6 || !line.bytes().all(fits)).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn the_list_is_long_but_not_heavy() {
        assert!(LIST.lines().count() >= 50_000, "{}", LIST.lines().count());
        assert!(LIST.len() <= 700 * 1024, "{}", LIST.len());
    }

    #[test]
    fn every_entry_is_found() {
        let lost: Vec<&str> = LIST.lines().filter(|line| !lists(line)).collect();
        assert!(lost.is_empty(), "{lost:?}");
    }

    #[test]
    fn common_passwords_are_known() {
        for password in [
            "password",
            "password1234",
            "PassWord!!!!",
            "qwertyuiop123",
            "iloveyou2020",
            "Summer2024!!",
            "monkey 1234567",
            "qwerty123456",
            "1q2w3e4r5t6y",
            "zaq12wsxcde3",
            "passwordpassword",
            "Schneider-1987",
            "organization",
            "aaaaaaaaaaaa",
            "111111111111",
            "123456789012",
            "abcdefghijkl",
            "  iloveyou\n",
        ] {
            assert!(contains(password), "{password}");
        }
    }

    #[test]
    fn other_passwords_are_not() {
        for password in [
            "",
            " ",
            "2024",
            "!?!?!?!?",
            "dog2024!2024!",
            "correct horse battery staple",
            "correct horse battery staple 7",
            "2024 monkeys typed this",
            "Tr0ub4dor&3",
            "chs_9vL2pXq7Rk1sZt8w",
            "kX7#mQ2$vB9!",
            "f3a9c1d27b5e",
            "ünïcödé pässwörd",
            "пароль-которого-нет",
            "密码密码密码密码",
        ] {
            assert!(!contains(password), "{password}");
        }
    }

    #[test]
    fn lines_are_halved_until_none_is_left() {
        assert_eq!(halve(""), None);
        assert_eq!(halve("a\n"), Some(("", "a", "")));
        assert_eq!(halve("a\nb\n"), Some(("a\n", "b", "")));
        assert_eq!(halve("a\nb\nc\n"), Some(("a\n", "b", "c\n")));
        assert_eq!(halve("a\nlong one\n"), Some(("a\n", "long one", "")));
        assert_eq!(halve("long one\nb\n"), Some(("", "long one", "b\n")));
    }
}
