//! Query strings, and listings page by page.

use chancery_api::Listing;
use chancery_core::error::{ApiCode, ApiError};

use super::{Kind, Param};

const DEFAULT_SIZE: usize = 25;
const LARGEST_SIZE: usize = 500;
/// What an `int` of the vendor's models holds.
const LARGEST_NUMBER: usize = i32::MAX as usize;

/// How many things a page holds.
pub const PAGE_SIZE: Param =
    Param::new("pageSize", Kind::Number(1, 500), "How many a page holds; absent: 25");
/// Which page.
pub const PAGE_NUMBER: Param =
    Param::new("pageNumber", Kind::Number(1, i32::MAX as i64), "Which page, from 1; absent: 1");

/// A parsed query string.
#[derive(Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Of a request.
    pub fn of(uri: &axum::http::Uri) -> Self {
        let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The value of a parameter, unless it is absent or empty.
    pub fn one(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, value)| known == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// All values of a parameter, repeated or joined by commas: the SDKs do either.
    pub fn many(&self, name: &str) -> Vec<&str> {
        let given = self.0.iter().filter(|(known, _)| known == name);
        given
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .collect()
    }

    /// Whether a parameter says `true`.
    pub fn flag(&self, name: &str) -> bool {
        self.one(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Refuses a value that its parameter cannot have.
    pub fn check(&self, params: &[Param]) -> Result<(), ApiError> {
        for it in params {
            let values = self.0.iter().filter(|(name, value)| name == it.name && !value.is_empty());
            for (_, value) in values {
                let good = match it.kind {
                    Kind::Text | Kind::Like(_) | Kind::Many => true,
                    Kind::Uuid => uuid::Uuid::try_parse(value).is_ok(),
                    Kind::Flag => value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false"),
                    Kind::Number(least, most) => {
                        value.parse().is_ok_and(|number: i64| (least..=most).contains(&number))
                    }
                    Kind::OneOf(all) => all.contains(&value.as_str()),
                };
                if !good {
                    return Err(match it.refusal {
                        ApiCode::InvalidQueryValue => Self::refused(it.name),
                        own => ApiError::new(own).at(it.name),
                    });
                }
            }
        }
        Ok(())
    }

    /// A value that is not allowed.
    pub fn refused(name: &str) -> ApiError {
        ApiError::new(ApiCode::InvalidQueryValue).with("field", name).at(name)
    }

    /// A positive whole number.
    pub fn number(&self, name: &str, default: usize) -> Result<usize, ApiError> {
        let Some(text) = self.one(name) else { return Ok(default) };
        text.parse()
            .ok()
            .filter(|number| (1..=LARGEST_NUMBER).contains(number))
            .ok_or_else(|| Self::refused(name))
    }

    /// Cuts the page that was asked for out of `all`.
    pub fn page<T>(&self, all: Vec<T>, path: &str) -> Result<Listing<T>, ApiError> {
        let size = self.number("pageSize", DEFAULT_SIZE)?;
        if size > LARGEST_SIZE {
            return Err(Self::refused("pageSize"));
        }
        let number = self.number("pageNumber", 1)?;
        let total = all.len();
        let count = total.div_ceil(size).max(1);
        let uri = |page: usize| Some(self.uri(path, size, page));
        let entities = all.into_iter().skip((number - 1).saturating_mul(size)).take(size).collect();
        let as_int = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        Ok(Listing {
            entities,
            page_size: as_int(size),
            page_number: as_int(number),
            total: i64::try_from(total).unwrap_or(i64::MAX),
            first_uri: uri(1),
            next_uri: (number < count).then(|| self.uri(path, size, number + 1)),
            previous_uri: (number > 1).then(|| self.uri(path, size, (number - 1).min(count))),
            last_uri: uri(count),
            self_uri: uri(number),
            page_count: as_int(count),
        })
    }

    /// The same query.
    pub fn same(&self, path: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.0.iter().map(|(name, value)| (name, value)));
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// The same query from another cursor on.
    pub fn cursor(&self, path: &str, name: &str, value: &str) -> String {
        let mut pairs: Vec<_> =
            self.0.iter().filter(|(name, _)| name != "before" && name != "after").cloned().collect();
        pairs.push((name.to_owned(), value.to_owned()));
        Self(pairs).same(path)
    }

    /// The same query on another page.
    fn uri(&self, path: &str, size: usize, number: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("pageSize", &size.to_string()).append_pair("pageNumber", &number.to_string());
        let filters = self.0.iter().filter(|(name, _)| name != "pageSize" && name != "pageNumber");
        query.extend_pairs(filters.map(|(name, value)| (name, value)));
        format!("{path}?{}", query.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &'static str) -> Query {
        Query::of(&axum::http::Uri::from_static(text))
    }

    #[test]
    fn pages_follow_one_another_to_the_end() {
        let page = |text| query(text).page((1..=60).collect::<Vec<_>>(), "/x").expect("a page");
        let first = page("/x?name=a%20b");
        assert_eq!((first.entities.len(), first.page_count, first.total), (25, 3, 60));
        assert_eq!(first.next_uri.as_deref(), Some("/x?pageSize=25&pageNumber=2&name=a+b"));
        assert_eq!(first.previous_uri, None);
        let last = page("/x?pageNumber=3");
        assert_eq!((last.entities, last.next_uri), ((51..=60).collect(), None));
        assert_eq!(page("/x?pageNumber=9").entities, Vec::<i32>::new());
    }

    #[test]
    fn an_empty_listing_has_one_page() {
        let listing = query("/x").page(Vec::<i32>::new(), "/x").expect("a page");
        assert_eq!((listing.page_count, listing.total, listing.next_uri), (1, 0, None));
    }

    #[test]
    fn numbers_that_are_none_are_refused() {
        for text in
            ["/x?pageSize=0", "/x?pageSize=-1", "/x?pageNumber=a", "/x?pageSize=501", "/x?pageNumber=0"]
        {
            assert!(query(text).page(vec![1], "/x").is_err(), "{text}");
        }
        assert!(query("/x?pageNumber=2147483647&pageSize=500").page(vec![1], "/x").is_ok());
        assert!(query("/x?pageNumber=2147483648").page(vec![1], "/x").is_err());
    }

    #[test]
    fn lists_come_repeated_or_joined() {
        assert_eq!(query("/x?id=a&id=b,c").many("id"), ["a", "b", "c"]);
    }
}
