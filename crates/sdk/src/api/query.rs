//! Parameters of queries.

/// A value as it stands in a query; what is absent stands nowhere.
pub(crate) trait Parameter {
    fn push(&self, name: &'static str, pairs: &mut Vec<(&'static str, String)>);
}

impl Parameter for Option<u32> {
    fn push(&self, name: &'static str, pairs: &mut Vec<(&'static str, String)>) {
        pairs.extend(self.map(|value| (name, value.to_string())));
    }
}

impl Parameter for Option<bool> {
    fn push(&self, name: &'static str, pairs: &mut Vec<(&'static str, String)>) {
        pairs.extend(self.map(|value| (name, value.to_string())));
    }
}

impl Parameter for Option<String> {
    fn push(&self, name: &'static str, pairs: &mut Vec<(&'static str, String)>) {
        pairs.extend(self.clone().map(|value| (name, value)));
    }
}

impl Parameter for Vec<String> {
    /// Repeated, as the API describes it.
    fn push(&self, name: &'static str, pairs: &mut Vec<(&'static str, String)>) {
        pairs.extend(self.iter().map(|value| (name, value.clone())));
    }
}

/// `Name { field: Type as "nameOnTheWire" }`: a struct of parameters, none of which is set by default.
macro_rules! queries {
    ($($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $field:ident: $type:ty as $wire:literal,)* })*) => {
        $(
            $(#[$about])*
            ///
            /// ```
            #[doc = concat!("let all = chancery_sdk::api::", stringify!($name), "::default();")]
            /// ```
            #[derive(Clone, Debug, Default, PartialEq, Eq)]
            pub struct $name {
                $($(#[$doc])* pub $field: $type,)*
            }

            impl $crate::call::Query for $name {
                fn pairs(&self) -> Vec<(&'static str, String)> {
                    let mut pairs = Vec::new();
                    $($crate::api::query::Parameter::push(&self.$field, $wire, &mut pairs);)*
                    pairs
                }
            }
        )*
    };
}

/// A single parameter.
pub(crate) struct One<T>(pub &'static str, pub T);

impl<T: Parameter> crate::call::Query for One<T> {
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        self.1.push(self.0, &mut pairs);
        pairs
    }
}
