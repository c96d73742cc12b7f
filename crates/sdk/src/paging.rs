//! Listings as streams: the next page is fetched when the last one is used up.

use std::future::Future;

use chancery_api::Listing;
use futures_util::stream::{self, Stream, TryStream, TryStreamExt};

use crate::{Error, Model};

/// All objects of all pages.
pub(crate) fn pages<T, F, A>(fetch: F) -> impl Stream<Item = Result<Model<T>, Error>>
where
    F: Fn(u32) -> A,
    A: Future<Output = Result<Listing<Model<T>>, Error>>,
{
    flat(stream::try_unfold(Some(1), move |page: Option<u32>| {
        let fetched = page.map(&fetch);
        async move {
            let (Some(page), Some(fetched)) = (page, fetched) else { return Ok(None) };
            let listing = fetched.await?;
            // A service that counts no pages still ends with an empty one.
            let more = !listing.entities.is_empty()
                && (listing.next_uri.is_some() || i64::from(page) < i64::from(listing.page_count));
            Ok(Some((listing.entities, more.then_some(page.saturating_add(1)))))
        }
    }))
}

/// One after another what comes in pages.
pub(crate) fn flat<T>(
    pages: impl TryStream<Ok = Vec<T>, Error = Error>,
) -> impl Stream<Item = Result<T, Error>> {
    pages.map_ok(|page| stream::iter(page.into_iter().map(Ok))).try_flatten()
}

/// A parameter of a relative address.
pub(crate) fn parameter(uri: &str, name: &str) -> Option<String> {
    let (_, query) = uri.split_once('?')?;
    form_urlencoded::parse(query.as_bytes()).find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn pages_are_fetched_one_by_one_until_the_last() {
        let fetched = AtomicU32::new(0);
        let all = pages(|page| {
            fetched.fetch_add(1, Ordering::SeqCst);
            let entities = vec![Model::from(page * 10), Model::from(page * 10 + 1)];
            async move { Ok(Listing { entities, page_count: 3, ..Listing::default() }) }
        });
        let all: Vec<u32> = all.map_ok(Model::into_inner).try_collect().await.expect("pages");
        assert_eq!((all, fetched.into_inner()), (vec![10, 11, 20, 21, 30, 31], 3));
    }

    #[tokio::test]
    async fn an_error_ends_them() {
        let all = pages::<u32, _, _>(|page| async move {
            if page == 2 {
                return Err(Error::Invalid("no".into()));
            }
            Ok(Listing {
                entities: vec![Model::from(page)],
                next_uri: Some("/more".into()),
                ..Listing::default()
            })
        });
        assert!(all.try_collect::<Vec<_>>().await.is_err());
    }

    #[test]
    fn a_parameter_is_found() {
        assert_eq!(parameter("/api/v2/x?a=1&before=k%3D5", "before").as_deref(), Some("k=5"));
        assert_eq!(parameter("/api/v2/x", "before"), None);
    }
}
