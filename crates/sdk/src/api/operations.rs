//! How operations are written down: a line each, of which the asynchronous method, the one that waits, and the example in its
//! documentation are made.

/// `name(argument: Type = example) -> Answer = METHOD [segments below /api/v2], query ..., body ...;`
macro_rules! operations {
    (
        $(#[$about:meta])*
        $api:ident, $accessor:ident {
            $(
                $(#[$doc:meta])*
                $name:ident($($arg:ident: $type:ty = $example:expr),*) -> $answer:ty = $method:ident [$($segment:expr),*]
                    $(, query $query:expr)? $(, body $body:ident)?;
            )*
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug)]
        pub struct $api(pub(crate) $crate::Client);

        impl $api {
            $(
                $(#[$doc])*
                ///
                /// ```no_run
                /// # use chancery_sdk::{api::*, models::*};
                /// # async fn example(client: chancery_sdk::Client) -> Result<(), chancery_sdk::Error> {
                #[doc = concat!("let answer = client.", stringify!($accessor), "().", stringify!($name), "(", $(stringify!($example), ", ",)* ").await?;")]
                /// # Ok(())
                /// # }
                /// ```
                pub async fn $name(&self $(, $arg: $type)*) -> Result<$answer, $crate::Error> {
                    let call = $crate::call::Call::new(reqwest::Method::$method, &[$($segment),*]);
                    $(let call = call.query($query);)?
                    $(let call = call.body($body);)?
                    self.0.send(call).await
                }
            )*
        }

        /// The same, waited for.
        #[cfg(feature = "blocking")]
        pub(crate) mod waiting {
            use super::*;

            #[doc = concat!("The operations of [`", stringify!($api), "`](crate::api::", stringify!($api), "), waited for.")]
            #[derive(Clone, Debug)]
            pub struct $api(pub(crate) $crate::blocking::Client);

            impl $api {
                $(
                    #[doc = concat!("[`", stringify!($name), "`](crate::api::", stringify!($api), "::", stringify!($name), "), waited for.")]
                    ///
                    /// ```no_run
                    /// # use chancery_sdk::{api::*, models::*};
                    /// # fn example(client: chancery_sdk::blocking::Client) -> Result<(), chancery_sdk::Error> {
                    #[doc = concat!("let answer = client.", stringify!($accessor), "().", stringify!($name), "(", $(stringify!($example), ", ",)* ")?;")]
                    /// # Ok(())
                    /// # }
                    /// ```
                    pub fn $name(&self $(, $arg: $type)*) -> Result<$answer, $crate::Error> {
                        self.0.wait(self.0.inner().$accessor().$name($($arg),*))
                    }
                )*
            }
        }
    };
}
